//! Sessions in PostgreSQL. A record is changed only if it still is, byte for byte, the one that the rule was applied to; if
//! not, the rule is applied to what is there now. No row stays locked between two messages, so a node that dies or is cut
//! off in the middle holds nobody up.

use std::collections::HashMap;
use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::codec::{decode_data, encode_data, encode_session};
use doorward_core::data::{self, DataChange, DataWrite};
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Session, SessionData, SessionState};
use doorward_core::refresh::{self, Rotate, Rotation};
use doorward_core::room::{self, Inserted, Room};
use doorward_core::store::{Answer, Sessions, StoreError};
use sqlx::Row as _;

use super::error::Fault;
use super::lock::{Names, lock, number};
use super::pool::{Conn, Work};
use super::{PostgresStore, row};
use crate::sql;

/// For [`Gather`](super::gather::Gather).
pub(super) fn find_all(conn: &mut Conn, sids: Vec<SessionId>) -> Work<'_, HashMap<SessionId, Arc<Session>>> {
    Box::pin(async move {
        let names: Vec<&str> = sids.iter().map(SessionId::as_str).collect();
        let rows = sqlx::query(sql::postgres::FIND_SESSIONS).bind(names).fetch_all(&mut conn.link).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for one in &rows {
            let sid: SessionId = row::word(one, 0, "session id")?;
            found.extend(row::session(&sid, one.try_get(1)?).map(|session| (sid, Arc::new(session))));
        }
        Ok(found)
    })
}

async fn find(conn: &mut Conn, sid: &SessionId) -> Result<Option<(Vec<u8>, Session)>, Fault> {
    let found = sqlx::query(sql::FIND_SESSION).bind(sid.as_str()).fetch_optional(&mut conn.link).await?;
    let Some(record) = found.map(|one| one.try_get::<Vec<u8>, _>(0)).transpose()? else { return Ok(None) };
    Ok(row::session(sid, &record).map(|session| (record, session)))
}

/// Applies a rule to the record as it is at one moment, and keeps what it changed. `None` if there is no record.
async fn rewrite<T>(
    conn: &mut Conn,
    sid: &SessionId,
    rule: impl Fn(&mut Session) -> T,
) -> Result<Option<(T, Session)>, Fault> {
    loop {
        let Some((record, before)) = find(conn, sid).await? else { return Ok(None) };
        let mut after = before.clone();
        let outcome = rule(&mut after);
        if after == before {
            return Ok(Some((outcome, after)));
        }
        let statement = sqlx::query(sql::postgres::REWRITE_SESSION)
            .bind(after.idle_ends_at().millis())
            .bind(encode_session(&after))
            .bind(sid.as_str())
            .bind(record);
        if statement.execute(&mut conn.link).await?.rows_affected() == 1 {
            return Ok(Some((outcome, after)));
        }
    }
}

async fn of_account(conn: &mut Conn, account: &AccountId, now: Timestamp) -> Result<Vec<Session>, Fault> {
    let statement = sqlx::query(sql::SESSIONS_OF_ACCOUNT).bind(account.as_str());
    let mut found = Vec::new();
    for one in &statement.fetch_all(&mut conn.link).await? {
        let sid: SessionId = row::word(one, 0, "session id")?;
        found.extend(row::session(&sid, one.try_get(1)?).filter(|s| s.is_within_time(now)));
    }
    Ok(found)
}

/// Those who sign in to one account take turns: who counts its sessions must see all of them.
async fn insert(conn: &mut Conn, session: &Session, room: &Room) -> Result<Inserted, Fault> {
    lock(conn, Names::SignIns, vec![number(session.account.as_str().as_bytes())]).await?;
    let now = session.created_at;
    let mine = of_account(conn, &session.account, now).await?;
    let Some(pushed) = room::make(mine, room, now) else { return Ok(Inserted::Full) };
    let statement = sqlx::query(sql::INSERT_SESSION)
        .bind(session.sid.as_str())
        .bind(session.account.as_str())
        .bind(session.idle_ends_at().millis())
        .bind(encode_session(session));
    if statement.execute(&mut conn.link).await?.rows_affected() != 1 {
        return Err(StoreError::Corrupt("a session id was drawn twice".into()).into());
    }
    for one in &pushed {
        // It may have been used meanwhile; that it was chosen stands.
        let push = |session: &mut Session| {
            if session.state == SessionState::Live {
                session.state = one.state;
            }
        };
        rewrite(conn, &one.sid, push).await?;
    }
    Ok(Inserted::Done(pushed))
}

/// What is kept beside a live record, both as they are stored.
struct Kept {
    record: Vec<u8>,
    bytes: Option<Vec<u8>>,
}

impl Kept {
    async fn find(conn: &mut Conn, sid: &SessionId, now: Timestamp) -> Result<Option<Self>, Fault> {
        let found = sqlx::query(sql::FIND_DATA).bind(sid.as_str()).fetch_optional(&mut conn.link).await?;
        let Some(found) = found else { return Ok(None) };
        let kept = Self { record: found.try_get(0)?, bytes: found.try_get(1)? };
        Ok(row::session(sid, &kept.record).is_some_and(|s| s.is_live(now)).then_some(kept))
    }

    fn data(&self) -> SessionData {
        self.bytes.as_ref().and_then(|bytes| decode_data(bytes).ok()).unwrap_or_default()
    }
}

async fn write_data(conn: &mut Conn, sid: &SessionId, change: &DataChange, now: Timestamp) -> Result<DataWrite, Fault> {
    loop {
        let Some(kept) = Kept::find(conn, sid, now).await? else { return Ok(DataWrite::NotLive) };
        let mut data = kept.data();
        let written = data::apply(&mut data, change);
        if !matches!(written, DataWrite::Kept(_) | DataWrite::Removed) {
            return Ok(written);
        }
        let statement = sqlx::query(sql::postgres::REWRITE_DATA)
            .bind(encode_data(&data))
            .bind(sid.as_str())
            .bind(kept.record)
            .bind(kept.bytes);
        if statement.execute(&mut conn.link).await?.rows_affected() == 1 {
            return Ok(written);
        }
    }
}

impl Sessions for PostgresStore {
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted> {
        self.transact(sql::postgres::BEGIN, move |conn| Box::pin(async move { insert(conn, &session, &room).await }))
    }

    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        Box::pin(async move { Ok(self.inner.sessions.find(sid).await?.filter(|s| s.is_within_time(now))) })
    }

    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        self.run(move |conn| {
            Box::pin(async move {
                let live = |session: &mut Session| {
                    let live = session.is_live(now);
                    if live {
                        session.last_seen_at = session.last_seen_at.max(now);
                    }
                    live
                };
                let touched = rewrite(conn, &sid, live).await?;
                Ok(touched.and_then(|(live, session)| live.then(|| Arc::new(session))))
            })
        })
    }

    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation> {
        self.run(move |conn| {
            Box::pin(async move {
                let rotated = rewrite(conn, &sid, |session| refresh::decide(session, &ask)).await?;
                Ok(rotated.map_or(Rotation::Refused, |(rotation, _)| rotation))
            })
        })
    }

    fn end(&self, sid: SessionId) -> Answer<'_, bool> {
        self.run(move |conn| {
            Box::pin(async move {
                let ended = sqlx::query(sql::END_SESSION).bind(sid.as_str()).execute(&mut conn.link).await?;
                Ok(ended.rows_affected() > 0)
            })
        })
    }

    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()> {
        self.run(move |conn| {
            Box::pin(async move {
                let names: Vec<&str> = sids.iter().map(SessionId::as_str).collect();
                sqlx::query(sql::postgres::END_SESSIONS).bind(names).execute(&mut conn.link).await?;
                Ok(())
            })
        })
    }

    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>> {
        self.run(move |conn| Box::pin(async move { of_account(conn, &account, now).await }))
    }

    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>> {
        self.run(move |conn| Box::pin(async move { Ok(Kept::find(conn, &sid, now).await?.map(|kept| kept.data())) }))
    }

    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite> {
        self.run(move |conn| Box::pin(async move { write_data(conn, &sid, &change, now).await }))
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.purge_by(sql::postgres::PURGE_SESSIONS, now, at_most)
    }
}
