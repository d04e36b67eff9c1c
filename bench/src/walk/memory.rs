//! What a session costs in memory: a million of them, of a hundred thousand accounts, in a process of their own.

use std::process::Command;

use doorward_core::Timestamp;
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Line, Mode, Session, SessionState};
use doorward_core::rng::{self, SystemRng};
use doorward_core::room::Room;
use doorward_core::root::KeyIdent;
use doorward_core::secret::Hashed;
use doorward_core::store::Sessions;
use doorward_store::MemoryStore;
use serde_json::{Map, Value};

use super::note;
use crate::Outcome;

const SESSIONS: usize = 1_000_000;
const ACCOUNTS: usize = 100_000;

/// In a child, so that nothing else counts.
pub(crate) fn measure(figures: &mut Map<String, Value>) -> Outcome<()> {
    let output = Command::new(std::env::current_exe()?).arg("memory").output()?;
    let bytes: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    note(figures, "bytes_per_session", bytes);
    Ok(())
}

/// Fills a store, and prints by how much the process has grown for each session.
pub(crate) fn child() -> Outcome<()> {
    let rng = SystemRng::new();
    let accounts = (0..ACCOUNTS).map(|_| AccountId::draw(&rng)).collect::<Result<Vec<_>, _>>()?;
    let store = MemoryStore::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let before = resident()?;
    for n in 0..SESSIONS {
        let session = session(&accounts[n % ACCOUNTS], &rng)?;
        runtime.block_on(store.insert(session, Room::ANY))?;
    }
    println!("{}", (resident()? - before) as f64 / SESSIONS as f64);
    drop(store);
    Ok(())
}

fn session(account: &AccountId, rng: &SystemRng) -> Outcome<Session> {
    let now = Timestamp::from_secs(1_800_000_000);
    let line = Line {
        number: 0,
        secret: Some(Hashed::from_digest(rng::bytes(rng)?)),
        generation: 0,
        rotated_at: now,
        key: KeyIdent::parse("abcdefgh").ok_or("a key")?,
        access_until: Timestamp::from_millis(0),
    };
    Ok(Session {
        sid: SessionId::draw(account, rng)?,
        account: *account,
        client: "default".parse()?,
        mode: Mode::Session,
        remember: false,
        state: SessionState::Live,
        version: 1,
        created_at: now,
        last_seen_at: now,
        auth_time: now,
        idle_timeout: std::time::Duration::from_secs(3600),
        ends_at: now.plus(std::time::Duration::from_secs(86_400)),
        device: "Firefox on a rather long operating sys 1".into(),
        host: "door.example".into(),
        salt: rng::bytes(rng)?,
        lines: vec![line],
    })
}

fn resident() -> Outcome<i64> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find(|l| l.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no VmRSS")?.parse::<i64>()? * 1024)
}
