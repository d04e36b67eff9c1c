//! What an application keeps in a session: small JSON values under keys.
//!
//! Keys under `client.` may be written over HTTP by whoever holds the session, so an application must not trust them; all
//! other keys are written only by the application that embeds this library.

use doorward_verify::Timestamp;

use crate::auth::Auth;
use crate::id::SessionId;
use crate::records::{DataValue, SessionData};
use crate::store::StoreError;

/// Most values in one session.
pub const MOST_KEYS: usize = 32;
/// Most bytes of JSON in one value.
pub const LONGEST_VALUE: usize = 4 * 1024;
/// Most bytes of all keys and values together.
pub const MOST_BYTES: usize = 16 * 1024;
/// Longest key in bytes.
pub const LONGEST_KEY: usize = 64;

/// What must hold for a write to happen (RFC 9110 section 13.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Whatever is there.
    Anything,
    /// The value with this tag is there (`If-Match`).
    Tag(u64),
    /// Some value is there (`If-Match: *`).
    Present,
    /// Nothing is there (`If-None-Match: *`).
    Absent,
}

/// One write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataChange {
    /// Which value.
    pub key: String,
    /// JSON text to keep, or `None` to remove the value.
    pub json: Option<String>,
    /// Under which condition.
    pub expect: Expect,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataWrite {
    /// Kept, under this tag.
    Kept(u64),
    /// Removed, or was not there.
    Removed,
    /// The condition did not hold; nothing changed.
    Mismatch,
    /// It would not fit; nothing changed.
    TooLarge,
    /// The session is not there any more; nothing was written.
    NotLive,
}

/// The rule: whether the change may happen, and what the data is afterwards.
#[must_use]
pub fn apply(data: &mut SessionData, change: &DataChange) -> DataWrite {
    let present = data.values.get(&change.key);
    let holds = match change.expect {
        Expect::Anything => true,
        Expect::Tag(tag) => present.is_some_and(|v| v.tag == tag),
        Expect::Present => present.is_some(),
        Expect::Absent => present.is_none(),
    };
    if !holds {
        return DataWrite::Mismatch;
    }
    let Some(json) = &change.json else {
        if data.values.remove(&change.key).is_some() {
            data.changes += 1;
        }
        return DataWrite::Removed;
    };
    let others: usize =
        data.values.iter().filter(|(k, _)| **k != change.key).map(|(k, v)| k.len() + v.json.len()).sum();
    let count = data.values.len() + usize::from(present.is_none());
    let fits = json.len() <= LONGEST_VALUE
        && change.key.len() <= LONGEST_KEY
        && others + change.key.len() + json.len() <= MOST_BYTES;
    if !fits || count > MOST_KEYS {
        return DataWrite::TooLarge;
    }
    data.changes += 1;
    data.values.insert(change.key.clone(), DataValue { tag: data.changes, json: json.clone() });
    DataWrite::Kept(data.changes)
}

impl Auth {
    /// All values of a live session; `None` if it is not live.
    ///
    /// # Errors
    /// If the store cannot say.
    pub async fn data(&self, sid: SessionId) -> Result<Option<SessionData>, StoreError> {
        self.sessions().data(sid, self.now()?).await
    }

    /// Writes one value, under any key.
    ///
    /// # Errors
    /// If the store cannot do it.
    pub async fn write_data(&self, sid: SessionId, change: DataChange) -> Result<DataWrite, StoreError> {
        self.sessions().write_data(sid, change, self.now()?).await
    }

    /// The wall clock, as a store outage if it cannot be read: both mean "ask again later".
    pub(crate) fn now(&self) -> Result<Timestamp, StoreError> {
        self.clock().now().map_err(|e| StoreError::Unavailable(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, json: &str, expect: Expect) -> DataChange {
        DataChange { key: key.into(), json: Some(json.into()), expect }
    }

    #[test]
    fn a_tag_matches_only_the_write_that_gave_it() {
        let mut data = SessionData::default();
        let DataWrite::Kept(first) = apply(&mut data, &put("a", "1", Expect::Absent)) else { panic!() };
        let DataWrite::Kept(second) = apply(&mut data, &put("a", "1", Expect::Tag(first))) else { panic!() };
        assert_ne!(first, second);
        assert_eq!(apply(&mut data, &put("a", "2", Expect::Tag(first))), DataWrite::Mismatch);
        assert_eq!(apply(&mut data, &put("a", "2", Expect::Absent)), DataWrite::Mismatch);
        assert_eq!(apply(&mut data, &put("b", "2", Expect::Present)), DataWrite::Mismatch);
        assert_eq!(data.values["a"].json, "1");
    }

    #[test]
    fn a_value_removed_and_written_again_has_a_new_tag() {
        let mut data = SessionData::default();
        let first = apply(&mut data, &put("a", "1", Expect::Anything));
        let remove = DataChange { key: "a".into(), json: None, expect: Expect::Anything };
        assert_eq!(apply(&mut data, &remove), DataWrite::Removed);
        assert_eq!(apply(&mut data, &remove), DataWrite::Removed);
        assert_ne!(apply(&mut data, &put("a", "1", Expect::Anything)), first);
    }

    #[test]
    fn each_limit_holds_to_the_byte_and_a_refused_write_changes_nothing() {
        let mut data = SessionData::default();
        assert_eq!(apply(&mut data, &put("a", &"x".repeat(LONGEST_VALUE + 1), Expect::Anything)), DataWrite::TooLarge);
        assert_eq!(apply(&mut data, &put(&"k".repeat(LONGEST_KEY + 1), "1", Expect::Anything)), DataWrite::TooLarge);
        for key in ["a", "b", "c"] {
            assert!(matches!(
                apply(&mut data, &put(key, &"x".repeat(LONGEST_VALUE), Expect::Anything)),
                DataWrite::Kept(_)
            ));
        }
        let rest = MOST_BYTES - 3 * (LONGEST_VALUE + 1) - 1;
        assert_eq!(apply(&mut data, &put("d", &"x".repeat(rest + 1), Expect::Anything)), DataWrite::TooLarge);
        assert!(matches!(apply(&mut data, &put("d", &"x".repeat(rest), Expect::Anything)), DataWrite::Kept(_)));
        assert_eq!(data.values.len(), 4);
    }

    #[test]
    fn the_thirty_third_key_is_refused_and_rewriting_one_is_not() {
        let mut data = SessionData::default();
        for n in 0..MOST_KEYS {
            assert!(matches!(apply(&mut data, &put(&n.to_string(), "1", Expect::Anything)), DataWrite::Kept(_)));
        }
        assert_eq!(apply(&mut data, &put("more", "1", Expect::Anything)), DataWrite::TooLarge);
        assert!(matches!(apply(&mut data, &put("0", "2", Expect::Anything)), DataWrite::Kept(_)));
    }
}
