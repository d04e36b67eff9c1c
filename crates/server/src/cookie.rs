//! Our cookies: names, flags, sizes. Every one is `HttpOnly`, for the whole host and for no other.

use doorward_core::Timestamp;
use doorward_core::form::FRESH_FOR;
use doorward_core::issue::Pair;
use doorward_core::records::Session;
use doorward_core::secret::Plain;
use doorward_core::verify::present::CookieNames;
use http::header::{self, HeaderMap, HeaderValue};

use crate::options::Options;
use crate::problem::{Code, Problem};

/// Browsers drop a cookie whose name and value are longer.
const LARGEST: usize = 4096;
/// Browsers forget a cookie after 400 days whatever it says.
const LONGEST_LIFE: u64 = 400 * 86_400;

/// What the cookies are called. The prefix makes browsers refuse them without `Secure`, with another path, for a wider
/// domain, or from a script.
#[must_use]
pub fn names(dev: bool) -> CookieNames {
    let prefix = prefix(dev);
    CookieNames {
        session: format!("{prefix}doorward_session"),
        access: format!("{prefix}doorward_access"),
        refresh: format!("{prefix}doorward_refresh"),
    }
}

fn prefix(dev: bool) -> &'static str {
    if dev { "" } else { "__Host-Http-" }
}

#[derive(Clone, Copy)]
enum Kind {
    Session,
    Access,
    Refresh,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Session, Self::Access, Self::Refresh];

    fn name(self, names: &CookieNames) -> &str {
        match self {
            Self::Session => &names.session,
            Self::Access => &names.access,
            Self::Refresh => &names.refresh,
        }
    }

    /// A refresh token is only ever sent by our own pages; the others also when somebody follows a link to us.
    fn same_site(self) -> &'static str {
        match self {
            Self::Session | Self::Access => "Lax",
            Self::Refresh => "Strict",
        }
    }
}

/// The session cookie; the cookies of the other mode go.
pub(crate) fn for_session(
    options: &Options,
    at: &Session,
    token: &str,
    now: Timestamp,
) -> Result<Vec<HeaderValue>, Problem> {
    Ok(vec![set(options, Kind::Session, token, at, now)?, clear(options, Kind::Access), clear(options, Kind::Refresh)])
}

/// The two cookies of mode `hybrid`; the session cookie goes. Both live equally long: only the token inside the access
/// cookie expires sooner.
pub(crate) fn for_hybrid(
    options: &Options,
    at: &Session,
    pair: &Pair,
    now: Timestamp,
) -> Result<Vec<HeaderValue>, Problem> {
    Ok(vec![
        set(options, Kind::Access, pair.access.expose(), at, now)?,
        set(options, Kind::Refresh, pair.refresh.expose(), at, now)?,
        clear(options, Kind::Session),
    ])
}

/// Clears all three.
pub(crate) fn clear_all(options: &Options) -> Vec<HeaderValue> {
    Kind::ALL.into_iter().map(|kind| clear(options, kind)).collect()
}

/// What the cookie is called that names a browser in which nobody is signed in.
pub(crate) fn browser_name(options: &Options) -> String {
    format!("{}doorward_pre", prefix(options.dev))
}

/// What the cookie is called that holds the language which somebody chose.
pub(crate) fn language_name(options: &Options) -> String {
    format!("{}doorward_language", prefix(options.dev))
}

/// What the cookie is called by which a browser is known on the accounts that signed in from it.
pub(crate) fn device_name(options: &Options) -> String {
    format!("{}doorward_device", prefix(options.dev))
}

/// By this the browser is known again. It signs nobody in, so that neither a sign-out nor the end of a session clears it.
pub(crate) fn for_device(options: &Options, token: &str) -> HeaderValue {
    plain(options, &device_name(options), token, LONGEST_LIFE)
}

/// The cookie of a browser that was here before.
pub(crate) fn device(options: &Options, headers: &HeaderMap) -> Option<Plain<String>> {
    one(headers, &device_name(options)).map(|token| Plain::new(token.to_owned()))
}

/// Names the browser for as long as a form may be sent. `Lax`: with `Strict` every link from another site would give the
/// browser another name, and break the forms in its other tabs.
pub(crate) fn for_browser(options: &Options, name: &str) -> HeaderValue {
    plain(options, &browser_name(options), name, FRESH_FOR.as_secs())
}

/// Keeps the language as long as browsers keep anything.
pub(crate) fn for_language(options: &Options, tag: &str) -> HeaderValue {
    plain(options, &language_name(options), tag, LONGEST_LIFE)
}

/// A value of base64url characters.
fn plain(options: &Options, name: &str, value: &str, seconds: u64) -> HeaderValue {
    let text = format!("{name}={value}{}; Max-Age={seconds}", flags_of(options, "Lax"));
    HeaderValue::try_from(text).expect("names, values and flags are plain text")
}

/// The value of a cookie that is no credential. One that stands twice counts as missing: somebody else planted the other.
pub(crate) fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(n, _)| *n == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

fn set(options: &Options, kind: Kind, value: &str, at: &Session, now: Timestamp) -> Result<HeaderValue, Problem> {
    let names = names(options.dev);
    let name = kind.name(&names);
    if name.len() + value.len() > LARGEST {
        tracing::error!(event = "cookie_too_large", cookie = name, sid = %at.sid, bytes = value.len(), "not handed out");
        return Err(Problem::new(Code::CookieTooLarge));
    }
    // Without "remember me" the browser forgets it when it is closed; with it, not later than the session ends.
    let max_age = match at.remember {
        true => format!("; Max-Age={}", at.ends_at.since(now).as_secs().min(LONGEST_LIFE)),
        false => String::new(),
    };
    let text = format!("{name}={value}{}{max_age}", flags(options, kind));
    HeaderValue::try_from(text).map_err(|_| Problem::new(Code::Internal))
}

/// A browser deletes a `__Host-` cookie only if the deletion has the same flags.
fn clear(options: &Options, kind: Kind) -> HeaderValue {
    let names = names(options.dev);
    let text = format!("{}={}; Max-Age=0", kind.name(&names), flags(options, kind));
    HeaderValue::try_from(text).expect("names and flags are plain text")
}

fn flags(options: &Options, kind: Kind) -> String {
    flags_of(options, kind.same_site())
}

fn flags_of(options: &Options, same_site: &str) -> String {
    let secure = if options.dev { "" } else { "; Secure" };
    format!("; Path=/{secure}; HttpOnly; SameSite={same_site}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorward_core::store::contract::{NOW, sample_session};

    #[test]
    fn a_cookie_has_every_flag_and_outlives_the_browser_only_if_asked_to() {
        let options = Options::new("https://door.example");
        let text = |session: &Session| set(&options, Kind::Session, "v", session, NOW).unwrap();
        let session = sample_session(1);
        assert_eq!(text(&session), "__Host-Http-doorward_session=v; Path=/; Secure; HttpOnly; SameSite=Lax");
        let remembered = Session { remember: true, ..session };
        let wanted = "__Host-Http-doorward_session=v; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000";
        assert_eq!(text(&remembered), wanted);
    }

    #[test]
    fn a_cookie_never_outlives_the_session_nor_400_days() {
        let options = Options::new("https://door.example");
        let long = NOW.plus(std::time::Duration::from_secs(500 * 86_400));
        let session = Session { remember: true, ends_at: long, ..sample_session(1) };
        let cookie = set(&options, Kind::Refresh, "v", &session, NOW).unwrap();
        assert!(cookie.to_str().unwrap().ends_with("SameSite=Strict; Max-Age=34560000"), "{cookie:?}");
    }

    #[test]
    fn a_value_that_a_browser_would_drop_is_not_sent() {
        let options = Options::new("https://door.example");
        let name = names(false).access.len();
        let session = sample_session(1);
        assert!(set(&options, Kind::Access, &"x".repeat(LARGEST - name), &session, NOW).is_ok());
        let problem = set(&options, Kind::Access, &"x".repeat(LARGEST - name + 1), &session, NOW).unwrap_err();
        assert_eq!(problem.code(), Code::CookieTooLarge);
    }
}
