//! The real program, on a port of its own, for the length of a test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// `doorward serve --dev`, and the directory it keeps things in.
pub(crate) struct Server {
    child: Child,
    data: TempDir,
    pub(crate) url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let (child, url) = spawn(data.path());
        Self { child, data, url }
    }

    /// As if the power went: no chance to write anything.
    pub(crate) fn kill_and_start_again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.url) = spawn(self.data.path());
    }

    /// Nobody answers any more.
    pub(crate) fn stop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Where the database lies.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// What an operator types.
    pub(crate) fn operator(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
        command.args(arguments).args(["--json", "--data"]).arg(self.data.path()).output().unwrap()
    }

    pub(crate) async fn sign_up(&self, identifier: &str) -> Value {
        let body = json!({ "identifier": identifier, "password": PASSWORD });
        let answer = program().post(format!("{}/v1/accounts", self.url)).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json().await.unwrap()
    }

    pub(crate) async fn sign_in(&self, client: &reqwest::Client, identifier: &str, mode: &str) -> reqwest::Response {
        let body = json!({ "identifier": identifier, "password": PASSWORD, "mode": mode });
        let answer = client.post(format!("{}/v1/sign-in", self.url)).header("Origin", &self.url).json(&body).send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 200);
        answer
    }

    /// Who the server takes the client for, or the code of the problem.
    pub(crate) async fn who(&self, client: &reqwest::Client, bearer: Option<&str>) -> Result<Value, String> {
        let request = client.get(format!("{}/v1/session", self.url));
        let request = bearer.iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.json::<Value>().await.unwrap());
        if status == 200 { Ok(body) } else { Err(body["code"].as_str().unwrap().to_owned()) }
    }

    /// A request that changes something, as a script of our own pages sends it.
    pub(crate) async fn post(&self, client: &reqwest::Client, path: &str, csrf: &str, body: &Value) -> (u16, Value) {
        let request = client.post(format!("{}{path}", self.url)).header("Origin", &self.url);
        let answer = request.header("X-CSRF-Token", csrf).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }
}

fn spawn(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]).arg(data);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    let url = first.split_whitespace().find(|w| w.starts_with("http://")).unwrap().to_owned();
    assert!(lines.any(|line| line.unwrap().starts_with("Ready")), "it says when it is ready");
    // Whatever it says later is read and dropped, so that a full pipe never stops it.
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

/// Keeps cookies, like a browser.
pub(crate) fn browser() -> reqwest::Client {
    builder().cookie_store(true).build().unwrap()
}

/// Keeps none.
pub(crate) fn program() -> reqwest::Client {
    builder().build().unwrap()
}

/// Trusts nobody: what is asked here is asked in the clear.
fn builder() -> reqwest::ClientBuilder {
    trusting(rustls::RootCertStore::empty())
}

/// Trusts these, and nobody else.
pub(crate) fn trusting(roots: rustls::RootCertStore) -> reqwest::ClientBuilder {
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(roots).with_no_client_auth();
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}
