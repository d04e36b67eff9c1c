//! The shipped binary on a port and in a folder of its own, asked in plain bytes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::place::Place;

/// A server that is ready; killed when it goes.
#[derive(Debug)]
pub struct Served {
    child: Child,
    folder: TempDir,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Served {
    /// Starts it on a configuration for `https://door.example` with these lines in `[server]`.
    ///
    /// # Errors
    /// One line, if it does not start.
    pub fn start(place: &Place, server: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let config = folder.path().join("doorward.toml");
        let text = format!(
            "[server]\npublic_url = \"https://door.example\"\nlisten = \"127.0.0.1:0\"\ndata = \"{}\"\n{server}\n",
            folder.path().join("data").display()
        );
        std::fs::write(&config, text).map_err(|error| error.to_string())?;
        let mut command = Command::new(place.binary());
        let mut child = command
            .args(["serve", "--config"])
            .arg(config)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the binary does not start: {error}"))?;
        let mut out = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        let mut greeting = String::new();
        while !greeting.ends_with("Ready.\n") {
            if out.read_line(&mut greeting).map_err(|error| error.to_string())? == 0 {
                return Err(format!("the binary does not start: {greeting}"));
            }
        }
        let address =
            greeting.split("listening on ").nth(1).and_then(|rest| rest.lines().next()).unwrap_or("").to_owned();
        Ok(Self { child, folder, address })
    }

    /// A folder that goes with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What comes back for these bytes until the server closes.
    ///
    /// # Errors
    /// One line, if nobody listens.
    pub fn exchange(&self, bytes: &str) -> Result<String, String> {
        exchange(&self.address, bytes)
    }
}

/// The same with any server.
///
/// # Errors
/// One line, if nobody listens.
pub fn exchange(address: &str, bytes: &str) -> Result<String, String> {
    let failed = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    stream.write_all(bytes.as_bytes()).map_err(failed)?;
    let mut answer = Vec::new();
    // A server that has refused may reset what it did not read.
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
