//! Which addresses may be spoken to. A name is looked up once, each address that comes is checked, and exactly those are
//! connected to: a name that answers differently the second time is not asked a second time.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Where the issuer may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// On the public network, by https.
    #[default]
    Public,
    /// On the public network or a private one (RFC 1918, RFC 4193, RFC 6598), by https.
    Private,
    /// On this machine only, by https or http: for development and tests.
    Loopback,
}

impl Reach {
    /// Whether this address may be connected to.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        let kind = kind_of(address);
        match self {
            Self::Public => kind == Kind::Public,
            Self::Private => matches!(kind, Kind::Public | Kind::Private),
            Self::Loopback => kind == Kind::Loopback,
        }
    }

    /// Whether this URL may be asked, as far as it says by itself. A host that is an address is never looked up, so it is
    /// checked here.
    pub(super) fn allows_url(self, url: &Url) -> bool {
        let scheme = match url.scheme() {
            "https" => true,
            "http" => self == Self::Loopback,
            _ => false,
        };
        let host = url.host_str().is_some_and(|host| {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<IpAddr>().map_or(true, |address| self.allows(address))
        });
        scheme && host && url.username().is_empty() && url.password().is_none()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    Loopback,
    /// Link-local (and with it the metadata services of clouds), multicast, reserved, for documentation: never.
    Never,
}

fn kind_of(address: IpAddr) -> Kind {
    match address {
        IpAddr::V4(v4) => kind_of_v4(v4),
        IpAddr::V6(v6) => kind_of_v6(v6),
    }
}

fn kind_of_v4(v4: Ipv4Addr) -> Kind {
    let [a, b, c, _] = v4.octets();
    match (a, b, c) {
        (127, ..) => Kind::Loopback,
        (10, ..) | (192, 168, _) => Kind::Private,
        (172, 16..=31, _) | (100, 64..=127, _) => Kind::Private,
        (0 | 224..=255, ..) | (169, 254, _) => Kind::Never,
        (192, 0, 0 | 2) | (198, 18..=19, _) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) => Kind::Never,
        _ => Kind::Public,
    }
}

/// Addresses that carry another one inside are what they carry.
fn kind_of_v6(v6: Ipv6Addr) -> Kind {
    if v6 == Ipv6Addr::LOCALHOST {
        return Kind::Loopback;
    }
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let carried = |high: u16, low: u16| kind_of_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => carried(g, h),
        [0x2002, high, low, ..] => carried(high, low),
        [0xfc00..=0xfdff, ..] => Kind::Private,
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Never,
        // Only 2000::/3 is given out at all.
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Never,
    }
}

/// Looks names up, and hands out allowed addresses only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolver(pub(super) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(io::Error::other("no address that may be reached").into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_one_kind_in_whatever_form_it_is_written() {
        let kinds = [
            (
                Kind::Public,
                "1.1.1.1 172.15.0.1 172.32.0.1 100.63.0.1 192.0.1.1 2606:4700::1 64:ff9b::101:101 ::ffff:1.1.1.1",
            ),
            (
                Kind::Private,
                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 fd00::1 ::ffff:10.0.0.1 2002:a00:1::",
            ),
            (Kind::Loopback, "127.0.0.1 127.9.9.9 ::1 ::ffff:127.0.0.1 64:ff9b::7f00:1"),
            (
                Kind::Never,
                "0.0.0.0 169.254.169.254 224.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 203.0.113.9 240.0.0.1",
            ),
            (
                Kind::Never,
                ":: fe80::1 fec0::1 ff02::1 2001:db8::1 2001::1 ::7f00:1 ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe",
            ),
        ];
        for (kind, addresses) in kinds {
            for address in addresses.split(' ') {
                assert_eq!(kind_of(address.parse().unwrap()), kind, "{address}");
            }
        }
    }

    #[test]
    fn a_url_is_https_and_names_nothing_that_is_out_of_reach() {
        let allows = |reach: Reach, url: &str| reach.allows_url(&Url::parse(url).unwrap());
        for good in ["https://door.example", "https://1.1.1.1/x", "https://door.example:8443"] {
            assert!(allows(Reach::Public, good), "{good}");
        }
        for bad in [
            "http://door.example",
            "ftp://door.example",
            "file:///etc/passwd",
            "https://127.0.0.1",
            "https://0x7f.1",
            "https://2130706433",
            "https://[::1]",
            "https://[::ffff:7f00:1]",
            "https://10.0.0.1",
            "https://169.254.169.254/latest",
            "https://me:secret@door.example",
        ] {
            assert!(!allows(Reach::Public, bad), "{bad}");
        }
        assert!(allows(Reach::Private, "https://10.0.0.1") && !allows(Reach::Private, "http://10.0.0.1"));
        assert!(allows(Reach::Loopback, "http://127.0.0.1:8080") && !allows(Reach::Loopback, "http://10.0.0.1"));
    }

    #[tokio::test]
    async fn a_name_that_leads_out_of_reach_leads_nowhere() {
        let resolve = |reach| Resolver(reach).resolve("localhost".parse().unwrap());
        assert!(resolve(Reach::Public).await.is_err() && resolve(Reach::Private).await.is_err());
        assert!(resolve(Reach::Loopback).await.unwrap().all(|address| address.ip().is_loopback()));
    }
}
