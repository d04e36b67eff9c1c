//! Whom the headers may name, and whom not.

use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";

fn proxies(forwarding: Forwarding) -> Proxies {
    Proxies { networks: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()], forwarding }
}

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    headers
}

fn seen(forwarding: Forwarding, socket: &str, lines: &[(&str, &str)]) -> Result<(String, bool), Outside> {
    let peer = proxies(forwarding).decide(socket.parse().unwrap(), true, &headers(lines))?;
    Ok((peer.address.to_string(), peer.secure))
}

fn client(line: &str) -> String {
    seen(Forwarding::XForwarded, PROXY, &[("x-forwarded-for", line)]).unwrap().0
}

#[test]
fn the_client_is_the_first_from_the_right_that_is_no_proxy() {
    for (line, wanted) in [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.0.0.2, 10.0.0.3", "192.0.2.1"),
        ("10.0.0.9, 192.0.2.1, 10.0.0.2", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, ::ffff:10.0.0.2", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("192.0.2.1, fd00::7", "192.0.2.1"),
        ("10.0.0.2, 10.0.0.3", "10.0.0.2"),
        ("", PROXY),
        ("unknown", PROXY),
        ("192.0.2.1, unknown", PROXY),
        ("192.0.2.1, ", PROXY),
        ("192.0.2.1, nonsense, 10.0.0.2", "10.0.0.2"),
        ("evil\", 127.0.0.1", "127.0.0.1"),
    ] {
        assert_eq!(client(line), wanted, "{line:?}");
    }
    let lines = [("x-forwarded-for", "192.0.2.9"), ("x-forwarded-for", "192.0.2.1, 10.0.0.2")];
    assert_eq!(seen(Forwarding::XForwarded, PROXY, &lines).unwrap().0, "192.0.2.1", "lines are one list");
}

#[test]
fn a_chain_of_five_hundred_hides_nobody() {
    let chain = "198.51.100.1, ".repeat(500);
    assert_eq!(client(&format!("{chain}192.0.2.1")), "192.0.2.1");
    assert_eq!(client(&format!("192.0.2.1{}", ", 10.0.0.2".repeat(500))), "192.0.2.1");
}

#[test]
fn who_is_no_proxy_names_nobody_and_is_outside() {
    for line in ["127.0.0.1", "10.0.0.1", "192.0.2.1"] {
        let lines = [("x-forwarded-for", line), ("forwarded", "for=10.0.0.1"), ("x-real-ip", line)];
        assert_eq!(seen(Forwarding::XForwarded, "198.51.100.1", &lines), Err(Outside));
        let alone = Proxies::default().decide("198.51.100.1".parse().unwrap(), true, &headers(&lines)).unwrap();
        assert_eq!(alone.address.to_string(), "198.51.100.1", "without proxies the headers are nothing");
    }
}

#[test]
fn only_the_header_that_the_proxies_set_is_read() {
    let lines =
        [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.2;proto=http"), ("x-real-ip", "192.0.2.3")];
    assert_eq!(seen(Forwarding::XForwarded, PROXY, &lines), Ok(("192.0.2.1".into(), true)));
    assert_eq!(seen(Forwarding::Standard, PROXY, &lines), Ok(("192.0.2.2".into(), false)));
    assert_eq!(seen(Forwarding::XForwarded, PROXY, &lines[1..]), Ok((PROXY.into(), true)));
    assert_eq!(seen(Forwarding::Standard, PROXY, &lines[..1]), Ok((PROXY.into(), true)));
}

#[test]
fn forwarded_is_read_as_the_standard_writes_it() {
    for (line, wanted, secure) in [
        ("for=192.0.2.1", "192.0.2.1", true),
        ("For=\"[2001:db8::1]:4711\";Proto=https;by=10.0.0.1", "2001:db8::1", true),
        ("for=192.0.2.9, for=192.0.2.1;proto=https, for=10.0.0.2;proto=https", "192.0.2.1", true),
        ("for=192.0.2.1;proto=http", "192.0.2.1", false),
        ("for=_hidden", PROXY, true),
        ("for=192.0.2.1, by=10.0.0.2", PROXY, true),
        ("proto=http", PROXY, false),
        ("nonsense", PROXY, true),
    ] {
        let found = seen(Forwarding::Standard, PROXY, &[("forwarded", line)]);
        assert_eq!(found, Ok((wanted.into(), secure)), "{line}");
    }
}

#[test]
fn one_word_of_plain_http_counts_against_all_others() {
    for (value, wanted) in [
        ("https", true),
        ("HTTPS", true),
        ("http", false),
        ("https, http", false),
        ("http,https", false),
        ("ws", false),
    ] {
        let found = seen(Forwarding::XForwarded, PROXY, &[("x-forwarded-proto", value)]).unwrap();
        assert_eq!(found.1, wanted, "{value}");
    }
    assert!(seen(Forwarding::XForwarded, PROXY, &[]).unwrap().1, "a proxy that says nothing speaks TLS, as configured");
    let clear = proxies(Forwarding::XForwarded).decide(PROXY.parse().unwrap(), false, &HeaderMap::new()).unwrap();
    assert!(!clear.secure, "but what came in the clear came in the clear");
}

#[test]
fn what_is_written_down_of_a_peer_names_nobody() {
    let peer = Peer { address: "192.0.2.1".parse().unwrap(), secure: true };
    assert_eq!(format!("{peer:?}"), "Peer { secure: true, .. }");
}

/// Whether it stands in the list, and behind it, to the right, only proxies.
fn is_behind_proxies_only(line: &str, found: &str) -> bool {
    let hops: Vec<_> = line.split(',').map(|hop| address(hop.trim())).collect();
    let named = |hop: &Option<IpAddr>| hop.is_some_and(|hop| hop.to_string() == found);
    let is_proxy = |hop: &Option<IpAddr>| hop.is_some_and(|hop| proxies(Forwarding::XForwarded).contain(hop));
    (0..hops.len()).any(|at| named(&hops[at]) && hops[at + 1..].iter().all(is_proxy))
}

proptest! {
    /// Whoever is found is the proxy itself, or stands in the list with nothing but proxies behind it.
    #[test]
    fn no_text_brings_it_down_or_names_somebody_who_is_not_there(
        hops in proptest::collection::vec(prop_oneof![
            Just("10.0.0.2".to_owned()),
            Just("192.0.2.1".to_owned()),
            Just("[2001:db8::1]:80".to_owned()),
            "[0-9a-f.:\\[\\]\" =;]{0,20}",
        ], 0..8),
        wild in "[ -~]{0,100}",
    ) {
        for line in [hops.join(", "), wild] {
            for forwarding in [Forwarding::XForwarded, Forwarding::Standard] {
                let lines = [("x-forwarded-for", &*line), ("forwarded", &*line), ("x-forwarded-proto", &*line)];
                let (found, _) = seen(forwarding, PROXY, &lines).unwrap();
                let is_told = forwarding == Forwarding::Standard || is_behind_proxies_only(&line, &found);
                prop_assert!(found == PROXY || is_told, "{} in {}", found, line);
            }
        }
    }
}
