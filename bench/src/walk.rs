//! `cargo xtask bench walk`: what a check, a refresh, a sign-in and a session cost.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::records::Mode;
use serde_json::{Map, Value};

use crate::Outcome;
use crate::load::{self, Chooser, Dice, Turn};
use crate::process::{self, Process};
use crate::seed::{self, Carried};

mod hashing;
mod inside;
pub(crate) mod memory;

const PEOPLE: usize = 1000;
const SESSIONS: usize = 10_000;
const CONNECTIONS: usize = 64;

/// Measures everything and prints it; the last line is JSON.
pub(crate) fn run(doorward: &str, quick: bool) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut figures = Map::new();
    runtime.block_on(measure(doorward, quick, &mut figures))?;
    for (name, value) in &figures {
        println!("{name:<28} {value}");
    }
    println!("{}", Value::Object(figures));
    Ok(())
}

/// Three decimals are more than the machine can tell.
pub(crate) fn note(figures: &mut Map<String, Value>, name: &str, value: f64) {
    figures.insert(name.into(), ((value * 1000.0).round() / 1000.0).into());
}

async fn measure(doorward: &str, quick: bool, figures: &mut Map<String, Value>) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let port = process::free_port()?;
    seed::directory(directory.path(), port)?;
    let (auth, store) = seed::auth(directory.path(), port).await?;
    seed::people(&auth, PEOPLE).await?;
    let cookies = seed::sign_ins(&auth, PEOPLE, SESSIONS, Mode::Session).await?;
    let tokens = seed::sign_ins(&auth, PEOPLE, SESSIONS, Mode::Token).await?;
    let victims = seed::sign_ins(&auth, PEOPLE, if quick { 10_000 } else { 60_000 }, Mode::Session).await?;
    inside::measure(&auth, &store, figures).await?;
    drop((auth, store));
    let config = directory.path().join("doorward.toml");
    let mut starts = (0..5).map(|_| process::start_millis(doorward, &config, port)).collect::<Result<Vec<_>, _>>()?;
    starts.sort_by(f64::total_cmp);
    note(figures, "start_ms", starts[2]);
    let bench = Bench { doorward, config: &config, port, quick };
    checks(&bench, (&cookies, &tokens, victims), figures).await?;
    let server = Process::doorward(doorward, &config, port, &[])?;
    hashing::measure(&server, &cookies, quick, figures).await?;
    drop(server);
    let server = Process::doorward(doorward, &config, port, &[])?;
    hashing::idle_after_sign_ins(&server, figures).await?;
    memory::measure(figures)?;
    Ok(())
}

type Seeded<'s> = (&'s [Carried], &'s [Carried], Vec<Carried>);

/// The server that is measured, and for how long.
struct Bench<'b> {
    doorward: &'b str,
    config: &'b std::path::Path,
    port: u16,
    quick: bool,
}

/// Checks from the cache and past it, and the no-op, in turns.
async fn checks(
    bench: &Bench<'_>,
    (cookies, tokens, victims): Seeded<'_>,
    figures: &mut Map<String, Value>,
) -> Outcome<()> {
    let Bench { doorward, config, port, quick } = *bench;
    let noop = Process::noop()?;
    let (rounds, lasts) = if quick { (2, Duration::from_secs(2)) } else { (5, Duration::from_secs(3)) };
    let victims = Arc::new(Victims { all: victims, next: 0.into() });
    let nothing: Arc<[u8]> = request("GET", "/", port, "").into();
    let plain: Chooser = Arc::new(move |_, _| (nothing.clone(), 200));
    let by_cookie = mixed(cookies.iter().map(|c| cookie_check(c, port)).collect(), &victims, port);
    let only = still(cookies.iter().map(|c| cookie_check(c, port)).collect());
    let by_token = mixed(tokens.iter().map(|c| bearer_check(c, port)).collect(), &victims, port);
    let mut turns: [Turn; 6] = Default::default();
    let mut without_revokes = Turn::default();
    for environment in [&[][..], &[("DOORWARD__SERVER__CACHE", "0")][..]] {
        let server = Process::doorward(doorward, config, port, environment)?;
        let cached = environment.is_empty();
        load::turn(&server, CONNECTIONS, lasts, by_cookie.clone()).await?;
        for _ in 0..rounds {
            let first = if cached { 0 } else { 3 };
            turns[first].add(load::turn(&noop, CONNECTIONS, lasts, plain.clone()).await?);
            turns[first + 1].add(load::turn(&server, CONNECTIONS, lasts, by_cookie.clone()).await?);
            if cached {
                without_revokes.add(load::turn(&server, CONNECTIONS, lasts, only.clone()).await?);
                turns[2].add(load::turn(&server, CONNECTIONS, lasts, by_token.clone()).await?);
            }
        }
    }
    for (name, turn, floor) in [("session_cached", 1, 0), ("token_cached", 2, 0), ("session_uncached", 4, 3)] {
        note(figures, &format!("{name}_cpu"), turns[turn].cpu_micros() / turns[floor].cpu_micros());
        note(figures, &format!("{name}_rps"), turns[turn].per_second() / turns[floor].per_second());
    }
    note(figures, "session_cached_cpu_no_revokes", without_revokes.cpu_micros() / turns[0].cpu_micros());
    note(figures, "noop_cpu_us", turns[0].cpu_micros());
    note(figures, "noop_rps", turns[0].per_second());
    note(figures, "unexpected_answers", turns.iter().map(|t| t.unexpected as f64).sum());
    Ok(())
}

/// Checks with the same popularity and nothing else.
fn still(checks: Vec<Arc<[u8]>>) -> Chooser {
    let order = load::zipf(checks.len(), 1 << 16);
    Arc::new(move |connection, n| {
        let at = Dice((connection as u64) << 32 | n).next();
        (checks[order[at as usize >> 8 & 0xffff] as usize].clone(), 200)
    })
}

/// Sessions that are there to be ended, each once.
struct Victims {
    all: Vec<Carried>,
    next: std::sync::atomic::AtomicUsize,
}

/// Checks with the popularity of Zipf's law, and one request in a hundred that ends some other session.
fn mixed(checks: Vec<Arc<[u8]>>, victims: &Arc<Victims>, port: u16) -> Chooser {
    let order = load::zipf(checks.len(), 1 << 16);
    let victims = victims.clone();
    Arc::new(move |connection, n| {
        let at = Dice((connection as u64) << 32 | n).next();
        if at.is_multiple_of(100)
            && let Some(victim) = victims.all.get(victims.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        {
            return (sign_out(victim, port), 204);
        }
        (checks[order[at as usize >> 8 & 0xffff] as usize].clone(), 200)
    })
}

fn request(method: &str, path: &str, port: u16, more: &str) -> Vec<u8> {
    format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: bench\r\nAccept: */*\r\n{more}\r\n")
        .into_bytes()
}

fn cookie_check(carried: &Carried, port: u16) -> Arc<[u8]> {
    request("GET", "/v1/session", port, &format!("Cookie: __Host-Http-doorward_session={}\r\n", carried.token)).into()
}

fn bearer_check(carried: &Carried, port: u16) -> Arc<[u8]> {
    request("GET", "/v1/session", port, &format!("Authorization: Bearer {}\r\n", carried.token)).into()
}

fn sign_out(carried: &Carried, port: u16) -> Arc<[u8]> {
    let (token, csrf) = (&carried.token, &carried.csrf);
    let more = format!(
        "Cookie: __Host-Http-doorward_session={token}\r\nX-CSRF-Token: {csrf}\r\nOrigin: https://127.0.0.1:{port}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n"
    );
    let mut bytes = request("POST", "/v1/sign-out", port, &more);
    bytes.extend_from_slice(b"{}");
    bytes.into()
}
