//! Forms that are shown before anybody is signed in: to sign in, to sign up.
//!
//! Without proof that the browser which sends a form is the one it was shown to, another site could sign a person in as
//! somebody else and watch what they do there. A cookie names the browser with 128 random bits; the form carries a MAC over
//! that name and the moment it was shown. Both must come back together, within ten minutes.

use std::time::Duration;

use doorward_verify::{Timestamp, base64url};

use crate::auth::Auth;
use crate::rng::{self, RngError};
use crate::store::StoreError;

/// A form may be sent for so long after it was shown.
pub const FRESH_FOR: Duration = Duration::from_secs(600);

/// How a form came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// From the browser it was shown to, in time.
    Fresh,
    /// From that browser, too late.
    Expired,
    /// From another browser, or made by somebody else.
    Foreign,
}

impl Auth {
    /// A name for a browser in which nobody is signed in: 22 base64url characters.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn name_browser(&self) -> Result<String, RngError> {
        Ok(base64url::encode(&rng::bytes::<16>(self.rng())?))
    }

    /// The token of a form that is shown to that browser now.
    ///
    /// # Errors
    /// If the clock cannot be read.
    pub fn form_token(&self, browser: &str) -> Result<String, StoreError> {
        let issued = self.now()?.as_secs().to_string();
        let tag = self.root().form_mac(browser, &issued);
        Ok(format!("{issued}.{}", base64url::encode(&tag)))
    }

    /// How a form with this token came back from that browser.
    ///
    /// # Errors
    /// If the clock cannot be read.
    pub fn form_came_back(&self, browser: &str, token: &str) -> Result<Form, StoreError> {
        let Some((issued, tag)) = token.split_once('.') else { return Ok(Form::Foreign) };
        let tag = base64url::decode_array::<32>(tag.as_bytes());
        let right = is_browser_name(browser) && tag.is_some_and(|tag| self.root().form_holds(browser, issued, &tag));
        match issued.parse() {
            Ok(issued) if right => Ok(judge(Timestamp::from_secs(issued), self.now()?)),
            _ => Ok(Form::Foreign),
        }
    }
}

/// Whether a text can be what [`Auth::name_browser`] gives.
#[must_use]
pub fn is_browser_name(text: &str) -> bool {
    base64url::decode_array::<16>(text.as_bytes()).is_some()
}

/// The rule. A form from the future was shown by a node whose clock is ahead.
fn judge(issued: Timestamp, now: Timestamp) -> Form {
    if now.since(issued) < FRESH_FOR { Form::Fresh } else { Form::Expired }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_good_for_ten_minutes_to_the_second() {
        let at = Timestamp::from_secs(1_800_000_000);
        for (later, wanted) in [(0, Form::Fresh), (599, Form::Fresh), (600, Form::Expired), (86_400, Form::Expired)] {
            assert_eq!(judge(at, at.plus(Duration::from_secs(later))), wanted, "{later}");
        }
        assert_eq!(judge(at.plus(Duration::from_secs(30)), at), Form::Fresh);
    }
}
