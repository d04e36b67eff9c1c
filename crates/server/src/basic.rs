//! An application by its name and secret, as HTTP Basic (RFC 7617, RFC 6749 section 2.3.1).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_core::Auth;
use doorward_core::directory::Client;
use doorward_core::id::ClientId;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::problem::{Code, Problem};

/// An application that has shown its secret.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) client: ClientId,
    /// The public name of the secret that it was.
    secret: String,
}

impl Shown {
    /// Whether the application may still be used, and that secret still counts.
    pub(crate) fn still_holds(&self, auth: &Auth) -> bool {
        auth.client(Some(&self.client)).is_some_and(|client| client.secrets.iter().any(|s| s.id == self.secret))
    }
}

/// The application that a request is from, if it says so by HTTP Basic.
///
/// An unknown name, a wrong secret and a header that cannot be read are all told the same.
pub(crate) fn shown(auth: &Auth, headers: &HeaderMap) -> Result<Option<Shown>, Problem> {
    let mut found = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (found.next(), found.next()) else {
        return Ok(None);
    };
    match value.to_str().ok().and_then(|text| text.split_once(' ')) {
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            by_pair(auth, pair).map(Some).ok_or(Problem::new(Code::Unauthenticated))
        }
        _ => Ok(None),
    }
}

fn by_pair(auth: &Auth, pair: &str) -> Option<Shown> {
    let pair = String::from_utf8(STANDARD.decode(pair).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let (id, secret) = (form_decoded(id)?.parse().ok()?, form_decoded(secret)?);
    let client: Arc<Client> = auth.client_by_secret(&id, &secret)?;
    let secret = client.secrets.iter().find(|s| s.digest.is_of(secret.as_bytes()))?.id.clone();
    Some(Shown { client: id, secret })
}

fn form_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_decoded_as_a_form_is() {
        assert_eq!(form_decoded("a%3Ab+c%C3%A4.-_*").unwrap(), "a:b cä.-_*");
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(form_decoded(bad), None, "{bad}");
        }
    }
}
