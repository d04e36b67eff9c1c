//! On whose behalf a request acts: nobody is known yet when it comes in, but where it comes from and its name are.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use doorward_core::Auth;
use doorward_core::audit::By;
use http::{HeaderValue, Request};

use crate::door::Door;
use crate::peer::Peer;

/// Numbers of requests, from a start that differs between processes.
static NEXT_REQUEST: AtomicU64 = AtomicU64::new(0);

/// The name of a request: distinct within a process, as good as never the same in two, and it says nothing about how many
/// requests there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 16]);

impl RequestId {
    pub(crate) fn next(start: u64) -> Self {
        let number = start.wrapping_add(NEXT_REQUEST.fetch_add(1, Ordering::Relaxed));
        let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut text = [0; 16];
        for (n, digit) in text.iter_mut().enumerate() {
            *digit = b"0123456789abcdef"[(number >> (60 - 4 * n) & 15) as usize];
        }
        Self(text)
    }

    pub(crate) fn header(self) -> HeaderValue {
        HeaderValue::from_bytes(&self.0).expect("hexadecimal digits")
    }

    fn text(self) -> String {
        self.0.iter().copied().map(char::from).collect()
    }
}

impl Door {
    /// What this request does is written down under its name and its client's address.
    pub(crate) fn acting(&self, request: &Request<Body>) -> Auth {
        let name = request.extensions().get::<RequestId>().map(|id| id.text());
        let address = Peer::of(request.extensions()).map(|peer| peer.address);
        self.auth().acting(By { request: name, address, ..By::default() })
    }
}
