//! What a form sends: `application/x-www-form-urlencoded`, and nothing else that forms could send.

use axum::body::Body;
use doorward_core::secret::Plain;
use http::{HeaderMap, Request};

use super::{is_of_type, read};
use crate::problem::{Code, Problem};

/// Bytes of a form.
const LARGEST: usize = 8 * 1024;
/// Fields of a form.
const MOST_FIELDS: usize = 100;

/// The fields of a form. No `Debug`: one of them may be a password.
pub(crate) struct Form(Vec<(String, String)>);

/// Reads a form.
pub(crate) async fn form(request: Request<Body>) -> Result<Form, Problem> {
    must_be_form(request.headers())?;
    parse(&read(request, LARGEST).await?)
}

impl Form {
    /// The value of a field, or an empty text. A form that was shown by us has every field once.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The same as a secret; it is not in the form afterwards.
    pub(crate) fn secret(&mut self, name: &str) -> Plain<String> {
        let value = self.0.iter_mut().find(|(field, _)| field == name).map(|(_, value)| std::mem::take(value));
        Plain::new(value.unwrap_or_default())
    }

    /// Whether there is such a field at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
}

fn must_be_form(headers: &HeaderMap) -> Result<(), Problem> {
    match is_of_type(headers, "application/x-www-form-urlencoded") {
        true => Ok(()),
        false => Err(Problem::new(Code::UnsupportedMediaType).detail("the body must be a form, url-encoded")),
    }
}

fn parse(bytes: &[u8]) -> Result<Form, Problem> {
    pairs(bytes).map(Form)
}

/// Names and values, of a form or of a query. Broken escapes and bytes that are no UTF-8 are refused: replaced letters would
/// make another password of it.
pub(crate) fn pairs(bytes: &[u8]) -> Result<Vec<(String, String)>, Problem> {
    let bad = |why: &'static str| Problem::new(Code::BadRequest).detail(why);
    let mut fields: Vec<(String, String)> = Vec::new();
    for pair in bytes.split(|c| *c == b'&').filter(|pair| !pair.is_empty()) {
        if fields.len() == MOST_FIELDS {
            return Err(bad("there are too many fields"));
        }
        let at = pair.iter().position(|c| *c == b'=').unwrap_or(pair.len());
        let (name, value) = (unescape(&pair[..at]), unescape(pair.get(at + 1..).unwrap_or_default()));
        let (Some(name), Some(value)) = (name, value) else {
            return Err(bad("something is not url-encoded UTF-8"));
        };
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(bad("a field stands twice"));
        }
        fields.push((name, value));
    }
    Ok(fields)
}

fn unescape(text: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(c) = rest.next() {
        out.push(match c {
            b'+' => b' ',
            b'%' => digit(*rest.next()?)? << 4 | digit(*rest.next()?)?,
            c => *c,
        });
    }
    String::from_utf8(out).ok()
}

fn digit(c: u8) -> Option<u8> {
    char::from(c).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header::{self, HeaderValue};

    fn fault(bytes: &[u8]) -> Code {
        parse(bytes).err().expect("is refused").code()
    }

    #[test]
    fn a_form_is_read_letter_for_letter() {
        let mut form = parse("a=1+2%2B&%E5%90%8D=%F0%9F%94%91&empty=&bare&remember=on".as_bytes()).ok().unwrap();
        assert_eq!((form.text("a"), form.text("名"), form.text("empty"), form.text("bare")), ("1 2+", "🔑", "", ""));
        assert!(form.is_ticked("remember") && !form.is_ticked("empty") && !form.is_ticked("missing"));
        assert_eq!(form.secret("a").expose(), "1 2+");
        assert_eq!(form.text("a"), "", "a secret is taken out");
    }

    #[test]
    fn what_two_readers_could_read_differently_is_refused() {
        for bad in ["a=%", "a=%1", "a=%zz", "a=%ff", "%ff=a", "a=%c3%28", "a=1&a=2", "a=1&%61=2"] {
            assert_eq!(fault(bad.as_bytes()), Code::BadRequest, "{bad}");
        }
        assert_eq!(fault(b"a=\xff"), Code::BadRequest);
    }

    #[test]
    fn a_hundred_fields_are_read_and_one_more_is_refused() {
        let fields = |n: usize| (0..n).map(|i| format!("f{i}=x")).collect::<Vec<_>>().join("&");
        assert!(parse(fields(100).as_bytes()).is_ok());
        assert_eq!(fault(fields(101).as_bytes()), Code::BadRequest);
    }

    #[test]
    fn only_a_form_is_a_form() {
        let of = |kind: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::try_from(kind).unwrap());
            must_be_form(&headers).map_err(|p| p.code())
        };
        assert_eq!(of("application/x-www-form-urlencoded"), Ok(()));
        assert_eq!(of("Application/X-WWW-Form-UrlEncoded; charset=UTF-8"), Ok(()));
        for bad in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            assert_eq!(of(bad), Err(Code::UnsupportedMediaType), "{bad}");
        }
        assert!(must_be_form(&HeaderMap::new()).is_err());
    }
}
