//! What is turned away before any route: from beside the proxy, for another host, in the clear.

use doorward_core::audit::Wanted;
use doorward_server::Limits;
use doorward_server::peer::{Forwarding, Proxies};

use crate::common::{House, Listening};

/// Behind these proxies; the tests connect from 127.0.0.1.
async fn behind(networks: &[&str]) -> (House, Listening) {
    let networks = networks.iter().map(|text| text.parse().unwrap()).collect();
    let proxies = Proxies { networks, forwarding: Forwarding::XForwarded };
    let house = House::with(|setup| setup.options.proxies = proxies).await;
    let listening = house.listen(Limits::default()).await;
    (house, listening)
}

fn get(path: &str, host: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n")
}

/// Status and code of the answer, and its text whole.
async fn ask(listening: &Listening, request: &str) -> (String, String) {
    let mut raw = listening.connect().await;
    raw.send(request).await;
    let answer = raw.answer().await;
    (answer.outcome(), format!("{:?} {}", answer.headers, answer.text()))
}

#[tokio::test]
async fn who_comes_past_the_proxy_is_refused_whatever_it_says() {
    let (_house, listening) = behind(&["10.0.0.0/8"]).await;
    for more in ["", "X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\n", "Forwarded: for=10.0.0.1\r\n"] {
        for path in ["/v1/session", "/.well-known/jwks.json", "/sign-in", "/metrics"] {
            let (outcome, text) = ask(&listening, &get(path, "door.example", more)).await;
            assert_eq!(outcome, "403 outside_proxy", "{path}");
            let said =
                if path == "/sign-in" { "not reached at this address" } else { "reached through its proxy only" };
            assert!(text.contains(said), "{text}");
        }
        assert_eq!(ask(&listening, &get("/health/live", "10.0.0.7:8080", more)).await.0, "200", "probes may");
    }
    listening.stop().await;
}

#[tokio::test]
async fn over_plain_http_machines_are_told_and_pages_come_again_over_tls() {
    let (_house, listening) = behind(&["127.0.0.1"]).await;
    let clear = "X-Forwarded-Proto: http\r\nX-Forwarded-Host: evil.example\r\n";
    for path in ["/v1/session", "/v1/sign-in", "/.well-known/jwks.json", "/oauth/token", "/gateway/check"] {
        let (outcome, text) = ask(&listening, &get(path, "door.example", clear)).await;
        assert_eq!(outcome, "403 https_required", "{path}");
        assert!(!text.contains("location") && !text.contains("strict-transport-security"), "{text}");
    }
    for (path, to) in
        [("/sign-in?to=%2Faccount", "/sign-in?to=%2Faccount"), ("/", "/"), ("//evil.example", "//evil.example")]
    {
        let mut raw = listening.connect().await;
        raw.send(get(path, "door.example", clear)).await;
        let answer = raw.answer().await;
        assert_eq!((answer.status, answer.header("location")), (308, &*format!("https://door.example{to}")));
        assert_eq!((answer.header("strict-transport-security"), answer.text()), ("", ""));
    }
    let post = "POST /sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Length: 0\r\n";
    assert_eq!(
        ask(&listening, &format!("{post}{clear}\r\n")).await.0,
        "403 https_required",
        "a form is not sent again"
    );
    let (outcome, text) = ask(&listening, &get("/v1/session", "door.example", "X-Forwarded-Proto: https\r\n")).await;
    assert_eq!(outcome, "401 unauthenticated");
    assert!(text.contains("strict-transport-security"), "{text}");
    assert_eq!(ask(&listening, &get("/v1/session", "door.example", "")).await.0, "401 unauthenticated");
    listening.stop().await;
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_421_and_an_unclear_one_400() {
    let house = House::with(|setup| setup.options.hosts = vec!["doorward.internal".to_owned()]).await;
    let listening = house.listen(Limits::default()).await;
    for (host, outcome) in [
        ("door.example", "401 unauthenticated"),
        ("doorward.internal:8080", "401 unauthenticated"),
        ("evil.example", "421 unknown_host"),
        ("door.example:81", "421 unknown_host"),
        ("127.0.0.1", "421 unknown_host"),
        ("door.example@evil.example", "400 bad_request"),
        ("evil.example@door.example", "400 bad_request"),
        ("door.example/evil", "400 bad_request"),
    ] {
        let (found, text) = ask(&listening, &get("/v1/session", host, "X-Forwarded-Host: door.example\r\n")).await;
        assert_eq!(found, outcome, "{host}");
        assert!(!text.contains("evil"), "what was sent does not come back: {text}");
    }
    for (address, outcome) in [
        ("http://door.example/v1/session", "401 unauthenticated"),
        ("http://evil.example/v1/session", "400 bad_request"),
        ("http://door.example:81/v1/session", "400 bad_request"),
        ("http://x@door.example/v1/session", "400 bad_request"),
    ] {
        assert_eq!(ask(&listening, &get(address, "door.example", "")).await.0, outcome, "{address}");
    }
    listening.stop().await;
}

#[tokio::test]
async fn the_host_that_a_request_names_changes_no_issuer() {
    let house = House::with(|setup| setup.options.hosts = vec!["doorward.internal".to_owned()]).await;
    let listening = house.listen(Limits::default()).await;
    house.account("alice").await;
    let body = format!("{{\"identifier\":\"alice\",\"password\":\"{}\",\"mode\":\"token\"}}", crate::common::PASSWORD);
    let mut raw = listening.connect().await;
    raw.send(format!(
        "POST /v1/sign-in HTTP/1.1\r\nHost: doorward.internal\r\nX-Forwarded-Host: evil.example\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    let token = raw.answer().await.json()["access_token"].as_str().unwrap().to_owned();
    let claims = house.auth.authenticate(doorward_core::authenticate::Credential::Access(&token)).await;
    assert!(claims.is_ok(), "it is issued by the public URL, which is what is verified");
    listening.stop().await;
}

#[tokio::test]
async fn what_is_written_down_names_the_client_and_not_the_proxy() {
    let (house, listening) = behind(&["127.0.0.0/8"]).await;
    let body = format!("{{\"identifier\":\"alice\",\"password\":\"{}\"}}", crate::common::PASSWORD);
    let mut raw = listening.connect().await;
    raw.send(format!(
        "POST /v1/accounts HTTP/1.1\r\nHost: door.example\r\nX-Forwarded-For: 198.51.100.9, ::ffff:192.0.2.7, 127.0.0.2\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    assert_eq!(raw.answer().await.status, 201);
    let rows = house.auth.audit().page(Wanted::default(), 10).await.unwrap();
    let addresses: Vec<_> = rows.iter().filter_map(|row| row.note.address.clone()).collect();
    assert_eq!(addresses, ["192.0.2.7"]);
    listening.stop().await;
}
