//! The one writer. A batch is what queued while the last commit ran; every job has a savepoint of its own, so a job that
//! fails takes nothing of its neighbours along; nobody is answered before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use doorward_core::store::{Answer, StoreError};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::store_error;

/// Jobs that may wait; beyond that the store says that it is unavailable.
const LONGEST_QUEUE: usize = 4096;
/// Jobs in one commit: more would make the first of them wait for long.
const LARGEST_BATCH: usize = 256;

/// Does its work, and gives back what answers once the commit's fate is known.
type Job = Box<dyn FnOnce(&Connection) -> Deliver + Send>;
type Deliver = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

pub(super) struct Writer {
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(LONGEST_QUEUE);
        let commits = Arc::new(AtomicU64::new(0));
        let counted = commits.clone();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || write_batches(&connection, &jobs, &counted))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), commits })
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'_, T> {
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            let job: Job = Box::new(move |connection| {
                let outcome = in_savepoint(connection, work);
                Box::new(move |committed| {
                    // Whoever asked may have gone; the work is done all the same.
                    let _ = tell.send(committed.and(outcome));
                })
            });
            let queue = self.queue.as_ref().ok_or_else(stopped)?;
            match queue.try_send(job) {
                Ok(()) => told.await.map_err(|_| stopped())?,
                Err(TrySendError::Full(_)) => Err(StoreError::Unavailable("too many writes are waiting".into())),
                Err(TrySendError::Disconnected(_)) => Err(stopped()),
            }
        })
    }
}

/// What is queued is still written.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the thread that writes has stopped".into())
}

fn write_batches(connection: &Connection, jobs: &Receiver<Job>, commits: &AtomicU64) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        while batch.len() < LARGEST_BATCH {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        write_batch(connection, batch, commits);
    }
    // Connections that only read, and may be closed later than this one, cannot fold the log into the file: a copy of the
    // file alone, made while nothing runs, would then be empty or old.
    if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(event = "log_not_folded", %error, "the database's log stays beside it");
    }
}

fn write_batch(connection: &Connection, batch: Vec<Job>, commits: &AtomicU64) {
    let begun = connection.execute_batch("BEGIN IMMEDIATE").map_err(store_error);
    if let Err(error) = begun {
        for job in batch {
            // A job is asked for its answer only; on a connection without a transaction its savepoint would commit.
            refuse(job, &error);
        }
        return;
    }
    let answers: Vec<Deliver> = batch.into_iter().map(|job| job(connection)).collect();
    let committed = connection.execute_batch("COMMIT").map_err(store_error);
    if committed.is_err() && !connection.is_autocommit() {
        // Nothing of the batch may be seen by the next one.
        let _ = connection.execute_batch("ROLLBACK");
    }
    commits.fetch_add(1, Ordering::Relaxed);
    for deliver in answers {
        deliver(committed.clone());
    }
}

/// Dropping a job drops its sender, and whoever waits would hear that the writer stopped; this says what happened.
fn refuse(job: Job, error: &StoreError) {
    let Ok(nowhere) = Connection::open_in_memory() else { return };
    job(&nowhere)(Err(error.clone()));
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT job").map_err(store_error)?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(StoreError::Unavailable("a write panicked".into())));
    let end = if outcome.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    connection.execute_batch(end).map_err(store_error)?;
    outcome
}
