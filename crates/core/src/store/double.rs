//! The plainest store there is: one lock around ordered maps. It says what the ports mean, fails on demand, and stops at
//! any step so that a test can put something in between.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_verify::{Entry, Timestamp};

use super::{Answer, OneTime, Sessions, StoreError, contract};
use crate::audit::{Note, Row};
use crate::data::{self, DataChange, DataWrite};
use crate::directory::Listed;
use crate::id::{AccountId, SessionId};
use crate::limit::{LimitKey, LimitState};
use crate::records::{Account, LogRow, Session, SessionData, SessionState, StoredKeys};
use crate::refresh::{self, Rotate, Rotation};
use crate::room::{self, Inserted, Room};

/// When a fault or a hook comes into play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Before the step: a failing verb has done nothing.
    Before,
    /// After the step: a failing verb has done its work, but nobody hears of it.
    After,
}

mod audit;
mod database;
mod devices;
mod directory;
mod passing;

type Hook = Arc<dyn Fn() + Send + Sync>;

/// All ports over one lock. Cheap to clone; clones share everything.
#[derive(Clone, Default)]
pub struct Double {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    faults: Mutex<BTreeMap<&'static str, When>>,
    hooks: Mutex<BTreeMap<(&'static str, When), Hook>>,
    calls: Mutex<BTreeMap<&'static str, usize>>,
    torn: bool,
    reading: Mutex<usize>,
    read: Condvar,
}

impl fmt::Debug for Double {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.inner.torn { "Double(torn)" } else { "Double" })
    }
}

/// Everything that is kept.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct State {
    sessions: BTreeMap<SessionId, Session>,
    data: BTreeMap<SessionId, SessionData>,
    accounts: BTreeMap<AccountId, Account>,
    log: Vec<LogRow>,
    seq: u64,
    keys: StoredKeys,
    audit: Vec<Row>,
    listed: Listed,
    values: Vec<OneTime>,
    counts: BTreeMap<LimitKey, LimitState>,
    devices: Vec<(AccountId, [u8; 32], Timestamp)>,
}

/// Every verb by name, as faults and hooks know them.
pub const VERBS: [&str; 48] = [
    "insert",
    "find",
    "touch",
    "rotate",
    "end",
    "end_all",
    "of_account",
    "data",
    "write_data",
    "purge_sessions",
    "create",
    "by_identifier",
    "by_id",
    "change",
    "page",
    "hashes",
    "delete",
    "append",
    "head",
    "since",
    "settle",
    "purge_log",
    "ensure",
    "all",
    "version",
    "bind",
    "change_keys",
    "with_role",
    "listed",
    "stamp",
    "amend",
    "append_audit",
    "page_audit",
    "shorten",
    "forget_addresses",
    "purge_audit",
    "may_lose_writes",
    "put",
    "look",
    "take",
    "cancel",
    "weigh",
    "settle_counts",
    "purge_passing",
    "know",
    "knows",
    "forget_devices",
    "purge_devices",
];

impl Double {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A store that is wrong on purpose: every verb reads, lets others read too, and then writes what it made of it.
    #[must_use]
    pub fn torn() -> Self {
        Self { inner: Arc::new(Inner { torn: true, ..Inner::default() }) }
    }

    /// From now on the verb fails, before or after its work; `None` heals it.
    pub fn fail(&self, verb: &'static str, when: Option<When>) {
        debug_assert!(VERBS.contains(&verb), "no verb is called {verb}");
        let mut faults = lock(&self.inner.faults);
        match when {
            Some(when) => faults.insert(verb, when),
            None => faults.remove(verb),
        };
    }

    /// From now on all verbs fail, or none.
    pub fn fail_all(&self, when: Option<When>) {
        for verb in VERBS {
            self.fail(verb, when);
        }
    }

    /// Calls `hook` once, the next time the verb comes by.
    pub fn once(&self, verb: &'static str, when: When, hook: impl Fn() + Send + Sync + 'static) {
        lock(&self.inner.hooks).insert((verb, when), Arc::new(hook));
    }

    /// How often the verb was called.
    #[must_use]
    pub fn calls(&self, verb: &'static str) -> usize {
        lock(&self.inner.calls).get(verb).copied().unwrap_or(0)
    }

    /// Everything that is kept, as text, to compare before and after.
    #[must_use]
    pub fn dump(&self) -> String {
        let state = lock(&self.inner.state);
        let passwords: Vec<_> = state.accounts.values().map(|a| &a.password).collect();
        let values: Vec<_> = state.data.values().flat_map(|d| &d.values).map(|(k, v)| (k, &v.json)).collect();
        let passing: Vec<_> = state.values.iter().map(|v| (v.digest.digest(), &v.subject, &v.value)).collect();
        format!("{state:?} {passwords:?} {values:?} {passing:?}")
    }

    fn step<'a, T: Send + 'a>(
        &'a self,
        verb: &'static str,
        work: impl FnOnce(&mut State) -> Result<T, StoreError> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            *lock(&self.inner.calls).entry(verb).or_default() += 1;
            self.pass(verb, When::Before)?;
            let answer = if self.inner.torn { self.tear(work) } else { work(&mut lock(&self.inner.state)) };
            self.pass(verb, When::After)?;
            answer
        })
    }

    fn pass(&self, verb: &'static str, when: When) -> Result<(), StoreError> {
        let hook = lock(&self.inner.hooks).remove(&(verb, when));
        if let Some(hook) = hook {
            hook();
        }
        let fault = lock(&self.inner.faults).get(verb).copied();
        if fault == Some(when) { Err(StoreError::Unavailable(format!("{verb} was told to fail"))) } else { Ok(()) }
    }

    /// Reads, waits for somebody else to read the same, writes. Where nobody else can come, it does not wait.
    fn tear<T>(&self, work: impl FnOnce(&mut State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut copy = lock(&self.inner.state).clone();
        let mut reading = lock(&self.inner.reading);
        *reading += 1;
        self.inner.read.notify_all();
        if contract::is_together() {
            let waited = self.inner.read.wait_timeout_while(reading, A_WHILE, |reading| *reading < 2);
            reading = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(reading);
        let before = copy.clone();
        let answer = work(&mut copy);
        if copy != before {
            *lock(&self.inner.state) = copy;
        }
        *lock(&self.inner.reading) -= 1;
        answer
    }
}

/// Longer than a busy machine keeps a thread waiting that could run.
const A_WHILE: Duration = Duration::from_millis(50);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn write_down(&mut self, notes: Vec<Note>) {
        for note in notes {
            let seq = self.audit.last().map_or(0, |row| row.seq) + 1;
            self.audit.push(Row { seq, note });
        }
    }

    fn live(&mut self, sid: SessionId, now: Timestamp) -> Option<&mut Session> {
        self.sessions.get_mut(&sid).filter(|s| s.is_live(now))
    }

    fn append(&mut self, entry: Entry, at: Timestamp) {
        self.seq += 1;
        self.log.push(LogRow { seq: self.seq, at, entry, settled: false });
    }
}

impl Sessions for Double {
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted> {
        self.step("insert", move |state| {
            if state.sessions.contains_key(&session.sid) {
                return Err(StoreError::Corrupt("a session id was drawn twice".into()));
            }
            let now = session.created_at;
            let mine = state.sessions.values().filter(|s| s.account == session.account && s.is_within_time(now));
            let Some(pushed) = room::make(mine.cloned().collect(), &room, now) else { return Ok(Inserted::Full) };
            state.sessions.extend(pushed.iter().map(|s| (s.sid, s.clone())));
            state.sessions.insert(session.sid, session);
            Ok(Inserted::Done(pushed))
        })
    }

    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        self.step("find", move |state| {
            Ok(state.sessions.get(&sid).filter(|s| s.is_within_time(now)).map(|s| Arc::new(s.clone())))
        })
    }

    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        self.step("touch", move |state| {
            Ok(state.live(sid, now).map(|session| {
                session.last_seen_at = session.last_seen_at.max(now);
                Arc::new(session.clone())
            }))
        })
    }

    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation> {
        self.step("rotate", move |state| {
            Ok(state.sessions.get_mut(&sid).map_or(Rotation::Refused, |session| refresh::decide(session, &ask)))
        })
    }

    fn end(&self, sid: SessionId) -> Answer<'_, bool> {
        self.step("end", move |state| {
            state.data.remove(&sid);
            Ok(state.sessions.remove(&sid).is_some())
        })
    }

    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()> {
        self.step("end_all", move |state| {
            for sid in &sids {
                state.data.remove(sid);
                state.sessions.remove(sid);
            }
            Ok(())
        })
    }

    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>> {
        self.step("of_account", move |state| {
            Ok(state.sessions.values().filter(|s| s.account == account && s.is_within_time(now)).cloned().collect())
        })
    }

    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>> {
        self.step("data", move |state| {
            let live = state.live(sid, now).is_some();
            Ok(live.then(|| state.data.get(&sid).cloned().unwrap_or_default()))
        })
    }

    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite> {
        self.step("write_data", move |state| {
            if state.live(sid, now).is_none() {
                return Ok(DataWrite::NotLive);
            }
            Ok(data::apply(state.data.entry(sid).or_default(), &change))
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.step("purge_sessions", move |state| {
            let gone: Vec<_> =
                state.sessions.values().filter(|s| !s.is_within_time(now)).map(|s| s.sid).take(at_most).collect();
            for sid in &gone {
                state.data.remove(sid);
                state.sessions.remove(sid);
            }
            Ok(gone.len())
        })
    }
}

/// Marks a session as reused without a rotation: as if another node had seen the reuse.
impl Double {
    /// See above.
    pub fn mark_reused(&self, sid: SessionId) {
        if let Some(session) = lock(&self.inner.state).sessions.get_mut(&sid) {
            session.state = SessionState::Reused;
        }
    }

    /// Puts a record back that was ended, as a failover of a session store may do.
    pub fn bring_back(&self, session: Session) {
        lock(&self.inner.state).sessions.insert(session.sid, session);
    }
}
