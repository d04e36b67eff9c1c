//! The one client that everything goes through, and what it refuses.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode, Url, redirect};
use rustls::pki_types::CertificateDer;

use super::StartError;
use super::reach::{Reach, Resolver};
use crate::feed::Refusal;

/// Time for a whole answer, and for the head of a stream, unless a test is less patient.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, or it broke off.
    #[error("no connection")]
    Connection,
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
    /// Another status than 200; a redirect is one too.
    #[error("answered with status {0}")]
    Status(u16),
    /// Longer than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// Of another media type, or not what it should be.
    #[error("the answer cannot be used")]
    Unusable,
}

/// As whom to ask.
#[derive(Clone)]
pub(super) enum Credentials {
    Basic(HeaderValue),
    Token(Arc<dyn Fn() -> Option<String> + Send + Sync>),
}

impl Credentials {
    /// RFC 6749 section 2.3.1: both parts are form-encoded first.
    pub(super) fn basic(id: &str, secret: &str) -> Self {
        let pair = STANDARD.encode(format!("{}:{}", form_encoded(id), form_encoded(secret)));
        let mut value = HeaderValue::try_from(format!("Basic {pair}")).expect("base64 fits into a header");
        value.set_sensitive(true);
        Self::Basic(value)
    }

    fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Basic(value) => Some(value.clone()),
            Self::Token(source) => {
                let mut value = HeaderValue::try_from(format!("Bearer {}", source()?)).ok()?;
                value.set_sensitive(true);
                Some(value)
            }
        }
    }
}

pub(super) fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A question: where, what for, and how much may come.
pub(super) struct Ask<'a> {
    pub(super) path: &'a str,
    pub(super) accept: &'static str,
    pub(super) with_credentials: bool,
    pub(super) largest: usize,
}

/// Cheap to clone.
#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    credentials: Option<Credentials>,
    pub(super) patience: Duration,
}

/// A failure, and the wait that was asked for with it.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: FetchError,
    retry_after: Option<Duration>,
}

impl From<FetchError> for Failed {
    fn from(error: FetchError) -> Self {
        Self { error, retry_after: None }
    }
}

impl Failed {
    pub(super) fn refusal(&self) -> Refusal {
        match self.error {
            FetchError::Status(410) => Refusal::Gone,
            _ => Refusal::Failed(self.retry_after),
        }
    }
}

impl Client {
    pub(super) fn new(
        base: &str,
        reach: Reach,
        roots: Vec<CertificateDer<'static>>,
        credentials: Option<Credentials>,
    ) -> Result<Self, StartError> {
        let base = Url::parse(base).ok().filter(|url| reach.allows_url(url)).ok_or(StartError::Url)?;
        if base.cannot_be_a_base() || base.query().is_some() || base.fragment().is_some() {
            return Err(StartError::Url);
        }
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(roots)?)
            .dns_resolver(Resolver(reach))
            .redirect(redirect::Policy::none())
            // A proxy would be the one that connects, to whatever it looks up itself.
            .no_proxy()
            .retry(reqwest::retry::never())
            .https_only(reach != Reach::Loopback)
            .connect_timeout(PATIENCE)
            .referer(false)
            .user_agent(concat!("doorward-verify/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| StartError::Tls)?;
        Ok(Self { http, base, credentials, patience: PATIENCE })
    }

    /// The whole answer.
    pub(super) async fn get(&self, ask: &Ask<'_>) -> Result<(Vec<u8>, HeaderMap), Failed> {
        self.within(async {
            let request = self.request(Method::GET, ask)?;
            let response = accepted(send(request).await?, ask.accept)?;
            let headers = response.headers().clone();
            Ok((read(response, ask.largest).await?, headers))
        })
        .await
    }

    /// The whole answer to a form.
    pub(super) async fn post(&self, ask: &Ask<'_>, form: String) -> Result<Vec<u8>, Failed> {
        self.within(async {
            let request = self.request(Method::POST, ask)?.body(form);
            let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            Ok(read(accepted(send(request).await?, ask.accept)?, ask.largest).await?)
        })
        .await
    }

    /// An answer that goes on.
    pub(super) async fn stream(&self, ask: &Ask<'_>, last_event_id: &str) -> Result<Response, Failed> {
        self.within(async {
            let request = self.request(Method::GET, ask)?.header("last-event-id", last_event_id);
            accepted(send(request.header(CACHE_CONTROL, "no-store")).await?, ask.accept)
        })
        .await
    }

    async fn within<T>(&self, fetching: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
        tokio::time::timeout(self.patience, fetching).await.map_err(|_| FetchError::TooSlow)?
    }

    fn request(&self, method: Method, ask: &Ask<'_>) -> Result<reqwest::RequestBuilder, FetchError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path().trim_end_matches('/'), ask.path));
        let request = self.http.request(method, url).header(ACCEPT, ask.accept);
        if !ask.with_credentials {
            return Ok(request);
        }
        let header = self.credentials.as_ref().and_then(Credentials::header).ok_or(FetchError::Status(401))?;
        Ok(request.header(AUTHORIZATION, header))
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<Response, FetchError> {
    request.send().await.map_err(|error| if error.is_timeout() { FetchError::TooSlow } else { FetchError::Connection })
}

fn accepted(response: Response, wanted: &str) -> Result<Response, Failed> {
    if response.status() != StatusCode::OK {
        let seconds = response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
        let error = FetchError::Status(response.status().as_u16());
        return Err(Failed { error, retry_after: seconds.map(Duration::from_secs) });
    }
    let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let found = found.split(';').next().unwrap_or_default().trim();
    // A key set may be named by its own type or simply JSON (RFC 7517 section 8.5).
    let fits = wanted.split(',').any(|one| found.eq_ignore_ascii_case(one.trim()));
    if fits { Ok(response) } else { Err(FetchError::Unusable.into()) }
}

async fn read(mut response: Response, largest: usize) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| FetchError::Connection)? {
        if body.len() + chunk.len() > largest {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// By the machine's authorities and those that were added, with a provider of our own choice: nothing that another library
/// of the process installs changes how the issuer is checked.
fn tls(roots: Vec<CertificateDer<'static>>) -> Result<rustls::ClientConfig, StartError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider.clone());
    let verifier = verifier.map_err(|_| StartError::Tls)?;
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().map_err(|_| StartError::Tls)?;
    let config = config.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    Ok(config.with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_parts_of_a_client_are_encoded_before_they_are_joined() {
        let Credentials::Basic(value) = Credentials::basic("a:b", "päss wörd%") else { panic!("basic") };
        let pair = STANDARD.decode(value.to_str().unwrap().strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "a%3Ab:p%C3%A4ss+w%C3%B6rd%25");
        assert!(value.is_sensitive());
    }

    #[test]
    fn a_base_with_anything_behind_its_path_is_none() {
        let new = |base: &str| Client::new(base, Reach::Public, Vec::new(), None).map(|client| client.base.to_string());
        assert_eq!(new("https://door.example/auth").unwrap(), "https://door.example/auth");
        for bad in ["door.example", "https://door.example/?a", "https://door.example/#a", "http://door.example", ""] {
            assert_eq!(new(bad).err(), Some(StartError::Url), "{bad}");
        }
    }
}
