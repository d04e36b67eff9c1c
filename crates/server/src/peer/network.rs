//! An address, or a network of addresses, as it is written in settings.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// One address like `10.0.0.1`, or a network like `10.0.0.0/8` or `fd00::/8`.
///
/// IPv4 addresses are held as the IPv6 addresses that they are mapped to, so `10.0.0.1` and `::ffff:10.0.0.1` are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: u128,
    prefix: u32,
}

/// Bits in front of an IPv4 address that is mapped into IPv6.
const MAPPED: u32 = 96;

/// The text is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no address or network like \"10.0.0.1\" or \"10.0.0.0/8\"")]
pub struct NotANetwork;

impl Network {
    /// Whether the address lies within it.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        (bits(address) ^ self.base) & mask(self.prefix) == 0
    }

    /// Whether it is so wide that it can only mean "everybody": wider than the widest private networks, `10.0.0.0/8` and
    /// `fc00::/7`.
    #[must_use]
    pub fn is_boundless(&self) -> bool {
        let is_v4 = self.prefix >= MAPPED && Ipv6Addr::from_bits(self.base).to_ipv4_mapped().is_some();
        self.prefix < if is_v4 { MAPPED + 8 } else { 7 }
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn mask(prefix: u32) -> u128 {
    u128::MAX.checked_shl(128 - prefix).unwrap_or(0)
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let (most, before) = if address.is_ipv4() { (32, MAPPED) } else { (128, 0) };
        let length = match length {
            None => most,
            Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => digits.parse().map_err(|_| NotANetwork)?,
            Some(_) => return Err(NotANetwork),
        };
        if length > most {
            return Err(NotANetwork);
        }
        let prefix = before + length;
        Ok(Self { base: bits(address) & mask(prefix), prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Ipv6Addr::from_bits(self.base).to_ipv4_mapped().filter(|_| self.prefix >= MAPPED) {
            Some(v4) => write!(f, "{v4}/{}", self.prefix - MAPPED),
            None => write!(f, "{}/{}", Ipv6Addr::from_bits(self.base), self.prefix),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_within_its_network_in_either_way_to_write_it() {
        for (net, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("10.1.2.3/16", "10.1.255.255", "10.2.0.0"),
        ] {
            let at = |text: &str| network(net).contains(text.parse().unwrap());
            assert!(at(inside), "{net} {inside}");
            assert!(!at(outside), "{net} {outside}");
        }
        assert!(network("0.0.0.0/0").contains("192.0.2.1".parse().unwrap()));
        assert!(!network("0.0.0.0/0").contains("2001:db8::1".parse().unwrap()));
        assert!(network("::/0").contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        let wrong = ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "fd00::/129", "proxy.example"];
        for text in wrong.into_iter().chain(["10.0.0.1:80", "10.0.0.0/8/8", " 10.0.0.1", "10.0.0.0/-1", "10.0.0.01"]) {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text}");
        }
    }

    #[test]
    fn a_network_that_means_everybody_is_known() {
        for text in ["0.0.0.0/0", "10.0.0.0/7", "::/0", "fc00::/6"] {
            assert!(network(text).is_boundless(), "{text}");
        }
        for text in ["10.0.0.0/8", "fc00::/7", "::1", "127.0.0.1"] {
            assert!(!network(text).is_boundless(), "{text}");
        }
    }

    #[test]
    fn it_is_shown_as_it_is_written() {
        for (text, shown) in [("10.1.2.3/8", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7/32"), ("fd00::/8", "fd00::/8")] {
            assert_eq!(network(text).to_string(), shown);
        }
    }
}
