//! Counters for operators, in the text form that Prometheus reads. Counting takes no lock, and no two busy threads count in
//! one place.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use crate::problem::Code;

/// Upper bounds of the latency buckets, in microseconds.
const BOUNDS: [u64; 8] = [100, 500, 1_000, 5_000, 25_000, 100_000, 500_000, 2_000_000];

/// All routes that are counted apart, by template: what was asked for never becomes a label.
pub(crate) const ROUTES: [&str; 64] = [
    "/v1/accounts",
    "/v1/sign-in",
    "/v1/prove",
    "/v1/password",
    "/v1/setup",
    "/v1/invite",
    "/v1/reset",
    "/v1/refresh",
    "/v1/sign-out",
    "/v1/session",
    "/v1/session/data/{key}",
    "/v1/csrf",
    "/v1/sessions",
    "/v1/sessions/{sid}",
    "/v1/revocations",
    "/v1/leaked",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/introspect",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
    "/v1/admin/accounts",
    "/v1/admin/accounts/{id}",
    "/v1/admin/accounts/{id}/disable",
    "/v1/admin/accounts/{id}/enable",
    "/v1/admin/accounts/{id}/roles/{role}",
    "/v1/admin/accounts/{id}/reset-link",
    "/v1/admin/accounts/{id}/sessions",
    "/v1/admin/invites",
    "/v1/admin/sessions/{sid}",
    "/v1/admin/clients",
    "/v1/admin/clients/{id}",
    "/v1/admin/clients/{id}/disable",
    "/v1/admin/clients/{id}/enable",
    "/v1/admin/clients/{id}/secrets",
    "/v1/admin/clients/{id}/secrets/{secret}",
    "/v1/admin/roles",
    "/v1/admin/roles/{name}",
    "/v1/admin/permissions",
    "/v1/admin/permissions/{name}",
    "/v1/admin/keys",
    "/v1/admin/keys/rotate",
    "/v1/admin/keys/{kid}",
    "/v1/admin/keys/{kid}/distrust",
    "/v1/admin/audit",
    "/openapi.json",
    "/health/live",
    "/health/ready",
    "/",
    "/sign-in",
    "/sign-up",
    "/sign-out",
    "/setup",
    "/invite",
    "/reset",
    "/continue",
    "/account",
    "/account/name",
    "/account/password",
    "/account/devices",
    "/language",
    "/.well-known/change-password",
    "/assets/{name}",
    "other",
];

/// Threads that count at once without meeting: more than that share.
const SHARDS: usize = 8;

/// What is counted about requests.
pub(crate) struct Metrics {
    shards: [[Route; ROUTES.len()]; SHARDS],
    problems: Vec<AtomicU64>,
}

/// On cache lines of its own, so that two busy routes do not slow each other down.
#[derive(Default)]
#[repr(align(128))]
struct Route {
    by_class: [AtomicU64; 4],
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        let shards = std::array::from_fn(|_| std::array::from_fn(|_| Route::default()));
        Self { shards, problems: Code::ALL.iter().map(|_| AtomicU64::new(0)).collect() }
    }
}

/// One number that only tells how things stand; or, if its name ends in `_total`, one that only grows.
pub(crate) struct Gauge {
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) value: f64,
}

thread_local! {
    static SHARD: Cell<usize> = Cell::new({
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    });
}

impl Metrics {
    /// One answer more.
    pub(crate) fn count(&self, route: usize, status: u16, took: Duration) {
        let Some(route) = self.shards[SHARD.get()].get(route) else {
            return;
        };
        let class = usize::from(status / 100).clamp(2, 5) - 2;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        route.by_class[class].fetch_add(1, Ordering::Relaxed);
        route.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        route.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// One answer more that was a problem.
    pub(crate) fn count_problem(&self, code: Code) {
        if let Some(count) = self.problems.get(code as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The template of a route.
    pub(crate) fn name(&self, route: usize) -> &'static str {
        ROUTES.get(route).copied().unwrap_or("other")
    }

    fn sum(&self, route: usize, of: impl Fn(&Route) -> &AtomicU64) -> u64 {
        self.shards.iter().map(|shard| of(&shard[route]).load(Ordering::Relaxed)).sum()
    }

    /// The text form, with what else is to be told.
    pub(crate) fn text(&self, gauges: &[Gauge]) -> String {
        let mut out = String::with_capacity(16 * 1024);
        self.write_requests(&mut out);
        self.write_problems(&mut out);
        self.write_latency(&mut out);
        for Gauge { name, help, value } in gauges {
            head(&mut out, name, help, if name.ends_with("_total") { "counter" } else { "gauge" });
            let _ = writeln!(out, "{name} {value}");
        }
        out
    }

    fn write_requests(&self, out: &mut String) {
        head(out, "doorward_requests_total", "Answers by route and class of status.", "counter");
        for (n, name) in ROUTES.iter().enumerate() {
            for class in 0..4 {
                let count = self.sum(n, |route| &route.by_class[class]);
                let _ = writeln!(out, "doorward_requests_total{{route=\"{name}\",class=\"{}xx\"}} {count}", class + 2);
            }
        }
    }

    fn write_problems(&self, out: &mut String) {
        head(out, "doorward_problems_total", "Answers that were not what was asked for, by code.", "counter");
        for (code, count) in Code::ALL.iter().zip(&self.problems) {
            let (code, count) = (code.name(), count.load(Ordering::Relaxed));
            let _ = writeln!(out, "doorward_problems_total{{code=\"{code}\"}} {count}");
        }
    }

    fn write_latency(&self, out: &mut String) {
        let name = "doorward_request_seconds";
        head(out, name, "Time from the whole head of a request to its answer.", "histogram");
        for (n, label) in ROUTES.iter().enumerate() {
            let mut below = 0;
            for (b, bound) in BOUNDS.iter().enumerate() {
                below += self.sum(n, |route| &route.buckets[b]);
                let le = seconds(*bound);
                let _ = writeln!(out, "{name}_bucket{{route=\"{label}\",le=\"{le}\"}} {below}");
            }
            let all = below + self.sum(n, |route| &route.buckets[BOUNDS.len()]);
            let sum = seconds(self.sum(n, |route| &route.micros));
            let _ = writeln!(out, "{name}_bucket{{route=\"{label}\",le=\"+Inf\"}} {all}");
            let _ = writeln!(out, "{name}_sum{{route=\"{label}\"}} {sum}\n{name}_count{{route=\"{label}\"}} {all}");
        }
    }
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_class_and_bucket() {
        let metrics = Metrics::default();
        metrics.count(1, 200, Duration::from_micros(90));
        metrics.count(1, 401, Duration::from_micros(600));
        metrics.count(99, 200, Duration::ZERO);
        metrics.count_problem(Code::Busy);
        let text = metrics.text(&[Gauge { name: "doorward_x", help: "Something.", value: 7.5 }]);
        for line in [
            "doorward_requests_total{route=\"/v1/sign-in\",class=\"2xx\"} 1",
            "doorward_requests_total{route=\"/v1/sign-in\",class=\"4xx\"} 1",
            "doorward_request_seconds_bucket{route=\"/v1/sign-in\",le=\"0.0001\"} 1",
            "doorward_request_seconds_bucket{route=\"/v1/sign-in\",le=\"0.001\"} 2",
            "doorward_request_seconds_count{route=\"/v1/sign-in\"} 2",
            "doorward_problems_total{code=\"busy\"} 1",
            "doorward_problems_total{code=\"internal\"} 0",
            "# TYPE doorward_x gauge",
            "doorward_x 7.5",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }

    #[test]
    fn nothing_is_lost_when_many_threads_count() {
        let metrics = Metrics::default();
        std::thread::scope(|scope| {
            for _ in 0..2 * SHARDS {
                scope.spawn(|| (0..1000).for_each(|_| metrics.count(4, 200, Duration::ZERO)));
            }
        });
        assert_eq!(metrics.sum(4, |route| &route.by_class[0]), 2000 * SHARDS as u64);
    }
}
