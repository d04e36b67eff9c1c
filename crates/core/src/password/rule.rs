//! What may be presented as a password, and what may become one.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::weak::{self, Weakness};
use crate::secret::Plain;

/// More bytes than this are refused before anything is computed.
pub const LONGEST: usize = 1024;

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer characters (Unicode code points) than the policy asks for.
    #[error("the password needs at least {0} characters")]
    TooShort(usize),
    /// More than [`LONGEST`] bytes.
    #[error("the password has more than {LONGEST} bytes")]
    TooLong,
    /// It contains U+0000, which other programs would take for its end.
    #[error("the password contains a character that cannot be used (U+0000)")]
    Nul,
    /// It is among the first that are guessed.
    #[error(transparent)]
    Weak(#[from] Weakness),
}

impl PasswordFault {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort(_) => "too_short",
            Self::TooLong => "too_long",
            Self::Nul => "unusable_character",
            Self::Weak(weakness) => weakness.code(),
        }
    }
}

/// What a new password is held against.
#[derive(Clone, Copy)]
pub struct Rule<'a> {
    /// Fewest characters (Unicode code points).
    pub min_length: usize,
    /// What the person is called: identifier and display name.
    pub names: &'a [&'a str],
    /// What everybody here thinks of first: names of the service and its site, words of the operator's choice.
    pub words: &'a [String],
}

/// Leaves out the names.
impl fmt::Debug for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("min_length", &self.min_length).finish_non_exhaustive()
    }
}

/// A password as it was typed, ready to be checked.
///
/// What is hashed here is its NFC form, so that two keyboards that write `é` differently agree. Other programs hashed what
/// came over the wire: for a hash that was brought along, the very bytes that were typed count as well.
#[expect(missing_debug_implementations, reason = "holds a password")]
pub struct Presented {
    nfc: Plain<String>,
    typed: Option<Plain<String>>,
}

impl Presented {
    /// The form that is hashed here.
    #[must_use]
    pub fn nfc(&self) -> &Plain<String> {
        &self.nfc
    }

    /// What was typed, if that is another form.
    #[must_use]
    pub fn typed(&self) -> Option<&Plain<String>> {
        self.typed.as_ref()
    }

    /// The form that is hashed here, alone.
    #[must_use]
    pub fn into_nfc(self) -> Plain<String> {
        self.nfc
    }
}

/// What may be presented as a password: any Unicode text. Nothing is trimmed, cut or folded.
///
/// # Errors
/// [`PasswordFault`], never because it is short or weak.
pub fn presented(text: &Plain<String>) -> Result<Presented, PasswordFault> {
    let text = text.expose();
    if text.len() > LONGEST {
        return Err(PasswordFault::TooLong);
    }
    if text.contains('\0') {
        return Err(PasswordFault::Nul);
    }
    let nfc: String = text.nfc().collect();
    let typed = (nfc != *text).then(|| Plain::new(text.clone()));
    Ok(Presented { nfc: Plain::new(nfc), typed })
}

/// What may be set as a new password: long enough, and not among the first that are guessed. Which characters it is made of
/// is nobody's business.
///
/// # Errors
/// [`PasswordFault`].
pub fn chosen(text: &Plain<String>, rule: Rule<'_>) -> Result<Plain<String>, PasswordFault> {
    let password = presented(text)?.into_nfc();
    if password.expose().chars().count() < rule.min_length {
        return Err(PasswordFault::TooShort(rule.min_length));
    }
    match weak::weakness(password.expose(), rule) {
        Some(weakness) => Err(weakness.into()),
        None => Ok(password),
    }
}
