//! Sign-ins: beside the bare hash, as a storm, and what is left of them when it is over.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::password::{Cost, Worker};
use doorward_core::secret::Plain;
use serde_json::{Map, Value};

use super::{cookie_check, note, request};
use crate::Outcome;
use crate::load::{self, Chooser, Turn};
use crate::process::{Process, now};
use crate::seed::{Carried, PASSWORD};

pub(crate) async fn measure(
    server: &Process,
    cookies: &[Carried],
    quick: bool,
    figures: &mut Map<String, Value>,
) -> Outcome<()> {
    let (rounds, lasts) = if quick { (2, Duration::from_secs(3)) } else { (4, Duration::from_secs(5)) };
    let threads = std::thread::available_parallelism()?.get().saturating_sub(1).max(1);
    let (mut signed_in, mut hashed) = (Turn::default(), 0.0);
    let (mut idle, mut storm) = (Turn::default(), Turn::default());
    let checks: Vec<Arc<[u8]>> = cookies.iter().take(500).map(|c| cookie_check(c, server.port)).collect();
    let check: Chooser = Arc::new(move |c, n| (checks[(c * 37 + n as usize) % checks.len()].clone(), 200));
    load::turn(server, 8, Duration::from_secs(1), check.clone()).await?;
    for _ in 0..rounds {
        // Twice as many as there are threads, so that none waits for work, and none is turned away.
        signed_in.add(load::turn(server, 2 * threads, lasts, sign_ins(server.port)).await?);
        hashed += raw_hashes(threads, lasts);
        idle.add(load::turn(server, 4, lasts, check.clone()).await?);
        storm.add(under_storm(server, signed_in.per_second(), lasts, check.clone()).await?);
    }
    let raw = hashed / (f64::from(rounds) * lasts.as_secs_f64());
    note(figures, "sign_in_over_raw_hash", signed_in.per_second() / raw);
    note(figures, "sign_ins_per_second", signed_in.per_second());
    note(figures, "sign_ins_refused", signed_in.unexpected as f64);
    note(figures, "storm_p99_ratio", storm.percentile(99) / idle.percentile(99));
    note(figures, "idle_p99_us", idle.percentile(99));
    Ok(())
}

fn sign_ins(port: u16) -> Chooser {
    let body = format!("{{\"identifier\":\"person0\",\"password\":\"{PASSWORD}\"}}");
    let more = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let mut bytes = request("POST", "/v1/sign-in", port, &more);
    bytes.extend_from_slice(body.as_bytes());
    let bytes: Arc<[u8]> = bytes.into();
    Arc::new(move |_, _| (bytes.clone(), 200))
}

/// The same hash at the same cost by as many threads, with nothing around it.
fn raw_hashes(threads: usize, lasts: Duration) -> f64 {
    let begun = now();
    let hash = || {
        let (mut worker, password) = (Worker::new(), Plain::new(PASSWORD.to_owned()));
        let mut count = 0.0;
        while begun.elapsed() < lasts {
            count += f64::from(u8::from(worker.hash(&password, &[7; 16], Cost::DEFAULT).is_ok()));
        }
        count
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(hash)).collect();
        handles.into_iter().map(|h| h.join().unwrap_or(0.0)).sum()
    })
}

/// Checks while ten times as many sign-ins are offered as can be answered.
async fn under_storm(server: &Process, capacity: f64, lasts: Duration, check: Chooser) -> Outcome<Turn> {
    let every = Duration::from_secs_f64(1.0 / (10.0 * capacity).max(1.0));
    let (bytes, port) = (sign_ins(server.port)(0, 0).0, server.port);
    let offering = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(every);
        loop {
            ticks.tick().await;
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await?;
                tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await?;
                load::answer(&mut stream, &mut Vec::new()).await
            });
        }
    });
    let turn = load::turn(server, 4, lasts, check).await;
    offering.abort();
    turn
}

/// What a server keeps after a hundred sign-ins when nobody signs in any more.
pub(crate) async fn idle_after_sign_ins(server: &Process, figures: &mut Map<String, Value>) -> Outcome<()> {
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await?;
    let bytes = sign_ins(server.port)(0, 0).0;
    for _ in 0..100 {
        tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await?;
        let status = load::answer(&mut stream, &mut Vec::new()).await?;
        if status != 200 {
            return Err(format!("a sign-in was answered {status}").into());
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    note(figures, "pss_idle_mb", server.pss()? as f64 / 1024.0 / 1024.0);
    Ok(())
}
