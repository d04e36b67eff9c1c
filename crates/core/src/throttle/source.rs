//! Where an attempt comes from, in two sizes: what one subscriber has at hand, and what one site may have.

use std::net::IpAddr;

/// An address as it is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    octets: [u8; 16],
    near: usize,
    wide: usize,
}

impl Source {
    /// IPv4: the address, and its 24 bits. IPv6: 64 bits, which one subscriber may choose addresses from, and 48. An IPv4
    /// address in IPv6 clothes is an IPv4 address, else it could be tried twice.
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                let mut octets = [0; 16];
                octets[..4].copy_from_slice(&[a, b, c, d]);
                Self { octets, near: 4, wide: 3 }
            }
            IpAddr::V6(v6) => Self { octets: v6.octets(), near: 8, wide: 6 },
        }
    }

    pub(crate) fn near(&self) -> &[u8] {
        &self.octets[..self.near]
    }

    pub(crate) fn wide(&self) -> &[u8] {
        &self.octets[..self.wide]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Source {
        Source::of(text.parse().unwrap())
    }

    #[test]
    fn addresses_are_grouped_by_what_one_subscriber_and_one_site_has() {
        for (one, other, same_near, same_wide) in [
            ("203.0.113.7", "203.0.113.7", true, true),
            ("203.0.113.7", "203.0.113.8", false, true),
            ("203.0.113.7", "203.0.114.7", false, false),
            ("203.0.113.7", "::ffff:203.0.113.7", true, true),
            ("::ffff:203.0.113.7", "::ffff:203.0.113.8", false, true),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true, true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false, true),
            ("2001:db8:1:2::1", "2001:db8:2:2::1", false, false),
            ("::cb00:7107", "203.0.113.7", false, false),
        ] {
            let (one_, other_) = (of(one), of(other));
            assert_eq!(one_.near() == other_.near(), same_near, "{one} {other}");
            assert_eq!(one_.wide() == other_.wide(), same_wide, "{one} {other}");
        }
    }
}
