//! The written forms of session tokens and refresh tokens. They never change once shipped.
//!
//! ```text
//! session token   dw_st_ sid . line . secret . sum
//! refresh token   dw_rt_ sid . line . generation . key id . MAC . sum
//! client secret   dw_cs_ secret . sum
//! ```
//!
//! `sum` is the CRC-32 of all before its dot, so that a typo or a cut never reaches the store. It proves nothing.

use doorward_verify::base64url;

use crate::id::SessionId;
use crate::root::KeyIdent;
use crate::secret::Plain;

const SESSION: &str = "dw_st_";
const REFRESH: &str = "dw_rt_";
const CLIENT: &str = "dw_cs_";

/// The longest a token of either kind can be; anything longer is not looked at.
pub const LONGEST: usize = 160;

/// A session token as it came back, taken apart. The secret is not yet checked.
#[expect(missing_debug_implementations, reason = "holds a secret")]
#[derive(Clone, Copy)]
pub struct SessionTokenParts<'a> {
    /// Which record it belongs to.
    pub sid: SessionId,
    /// Which carrier of that record.
    pub line: u32,
    /// 43 base64url characters.
    pub secret: &'a str,
}

/// Writes a session token around 32 random bytes; the secret part is their base64url form.
#[must_use]
pub fn session_token(sid: &SessionId, line: u32, random: &[u8; 32]) -> Plain<String> {
    sealed_with_sum(format!("{SESSION}{sid}.{line}.{}", base64url::encode(random)))
}

/// Reads a session token; `None` if it is not exactly of the form.
#[must_use]
pub fn parse_session_token(text: &str) -> Option<SessionTokenParts<'_>> {
    let mut parts = checked_body(text, SESSION)?.split('.');
    let sid = parts.next()?.parse().ok()?;
    let line = number(parts.next()?)?;
    let secret = parts.next()?;
    base64url::decode_array::<32>(secret.as_bytes())?;
    parts.next().is_none().then_some(SessionTokenParts { sid, line, secret })
}

/// Writes the secret of an application around 32 random bytes.
#[must_use]
pub fn client_secret(random: &[u8; 32]) -> Plain<String> {
    sealed_with_sum(format!("{CLIENT}{}", base64url::encode(random)))
}

/// Whether the text has exactly the form of an application's secret.
#[must_use]
pub fn is_client_secret(text: &str) -> bool {
    checked_body(text, CLIENT).is_some_and(|body| base64url::decode_array::<32>(body.as_bytes()).is_some())
}

/// A refresh token as it came back, taken apart. The MAC is not yet checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshTokenParts {
    /// Which record it belongs to.
    pub sid: SessionId,
    /// Which carrier of that record.
    pub line: u32,
    /// Which token of that carrier, from 1.
    pub generation: u64,
    /// Which root secret made it.
    pub key: KeyIdent,
    /// Over sid, line, generation and the record's salt.
    pub mac: [u8; 32],
}

/// Writes a refresh token around its MAC.
#[must_use]
pub fn refresh_token(parts: &RefreshTokenParts) -> Plain<String> {
    let RefreshTokenParts { sid, line, generation, key, mac } = parts;
    sealed_with_sum(format!("{REFRESH}{sid}.{line}.{generation}.{key}.{}", base64url::encode(mac)))
}

/// Reads a refresh token; `None` if it is not exactly of the form.
#[must_use]
pub fn parse_refresh_token(text: &str) -> Option<RefreshTokenParts> {
    let mut parts = checked_body(text, REFRESH)?.split('.');
    let sid = parts.next()?.parse().ok()?;
    let line = number(parts.next()?)?;
    let generation = number(parts.next()?).filter(|g| *g > 0)?;
    let key = KeyIdent::parse(parts.next()?)?;
    let mac = base64url::decode_array(parts.next()?.as_bytes())?;
    parts.next().is_none().then_some(RefreshTokenParts { sid, line, generation, key, mac })
}

fn sealed_with_sum(mut body: String) -> Plain<String> {
    let sum = base64url::encode(&crc32fast::hash(body.as_bytes()).to_be_bytes());
    body.reserve_exact(1 + sum.len());
    body.push('.');
    body.push_str(&sum);
    Plain::new(body)
}

fn checked_body<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    if text.len() > LONGEST {
        return None;
    }
    let (body, sum) = text.rsplit_once('.')?;
    let sum = base64url::decode_array::<4>(sum.as_bytes())?;
    (sum == crc32fast::hash(body.as_bytes()).to_be_bytes()).then_some(())?;
    body.strip_prefix(prefix)
}

/// A decimal without sign or leading zero: each number has one written form only.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    let plain = text.bytes().all(|c| c.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SID: &str = "w2AAAAAAAAAAAAAAAAAAAA";

    #[test]
    fn the_session_token_format_is_frozen() {
        let token = session_token(&SID.parse().unwrap(), 0, &[7; 32]);
        assert_eq!(token.expose(), "dw_st_w2AAAAAAAAAAAAAAAAAAAA.0.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc.hhThxA");
        let parts = parse_session_token(token.expose()).unwrap();
        assert_eq!((parts.sid.as_str(), parts.line, parts.secret.len()), (SID, 0, 43));
    }

    #[test]
    fn the_refresh_token_format_is_frozen() {
        let parts = RefreshTokenParts {
            sid: SID.parse().unwrap(),
            line: 0,
            generation: 12,
            key: KeyIdent::parse("AbCdEf-_").unwrap(),
            mac: [9; 32],
        };
        let token = refresh_token(&parts);
        assert_eq!(
            token.expose(),
            "dw_rt_w2AAAAAAAAAAAAAAAAAAAA.0.12.AbCdEf-_.CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk.9a_CEA"
        );
        assert_eq!(parse_refresh_token(token.expose()), Some(parts));
    }

    #[test]
    fn each_number_has_one_written_form() {
        for text in ["01", "+1", "-1", "", " 1", "1 ", "4294967296", "1.5", "١"] {
            assert_eq!(number::<u32>(text), None, "{text}");
        }
        assert_eq!(number::<u32>("0"), Some(0));
    }

    #[test]
    fn one_changed_character_anywhere_is_not_a_token() {
        let token = session_token(&SID.parse().unwrap(), 0, &[7; 32]);
        for at in 0..token.expose().len() {
            let mut bytes = token.expose().clone().into_bytes();
            bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
            assert!(parse_session_token(std::str::from_utf8(&bytes).unwrap()).is_none(), "at {at}");
            assert!(parse_session_token(&token.expose()[..at]).is_none(), "cut at {at}");
        }
    }

    #[test]
    fn neither_kind_passes_for_the_other() {
        let session = session_token(&SID.parse().unwrap(), 0, &[7; 32]);
        assert!(parse_refresh_token(session.expose()).is_none());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in ".{0,200}") {
            let _ = parse_session_token(&text);
            let _ = parse_refresh_token(&text);
        }

        #[test]
        fn what_was_written_is_read_back(line: u32, generation in 1u64.., mac: [u8; 32]) {
            let parts = RefreshTokenParts { sid: SID.parse().unwrap(), line, generation, key: KeyIdent::parse("abcdefgh").unwrap(), mac };
            prop_assert_eq!(parse_refresh_token(refresh_token(&parts).expose()), Some(parts));
        }
    }
}
