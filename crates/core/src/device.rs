//! Browsers that are known: a cookie that a good sign-in leaves behind, and that signs nobody in.
//!
//! It says one thing: from here somebody has signed in to this account before. Whoever guesses passwords does not have it,
//! so that its owner need not wait behind those who do. Its digest is kept with the account; a new password forgets all.

use std::time::Duration;

use doorward_verify::{Timestamp, base64url};

use crate::auth::Auth;
use crate::id::AccountId;
use crate::rng;
use crate::secret::{DeviceToken, Hashed, Plain};

/// A browser that was not seen for so long is not known any more; browsers forget the cookie as well.
pub const KNOWN_FOR: Duration = Duration::from_secs(400 * 86_400);
/// So many browsers are known on one account.
const MOST: usize = 10;

impl Auth {
    /// Whether the browser with this cookie is known on the account. If the store cannot say, it is not.
    pub(crate) async fn is_known(&self, account: Option<AccountId>, token: Option<&str>) -> bool {
        let Some(digest) = token.filter(|token| is_token(token)).map(digest_of) else { return false };
        // Asked also where there is no account, so that the time does not tell.
        let asked = account.unwrap_or_else(|| AccountId::from_raw([0; 16]));
        let Ok(now) = self.now() else { return false };
        match self.devices().knows(asked, digest, now.minus(KNOWN_FOR)).await {
            Ok(known) => known && account.is_some(),
            Err(error) => {
                tracing::warn!(event = "devices_unavailable", %error, "a browser counts as unknown");
                false
            }
        }
    }

    /// The browser is known on the account from now on, by the cookie that it has if that is known there already, else by a
    /// new one: what somebody else put there counts for nothing. `None` if it could not be kept; nothing depends on it.
    pub(crate) async fn know(
        &self,
        account: AccountId,
        token: Option<Plain<String>>,
        now: Timestamp,
    ) -> Option<Plain<String>> {
        let known = self.is_known(Some(account), token.as_ref().map(|t| t.expose().as_str())).await;
        let token = match token.filter(|_| known) {
            Some(token) => token,
            None => Plain::new(base64url::encode(&rng::bytes::<32>(self.rng()).ok()?)),
        };
        match self.devices().know(account, digest_of(token.expose()), MOST, now).await {
            Ok(()) => Some(token),
            Err(error) => {
                tracing::warn!(event = "devices_unavailable", %error, "a browser stays unknown");
                None
            }
        }
    }

    /// No browser is known on the account any more: whoever had the old password may have left a cookie in one.
    pub(crate) async fn forget_browsers(&self, account: AccountId) {
        if let Err(error) = self.devices().forget_devices(account).await {
            tracing::warn!(event = "devices_unavailable", %account, %error, "browsers are still known");
        }
    }
}

fn digest_of(token: &str) -> Hashed<DeviceToken> {
    Hashed::of(token.as_bytes())
}

/// Nothing else was ever given, so nothing else is looked up.
fn is_token(text: &str) -> bool {
    text.len() == 43 && base64url::decode_array::<32>(text.as_bytes()).is_some()
}
