//! Step 4: a credential comes back on a request. The server and every service read it here, so that no two of them differ
//! about what was presented.
//!
//! A value is taken only from where it belongs: cookies of ours by their exact name, and `Authorization: Bearer`. Anything
//! doubled or nearly ours is refused, never "the first one wins": two readers that choose differently are a way past both.

/// Names of the cookies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieNames {
    /// Carries a session token.
    pub session: String,
    /// Carries an access token.
    pub access: String,
    /// Carries a refresh token.
    pub refresh: String,
}

/// Where an access token came from. Only a cookie is sent by a browser unasked, so only a cookie needs CSRF protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// `Authorization: Bearer` (RFC 6750 section 2.1).
    Header,
    /// A cookie.
    Cookie,
}

/// What a request presents; values as sent, nothing decoded, trimmed or unquoted.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Presented<'a> {
    /// Value of the session cookie.
    pub session: Option<&'a str>,
    /// Value of the access cookie.
    pub access_cookie: Option<&'a str>,
    /// Value of the refresh cookie.
    pub refresh: Option<&'a str>,
    /// Token of `Authorization: Bearer`.
    pub bearer: Option<&'a str>,
}

/// Says what was there, not what it was.
impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("session", &self.session.is_some())
            .field("access_cookie", &self.access_cookie.is_some())
            .field("refresh", &self.refresh.is_some())
            .field("bearer", &self.bearer.is_some())
            .finish()
    }
}

impl<'a> Presented<'a> {
    /// The access token and where it came from; the header goes before the cookie.
    #[must_use]
    pub fn access(&self) -> Option<(&'a str, Via)> {
        self.bearer.map(|token| (token, Via::Header)).or(self.access_cookie.map(|token| (token, Via::Cookie)))
    }

    /// Whether any of our cookies came along.
    #[must_use]
    pub fn has_cookie(&self) -> bool {
        self.session.is_some() || self.access_cookie.is_some() || self.refresh.is_some()
    }
}

/// Why a request is refused before anything is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresentError {
    /// Two cookies of one of our names, in one or in two headers.
    #[error("a cookie of ours came twice")]
    DoubledCookie,
    /// A cookie whose name differs from ours in letter case only.
    #[error("a cookie that imitates ours")]
    ImitatedCookie,
    /// Two `Authorization` headers.
    #[error("two Authorization headers")]
    DoubledAuthorization,
    /// `Authorization: Bearer` without a token, or with one that cannot be one (RFC 6750 section 2.1).
    #[error("a malformed Authorization header")]
    MalformedBearer,
    /// A cookie with an unsafe method, from an origin that is not listed.
    #[error("a cookie from an origin that is not allowed")]
    ForeignOrigin,
}

/// Reads a request's headers.
///
/// # Errors
/// [`PresentError`], never `ForeignOrigin`.
pub fn present<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    names: &CookieNames,
) -> Result<Presented<'a>, PresentError> {
    read(headers, Some(names)).map(|(found, _)| found)
}

/// Without names no cookie is looked at.
fn read<'a>(
    headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    names: Option<&CookieNames>,
) -> Result<(Presented<'a>, Whence<'a>), PresentError> {
    let mut found = Presented::default();
    let mut from = Whence::default();
    let mut authorization = false;
    for (name, value) in headers {
        from.take_in(name, value);
        if name.eq_ignore_ascii_case("cookie") {
            names.map_or(Ok(()), |names| read_cookies(value, names, &mut found))?;
        } else if name.eq_ignore_ascii_case("authorization") {
            if std::mem::replace(&mut authorization, true) {
                return Err(PresentError::DoubledAuthorization);
            }
            found.bearer = read_bearer(value)?;
        }
    }
    Ok((found, from))
}

fn read_cookies<'a>(header: &'a [u8], names: &CookieNames, found: &mut Presented<'a>) -> Result<(), PresentError> {
    for pair in header.split(|c| *c == b';') {
        // Browsers write one blank behind each semicolon; nothing else is taken off.
        let pair = pair.strip_prefix(b" ").unwrap_or(pair);
        let Some(equals) = pair.iter().position(|c| *c == b'=') else {
            continue;
        };
        let (name, value) = (&pair[..equals], &pair[equals + 1..]);
        let slot = match name {
            n if n == names.session.as_bytes() => &mut found.session,
            n if n == names.access.as_bytes() => &mut found.access_cookie,
            n if n == names.refresh.as_bytes() => &mut found.refresh,
            n if imitates(n, names) => return Err(PresentError::ImitatedCookie),
            _ => continue,
        };
        // Bytes that are no text stand for a cookie that is there and carries nothing.
        if slot.replace(std::str::from_utf8(value).unwrap_or("")).is_some() {
            return Err(PresentError::DoubledCookie);
        }
    }
    Ok(())
}

/// Also with blanks around the name, which some readers would take off.
fn imitates(name: &[u8], names: &CookieNames) -> bool {
    let bare = name.trim_ascii();
    [&names.session, &names.access, &names.refresh].into_iter().any(|ours| bare.eq_ignore_ascii_case(ours.as_bytes()))
}

/// `None` for another scheme: that is nobody's business here.
fn read_bearer(value: &[u8]) -> Result<Option<&str>, PresentError> {
    let scheme = value.split(|c| *c == b' ').next().unwrap_or(value);
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Ok(None);
    }
    let token = value.get(scheme.len() + 1..).unwrap_or_default();
    let clean =
        token.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'='));
    let token = std::str::from_utf8(token).ok().filter(|t| clean && !t.is_empty());
    token.map(Some).ok_or(PresentError::MalformedBearer)
}

/// From where a service takes an access token: the header always, a cookie only where that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reads {
    cookie: Option<(CookieNames, Vec<String>)>,
}

impl Reads {
    /// `Authorization: Bearer` only.
    #[must_use]
    pub fn header_only() -> Self {
        Self { cookie: None }
    }

    /// The access cookie as well. Requests that may change something (any method but GET, HEAD, OPTIONS and TRACE) must then
    /// come from one of these origins (`https://app.example`, exactly), as the browser itself reports.
    #[must_use]
    pub fn accept_cookie(self, names: CookieNames, origins: Vec<String>) -> Self {
        Self { cookie: Some((names, origins)) }
    }

    /// The access token of a request, or `None` if it has none.
    ///
    /// # Errors
    /// [`PresentError`].
    pub fn credential<'a>(
        &self,
        method: &str,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Option<(&'a str, Via)>, PresentError> {
        let (found, from) = read(headers, self.cookie.as_ref().map(|(names, _)| names))?;
        let access = found.access();
        if let (Some((_, Via::Cookie)), Some((_, origins))) = (access, &self.cookie)
            && !is_safe(method)
            && !from.is_among(origins)
        {
            return Err(PresentError::ForeignOrigin);
        }
        Ok(access)
    }
}

/// Whether a method promises to change nothing (RFC 9110 section 9.2.1).
#[must_use]
pub fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE")
}

/// Where a browser says that a request comes from.
#[derive(Default)]
struct Whence<'a> {
    site: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    doubled: bool,
}

impl<'a> Whence<'a> {
    fn take_in(&mut self, name: &str, value: &'a [u8]) {
        let slot = match () {
            () if name.eq_ignore_ascii_case("sec-fetch-site") => &mut self.site,
            () if name.eq_ignore_ascii_case("origin") => &mut self.origin,
            () => return,
        };
        self.doubled |= slot.replace(value).is_some();
    }

    /// `Origin` must be listed where there is one. Without, only what the browser calls same-origin passes.
    fn is_among(&self, origins: &[String]) -> bool {
        let listed = match self.origin {
            Some(origin) => origins.iter().any(|listed| listed.as_bytes() == origin),
            None => self.site == Some(b"same-origin"),
        };
        listed && !self.doubled
    }
}

#[cfg(test)]
mod tests;
