//! A data directory, the program on it, and somebody who asks over HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A user without rights.
pub(crate) const NOBODY: u32 = 65_534;

/// The program, without what surrounds the test.
pub(crate) fn doorward(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doorward"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// What came out of a program that has ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// `code` of a failure that was told as JSON.
    pub(crate) fn failure(&self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        let told: Value = serde_json::from_str(&self.err).unwrap();
        told["error"]["code"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn run(mut command: Command, input: &str) -> Said {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not want the input has closed its end.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What a server says that does not start. One that does start is a fault, not a reason to wait for ever.
pub(crate) fn refuse(mut command: Command) -> Said {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = String::new();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    while lines.read_line(&mut out).unwrap() > 0 {
        if out.ends_with("Ready.\n") {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("it started: {out}");
        }
    }
    let output = child.wait_with_output().unwrap();
    Said { code: output.status.code(), out, err: String::from_utf8(output.stderr).unwrap() }
}

/// A place for data, empty at first.
pub(crate) struct House {
    folder: TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the program keeps its data; made by its first start.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `doorward serve --dev` on these data and any free port.
    pub(crate) fn dev(&self) -> Command {
        let mut command = doorward(&["serve", "--dev", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(self.data());
        command
    }

    pub(crate) fn start(&self) -> Running {
        Running::start(self.dev())
    }

    /// What an operator types, answered in JSON.
    pub(crate) fn operator(&self, arguments: &[&str]) -> Said {
        self.operator_with(arguments, "")
    }

    pub(crate) fn operator_with(&self, arguments: &[&str], input: &str) -> Said {
        let mut command = doorward(arguments);
        command.args(["--json", "--data"]).arg(self.data());
        run(command, input)
    }

    pub(crate) fn add_account(&self, identifier: &str) -> Value {
        self.operator_with(&["account", "add", identifier, "--password-stdin"], &format!("{PASSWORD}\n")).json()
    }
}

/// A server that is ready. Killed when it goes.
pub(crate) struct Running {
    child: Child,
    log: Option<JoinHandle<String>>,
    /// All that it printed up to and with the line that says that it is ready.
    pub(crate) greeting: String,
    pub(crate) url: String,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut err = child.stderr.take().unwrap();
        // Read at once, so that a full pipe never stops the server.
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            err.read_to_string(&mut text).unwrap();
            text
        });
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.ends_with("Ready.\n") {
            if out.read_line(&mut greeting).unwrap() == 0 {
                child.wait().unwrap();
                panic!("it did not start: {greeting}{}", log.join().unwrap());
            }
        }
        let url = greeting.split_whitespace().find(|w| w.starts_with("http")).unwrap();
        let url = url.trim_end_matches(',').to_owned();
        Self { child, log: Some(log), greeting, url }
    }

    /// Killed, without a chance to write anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// How it ended, and all that it logged.
    pub(crate) fn ended(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.log.take().unwrap().join().unwrap())
    }

    /// Asked to stop; all that it logged.
    pub(crate) fn stop(self) -> String {
        self.signal(Signal::TERM);
        let (status, log) = self.ended();
        assert!(status.success(), "{status}: {log}");
        log
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> reqwest::Response {
        client().post(format!("{}{path}", self.url)).json(body).send().await.unwrap()
    }

    pub(crate) async fn sign_up(&self, identifier: &str) {
        let answer = self.post("/v1/accounts", &json!({ "identifier": identifier, "password": PASSWORD })).await;
        assert_eq!(answer.status(), 201);
    }

    /// A sign-in in mode `session`: the cookie as a request brings it, and the session's id.
    pub(crate) async fn cookie(&self, identifier: &str) -> (String, String) {
        let answer = self.post("/v1/sign-in", &json!({ "identifier": identifier, "password": PASSWORD })).await;
        assert_eq!(answer.status(), 200);
        let cookies = answer.headers().get_all("set-cookie").iter().map(|c| c.to_str().unwrap());
        let cookie = cookies.map(|c| c.split(';').next().unwrap()).find(|c| c.contains("session=")).unwrap().to_owned();
        let body: Value = answer.json().await.unwrap();
        (cookie, body["session"]["sid"].as_str().unwrap().to_owned())
    }

    /// A sign-in in mode `token`.
    pub(crate) async fn tokens(&self, identifier: &str) -> Value {
        let body = json!({ "identifier": identifier, "password": PASSWORD, "mode": "token" });
        let answer = self.post("/v1/sign-in", &body).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// The status of `GET /v1/session` with this header.
    pub(crate) async fn who(&self, header: &str, value: &str) -> u16 {
        let request = client().get(format!("{}/v1/session", self.url)).header(header, value);
        request.send().await.unwrap().status().as_u16()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keeps no cookies and goes through no proxy.
pub(crate) fn client() -> reqwest::Client {
    builder().build().unwrap()
}

/// The same, to be changed. It trusts nobody: what is asked here is asked in the clear, and the machine's authorities are not
/// read for it each time.
pub(crate) fn builder() -> reqwest::ClientBuilder {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls)
}
