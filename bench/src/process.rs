//! Processes that are measured, and what the system says of them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::Outcome;

/// A child that ends with this.
pub(crate) struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    fn spawn(command: &mut Command, port: u16) -> Outcome<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let out = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, out, port })
    }

    /// This program as the no-op server.
    pub(crate) fn noop() -> Outcome<Self> {
        let mut process = Self::spawn(Command::new(std::env::current_exe()?).arg("noop"), 0)?;
        let mut line = String::new();
        process.out.read_line(&mut line)?;
        process.port = line.trim().parse()?;
        Ok(process)
    }

    /// The server on this configuration; ready when this returns.
    pub(crate) fn doorward(binary: &str, config: &Path, port: u16, environment: &[(&str, &str)]) -> Outcome<Self> {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--config").arg(config).envs(environment.iter().copied());
        Self::spawn(&mut command, port)?.ready()
    }

    /// `serve --dev` with these settings and data; ready when this returns.
    pub(crate) fn in_development(binary: &str, config: &Path, data: &Path, port: u16) -> Outcome<Self> {
        let mut command = Command::new(binary);
        command.args(["serve", "--dev", "--listen", &format!("127.0.0.1:{port}"), "--config"]).arg(config);
        Self::spawn(command.arg("--data").arg(data), port)?.ready()
    }

    fn ready(mut self) -> Outcome<Self> {
        let mut line = String::new();
        while !line.starts_with("Ready") {
            line.clear();
            if self.out.read_line(&mut line)? == 0 {
                return Err("the server did not start".into());
            }
        }
        Ok(self)
    }

    /// CPU time so far, in seconds, by the scheduler's own clock where there is one.
    pub(crate) fn cpu(&self) -> Outcome<f64> {
        let mut nanos: u64 = 0;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            nanos += text.split(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(nanos as f64 / 1e9)
    }

    /// Proportional set size in bytes.
    pub(crate) fn pss(&self) -> Outcome<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = text.lines().find(|l| l.starts_with("Pss:")).ok_or("no Pss")?;
        let kib: u64 = line.split_whitespace().nth(1).ok_or("no Pss")?.parse()?;
        Ok(kib * 1024)
    }
}

/// Milliseconds from spawn to the first 200 of `/health/ready`.
pub(crate) fn start_millis(binary: &str, config: &Path, port: u16) -> Outcome<f64> {
    let begun = now();
    let mut command = Command::new(binary);
    command.arg("serve").arg("--config").arg(config).stderr(Stdio::null());
    let _process = Process::spawn(&mut command, port)?;
    while !is_ready(port) {
        if begun.elapsed().as_secs() > 10 {
            return Err("the server did not become ready within ten seconds".into());
        }
        std::thread::yield_now();
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let request = "GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    let mut answer = [0; 12];
    stream.write_all(request.as_bytes()).and_then(|()| stream.read_exact(&mut answer)).is_ok()
        && answer.ends_with(b"200")
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[expect(clippy::disallowed_methods, reason = "measures the machine")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
