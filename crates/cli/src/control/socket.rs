//! The socket in the data directory: one line of JSON there, one back. For the owner of the server's process only.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use zeroize::Zeroizing;

use super::Command;
use crate::output::Failure;
use crate::setup::Desk;

/// Longest line in bytes: whoever sends more is cut off.
const LONGEST_LINE: u64 = 64 * 1024;
/// An operator's program that says nothing for so long has gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(10);
/// A server that answers nothing for so long hangs.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);

fn path_in(data: &Path) -> PathBuf {
    data.join("control.sock")
}

fn failed(message: impl Into<String>) -> Failure {
    Failure::new("control_socket", message)
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
        let refused = |e: io::Error| failed(format!("the control socket {} cannot be made: {e}", path.display()));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refused(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(|error| match error.kind() {
            // The system has room for about a hundred bytes, and says so in words of its own.
            io::ErrorKind::InvalidInput => failed(format!(
                "the path {} is too long for a socket: choose a data directory with a shorter one",
                path.display()
            )),
            _ => refused(error),
        })?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(refused)?;
        Ok(Self { listener, path })
    }

    /// Answers for ever.
    pub(crate) async fn answer(self, desk: Desk) {
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(converse(stream, desk.clone()));
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

/// The rule: the user that runs the server, or the system's administrator, who could read the files as well.
fn may_command(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

async fn converse(mut stream: UnixStream, desk: Desk) {
    // Also a stranger's line is read: closed with a line unread, the connection would break before the answer is there.
    let Some(line) = heard(&mut stream).await else { return };
    let own = rustix::process::geteuid().as_raw();
    let answer = if stream.peer_cred().is_ok_and(|peer| may_command(peer.uid(), own)) {
        answer(&line, &desk).await
    } else {
        tracing::warn!(event = "control_refused", "another user knocked at the control socket");
        Err(Failure::new("control_refused", "the server hears only the user that it runs as"))
    };
    let answer = match answer {
        Ok(value) => json!({ "ok": value }),
        Err(failure) => json!({ "error": failure }),
    };
    let _ = stream.write_all(format!("{answer}\n").as_bytes()).await;
}

/// One line, or as much of it as may be; `None` if nothing comes.
async fn heard(stream: &mut UnixStream) -> Option<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    let mut reader = BufReader::new(stream.take(LONGEST_LINE));
    let read = tokio::time::timeout(LONGEST_SILENCE, reader.read_line(&mut line)).await;
    matches!(read, Ok(Ok(n)) if n > 0).then_some(line)
}

async fn answer(line: &str, desk: &Desk) -> Result<Value, Failure> {
    command(line)?.run(desk).await
}

fn command(line: &str) -> Result<Command, Failure> {
    if !line.ends_with('\n') {
        return Err(failed(format!("a command has at most {LONGEST_LINE} bytes, and a line's end")));
    }
    // What the reader says of a line may quote it, and a line may hold a password.
    serde_json::from_str(line).map_err(|_| failed("the server does not know this command: is it of another version?"))
}

/// Whether a server listens.
pub(crate) async fn is_heard(data: &Path) -> bool {
    UnixStream::connect(path_in(data)).await.is_ok()
}

/// Asks the server that holds the data directory; `None` if nobody listens (yet, or any more).
pub(crate) async fn ask(data: &Path, command: &Command) -> Result<Option<Result<Value, Failure>>, Failure> {
    let Ok(mut stream) = UnixStream::connect(path_in(data)).await else {
        return Ok(None);
    };
    let broken = |error: io::Error| failed(format!("the server broke off: {error}; whether it was done is not known"));
    let mut line = Zeroizing::new(serde_json::to_string(command).map_err(|e| failed(e.to_string()))?);
    line.push('\n');
    stream.write_all(line.as_bytes()).await.map_err(broken)?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream);
    match tokio::time::timeout(LONGEST_ANSWER, reader.read_line(&mut answer)).await {
        Ok(read) => read.map_err(broken)?,
        Err(_) => return Err(failed("the server does not answer; whether it was done is not known")),
    };
    let mut answer: Value =
        serde_json::from_str(&answer).map_err(|_| failed("the server broke off; whether it was done is not known"))?;
    Ok(Some(match answer.get("error") {
        Some(error) => {
            Err(serde_json::from_value(error.clone()).unwrap_or_else(|_| failed("the server's answer cannot be read")))
        }
        None => Ok(answer["ok"].take()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_user_of_the_server_and_the_administrator_command_it() {
        assert!(may_command(1000, 1000) && may_command(0, 1000) && may_command(0, 0));
        assert!(!may_command(1001, 1000) && !may_command(1000, 0));
    }

    #[test]
    fn a_command_that_is_none_is_refused_without_repeating_it() {
        for line in
            ["{\"account\":{\"do\":\"add\",\"password\":\"s3cret\"}}\n", "s3cret\n", "{\"do\":\"s3cret\"}\n", "\n"]
        {
            let Err(failure) = command(line) else { panic!("{line}") };
            assert!(!failure.message.contains("s3cret"), "{}", failure.message);
        }
        assert!(command("{\"key\":{\"do\":\"list\"}}").is_err_and(|f| f.message.contains("at most")));
        assert!(command("{\"key\":{\"do\":\"list\"}}\n").is_ok());
    }
}
