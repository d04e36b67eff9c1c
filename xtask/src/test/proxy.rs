//! The shipped binary behind a real nginx, with the configuration that the guide shows.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::place::Place;
use super::served::Served;

const GUIDE: &str = "docs/guides/install.md";
/// Who asks: not the address that nginx connects from.
const CLIENT: &str = "127.0.0.2";

/// Puts it in front, and asks through it.
///
/// # Errors
/// The first answer that should be another.
pub fn check(place: &Place) -> Result<(), String> {
    let guide = std::fs::read_to_string(place.root.join(GUIDE)).map_err(|error| format!("{GUIDE}: {error}"))?;
    let shown =
        guide.split("```nginx\n").nth(1).and_then(|rest| rest.split("```").next()).ok_or("no nginx in the guide")?;
    let served = Served::start(place, "behind = [\"127.0.0.1\"]\n[accounts]\nsign_up = \"open\"")?;
    let nginx = Nginx::start(place, shown, &served)?;
    let (secure, clear) = (nginx.secure, nginx.clear);
    let curl = |scheme: &str, port: u16, more: &[&str], path: &str| -> Result<String, String> {
        let to = format!("door.example:{port}:127.0.0.1");
        let url = format!("{scheme}://door.example:{port}{path}");
        // The name with the port of a test is no host of ours; people use the one without.
        let common = [
            "--silent",
            "--insecure",
            "--max-time",
            "20",
            "--include",
            "--http1.1",
            "--interface",
            CLIENT,
            "--header",
            "Host: door.example",
        ];
        let spoof = ["--header", "X-Forwarded-For: 203.0.113.9", "--header", "Forwarded: for=203.0.113.9"];
        let words =
            [&common[..], &spoof, &["--header", "X-Forwarded-Proto: https", "--resolve", &to], more, &[&url]].concat();
        place.ask("curl", &words).ok_or_else(|| format!("curl {url} failed"))
    };
    expect(&curl("https", secure, &[], "/v1/session")?, &["401", "strict-transport-security: "])?;
    expect(&curl("http", clear, &[], "/v1/session")?, &["403", "https_required"])?;
    expect(&curl("http", clear, &[], "/account?x=1")?, &["308", "location: https://door.example/account?x=1"])?;
    let body = r#"{"identifier":"ada@example.org","password":"correct horse battery staple"}"#;
    let post = ["--header", "Content-Type: application/json", "--data", body];
    expect(&curl("http", clear, &post, "/v1/accounts")?, &["403", "https_required"])?;
    expect(&curl("https", secure, &post, "/v1/accounts")?, &["201", "ada@example.org"])?;
    let config = served.folder().join("doorward.toml");
    let audit = ["audit", "tail", "--json", "--config", config.to_str().ok_or("no UTF-8")?];
    let audit = place.ask(place.binary(), &audit).ok_or("the audit cannot be read")?;
    if !audit.contains(CLIENT) || audit.contains("203.0.113.9") {
        return Err(format!("the audit does not name the client: {audit}"));
    }
    println!("nginx in front: the client is known, and nobody else is believed");
    Ok(())
}

fn expect(answer: &str, words: &[&str]) -> Result<(), String> {
    match words.iter().find(|word| !answer.to_lowercase().contains(*word)) {
        Some(word) => Err(format!("{word:?} is not in {answer}")),
        None => Ok(()),
    }
}

/// nginx on two ports of its own; stopped when it goes.
struct Nginx {
    child: Child,
    secure: u16,
    clear: u16,
}

impl Nginx {
    fn start(place: &Place, shown: &str, served: &Served) -> Result<Self, String> {
        let folder = served.folder();
        let (secure, clear) = (free_port()?, free_port()?);
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let subject = ["-subj", "/CN=door.example", "-days", "1", "-keyout"];
        let make = ["req", "-x509", "-newkey", "rsa:2048", "-nodes"];
        let files = [text(&key)?, "-out", text(&cert)?];
        place.ask("openssl", &[&make[..], &subject, &files].concat()).ok_or("openssl cannot make a certificate")?;
        let sites = shown
            .replace("listen 443 ssl", &format!("listen 127.0.0.1:{secure} ssl"))
            .replace("listen 80", &format!("listen 127.0.0.1:{clear}"))
            .replace("http://127.0.0.1:8080", &format!("http://{}", served.address))
            .replace("/etc/nginx/tls/cert.pem", text(&cert)?)
            .replace("/etc/nginx/tls/key.pem", text(&key)?);
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {}/{name};\n", folder.display()))
            .concat();
        let here = folder.display();
        let whole = format!(
            "daemon off;\npid {here}/nginx.pid;\nerror_log {here}/nginx.log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{sites}}}\n"
        );
        let config = folder.join("nginx.conf");
        std::fs::write(&config, whole).map_err(|error| error.to_string())?;
        let child = Command::new("nginx").arg("-c").arg(&config).stderr(Stdio::null()).spawn();
        let mut nginx = Self { child: child.map_err(|error| format!("nginx: {error}"))?, secure, clear };
        // To connect is enough: a connection that asks nothing is kept open for a minute.
        while TcpStream::connect(("127.0.0.1", clear)).is_err() {
            if let Ok(Some(status)) = nginx.child.try_wait() {
                let log = std::fs::read_to_string(folder.join("nginx.log")).unwrap_or_default();
                return Err(format!("nginx ended with {status}: {log}"));
            }
            std::thread::yield_now();
        }
        Ok(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Its workers are ended by their master, which a plain kill would leave behind.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is no UTF-8", path.display()))
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, String> {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.map(|address| address.port()).map_err(|error| error.to_string())
}
