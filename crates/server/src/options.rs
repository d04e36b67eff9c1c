//! What differs between installations, as far as HTTP is concerned.

/// How the server shows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Scheme, host and port under which people reach it, without a slash at the end; also the issuer of its tokens.
    pub public_url: String,
    /// Loopback only: cookies without `Secure` and without a name prefix, because there is no TLS; and every loopback name
    /// with the same port is our origin.
    pub dev: bool,
    /// Whether `/metrics` is answered here.
    pub metrics: bool,
    /// Whether the host belongs to Doorward alone. Then a sign-out clears the browser's cache and storage for it.
    pub own_host: bool,
}

impl Options {
    /// The defaults at this URL.
    #[must_use]
    pub fn new(public_url: impl Into<String>) -> Self {
        Self { public_url: public_url.into(), dev: false, metrics: false, own_host: false }
    }
}
