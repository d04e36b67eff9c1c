//! TLS as clients meet it: which versions, which protocol inside, and what happens to those who do not speak it.

use std::sync::Arc;
use std::time::Duration;

use doorward_server::serve::{Pair, Tls};
use doorward_server::{Limits, Serving};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, RootCertStore, SupportedProtocolVersion};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::common::{House, Listening, PASSWORD, Raw};

const SHORT: Duration = Duration::from_millis(40);
const LIVE: &str = "GET /health/live HTTP/1.1\r\nHost: door.example\r\n\r\n";

/// A certificate for `door.example` and its key, as PEM.
fn made() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["door.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

fn pair((certificate, key): &(String, String)) -> Pair {
    Pair::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap()
}

/// A house that speaks TLS, and the certificate to trust.
struct Secure {
    house: House,
    listening: Listening,
    tls: Tls,
    certificate: String,
}

async fn secure(limits: Limits) -> Secure {
    let house = House::new().await;
    let files = made();
    let tls = Tls::new(pair(&files));
    let serving = Serving { limits, tls: Some(tls.clone()), ..Serving::default() };
    let listening = Listening::start_as(serving, house.router.clone()).await;
    Secure { house, listening, tls, certificate: files.0 }
}

fn client(certificate: &str, versions: &[&'static SupportedProtocolVersion], protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

impl Secure {
    async fn greet(&self, config: &Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
        let tcp = TcpStream::connect(self.listening.address).await.unwrap();
        TlsConnector::from(config.clone()).connect(ServerName::try_from("door.example").unwrap(), tcp).await
    }

    async fn connect(&self) -> Raw<TlsStream<TcpStream>> {
        Raw::over(self.greet(&client(&self.certificate, rustls::ALL_VERSIONS, &[])).await.unwrap())
    }
}

#[tokio::test]
async fn versions_1_3_and_1_2_are_spoken_and_http_1_1_inside() {
    let secure = secure(Limits::default()).await;
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        for (offered, spoken) in
            [(&[][..], None), (&["http/1.1"], Some("http/1.1")), (&["h2", "http/1.1"], Some("http/1.1"))]
        {
            let stream = secure.greet(&client(&secure.certificate, &[version], offered)).await.unwrap();
            let (_, session) = stream.get_ref();
            assert_eq!(session.protocol_version(), Some(version.version));
            assert_eq!(session.alpn_protocol().map(|name| std::str::from_utf8(name).unwrap()), spoken);
            let mut raw = Raw::over(stream);
            raw.send(LIVE).await;
            let answer = raw.answer().await;
            assert_eq!((answer.status, answer.header("server")), (200, ""));
            assert!(!answer.header("strict-transport-security").is_empty());
        }
        let refused = secure.greet(&client(&secure.certificate, &[version], &["h2"])).await.unwrap_err();
        assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
    }
    secure.listening.stop().await;
}

/// The greeting of a client that speaks no version above this one (RFC 5246 section 7.4.1.2).
fn old_greeting(version: u8) -> Vec<u8> {
    let mut hello = vec![3, version];
    hello.extend([7; 32]);
    hello.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x2f, 1, 0]);
    let extensions: [[u8; 8]; 2] = [[0, 10, 0, 4, 0, 2, 0, 23], [0, 13, 0, 4, 0, 2, 4, 3]];
    hello.extend([0, 16]);
    hello.extend(extensions.concat());
    let mut record = vec![0x16, 3, 1, 0, 4 + hello.len() as u8, 1, 0, 0, hello.len() as u8];
    record.extend(hello);
    record
}

#[tokio::test]
async fn older_versions_are_refused_with_the_alert_for_it() {
    let secure = secure(Limits::default()).await;
    for version in [0, 1, 2] {
        let mut raw = secure.listening.connect().await;
        raw.send(old_greeting(version)).await;
        let alert = raw.rest_as_bytes().await;
        assert!(alert.len() == 7 && alert[0] == 21, "{alert:?}");
        assert_eq!(alert[5..], [2, 70], "fatal, protocol_version");
    }
    secure.listening.stop().await;
}

#[tokio::test]
async fn a_sign_in_works_and_every_bound_holds_inside_tls() {
    let secure = secure(Limits { body_time: SHORT, ..Limits::default() }).await;
    secure.house.account("alice").await;
    let post = "POST /v1/sign-in HTTP/1.1\r\nHost: door.example\r\nContent-Type: application/json\r\n";
    let body = serde_json::json!({ "identifier": "alice", "password": PASSWORD }).to_string();
    let mut raw = secure.connect().await;
    raw.send(format!("{post}Content-Length: {}\r\n\r\n{body}", body.len())).await;
    let answer = raw.answer().await;
    assert!(answer.status == 200 && answer.cookies()[0].starts_with("__Host-Http-doorward_session="));
    raw.send(format!("{post}Content-Length: 10\r\n\r\n{{")).await;
    assert_eq!(raw.answer().await.outcome(), "408 request_timeout");
    let mut raw = secure.connect().await;
    raw.send(format!("{post}Content-Length: 8193\r\n\r\n")).await;
    assert_eq!(raw.answer().await.outcome(), "413 body_too_large");
    let mut raw = secure.connect().await;
    raw.send(format!("{post}Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{LIVE}")).await;
    assert!(raw.rest().await.starts_with("HTTP/1.1 400 "));
    let mut raw = secure.connect().await;
    raw.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    let rest = raw.rest().await;
    assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "no second way into HTTP/2: {rest}");
    secure.listening.stop().await;
}

#[tokio::test]
async fn who_speaks_plain_http_to_it_is_told_so_and_gets_nothing() {
    let secure = secure(Limits::default()).await;
    let clear = async |method: &str, path: &str| {
        let mut raw = secure.listening.connect().await;
        raw.send(format!("{method} {path} HTTP/1.1\r\nHost: door.example\r\nX-Forwarded-Proto: https\r\n\r\n")).await;
        raw.answer().await
    };
    for (method, path) in
        [("GET", "/v1/session"), ("POST", "/v1/sign-in"), ("GET", "/.well-known/jwks.json"), ("POST", "/x")]
    {
        let answer = clear(method, path).await;
        assert_eq!((answer.outcome().as_str(), answer.header("location")), ("403 https_required", ""), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "said in the clear it counts for nothing");
    }
    let page = clear("GET", "/account?x=1").await;
    assert_eq!((page.status, page.header("location")), (308, "https://door.example/account?x=1"));
    assert_eq!(clear("GET", "/health/live").await.status, 200);
    secure.listening.stop().await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_ends_the_connection() {
    let secure = secure(Limits { head_time: SHORT, ..Limits::default() }).await;
    let mut silent = secure.listening.connect().await;
    let mut half = secure.listening.connect().await;
    half.send(&old_greeting(3)[..20]).await;
    let mut announced = secure.listening.connect().await;
    announced.send([0x16, 3, 1, 0x40, 0]).await;
    silent.must_be_closed_silently().await;
    half.must_be_closed_silently().await;
    announced.must_be_closed_silently().await;
    secure.listening.stop().await;
}

#[tokio::test]
async fn a_handshake_takes_a_place_among_the_connections_and_makes_room_first() {
    let hour = Duration::from_secs(3600);
    let secure = secure(Limits { connections: 3, head_time: hour, body_time: SHORT, ..Limits::default() }).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut raw = secure.listening.connect().await;
        raw.send(&old_greeting(3)[..20]).await;
        waiting.push(raw);
    }
    let config = client(&secure.certificate, rustls::ALL_VERSIONS, &[]);
    let mut good = loop {
        // Turned away until one of the others has been waited for.
        if let Ok(stream) = secure.greet(&config).await {
            break Raw::over(stream);
        }
    };
    good.send(LIVE).await;
    assert_eq!(good.answer().await.status, 200);
    waiting[0].must_be_closed_silently().await;
    secure.listening.stop().await;
}

#[tokio::test]
async fn a_certificate_is_exchanged_while_connections_go_on() {
    let secure = secure(Limits::default()).await;
    let mut before = secure.connect().await;
    before.send(LIVE).await;
    assert_eq!(before.answer().await.status, 200);
    let next = made();
    secure.tls.replace(pair(&next));
    before.send(LIVE).await;
    assert_eq!(before.answer().await.status, 200, "who was connected stays connected");
    let old = client(&secure.certificate, rustls::ALL_VERSIONS, &[]);
    assert!(secure.greet(&old).await.is_err(), "the old certificate is shown no more");
    let mut after = Raw::over(secure.greet(&client(&next.0, rustls::ALL_VERSIONS, &[])).await.unwrap());
    after.send(LIVE).await;
    assert_eq!(after.answer().await.status, 200);
    secure.listening.stop().await;
}

#[tokio::test]
async fn who_comes_back_need_not_shake_hands_in_full() {
    let secure = secure(Limits::default()).await;
    let config = client(&secure.certificate, rustls::ALL_VERSIONS, &[]);
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let mut raw = Raw::over(secure.greet(&config).await.unwrap());
        raw.send(LIVE).await;
        raw.answer().await;
        kinds.push(raw.stream().get_ref().1.handshake_kind());
    }
    assert_eq!(kinds, [Some(HandshakeKind::Full), Some(HandshakeKind::Resumed)]);
    secure.tls.replace(pair(&made()));
    assert!(secure.greet(&config).await.is_err(), "a ticket of the certificate before is worth nothing");
    secure.listening.stop().await;
}

#[tokio::test]
async fn who_breaks_off_a_handshake_concerns_nobody_else() {
    let secure = secure(Limits::default()).await;
    let mut good = secure.connect().await;
    for length in [0, 1, 5, 30] {
        let mut tcp = TcpStream::connect(secure.listening.address).await.unwrap();
        tcp.write_all(&old_greeting(3)[..length]).await.unwrap();
        drop(tcp);
    }
    let mut nonsense = secure.listening.connect().await;
    nonsense.send([&[0x16, 3, 1, 0, 100][..], &[0xff; 100]].concat()).await;
    nonsense.rest_as_bytes().await;
    good.send(LIVE).await;
    assert_eq!(good.answer().await.status, 200);
    secure.listening.stop().await;
}
