//! How a network address is cut short once nobody needs the whole of it.

use std::net::IpAddr;

/// The network it is in: 24 bits of an IPv4 address, 48 of an IPv6 address. Twice is the same as once; what is no address
/// becomes nothing.
#[must_use]
pub fn shortened(address: &str) -> Option<String> {
    let alone = address.split_once('/').map_or(address, |(alone, _)| alone);
    Some(match alone.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_to_its_network_and_never_again() {
        for (whole, short) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(shortened(whole).as_deref(), Some(short));
            assert_eq!(shortened(short).as_deref(), Some(short));
        }
        assert_eq!(shortened("somewhere"), None);
    }
}
