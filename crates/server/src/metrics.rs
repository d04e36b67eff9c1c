//! Counters for operators, in the text form that Prometheus reads. Counting takes no lock.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the latency buckets, in microseconds.
const BOUNDS: [u64; 8] = [100, 500, 1_000, 5_000, 25_000, 100_000, 500_000, 2_000_000];

/// All routes that are counted apart, by template: what was asked for never becomes a label.
pub(crate) const ROUTES: [&str; 13] = [
    "/v1/accounts",
    "/v1/sign-in",
    "/v1/refresh",
    "/v1/sign-out",
    "/v1/session",
    "/v1/session/data/{key}",
    "/v1/csrf",
    "/v1/sessions",
    "/v1/sessions/{sid}",
    "/.well-known/jwks.json",
    "/health/live",
    "/health/ready",
    "other",
];

#[derive(Default)]
pub(crate) struct Metrics {
    routes: [Route; ROUTES.len()],
}

/// On cache lines of its own, so that two busy routes do not slow each other down.
#[derive(Default)]
#[repr(align(128))]
struct Route {
    by_class: [AtomicU64; 4],
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Metrics {
    /// One answer more.
    pub(crate) fn count(&self, route: usize, status: u16, took: Duration) {
        let Some(route) = self.routes.get(route) else { return };
        let class = usize::from(status / 100).clamp(2, 5) - 2;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.iter().position(|bound| micros <= *bound).unwrap_or(BOUNDS.len());
        route.by_class[class].fetch_add(1, Ordering::Relaxed);
        route.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        route.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// The text form, with what else is to be told.
    pub(crate) fn text(&self, gauges: &[(&str, &str, u64)]) -> String {
        let mut out = String::with_capacity(8192);
        out.push_str("# HELP doorward_requests_total Answers by route and class of status.\n");
        out.push_str("# TYPE doorward_requests_total counter\n");
        for (name, route) in ROUTES.iter().zip(&self.routes) {
            for (class, count) in route.by_class.iter().enumerate() {
                let (class, count) = (class + 2, count.load(Ordering::Relaxed));
                let _ = writeln!(out, "doorward_requests_total{{route=\"{name}\",class=\"{class}xx\"}} {count}");
            }
        }
        self.write_latency(&mut out);
        for (name, help, value) in gauges {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
        out
    }

    fn write_latency(&self, out: &mut String) {
        let name = "doorward_request_seconds";
        let _ = writeln!(out, "# HELP {name} Time from the whole request head to the answer.\n# TYPE {name} histogram");
        for (label, route) in ROUTES.iter().zip(&self.routes) {
            let mut below = 0;
            for (bound, bucket) in BOUNDS.iter().zip(&route.buckets) {
                below += bucket.load(Ordering::Relaxed);
                let le = *bound as f64 / 1e6;
                let _ = writeln!(out, "{name}_bucket{{route=\"{label}\",le=\"{le}\"}} {below}");
            }
            let all = below + route.buckets[BOUNDS.len()].load(Ordering::Relaxed);
            let sum = route.micros.load(Ordering::Relaxed) as f64 / 1e6;
            let _ = writeln!(out, "{name}_bucket{{route=\"{label}\",le=\"+Inf\"}} {all}");
            let _ = writeln!(out, "{name}_sum{{route=\"{label}\"}} {sum}\n{name}_count{{route=\"{label}\"}} {all}");
        }
    }
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
        let text = metrics.text(&[("doorward_x", "Something.", 7)]);
        for line in [
            "doorward_requests_total{route=\"/v1/sign-in\",class=\"2xx\"} 1",
            "doorward_requests_total{route=\"/v1/sign-in\",class=\"4xx\"} 1",
            "doorward_request_seconds_bucket{route=\"/v1/sign-in\",le=\"0.0001\"} 1",
            "doorward_request_seconds_bucket{route=\"/v1/sign-in\",le=\"0.001\"} 2",
            "doorward_request_seconds_count{route=\"/v1/sign-in\"} 2",
            "doorward_x 7",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
