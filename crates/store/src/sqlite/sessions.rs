//! Sessions in SQLite.

use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::codec::{decode_data, encode_data, encode_session};
use doorward_core::data::{self, DataChange, DataWrite};
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Session, SessionData};
use doorward_core::refresh::{self, Rotate, Rotation};
use doorward_core::room::{self, Inserted, Room};
use doorward_core::store::{Answer, Sessions, StoreError};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{SqliteStore, row, sql, store_error};

fn find(connection: &Connection, sid: &SessionId) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FIND_SESSION).map_err(store_error)?;
    let mut rows = statement.query([sid.as_str()]).map_err(store_error)?;
    match rows.next().map_err(store_error)? {
        Some(found) => Ok(row::session(sid, found.get_ref(0).and_then(|v| Ok(v.as_blob()?)).map_err(store_error)?)),
        None => Ok(None),
    }
}

fn write(connection: &Connection, session: &Session) -> Result<(), StoreError> {
    let ends = session.idle_ends_at().millis();
    let mut statement = connection.prepare_cached(sql::WRITE_SESSION).map_err(store_error)?;
    statement.execute(params![ends, encode_session(session), session.sid.as_str()]).map_err(store_error)?;
    Ok(())
}

fn end(connection: &Connection, sid: &SessionId) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached(sql::END_SESSION).map_err(store_error)?;
    statement.execute([sid.as_str()]).map(|rows| rows > 0).map_err(store_error)
}

fn of_account(connection: &Connection, account: AccountId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    let mut statement = connection.prepare_cached(sql::SESSIONS_OF_ACCOUNT).map_err(store_error)?;
    let mut rows = statement.query([account.as_str()]).map_err(store_error)?;
    let mut found = Vec::new();
    while let Some(next) = rows.next().map_err(store_error)? {
        let sid: SessionId = row::word(next, 0, "session id")?;
        found.extend(row::session(&sid, &row::column::<Vec<u8>>(next, 1)?).filter(|s| s.is_within_time(now)));
    }
    Ok(found)
}

fn find_data(connection: &Connection, sid: &SessionId, now: Timestamp) -> Result<Option<SessionData>, StoreError> {
    let mut statement = connection.prepare_cached(sql::FIND_DATA).map_err(store_error)?;
    let both = |r: &rusqlite::Row<'_>| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, Option<Vec<u8>>>(1)?));
    let found = statement.query_row([sid.as_str()], both).optional().map_err(store_error)?;
    let Some((record, bytes)) = found else { return Ok(None) };
    let live = row::session(sid, &record).is_some_and(|s| s.is_live(now));
    let data = bytes.and_then(|b| decode_data(&b).ok()).unwrap_or_default();
    Ok(live.then_some(data))
}

impl Sessions for SqliteStore {
    fn insert(&self, session: Session, room: Room) -> Answer<'_, Inserted> {
        self.write(move |connection| {
            let (sid, account) = (session.sid.as_str(), session.account.as_str());
            let mine = of_account(connection, session.account, session.created_at)?;
            let Some(pushed) = room::make(mine, &room, session.created_at) else { return Ok(Inserted::Full) };
            let values = params![sid, account, session.idle_ends_at().millis(), encode_session(&session)];
            let mut statement = connection.prepare_cached(sql::INSERT_SESSION).map_err(store_error)?;
            if statement.execute(values).map_err(store_error)? != 1 {
                return Err(StoreError::Corrupt("a session id was drawn twice".into()));
            }
            pushed.iter().try_for_each(|s| write(connection, s))?;
            Ok(Inserted::Done(pushed))
        })
    }

    fn find(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        self.read(move |connection| Ok(find(connection, &sid)?.filter(|s| s.is_within_time(now)).map(Arc::new)))
    }

    fn touch(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<Arc<Session>>> {
        self.write(move |connection| {
            let Some(mut session) = find(connection, &sid)?.filter(|s| s.is_live(now)) else { return Ok(None) };
            session.last_seen_at = session.last_seen_at.max(now);
            write(connection, &session)?;
            Ok(Some(Arc::new(session)))
        })
    }

    fn rotate(&self, sid: SessionId, ask: Rotate) -> Answer<'_, Rotation> {
        self.write(move |connection| {
            let Some(mut session) = find(connection, &sid)? else { return Ok(Rotation::Refused) };
            let before = session.clone();
            let rotation = refresh::decide(&mut session, &ask);
            if session != before {
                write(connection, &session)?;
            }
            Ok(rotation)
        })
    }

    fn end(&self, sid: SessionId) -> Answer<'_, bool> {
        self.write(move |connection| end(connection, &sid))
    }

    fn end_all(&self, sids: Vec<SessionId>) -> Answer<'_, ()> {
        self.write(move |connection| sids.iter().try_for_each(|sid| end(connection, sid).map(|_| ())))
    }

    fn of_account(&self, account: AccountId, now: Timestamp) -> Answer<'_, Vec<Session>> {
        self.read(move |connection| of_account(connection, account, now))
    }

    fn data(&self, sid: SessionId, now: Timestamp) -> Answer<'_, Option<SessionData>> {
        self.read(move |connection| find_data(connection, &sid, now))
    }

    fn write_data(&self, sid: SessionId, change: DataChange, now: Timestamp) -> Answer<'_, DataWrite> {
        self.write(move |connection| {
            let Some(mut data) = find_data(connection, &sid, now)? else { return Ok(DataWrite::NotLive) };
            let written = data::apply(&mut data, &change);
            if matches!(written, DataWrite::Kept(_) | DataWrite::Removed) {
                let mut statement = connection.prepare_cached(sql::WRITE_DATA).map_err(store_error)?;
                statement.execute(params![sid.as_str(), encode_data(&data)]).map_err(store_error)?;
            }
            Ok(written)
        })
    }

    fn purge(&self, now: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(sql::PURGE_SESSIONS).map_err(store_error)?;
            statement.execute(params![now.millis(), row::signed(at_most as u64)]).map_err(store_error)
        })
    }
}
