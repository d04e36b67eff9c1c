//! What people are called: the identifier they sign in with, and the name they show.

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

mod script;

/// More bytes than this are no identifier (the longest mail address, RFC 5321).
pub const LONGEST_IDENTIFIER: usize = 254;
/// More bytes than this are no display name.
pub const LONGEST_DISPLAY_NAME: usize = 200;

/// In an address (RFC 5322) these quote, group, or begin the next one.
const SIGNS: [char; 11] = ['"', ',', ';', ':', '<', '>', '(', ')', '[', ']', '\\'];
const EDGES: [char; 2] = ['.', '@'];

/// Why a text cannot be an identifier or a display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left of it.
    #[error("it is empty")]
    Empty,
    /// Too many bytes.
    #[error("it is too long")]
    TooLong,
    /// It holds characters that nobody sees, that change the direction of what follows, or (in an identifier) blanks.
    #[error("it contains characters that cannot be used")]
    Characters,
    /// An identifier holds a sign that mail programs read as something else than a part of one address.
    #[error("it contains one of \" , ; : < > ( ) [ ] \\, or more than one @")]
    Signs,
    /// An identifier that begins or ends with a dot or an at sign: in a sentence nobody sees that it belongs to it.
    #[error("it begins or ends with a dot or an @")]
    Edges,
    /// An identifier of letters that are not written together.
    #[error("it mixes letters of different scripts")]
    MixedScripts,
    /// An identifier that looks like one in Latin letters and is another.
    #[error("it looks like a name in other letters")]
    LookAlike,
}

impl NameFault {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Characters | Self::Signs => "unusable_character",
            Self::Edges => "unusable_edge",
            Self::MixedScripts => "mixed_scripts",
            Self::LookAlike => "look_alike",
        }
    }
}

/// The one form under which an identifier is stored and looked up: NFKC, case folded. `Alice`, `ALICE` and `ａｌｉｃｅ` are
/// one account, and so are `Straße` and `STRASSE`. Tags in mail addresses (`a+b@…`) stay, they are part of the name.
///
/// # Errors
/// [`NameFault`].
pub fn identifier(text: &str) -> Result<String, NameFault> {
    if text.len() > LONGEST_IDENTIFIER {
        return Err(NameFault::TooLong);
    }
    // Folding can leave NFKC, and NFKC can bring in upper case: until nothing moves, so that the form is one.
    let mut form: String = text.nfkc().collect();
    for _ in 0..3 {
        form = default_case_fold_str(&form).nfkc().collect();
    }
    match () {
        () if form.is_empty() => Err(NameFault::Empty),
        () if form.len() > LONGEST_IDENTIFIER => Err(NameFault::TooLong),
        () if form.chars().any(|c| c.is_whitespace() || is_unseen(c)) || text.chars().any(is_unseen) => {
            Err(NameFault::Characters)
        }
        () if form.contains(SIGNS) || form.matches('@').count() > 1 => Err(NameFault::Signs),
        () if form.starts_with(EDGES) || form.ends_with(EDGES) => Err(NameFault::Edges),
        () => script::check(&form).map(|()| form),
    }
}

/// A name to be shown: NFC, without blanks around it.
///
/// # Errors
/// [`NameFault`].
pub fn display_name(text: &str) -> Result<String, NameFault> {
    let form: String = text.trim().nfc().collect();
    match () {
        () if form.is_empty() => Err(NameFault::Empty),
        () if form.len() > LONGEST_DISPLAY_NAME => Err(NameFault::TooLong),
        // Also at its ends, where a line's end would go as a blank.
        () if text.chars().any(|c| is_unseen(c) && !is_joiner(c)) => Err(NameFault::Characters),
        () => Ok(form),
    }
}

/// Persian, many Indian scripts and emoji are not written without these.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

/// Controls, direction marks, zero-width characters, private use, noncharacters: two names that differ only in these look
/// the same.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{10ffff}')
        || u32::from(c) & 0xfffe == 0xfffe
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

#[cfg(test)]
mod tests;
