//! The socket in the data directory: one line of JSON there, one back. For the owner of the server's process only.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use doorward_core::Auth;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::Command;
use crate::output::Failure;

/// Longest line in bytes: whoever sends more is cut off.
const LONGEST_LINE: u64 = 64 * 1024;
/// An operator's program that says nothing for so long has gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);

fn path_in(data: &Path) -> PathBuf {
    data.join("control.sock")
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::new("control_socket", format!("{what}: {error}"))
}

/// Where the running server hears operators.
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Only whoever holds the lock may call this: what lies there was left behind by a process that has ended.
    pub(crate) fn bind(data: &Path) -> Result<Self, Failure> {
        let path = path_in(data);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed("control.sock", &error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(|e| failed("control.sock", &e))?;
        let owner_only = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(&path, owner_only).map_err(|e| failed("control.sock", &e))?;
        Ok(Self { listener, path })
    }

    /// Answers for ever.
    pub(crate) async fn answer(self, auth: Auth) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(converse(stream, auth.clone()));
                }
                Err(error) => {
                    tracing::error!(event = "control_socket", %error, "operators are not heard for a moment");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn converse(stream: UnixStream, auth: Auth) {
    let own = rustix::process::geteuid().as_raw();
    let peer = stream.peer_cred().map(|c| c.uid());
    if !peer.is_ok_and(|uid| uid == own || uid == 0) {
        tracing::warn!(event = "control_socket", "another user knocked");
        return;
    }
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut reader = BufReader::new(read.take(LONGEST_LINE));
    let heard = tokio::time::timeout(LONGEST_SILENCE, reader.read_line(&mut line)).await;
    if !matches!(heard, Ok(Ok(n)) if n > 0) {
        return;
    }
    let answer = match serde_json::from_str::<Command>(&line) {
        Ok(command) => command.run(&auth).await,
        Err(_) => {
            Err(Failure::new("control_socket", "the server does not know this command: is it of another version?"))
        }
    };
    let answer = match answer {
        Ok(value) => serde_json::json!({ "ok": value }),
        Err(failure) => serde_json::json!({ "error": failure }),
    };
    let _ = write.write_all(format!("{answer}\n").as_bytes()).await;
}

/// Asks the server that holds the data directory.
pub(crate) async fn ask(data: &Path, command: &Command) -> Result<Value, Failure> {
    let path = path_in(data);
    let gone = |error: std::io::Error| {
        let text = format!("a process holds {} but does not answer on its socket: {error}", data.display());
        Failure::new("control_socket", text)
    };
    let mut stream = UnixStream::connect(&path).await.map_err(gone)?;
    let line = serde_json::to_string(command).map_err(|e| Failure::new("control_socket", e.to_string()))?;
    stream.write_all(format!("{line}\n").as_bytes()).await.map_err(gone)?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await.map_err(gone)?;
    let mut answer: Value =
        serde_json::from_str(&answer).map_err(|_| Failure::new("control_socket", "the server broke off"))?;
    match answer.get("error") {
        Some(error) => Err(serde_json::from_value(error.clone())
            .unwrap_or_else(|_| Failure::new("control_socket", "the server's answer cannot be read"))),
        None => Ok(answer["ok"].take()),
    }
}
