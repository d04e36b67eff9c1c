//! One of the parts into which sessions fall: records, their data, an index by account, and one by the minute of expiry.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use doorward_core::Timestamp;
use doorward_core::codec::{decode_data, decode_session, encode_data, encode_session};
use doorward_core::data::{self, DataChange, DataWrite};
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Session, SessionData};

/// The random part of a session id: 120 of its 132 bits. The rest is the shard, which picks the part; the record itself
/// says the whole id.
type Name = [u8; 15];

#[derive(Default)]
pub(super) struct Part {
    records: HashMap<Name, Box<[u8]>>,
    data: HashMap<Name, Box<[u8]>>,
    of_account: HashMap<[u8; 16], Vec<Name>>,
    /// By the first full minute (since 1970) at which a session has expired, as it stood when it was filed. Activity
    /// moves its end but not its place here: it is filed anew when its minute comes.
    expiring: BTreeMap<i64, Vec<Name>>,
}

impl Part {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// `false` if the id is taken.
    pub(super) fn insert(&mut self, session: &Session) -> bool {
        let name = name_of(&session.sid);
        if self.records.contains_key(&name) {
            return false;
        }
        self.records.insert(name, encode_session(session).into());
        let mine = self.of_account.entry(session.account.raw()).or_default();
        mine.reserve_exact(1 + mine.len() / 4);
        mine.push(name);
        self.file(name, session);
        true
    }

    pub(super) fn read(&self, sid: &SessionId) -> Option<Session> {
        let bytes = self.records.get(&name_of(sid))?;
        match decode_session(sid, bytes) {
            Ok(session) => Some(session),
            // Right bytes under another shard: somebody made that id up.
            Err(_) if is_of_another(sid, bytes) => None,
            Err(_) => {
                tracing::warn!(event = "unreadable_record", %sid, "a session record cannot be read and counts as absent");
                None
            }
        }
    }

    pub(super) fn write(&mut self, session: &Session) {
        self.records.insert(name_of(&session.sid), encode_session(session).into());
    }

    pub(super) fn remove(&mut self, sid: &SessionId) -> bool {
        let name = name_of(sid);
        if self.records.get(&name).is_none_or(|bytes| is_of_another(sid, bytes)) {
            return false;
        }
        self.remove_named(&name)
    }

    fn remove_named(&mut self, name: &Name) -> bool {
        self.data.remove(name);
        let Some(bytes) = self.records.remove(name) else { return false };
        let owner = account_in(&bytes);
        if let Some(account) = owner
            && let Some(mine) = self.of_account.get_mut(&account)
        {
            mine.retain(|n| n != name);
            if mine.is_empty() {
                self.of_account.remove(&account);
            }
        }
        true
    }

    pub(super) fn of_account(&self, account: &AccountId, now: Timestamp) -> Vec<Session> {
        let mine = self.of_account.get(&account.raw()).map_or(&[][..], Vec::as_slice);
        mine.iter()
            .filter_map(|name| self.records.get(name))
            .filter_map(|bytes| decode_session(&sid_in(bytes)?, bytes).ok())
            .filter(|session| session.account == *account && session.is_within_time(now))
            .collect()
    }

    pub(super) fn data(&self, sid: &SessionId) -> SessionData {
        self.data.get(&name_of(sid)).and_then(|bytes| decode_data(bytes).ok()).unwrap_or_default()
    }

    pub(super) fn change_data(&mut self, sid: &SessionId, change: &DataChange) -> DataWrite {
        let mut data = self.data(sid);
        let written = data::apply(&mut data, change);
        if matches!(written, DataWrite::Kept(_) | DataWrite::Removed) {
            self.data.insert(name_of(sid), encode_data(&data).into());
        }
        written
    }

    /// Takes what expired, minute by minute, and files anew what has lived on.
    pub(super) fn purge(&mut self, now: Timestamp, at_most: usize) -> usize {
        let mut gone = 0;
        let mut looked_at = 0;
        while gone < at_most && looked_at < 8 * at_most {
            let Some(mut minute) = self.expiring.first_entry().filter(|m| *m.key() * 60 <= now.as_secs()) else {
                break;
            };
            let Some(name) = minute.get_mut().pop() else {
                minute.remove();
                continue;
            };
            looked_at += 1;
            match self.records.get(&name).map(|bytes| sid_in(bytes).and_then(|sid| decode_session(&sid, bytes).ok())) {
                None => {}
                Some(Some(session)) if session.is_within_time(now) => self.file(name, &session),
                Some(_) => gone += usize::from(self.remove_named(&name)),
            }
        }
        gone
    }

    fn file(&mut self, name: Name, session: &Session) {
        let minute = session.idle_ends_at().plus(Duration::from_millis(59_999)).as_secs().div_euclid(60);
        self.expiring.entry(minute).or_default().push(name);
    }
}

fn name_of(sid: &SessionId) -> Name {
    let random = &sid.as_bytes()[2..];
    doorward_core::verify::base64url::decode_array(random).expect("20 characters of the alphabet are 15 bytes")
}

/// Where the codec writes the session id.
fn sid_in(record: &[u8]) -> Option<SessionId> {
    std::str::from_utf8(record.get(3..25)?).ok()?.parse().ok()
}

/// Where it writes the account id.
fn account_in(record: &[u8]) -> Option<[u8; 16]> {
    record.get(25..41)?.try_into().ok()
}

fn is_of_another(sid: &SessionId, record: &[u8]) -> bool {
    sid_in(record).is_some_and(|found| found != *sid)
}
