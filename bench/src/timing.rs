//! Does the time of an answer tell whether there is an account? Wrong sign-ins of three kinds, in turns, on the shipped
//! binary, compared by Welch's t. It fails if a difference shows.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;

use tokio::net::{TcpSocket, TcpStream};

use crate::Outcome;
use crate::load::{self, Dice};
use crate::process::{self, Process, now};

/// Accounts of each kind, and wrong sign-ins to each: as many as its limits let through at once.
const ACCOUNTS: usize = 25;
const EACH: usize = 20;
/// Beyond this a difference is not chance (one time in 150,000).
const LARGEST_T: f64 = 4.5;
const PASSWORD: &str = "correct horse battery staple";
const SETTINGS: &str = "[password]\nmemory_kib = 19456\npasses = 2\n[log]\nlevel = \"error\"\n\
    [throttle]\nfree_failures = 20\nper_network = 100000\nper_minute = 1000000\n";

/// Whose sign-in fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// There is no such account.
    Unknown,
    /// The password is wrong.
    Wrong,
    /// The password is right, and the account is disabled.
    Disabled,
}

const KINDS: [Kind; 3] = [Kind::Unknown, Kind::Wrong, Kind::Disabled];

/// Measures, prints, and judges.
pub(crate) fn run(doorward: &str) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let config = directory.path().join("doorward.toml");
    std::fs::write(&config, SETTINGS)?;
    let port = process::free_port()?;
    let server = Process::in_development(doorward, &config, directory.path(), port)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(accounts(&server))?;
    for n in 0..ACCOUNTS {
        disable(doorward, directory.path(), &name(Kind::Disabled, n))?;
    }
    let samples = runtime.block_on(measure(&server))?;
    let mut worst: f64 = 0.0;
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        let all = welch(&samples[a], &samples[b]);
        let (low_a, low_b) = (without_the_slowest(&samples[a]), without_the_slowest(&samples[b]));
        let most = welch(&low_a, &low_b);
        println!(
            "{:?} and {:?}: {:.3} ms and {:.3} ms, t = {all:.2}; without the slowest tenth t = {most:.2}",
            KINDS[a],
            KINDS[b],
            mean(&samples[a]),
            mean(&samples[b])
        );
        worst = worst.max(all.abs()).max(most.abs());
    }
    match worst < LARGEST_T {
        true => Ok(()),
        false => Err(format!("the time of an answer tells whether there is an account: |t| = {worst:.2}").into()),
    }
}

fn name(kind: Kind, n: usize) -> String {
    match kind {
        Kind::Unknown => format!("somebody{n:02}@example.org"),
        Kind::Wrong => format!("existing{n:02}@example.org"),
        Kind::Disabled => format!("disabled{n:02}@example.org"),
    }
}

fn body(kind: Kind, n: usize) -> String {
    let password = if kind == Kind::Disabled { PASSWORD } else { "correct horse battery stable" };
    format!("{{\"identifier\":\"{}\",\"password\":\"{password}\"}}", name(kind, n))
}

fn request(port: u16, path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

async fn accounts(server: &Process) -> Outcome<()> {
    let mut stream = connect(server.port, Ipv4Addr::LOCALHOST).await?;
    let mut buffer = Vec::new();
    for kind in [Kind::Wrong, Kind::Disabled] {
        for n in 0..ACCOUNTS {
            let body = format!("{{\"identifier\":\"{}\",\"password\":\"{PASSWORD}\"}}", name(kind, n));
            let status = send(&mut stream, &mut buffer, &request(server.port, "/v1/accounts", &body)).await?;
            if status != 201 {
                return Err(format!("a sign-up was answered {status}").into());
            }
        }
    }
    Ok(())
}

fn disable(doorward: &str, data: &Path, identifier: &str) -> Outcome<()> {
    let output = Command::new(doorward).args(["account", "disable", identifier, "--data"]).arg(data).output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// Milliseconds of each kind. The kinds take turns, in every order equally often, so that whatever else the machine does
/// meets all of them alike.
async fn measure(server: &Process) -> Outcome<[Vec<f64>; 3]> {
    let mut streams = Vec::new();
    for kind in 0..KINDS.len() {
        for n in 0..ACCOUNTS {
            let from = Ipv4Addr::new(127, 0, 1 + kind as u8, 1 + n as u8);
            streams.push(connect(server.port, from).await?);
        }
    }
    let mut samples: [Vec<f64>; 3] = Default::default();
    let (mut buffer, mut dice) = (Vec::new(), Dice(7));
    for _ in 0..EACH {
        for n in 0..ACCOUNTS {
            let first = dice.next() as usize % 3;
            let step = 1 + dice.next() as usize % 2;
            for turn in 0..3 {
                let which = (first + turn * step) % 3;
                let bytes = request(server.port, "/v1/sign-in", &body(KINDS[which], n));
                let begun = now();
                let status = send(&mut streams[which * ACCOUNTS + n], &mut buffer, &bytes).await?;
                samples[which].push(begun.elapsed().as_secs_f64() * 1e3);
                if status != 401 {
                    return Err(format!("a wrong sign-in was answered {status}").into());
                }
            }
        }
    }
    Ok(samples)
}

async fn connect(port: u16, from: Ipv4Addr) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let stream = socket.connect((Ipv4Addr::LOCALHOST, port).into()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn send(stream: &mut TcpStream, buffer: &mut Vec<u8>, bytes: &[u8]) -> Outcome<u16> {
    tokio::io::AsyncWriteExt::write_all(stream, bytes).await?;
    load::answer(stream, buffer).await
}

fn mean(samples: &[f64]) -> f64 {
    samples.iter().sum::<f64>() / samples.len() as f64
}

fn variance(samples: &[f64]) -> f64 {
    let mean = mean(samples);
    samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (samples.len() as f64 - 1.0)
}

/// How far apart two means are, in units of what chance does to them.
fn welch(a: &[f64], b: &[f64]) -> f64 {
    (mean(a) - mean(b)) / (variance(a) / a.len() as f64 + variance(b) / b.len() as f64).sqrt()
}

/// What is slow is mostly something else on the machine, and hides what is looked for.
fn without_the_slowest(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(samples.len() * 9 / 10);
    sorted
}
