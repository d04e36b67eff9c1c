//! A light API: a token over HTTPS, a refresh token, and an end that counts.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use crate::server::{PASSWORD, program, trusting};

const URL: &str = "https://door.example";

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

fn doorward(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.args(arguments).arg("--config").arg(folder.join("doorward.toml")).stderr(Stdio::piped());
    command
}

#[tokio::test]
async fn beyond_this_machine_a_token_travels_over_tls_or_the_server_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let server = format!(
        "[server]\npublic_url = \"{URL}\"\nlisten = \"0.0.0.0:0\"\ndata = \"{0}/data\"\n[[clients]]\nid = \"default\"\n\
         modes = [\"token\"]\n",
        at.display()
    );
    write(at, "doorward.toml", &server);
    let refused = doorward(at, &["serve"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("[tls]") && said.contains("behind"), "{said}");

    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec!["door.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    write(at, "cert.pem", &certificate.pem());
    write(at, "key.pem", &key.serialize_pem());
    let tls = format!("[tls]\ncert = \"{0}/cert.pem\"\nkey = \"{0}/key.pem\"\n", at.display());
    write(at, "doorward.toml", &format!("{server}{tls}"));
    let mut child = doorward(at, &["serve"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let _running = Running(child);
    let listening = lines.find(|line| line.contains("listening on ")).unwrap();
    let port = listening.split("listening on ").nth(1).unwrap().split([',', ' ', '/']).next().unwrap();
    let port: u16 = port.rsplit(':').next().unwrap().parse().unwrap();
    assert!(lines.any(|line| line.starts_with("Ready")));
    std::thread::spawn(move || lines.for_each(drop));

    let mut add = doorward(at, &["account", "add", "ada", "--password-stdin"]);
    let mut add = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut add.stdin.take().unwrap(), PASSWORD.as_bytes()).unwrap();
    assert!(add.wait().unwrap().success());

    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let api = trusting(roots).resolve("door.example", ([127, 0, 0, 1], port).into()).build().unwrap();
    let post = async |path: &str, body: Value| {
        let answer = api.post(format!("https://door.example:{port}{path}")).header("Host", "door.example").json(&body);
        answer.send().await.unwrap()
    };
    let pair: Value =
        post("/v1/sign-in", json!({ "identifier": "ada", "password": PASSWORD })).await.json().await.unwrap();
    let next = post("/v1/refresh", json!({ "refresh_token": pair["refresh_token"] })).await;
    assert!(next.headers()["strict-transport-security"].to_str().unwrap().contains("max-age=63072000"));
    let next: Value = next.json().await.unwrap();
    let who = api.get(format!("https://door.example:{port}/v1/session")).header("Host", "door.example");
    let who = who.bearer_auth(next["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(who.status(), 200);
    let out = post("/v1/sign-out", json!({ "refresh_token": next["refresh_token"] })).await;
    assert_eq!(out.status(), 204);
    assert_eq!(post("/v1/refresh", json!({ "refresh_token": next["refresh_token"] })).await.status(), 400);
    let plain = program().get(format!("http://127.0.0.1:{port}/v1/session")).send().await;
    assert!(plain.is_err() || plain.is_ok_and(|answer| answer.status().is_client_error()), "nothing in the clear");
}
