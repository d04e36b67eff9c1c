//! What stands behind the question mark, and the parts of a path: strictly, like a body. A misspelt `?rolle=…` that is passed
//! over would list everybody.

use axum::extract::{FromRequestParts, Path};
use doorward_core::verify::base64url;
use http::Uri;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::body;
use crate::problem::{Code, Problem};

/// Rows in one answer where nobody says how many.
pub(super) const USUAL: u64 = 50;
/// Rows in one answer, at most.
pub(super) const MOST: u64 = 200;

/// The parameters of a request, each once, all of them known.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(uri: &Uri, known: &[&str]) -> Result<Self, Problem> {
        let pairs = body::pairs(uri.query().unwrap_or("").as_bytes())?;
        match pairs.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                Err(Problem::new(Code::InvalidInput).field(body::shown(name), "unknown", "is not known here"))
            }
            None => Ok(Self(pairs)),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Something that is written as a text.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        let unusable = || Problem::new(Code::InvalidInput).field(name, "unusable", "is none of what may stand here");
        self.text(name).map(|text| read(text).ok_or_else(unusable)).transpose()
    }

    /// `limit`: how many rows.
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        let limit = self.read("limit", |text| number(text).filter(|n| (1..=MOST).contains(n)))?;
        Ok(usize::try_from(limit.unwrap_or(USUAL)).unwrap_or(1))
    }

    /// `next`: where the last page ended.
    pub(super) fn place(&self) -> Result<Option<String>, Problem> {
        self.read("next", |text| String::from_utf8(base64url::decode(text.as_bytes())?).ok())
    }
}

/// Where a page ended, for `next` of the next request. It is of our making, and nobody should read it.
pub(super) fn place(at: &str) -> String {
    base64url::encode(at.as_bytes())
}

/// Digits, as we write them ourselves.
pub(super) fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|n: &u64| n.to_string() == text)
}

/// Parts of the path. What is no text names nothing.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        found.map(|Path(named)| Self(named)).map_err(|_| Problem::new(Code::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Result<Query, Code> {
        let uri = format!("/v1/admin/accounts{query}").parse().unwrap();
        Query::of(&uri, &["limit", "next", "role"]).map_err(|problem| problem.code())
    }

    #[test]
    fn a_parameter_that_is_unknown_or_stands_twice_is_refused() {
        for good in ["", "?", "?role=a%20b", "?limit=3&next=YQ"] {
            assert!(of(good).is_ok(), "{good}");
        }
        for (bad, code) in [
            ("?rolle=a", Code::InvalidInput),
            ("?role=a&role=b", Code::BadRequest),
            ("?role=a&r%6fle=b", Code::BadRequest),
            ("?role=%ff", Code::BadRequest),
        ] {
            assert_eq!(of(bad).err(), Some(code), "{bad}");
        }
    }

    #[test]
    fn a_limit_is_a_number_from_one_to_the_most() {
        assert_eq!(of("").unwrap().limit().ok(), Some(50));
        assert_eq!(of("?limit=200").unwrap().limit().ok(), Some(200));
        for bad in ["0", "201", "-1", "01", "+1", "x", "", "18446744073709551616"] {
            assert!(of(&format!("?limit={bad}")).unwrap().limit().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_place_comes_back_as_it_was_given() {
        let query = of(&format!("?next={}", place("管理@example.org"))).unwrap();
        assert_eq!(query.place().ok().flatten().as_deref(), Some("管理@example.org"));
        for bad in ["a", "!!", "_w"] {
            assert!(of(&format!("?next={bad}")).unwrap().place().is_err(), "{bad}");
        }
    }
}
