//! A server that speaks TLS itself: its files, when they change, and when they should not be used.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustix::process::Signal;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::house::{House, Running, Said, builder, client, doorward, refuse, run};

/// A certificate and its key, as PEM.
fn made(host: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap().self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// Where the files are written: as a whole, under another name first.
fn write(house: &House, (certificate, key): (&str, &str)) {
    for (name, text) in [("cert.pem", certificate), ("key.pem", key)] {
        let draft = house.write("draft", text);
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::rename(draft, house.folder().join(name)).unwrap();
    }
}

/// A configuration that listens on every address of the machine.
fn configuration(house: &House) -> PathBuf {
    let folder = house.folder().display();
    house.write(
        "doorward.toml",
        &format!(
            "[server]\npublic_url = \"https://door.example\"\nlisten = \"0.0.0.0:0\"\ndata = \"{folder}/data\"\n\
             metrics_listen = \"127.0.0.1:0\"\n[tls]\ncert = \"{folder}/cert.pem\"\nkey = \"{folder}/key.pem\"\n\
             http_listen = \"127.0.0.1:0\"\n"
        ),
    )
}

fn serve(house: &House) -> Command {
    let mut command = doorward(&["serve", "--config"]);
    command.arg(configuration(house));
    command
}

/// The address behind these words of the greeting.
fn address(server: &Running, behind: &str) -> SocketAddr {
    let at = server.greeting.find(behind).unwrap() + behind.len();
    let text = server.greeting[at..].split(['\n', ',', '/']).next().unwrap();
    let address: SocketAddr = text.parse().unwrap();
    SocketAddr::from(([127, 0, 0, 1], address.port()))
}

/// Status line and head of the answer; fails if the server shows another certificate.
async fn get(server: &Running, path: &str, certificate: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let tcp = TcpStream::connect(address(server, "listening on ")).await?;
    let mut stream = TlsConnector::from(config).connect(ServerName::try_from("door.example").unwrap(), tcp).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: door.example\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

async fn metrics(server: &Running) -> String {
    let url = format!("http://{}/metrics", address(server, "Operators: http://"));
    client().get(url).send().await.unwrap().text().await.unwrap()
}

fn refused(house: &House) -> Said {
    let mut command = serve(house);
    command.arg("--json");
    refuse(command)
}

#[tokio::test]
async fn beyond_this_machine_it_speaks_tls_and_sends_pages_there() {
    let house = House::new();
    let (certificate, key) = made("door.example");
    write(&house, (&certificate, &key));
    let server = Running::start(serve(&house));
    let answer = get(&server, "/v1/session", &certificate).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("strict-transport-security: "), "{answer}");
    let plain = builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for port in [address(&server, "Plain HTTP on "), address(&server, "listening on ")] {
        let ask = |path: &str| plain.get(format!("http://{port}{path}")).header("host", "door.example").send();
        let page = ask("/account").await.unwrap();
        assert_eq!(
            (page.status().as_u16(), &page.headers()["location"]),
            (308, &"https://door.example/account".parse().unwrap())
        );
        assert_eq!(ask("/v1/session").await.unwrap().status(), 403);
    }
    server.stop();
}

#[tokio::test]
async fn operators_have_an_address_of_their_own_that_answers_nothing_else() {
    let house = House::new();
    let (certificate, key) = made("door.example");
    write(&house, (&certificate, &key));
    let server = Running::start(serve(&house));
    assert!(get(&server, "/metrics", &certificate).await.unwrap().starts_with("HTTP/1.1 404 "));
    let text = metrics(&server).await;
    assert!(
        text.contains("doorward_requests_total{route=\"other\",class=\"4xx\"} 1"),
        "it knows what the other one did: {text}"
    );
    let at = address(&server, "Operators: http://");
    for (path, status) in
        [("/health/live", 200), ("/health/ready", 200), ("/v1/session", 404), ("/.well-known/jwks.json", 404)]
    {
        assert_eq!(client().get(format!("http://{at}{path}")).send().await.unwrap().status(), status, "{path}");
    }
    assert_eq!(client().post(format!("http://{at}/metrics")).send().await.unwrap().status(), 405);
    server.stop();
}

#[tokio::test]
async fn a_new_certificate_is_taken_and_a_broken_one_changes_nothing() {
    let house = House::new();
    let (first, second) = (made("door.example"), made("door.example"));
    write(&house, (&first.0, &first.1));
    let server = Running::start(serve(&house));
    assert!(get(&server, "/health/live", &first.0).await.is_ok());
    write(&house, (&second.0, &first.1));
    server.signal(Signal::HUP);
    let failures = "doorward_tls_reload_failures_total 1";
    while !metrics(&server).await.lines().any(|line| line == failures) {}
    assert!(get(&server, "/health/live", &first.0).await.is_ok(), "the one before it goes on");
    write(&house, (&second.0, &second.1));
    server.signal(Signal::HUP);
    while get(&server, "/health/live", &second.0).await.is_err() {}
    assert!(get(&server, "/health/live", &first.0).await.is_err());
    let expires = metrics(&server).await;
    let expires =
        expires.lines().find_map(|line| line.strip_prefix("doorward_tls_certificate_expires_seconds ")).unwrap();
    assert!(expires.parse::<f64>().unwrap() > 86_400.0, "{expires}");
    let log = server.stop();
    assert!(log.contains("tls_reload_failed") && log.contains("not that of the first certificate"), "{log}");
    assert!(log.contains("tls_reloaded"), "{log}");
}

#[tokio::test]
async fn a_file_that_changes_is_noticed_without_being_told() {
    let house = House::new();
    let (first, second) = (made("door.example"), made("door.example"));
    write(&house, (&first.0, &first.1));
    let server = Running::start(serve(&house));
    write(&house, (&second.0, &second.1));
    while get(&server, "/health/live", &second.0).await.is_err() {}
    let log = server.stop();
    assert!(!log.contains("tls_reload_failed"), "half of an exchange is no fault: {log}");
}

#[test]
fn files_that_cannot_be_used_refuse_the_start_and_the_check() {
    let house = House::new();
    let (certificate, key) = made("door.example");
    let (_, other) = made("door.example");
    let file = configuration(&house);
    let must_refuse = |said: &str| {
        let refusal = refused(&house);
        assert_eq!(refusal.failure(), "tls");
        assert!(refusal.err.contains(said), "{said}: {}", refusal.err);
        let mut check = doorward(&["config", "check", "--json", "--config"]);
        check.arg(&file);
        assert_eq!(run(check, "").failure(), "tls", "{said}");
    };
    must_refuse("cert.pem: cannot be read");
    write(&house, (&certificate, &other));
    must_refuse("not that of the first certificate");
    write(&house, ("no certificate", &key));
    must_refuse("holds no certificate");
    write(&house, (&certificate, "no key"));
    must_refuse("holds no private key");
    write(&house, (&certificate, &key));
    std::fs::set_permissions(house.folder().join("key.pem"), std::fs::Permissions::from_mode(0o644)).unwrap();
    must_refuse("everybody can read this private key (mode 644): chmod 640");
    std::fs::set_permissions(house.folder().join("key.pem"), std::fs::Permissions::from_mode(0o640)).unwrap();
    Running::start(serve(&house)).stop();
}

#[test]
fn a_certificate_for_another_host_is_told_at_the_start() {
    let house = House::new();
    let (certificate, key) = made("other.example");
    write(&house, (&certificate, &key));
    let log = Running::start(serve(&house)).stop();
    assert!(log.contains("tls_other_host"), "{log}");
    write(&house, (&made("door.example").0, &key));
    assert_eq!(refused(&house).failure(), "tls");
}

#[test]
fn without_tls_being_told_to_read_again_does_not_end_it() {
    let house = House::new();
    let file =
        house.write("doorward.toml", "[server]\npublic_url = \"https://door.example\"\nlisten = \"127.0.0.1:0\"\n");
    let mut command = doorward(&["serve", "--config"]);
    command.arg(file).arg("--data").arg(house.data());
    let server = Running::start(command);
    server.signal(Signal::HUP);
    server.signal(Signal::TERM);
    let (status, log) = server.ended();
    assert_eq!(status.code(), Some(0), "{log}");
}
