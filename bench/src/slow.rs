//! `cargo xtask bench slow`: what a good client feels of five thousand that keep the server waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::load::{self, Chooser, Turn};
use crate::process::{self, Process};
use crate::seed;

/// Connections that keep it waiting, each opened again when the server has had enough of it.
const SLOW: usize = 5_000;
/// A good client's p99 beside them may be so many times what it is alone.
const ALLOWED: f64 = 2.0;

/// Measures in turns, alone and beside the slow ones; fails if the good client feels too much of them.
pub(crate) fn run(doorward: &str, quick: bool) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(doorward, quick))
}

async fn measure(doorward: &str, quick: bool) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let port = process::free_port()?;
    seed::directory(directory.path(), port)?;
    drop(seed::auth(directory.path(), port).await?);
    // All of them come from one address here, which no real attack does.
    let environment = [("DOORWARD__SERVER__CONNECTIONS_PER_ADDRESS", "10000")];
    let server = Process::doorward(doorward, &directory.path().join("doorward.toml"), port, &environment)?;
    let request: Arc<[u8]> =
        format!("GET /.well-known/jwks.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").into_bytes().into();
    let ask: Chooser = Arc::new(move |_, _| (request.clone(), 200));
    let (rounds, lasts) = if quick { (3, Duration::from_secs(2)) } else { (5, Duration::from_secs(12)) };
    load::turn(&server, 1, lasts / 4, ask.clone()).await?;
    let mut ratios = Vec::new();
    let (mut alone, mut beside) = (Turn::default(), Turn::default());
    for _ in 0..rounds {
        let mut first = load::turn(&server, 1, lasts, ask.clone()).await?;
        let crowd = Crowd::gather(port).await?;
        let mut second = load::turn(&server, 1, lasts, ask.clone()).await?;
        println!("{} slow connections stood open, {} were let go meanwhile", crowd.open(), crowd.dismissed());
        drop(crowd);
        ratios.push(second.percentile(99) / first.percentile(99).max(1.0));
        alone.add(first);
        beside.add(second);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    println!("good client alone:  p50 {:>6} us, p99 {:>6} us", alone.percentile(50), alone.percentile(99));
    println!("beside {SLOW} slow: p50 {:>6} us, p99 {:>6} us", beside.percentile(50), beside.percentile(99));
    println!("p99 ratio, median of {} turns: {ratio:.2} (at most {ALLOWED})", ratios.len());
    match ratio <= ALLOWED && beside.unexpected == 0 {
        true => Ok(()),
        false => Err("a good client feels the slow ones".into()),
    }
}

/// The slow ones, until it is dropped.
struct Crowd {
    tasks: JoinSet<()>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    open: AtomicU64,
    dismissed: AtomicU64,
    stop: AtomicBool,
}

impl Crowd {
    async fn gather(port: u16) -> Outcome<Self> {
        let counts = Arc::new(Counts::default());
        let mut tasks = JoinSet::new();
        for number in 0..SLOW {
            let counts = counts.clone();
            tasks.spawn(async move {
                while !counts.stop.load(Ordering::Relaxed) {
                    if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
                        counts.open.fetch_add(1, Ordering::Relaxed);
                        let _ = dawdle(stream, number, port).await;
                        counts.open.fetch_sub(1, Ordering::Relaxed);
                        counts.dismissed.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            // Not all in one moment: that would be a flood, and measures the system's queue.
            if number % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Ok(Self { tasks, counts })
    }

    fn open(&self) -> u64 {
        self.counts.open.load(Ordering::Relaxed)
    }

    fn dismissed(&self) -> u64 {
        self.counts.dismissed.load(Ordering::Relaxed)
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.counts.stop.store(true, Ordering::Relaxed);
        self.tasks.abort_all();
    }
}

/// One of five ways to keep a server waiting, until it has had enough.
async fn dawdle(mut stream: TcpStream, number: usize, port: u16) -> std::io::Result<()> {
    let live = format!("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    let post = format!("POST /v1/sign-in HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n");
    let (first, drop, every) = match number % 5 {
        // Says nothing.
        0 => (String::new(), "", 3600),
        // A head that never ends.
        1 => (live, "X: y\r\n", 3),
        // A body of which a byte comes now and then.
        2 => (format!("{post}Content-Length: 8000\r\n\r\n"), " ", 4),
        // A body in chunks without end.
        3 => (format!("{post}Transfer-Encoding: chunked\r\n\r\n"), "1\r\n \r\n", 4),
        // Reads no answer.
        _ => (format!("{live}\r\n").repeat(100), "", 3600),
    };
    stream.write_all(first.as_bytes()).await?;
    let reads = number % 5 != 4;
    let mut heard = [0; 512];
    let mut ticks = tokio::time::interval(Duration::from_secs(every));
    ticks.tick().await;
    loop {
        tokio::select! {
            read = stream.read(&mut heard), if reads => if read? == 0 { return Ok(()) },
            _ = ticks.tick() => stream.write_all(drop.as_bytes()).await?,
        }
    }
}
