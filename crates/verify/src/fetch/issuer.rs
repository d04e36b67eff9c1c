//! Asking the issuer about one token (RFC 7662), and for its keys.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::Semaphore;

use super::client::{Ask, Client, form_encoded};
use super::keys::Keys;
use crate::guard::{Issuer, Later, Unanswered};

/// Questions that are open at once. When the feed is away every request may become one, and the issuer is not to drown in
/// them when it comes back.
const AT_ONCE: usize = 64;
/// Longest answer in bytes.
const LARGEST: usize = 64 * 1024;

/// An issuer on the network.
pub(super) struct Remote {
    client: Client,
    keys: Arc<Keys>,
    open: Semaphore,
}

impl Remote {
    pub(super) fn new(client: Client, keys: Arc<Keys>) -> Self {
        Self { client, keys, open: Semaphore::new(AT_ONCE) }
    }

    async fn introspect(&self, token: &str) -> Result<bool, Unanswered> {
        #[derive(Deserialize)]
        struct Answer {
            active: bool,
        }
        // Who finds no place is not made to wait: a 503 at once is better than one in five seconds.
        let _place = self.open.try_acquire().map_err(|_| Unanswered)?;
        let form = format!("token={}&token_type_hint=access_token", form_encoded(token));
        let ask =
            Ask { path: "/oauth/introspect", accept: "application/json", with_credentials: true, largest: LARGEST };
        let body = self.client.post(&ask, form).await.map_err(|_| Unanswered)?;
        serde_json::from_slice::<Answer>(&body).map(|answer| answer.active).map_err(|_| Unanswered)
    }
}

impl Issuer for Remote {
    fn accepts<'a>(&'a self, token: &'a str) -> Later<'a, Result<bool, Unanswered>> {
        Box::pin(self.introspect(token))
    }

    fn fetch_keys(&self) -> Later<'_, bool> {
        Box::pin(self.keys.fetch_for_unknown())
    }
}
