//! Links that work once: for the first administrator, for a new password, for an invitation.
//!
//! A link holds 256 random bits; its digest is stored beside whom it concerns, and taking it out is the one moment at which
//! it counts. Everything that may be refused is checked before that, so that a password that is too short costs nobody his
//! link. Its address is made of the public URL, never of what a request says.

use std::time::Duration;

use doorward_verify::{Timestamp, base64url};

use crate::accounts::SignUpError;
use crate::auth::Auth;
use crate::rng::{self, RngError};
use crate::secret::{Hashed, LinkToken, Plain};
use crate::store::{OneTime, Purpose, StoreError};

mod invite;
mod reset;
mod setup;

pub use reset::RESET_LIFE;
pub use setup::SETUP_LIFE;

/// Something to hand to a person, once.
#[expect(missing_debug_implementations, reason = "holds a secret")]
pub struct Link {
    /// The token alone: 43 base64url characters.
    pub token: Plain<String>,
    /// Where to open it.
    pub url: Plain<String>,
    /// From this moment on it is nothing any more.
    pub expires_at: Timestamp,
}

/// Why there is no link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// Somebody administers this server already.
    #[error("there is an administrator already")]
    Administered,
    /// There is no such account.
    #[error("there is no such account")]
    NoAccount,
    /// Nobody signs in as that account.
    #[error("the account is disabled")]
    Disabled,
    /// Only operators make accounts here.
    #[error("sign-up is closed")]
    Closed,
    /// The identifier cannot be one, or somebody has it.
    #[error(transparent)]
    Account(#[from] SignUpError),
    /// So many links of this kind are open that something must be wrong.
    #[error("too many links of this kind are open")]
    TooMany,
    /// Nothing could be drawn.
    #[error(transparent)]
    Rng(#[from] RngError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// Why a link did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UseError {
    /// Used, too old, cancelled by a newer one, or never given: nobody is told which.
    #[error("the link is not valid")]
    Gone,
    /// The account is there, and the password is not its own.
    #[error("wrong identifier or password")]
    InvalidCredentials,
    /// What came along cannot be used; the link still works.
    #[error(transparent)]
    Account(#[from] SignUpError),
    /// Nobody knows; ask again.
    #[error(transparent)]
    Unavailable(#[from] StoreError),
}

/// What a link is about, before it is made.
struct Wanted {
    purpose: Purpose,
    subject: String,
    value: String,
    life: Duration,
    most: usize,
}

impl Auth {
    /// Whether a link still works, and until when; it stays as it is.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn look_at_link(&self, purpose: Purpose, token: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.look(purpose, token).await?.map(|value| value.expires_at))
    }

    async fn make_link(&self, wanted: Wanted) -> Result<Link, MakeError> {
        let now = self.now()?;
        let token = Plain::new(base64url::encode(&rng::bytes::<32>(self.rng())?));
        let Wanted { purpose, subject, value, life, most } = wanted;
        let expires_at = now.plus(life);
        let digest = digest_of(token.expose());
        let made = self.passing().put(OneTime { purpose, digest, subject, value, expires_at }, most, now).await?;
        if !made {
            return Err(MakeError::TooMany);
        }
        let url = format!("{}/{}?token={}", self.policy().issuer, purpose.name(), token.expose());
        Ok(Link { url: Plain::new(url), token, expires_at })
    }

    async fn look(&self, purpose: Purpose, token: &str) -> Result<Option<OneTime>, StoreError> {
        if !is_token(token) {
            return Ok(None);
        }
        self.passing().look(purpose, digest_of(token), self.now()?).await
    }

    async fn take(&self, purpose: Purpose, token: &str) -> Result<OneTime, UseError> {
        let taken = self.passing().take(purpose, digest_of(token), self.now()?).await?;
        taken.ok_or(UseError::Gone)
    }

    /// What was taken for nothing works again. If that fails, the operator makes another one.
    async fn put_back(&self, value: OneTime, most: usize) {
        let Ok(now) = self.now() else { return };
        if let Err(error) = self.passing().put(value, most, now).await {
            tracing::warn!(event = "link_lost", %error, "a link was taken, did nothing, and could not be put back");
        }
    }
}

fn digest_of(token: &str) -> Hashed<LinkToken> {
    Hashed::of(token.as_bytes())
}

/// Nothing else was ever given, so nothing else is looked up.
fn is_token(text: &str) -> bool {
    text.len() == 43 && base64url::decode_array::<32>(text.as_bytes()).is_some()
}

#[cfg(test)]
mod tests;
