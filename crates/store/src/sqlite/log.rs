//! The revocation log in SQLite. Numbers come from one row that only the writer moves, so they are without gaps and in the
//! order of commit.

use doorward_core::Timestamp;
use doorward_core::audit::Note;
use doorward_core::records::LogRow;
use doorward_core::store::{Answer, LogHead, RevocationLog, StoreError};
use doorward_core::verify::Entry;
use rusqlite::{Connection, params};

use super::audit::write_down;
use super::{SqliteStore, row, sql, store_error};

/// The number of the last entry.
pub(super) fn append(connection: &Connection, entries: &[Entry], at: Timestamp) -> Result<u64, StoreError> {
    let count = row::signed(entries.len() as u64);
    let mut statement = connection.prepare_cached(sql::MOVE_HEAD).map_err(store_error)?;
    let head: i64 = statement.query_row([count], |r| r.get(0)).map_err(store_error)?;
    let mut statement = connection.prepare_cached(sql::APPEND).map_err(store_error)?;
    for (n, entry) in entries.iter().enumerate() {
        let text = serde_json::to_string(entry).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        statement.execute(params![head - count + 1 + n as i64, at.millis(), text]).map_err(store_error)?;
    }
    u64::try_from(head).map_err(|_| row::corrupt("head"))
}

fn log_row(found: &rusqlite::Row<'_>) -> Result<LogRow, StoreError> {
    let entry: String = row::column(found, 2)?;
    Ok(LogRow {
        seq: row::unsigned(found, 0)?,
        at: row::moment(found, 1)?,
        entry: serde_json::from_str(&entry).map_err(|_| row::corrupt("log entry"))?,
        settled: row::column::<i64>(found, 3)? != 0,
    })
}

impl RevocationLog for SqliteStore {
    fn append(&self, entries: Vec<Entry>, at: Timestamp, notes: Vec<Note>) -> Answer<'_, u64> {
        self.write(move |connection| {
            let last = append(connection, &entries, at)?;
            write_down(connection, &notes)?;
            Ok(last)
        })
    }

    fn head(&self) -> Answer<'_, LogHead> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(sql::READ_HEAD).map_err(store_error)?;
            let mut rows = statement.query([]).map_err(store_error)?;
            let found = rows.next().map_err(store_error)?.ok_or_else(|| row::corrupt("head"))?;
            Ok(LogHead { feed_id: row::column(found, 0)?, seq: row::unsigned(found, 1)? })
        })
    }

    fn since(&self, after: u64, at_most: usize) -> Answer<'_, Vec<LogRow>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql::SINCE).map_err(store_error)?;
            let values = [row::signed(after), row::signed(at_most as u64)];
            let mut rows = statement.query(values).map_err(store_error)?;
            let mut found = Vec::new();
            while let Some(next) = rows.next().map_err(store_error)? {
                found.push(log_row(next)?);
            }
            Ok(found)
        })
    }

    fn settle(&self, seqs: Vec<u64>) -> Answer<'_, ()> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(sql::SETTLE).map_err(store_error)?;
            for seq in seqs {
                statement.execute([row::signed(seq)]).map_err(store_error)?;
            }
            Ok(())
        })
    }

    fn purge(&self, before: Timestamp, at_most: usize) -> Answer<'_, usize> {
        self.write(move |connection| {
            let mut statement = connection.prepare_cached(sql::PURGE_LOG).map_err(store_error)?;
            statement.execute(params![before.millis(), row::signed(at_most as u64)]).map_err(store_error)
        })
    }
}
