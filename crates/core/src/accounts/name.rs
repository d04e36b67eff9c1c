//! What people are called: the identifier they sign in with, and the name they show.

use unicode_normalization::UnicodeNormalization;

/// More bytes than this are no identifier (the longest mail address, RFC 5321).
pub const LONGEST_IDENTIFIER: usize = 254;
/// More bytes than this are no display name.
pub const LONGEST_DISPLAY_NAME: usize = 200;

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
}

/// The one form under which an identifier is stored and looked up: NFKC, lower case. `Alice`, `ALICE` and `ａｌｉｃｅ` are one
/// account. Tags in mail addresses (`a+b@…`) stay, they are part of the name.
///
/// # Errors
/// [`NameFault`].
pub fn identifier(text: &str) -> Result<String, NameFault> {
    if text.len() > LONGEST_IDENTIFIER {
        return Err(NameFault::TooLong);
    }
    // Lower case can leave NFKC, and NFKC can bring in upper case: until nothing moves, so that the form is one.
    let mut form: String = text.nfkc().collect();
    for _ in 0..3 {
        form = form.to_lowercase().nfkc().collect();
    }
    match () {
        () if form.is_empty() => Err(NameFault::Empty),
        () if form.len() > LONGEST_IDENTIFIER => Err(NameFault::TooLong),
        () if form.chars().any(|c| c.is_whitespace() || is_unseen(c)) || text.chars().any(is_unseen) => {
            Err(NameFault::Characters)
        }
        () => Ok(form),
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
        () if form.chars().any(|c| is_unseen(c) && !is_joiner(c)) => Err(NameFault::Characters),
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_are_one_identifier() {
        for text in ["Alice@Example.org", "ALICE@EXAMPLE.ORG", "ａｌｉｃｅ@example.org"] {
            assert_eq!(identifier(text).unwrap(), "alice@example.org", "{text}");
        }
        assert_eq!(identifier("cafe\u{301}"), identifier("caf\u{e9}"));
        assert_ne!(identifier("a+b@example.org"), identifier("a@example.org"));
    }

    #[test]
    fn characters_that_nobody_sees_are_refused() {
        for c in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{feff}',
            '\u{e0041}',
            '\u{ad}',
            '\u{3164}',
        ] {
            assert_eq!(identifier(&format!("ali{c}ce")), Err(NameFault::Characters), "{c:?}");
            let shown = if is_joiner(c) { Ok(format!("Ali{c}ce")) } else { Err(NameFault::Characters) };
            assert_eq!(display_name(&format!("Ali{c}ce")), shown, "{c:?}");
        }
        assert_eq!(identifier("two words"), Err(NameFault::Characters));
        assert_eq!(display_name("  Two Words "), Ok("Two Words".into()));
    }

    #[test]
    fn empty_and_too_long_are_refused_before_and_after_the_form_is_found() {
        assert_eq!(identifier(""), Err(NameFault::Empty));
        assert_eq!(display_name("  "), Err(NameFault::Empty));
        assert_eq!(identifier(&"a".repeat(255)), Err(NameFault::TooLong));
        assert_eq!(identifier(&"\u{fdfa}".repeat(50)), Err(NameFault::TooLong));
        assert!(identifier(&"a".repeat(254)).is_ok());
    }

    proptest! {
        #[test]
        fn the_form_of_the_form_is_the_form(text in "\\PC{0,40}") {
            if let Ok(form) = identifier(&text) {
                prop_assert_eq!(identifier(&form), Ok(form.clone()));
            }
        }
    }
}
