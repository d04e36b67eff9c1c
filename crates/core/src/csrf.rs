//! The CSRF token: 16 random bytes, a dot, and an HMAC over the session id and those bytes.
//!
//! Signed double submit: it holds for one session only, so a token that an attacker got for a session of their own, or
//! planted in a cookie, does nothing for the victim's.

use doorward_verify::base64url;

use crate::auth::Auth;
use crate::id::SessionId;
use crate::rng::{self, RngError};

impl Auth {
    /// A CSRF token for this session. Every token handed out stays good as long as the session does.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn csrf_token(&self, sid: &SessionId) -> Result<String, RngError> {
        let random: [u8; 16] = rng::bytes(self.rng())?;
        let tag = self.root().csrf_mac(sid, &random);
        Ok(format!("{}.{}", base64url::encode(&random), base64url::encode(&tag)))
    }

    /// Whether `token` was made for this session.
    #[must_use]
    pub fn csrf_holds(&self, sid: &SessionId, token: &str) -> bool {
        let Some((random, tag)) = token.split_once('.') else {
            return false;
        };
        let Some(random) = base64url::decode_array::<16>(random.as_bytes()) else {
            return false;
        };
        let Some(tag) = base64url::decode_array::<32>(tag.as_bytes()) else {
            return false;
        };
        self.root().csrf_holds(sid, &random, &tag)
    }
}
