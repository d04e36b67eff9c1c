//! What a listener tells of itself: whether it is about to stop, and numbers for operators.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};

use doorward_core::Timestamp;

use crate::metrics::Gauge;

/// Shared between the listener, the routes that tell it, and whoever starts and stops both. Cheap to clone.
#[derive(Clone, Default)]
pub struct Status(Arc<Inner>);

#[derive(Default)]
struct Inner {
    stopping: AtomicBool,
    open: AtomicUsize,
    refused: AtomicU64,
    handshakes_failed: AtomicU64,
    reloads_failed: AtomicU64,
    /// Seconds since 1970; 0: there is no certificate.
    expires: AtomicI64,
}

impl Status {
    /// From now on `/health/ready` says no: whoever sends requests here should send them elsewhere.
    pub fn begin_to_stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// A certificate is in use, until then.
    pub fn certificate_expires(&self, at: Timestamp) {
        self.0.expires.store(at.as_secs(), Ordering::Relaxed);
    }

    /// A new certificate could not be used; the one before it goes on.
    pub fn reload_failed(&self) {
        self.0.reloads_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn handshake_failed(&self) {
        self.0.handshakes_failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connection_refused(&self) {
        self.0.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self, open: usize) {
        self.0.open.store(open, Ordering::Relaxed);
    }

    /// For `/metrics`.
    pub(crate) fn numbers(&self, now: Option<Timestamp>) -> Vec<Gauge> {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed) as f64;
        let inner = &self.0;
        let mut numbers = vec![
            gauge("doorward_connections", "Open connections.", inner.open.load(Ordering::Relaxed) as f64),
            gauge("doorward_connections_refused_total", "Turned away: there were too many.", of(&inner.refused)),
        ];
        let expires = inner.expires.load(Ordering::Relaxed);
        if let Some(now) = now.filter(|_| expires != 0) {
            let left = (expires - now.as_secs()) as f64;
            let (failed, reloads) = (of(&inner.handshakes_failed), of(&inner.reloads_failed));
            numbers.extend([
                gauge(
                    "doorward_tls_certificate_expires_seconds",
                    "Time until the certificate in use expires; below zero, it has.",
                    left,
                ),
                gauge("doorward_tls_reload_failures_total", "Certificates that could not be used.", reloads),
                gauge("doorward_tls_handshake_failures_total", "Handshakes that came to nothing.", failed),
            ]);
        }
        numbers
    }
}

fn gauge(name: &'static str, help: &'static str, value: f64) -> Gauge {
    Gauge { name, help, value }
}

/// Two are the same if they are one.
impl PartialEq for Status {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Status {}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Status").field("stopping", &self.is_stopping()).finish_non_exhaustive()
    }
}
