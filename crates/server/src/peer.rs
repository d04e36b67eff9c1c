//! Where a request came from: the client's address, behind whichever proxies may be believed, and whether it came over TLS.
//!
//! Anybody can write `X-Forwarded-For`. It counts only in a request that a configured proxy brought, and only from the right:
//! each proxy adds whom it saw at the end, so the first address from there that is no proxy of ours is the client. What
//! stands to the left of it the client may have written himself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use http::header::{self, HeaderMap, HeaderName};
use http::{Extensions, Request};

mod network;

pub use network::{Network, NotANetwork};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The client. In the extensions of every request that a handler sees, unless nobody knows: an application that mounts the
/// router tells the address with [`ConnectInfo`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address; an IPv4 address that is mapped into IPv6 stands here as IPv4.
    pub address: IpAddr,
    /// `false` if the request crossed a network in the clear.
    pub secure: bool,
}

impl Peer {
    /// As the request's extensions tell it.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Option<Self> {
        extensions.get::<Self>().copied()
    }
}

/// Whether somebody is there; never who: an address is personal, and this may end up in a log.
impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer").field("secure", &self.secure).finish_non_exhaustive()
    }
}

/// Put into a request's extensions by a listener that speaks TLS: whether this connection does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Encrypted(pub(crate) bool);

/// The header in which proxies tell whom they saw. Only this one is read: whoever sets the one passes the other on as the
/// client wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Forwarding {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`, as nearly everybody does.
    #[default]
    XForwarded,
    /// `Forwarded` (RFC 7239).
    Standard,
}

/// Who may be believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proxies {
    /// Where proxies stand. If there are any, nobody else is answered.
    pub networks: Vec<Network>,
    /// What they set.
    pub forwarding: Forwarding,
}

/// Proxies are configured, and this request did not come through one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outside;

impl Proxies {
    fn contain(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// Finds out who sent the request. `None` if the address is not known.
    pub(crate) fn peer<B>(&self, request: &Request<B>) -> Result<Option<Peer>, Outside> {
        let Some(ConnectInfo(socket)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
            return Ok(None);
        };
        let encrypted = request.extensions().get::<Encrypted>().is_none_or(|e| e.0);
        self.decide(socket.ip().to_canonical(), encrypted, request.headers()).map(Some)
    }

    /// `encrypted`: unless it is known that the connection itself is not.
    fn decide(&self, socket: IpAddr, encrypted: bool, headers: &HeaderMap) -> Result<Peer, Outside> {
        if self.networks.is_empty() {
            return Ok(Peer { address: socket, secure: encrypted });
        }
        if !self.contain(socket) {
            return Err(Outside);
        }
        let (hops, https) = match self.forwarding {
            Forwarding::XForwarded => (x_forwarded_for(headers), is_https(list(headers, &X_FORWARDED_PROTO))),
            Forwarding::Standard => {
                let told: Vec<_> = list(headers, &header::FORWARDED).collect();
                let hops = told.iter().map(|hop| parameter(hop, "for").and_then(address)).collect();
                (hops, is_https(told.iter().filter_map(|hop| parameter(hop, "proto"))))
            }
        };
        Ok(Peer { address: self.client(socket, &hops), secure: encrypted && https })
    }

    /// The first from the right that is no proxy; behind something that is no address, nobody can be believed.
    fn client(&self, socket: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut nearest = socket;
        for hop in hops.iter().rev() {
            match hop {
                Some(address) if self.contain(nearest) => nearest = *address,
                _ => break,
            }
        }
        nearest
    }
}

/// All elements of a list, over all lines of the header, in order. A line that is no text is one element that is nothing.
fn list<'h>(headers: &'h HeaderMap, name: &'h HeaderName) -> impl Iterator<Item = &'h str> {
    headers.get_all(name).iter().flat_map(|line| line.to_str().unwrap_or("?").split(',')).map(str::trim)
}

fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    list(headers, &X_FORWARDED_FOR).map(address).collect()
}

/// A proxy that says nothing is believed: it is configured because it speaks TLS. One word of plain HTTP, at whichever proxy,
/// counts against all others.
fn is_https<'h>(mut schemes: impl Iterator<Item = &'h str>) -> bool {
    schemes.all(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// An address as proxies write it: bare, or with a port, in IPv6 then in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    let found = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()));
    found.map(|address| address.to_canonical())
}

/// `for` of `for=192.0.2.1;proto=https` (RFC 7239 section 4).
fn parameter<'h>(hop: &'h str, wanted: &str) -> Option<&'h str> {
    let pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    found.next().map(|(_, value)| value.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests;
