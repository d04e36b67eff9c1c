//! What differs between installations, as far as HTTP is concerned.

use crate::brand::Brand;
use crate::peer::Proxies;
use crate::serve::Status;

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
    /// Further hosts under which it is answered, with a port or at any: names inside a network. To people it is known by
    /// the host of [`public_url`](Self::public_url) alone.
    pub hosts: Vec<String>,
    /// Proxies in front. If there are any, only what they bring is answered, and what they say of the client is believed.
    pub proxies: Proxies,
    /// What the listener tells of itself; the same one must be handed to [`Serving`](crate::serve::Serving).
    pub status: Status,
    /// Whether people find pages here: to sign in, to see their devices. Without them there is only the API.
    pub pages: bool,
    /// How those pages are dressed.
    pub brand: Brand,
}

/// Whether the text may stand in [`Options::hosts`]: a name or an address, perhaps with a port.
#[must_use]
pub fn is_host(text: &str) -> bool {
    crate::admit::split_host(text).is_some()
}

impl Options {
    /// The defaults at this URL.
    #[must_use]
    pub fn new(public_url: impl Into<String>) -> Self {
        Self {
            public_url: public_url.into(),
            dev: false,
            metrics: false,
            own_host: false,
            hosts: Vec::new(),
            proxies: Proxies::default(),
            status: Status::default(),
            pages: true,
            brand: Brand::default(),
        }
    }
}
