//! The load: connections that each send a request, read the whole answer, and send the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::process::{Process, now};

/// Chooses the next request of a connection: connection, number of the request → bytes to send and the status hoped for.
pub(crate) type Chooser = Arc<dyn Fn(usize, u64) -> (Arc<[u8]>, u16) + Send + Sync>;

/// What one turn found.
#[derive(Debug, Default, Clone)]
pub(crate) struct Turn {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) unexpected: u64,
    pub(crate) micros: Vec<u32>,
}

impl Turn {
    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.seconds += other.seconds;
        self.cpu_seconds += other.cpu_seconds;
        self.unexpected += other.unexpected;
        self.micros.extend(other.micros);
    }

    pub(crate) fn cpu_micros(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.requests.max(1) as f64
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// Microseconds that so many of a hundred answers stay below.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.micros.sort_unstable();
        let at = (self.micros.len() * percent / 100).min(self.micros.len().saturating_sub(1));
        self.micros.get(at).copied().map_or(0.0, f64::from)
    }
}

/// Loads a server for a while. With `pause`, each connection waits so long between requests.
pub(crate) async fn turn(process: &Process, connections: usize, lasts: Duration, choose: Chooser) -> Outcome<Turn> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    let (before, begun) = (process.cpu()?, now());
    for number in 0..connections {
        let stream = TcpStream::connect(("127.0.0.1", process.port)).await?;
        stream.set_nodelay(true)?;
        tasks.push(tokio::spawn(one(stream, number, choose.clone(), stop.clone())));
    }
    tokio::time::sleep(lasts).await;
    stop.store(true, Ordering::Relaxed);
    let mut whole = Turn::default();
    for task in tasks {
        whole.add(task.await??);
    }
    whole.seconds = begun.elapsed().as_secs_f64();
    whole.cpu_seconds = process.cpu()? - before;
    Ok(whole)
}

async fn one(mut stream: TcpStream, number: usize, choose: Chooser, stop: Arc<AtomicBool>) -> Outcome<Turn> {
    let mut turn = Turn::default();
    let mut buffer = Vec::with_capacity(8192);
    while !stop.load(Ordering::Relaxed) {
        let (request, hoped) = choose(number, turn.requests);
        let begun = now();
        stream.write_all(&request).await?;
        let status = answer(&mut stream, &mut buffer).await?;
        turn.micros.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
        turn.requests += 1;
        turn.unexpected += u64::from(status != hoped);
    }
    Ok(turn)
}

/// Reads one answer whole, and gives its status.
pub(crate) async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Outcome<u16> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            let heard = String::from_utf8_lossy(buffer).into_owned();
            return Err(format!("the server closed the connection after {heard:?}").into());
        }
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?;
        let status: u16 = head.get(9..12).ok_or("no status")?.parse()?;
        let length = content_length(head);
        while buffer.len() < end + 4 + length {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the answer broke off".into());
            }
        }
        return Ok(status);
    }
}

fn content_length(head: &str) -> usize {
    let line = head.lines().find(|l| l.len() > 15 && l[..15].eq_ignore_ascii_case("content-length:"));
    line.and_then(|l| l[15..].trim().parse().ok()).unwrap_or(0)
}

/// A sequence of numbers that only looks random, the same in every run.
#[derive(Clone, Copy)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// Which of `count` things is asked for: the n-th one n times as rarely as the first (Zipf, exponent 1).
pub(crate) fn zipf(count: usize, length: usize) -> Vec<u32> {
    let mut sums = Vec::with_capacity(count);
    let mut sum = 0.0;
    for n in 1..=count {
        sum += 1.0 / n as f64;
        sums.push(sum);
    }
    let mut dice = Dice(1);
    let pick = |x: f64| sums.partition_point(|s| *s < x).min(count - 1) as u32;
    (0..length).map(|_| pick(dice.next() as f64 / u64::MAX as f64 * sum)).collect()
}
