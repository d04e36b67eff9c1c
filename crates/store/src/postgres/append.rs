//! What ends, and what is written down of it. A node appends what queued while its last batch was committed: one statement
//! for all of it, whose last act is to wake the other nodes.

use std::sync::Arc;

use doorward_core::Timestamp;
use doorward_core::audit::Note;
use doorward_core::id::AccountId;
use doorward_core::store::StoreError;
use doorward_core::verify::Entry;
use sqlx::Row as _;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::error::Fault;
use super::pool::{Conn, Pool};
use crate::{form, sql};

/// Jobs in one statement: more would make the first of them wait for long.
const LARGEST_BATCH: usize = 256;
/// Jobs that may wait; beyond that the store says that it is unavailable.
const LONGEST_QUEUE: usize = 4096;

/// Entries and notes that belong together.
pub(super) struct Job {
    pub(super) entries: Vec<Entry>,
    pub(super) at: Timestamp,
    pub(super) notes: Vec<Note>,
}

impl Job {
    /// Something is written down, and nothing has ended.
    pub(super) fn note(note: Note) -> Self {
        Self { at: note.at, entries: Vec::new(), notes: vec![note] }
    }
}

/// A job, and whom to tell the number of its last entry.
type Asked = (Job, oneshot::Sender<Result<u64, StoreError>>);

pub(super) struct Appends {
    queue: mpsc::Sender<Asked>,
}

impl Appends {
    /// Works until it is dropped.
    pub(super) fn start(runtime: &Handle, pool: &Arc<Pool>) -> Self {
        let (queue, asked) = mpsc::channel(LONGEST_QUEUE);
        runtime.spawn(append_batches(pool.clone(), asked));
        Self { queue }
    }

    /// The number of the job's last entry, once it is on the disk.
    pub(super) async fn append(&self, job: Job) -> Result<u64, StoreError> {
        let (tell, told) = oneshot::channel();
        let full = |_| StoreError::Unavailable("too many writes are waiting".into());
        self.queue.try_send((job, tell)).map_err(full)?;
        told.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the runtime is stopping".into())))
    }
}

async fn append_batches(pool: Arc<Pool>, mut queue: mpsc::Receiver<Asked>) {
    let mut asked = Vec::with_capacity(LARGEST_BATCH);
    while queue.recv_many(&mut asked, LARGEST_BATCH).await > 0 {
        let (jobs, tell): (Vec<Job>, Vec<_>) = asked.drain(..).unzip();
        let counts: Vec<u64> = jobs.iter().map(|job| job.entries.len() as u64).collect();
        let appended = pool.with(|conn| Box::pin(async move { append(conn, &jobs).await })).await;
        let mut before = appended.as_ref().map_or(0, |head| head.saturating_sub(counts.iter().sum()));
        for (tell, count) in tell.into_iter().zip(counts) {
            before += count;
            let _ = tell.send(appended.as_ref().map(|_| before).map_err(Clone::clone));
        }
    }
}

/// Writes all of it in one statement: by itself, or as the last of a transaction, because the log's head stays locked until
/// the commit. The number of the last entry; 0 if there is none.
pub(super) async fn append(conn: &mut Conn, jobs: &[Job]) -> Result<u64, Fault> {
    let (mut moments, mut entries) = (Vec::new(), Vec::new());
    for job in jobs {
        for entry in &job.entries {
            moments.push(job.at.millis());
            entries.push(serde_json::to_string(entry).map_err(|e| StoreError::Corrupt(e.to_string()))?);
        }
    }
    let notes = Notes::of(jobs.iter().flat_map(|job| &job.notes))?;
    if entries.is_empty() {
        write_down(conn, notes).await?;
        return Ok(0);
    }
    let statement = sqlx::query(sql::postgres::APPEND)
        .bind(form::signed(entries.len() as u64))
        .bind(moments)
        .bind(entries)
        .bind(form::signed(notes.texts.len() as u64))
        .bind(notes.moments)
        .bind(notes.accounts)
        .bind(notes.events)
        .bind(notes.addresses)
        .bind(notes.whole)
        .bind(notes.texts);
    let head: i64 = statement.fetch_one(&mut conn.link).await?.try_get(0)?;
    u64::try_from(head).map_err(|_| form::corrupt("head").into())
}

async fn write_down(conn: &mut Conn, notes: Notes) -> Result<(), Fault> {
    if notes.texts.is_empty() {
        return Ok(());
    }
    let statement = sqlx::query(sql::postgres::WRITE_DOWN)
        .bind(form::signed(notes.texts.len() as u64))
        .bind(notes.moments)
        .bind(notes.accounts)
        .bind(notes.events)
        .bind(notes.addresses)
        .bind(notes.whole)
        .bind(notes.texts);
    statement.execute(&mut conn.link).await?;
    Ok(())
}

/// Notes, column by column.
#[derive(Default)]
struct Notes {
    moments: Vec<i64>,
    accounts: Vec<Option<String>>,
    events: Vec<&'static str>,
    addresses: Vec<Option<String>>,
    whole: Vec<i64>,
    texts: Vec<String>,
}

impl Notes {
    fn of<'n>(notes: impl Iterator<Item = &'n Note>) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for note in notes {
            columns.moments.push(note.at.millis());
            columns.accounts.push(note.account.as_ref().map(|id| AccountId::as_str(id).to_owned()));
            columns.events.push(note.event.name());
            columns.addresses.push(note.address.clone());
            columns.whole.push(form::is_whole(note));
            columns.texts.push(form::note_text(note)?);
        }
        Ok(columns)
    }
}
