//! One connection of a node to the others: it is woken over it when something has ended, and others see by it that the node
//! lives. It holds a lock for as long as the connection stands, so whoever dies is forgotten at once and by nobody's clock.

use std::sync::Arc;
use std::time::Duration;

use doorward_core::store::StoreError;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Executor as _, Row as _};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::PostgresStore;
use super::error::Fault;
use super::migrate::APPLICATION;
use super::pool::LONGEST;
use crate::sql;

/// A silent connection is asked whether it still stands.
const ASK_AFTER: Duration = Duration::from_secs(5);
/// Between two tries to come back. Nothing waits for it: the log is read several times a second in any case.
const PAUSE: Duration = Duration::from_millis(250);

/// Numbers of locks: one for taking turns, and one for each place that sessions may be in.
const TURN: i32 = 1;
const PLACES: i32 = 100;

const TAKE_TURNS: &str = "SELECT pg_advisory_xact_lock($1, $2)";
const WHO_IS_THERE: &str = "SELECT DISTINCT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
    AND classid::bigint = $1 AND objid::bigint >= $2 AND objsubid = 2 AND pid <> pg_backend_pid()";
const STAY: &str = "SELECT pg_advisory_lock_shared($1, $2)";

/// Where a node keeps its sessions. All nodes on one database must keep them in the same place, or each would refuse the
/// sessions of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionsIn {
    /// Its own memory: it must be the only node.
    Memory,
    /// This database.
    Database,
    /// A server of Redis that the nodes share.
    Redis,
}

impl SessionsIn {
    fn number(self) -> i32 {
        PLACES
            + match self {
                Self::Memory => 1,
                Self::Database => 2,
                Self::Redis => 3,
            }
    }

    fn of_number(number: i64) -> Option<Self> {
        [Self::Memory, Self::Database, Self::Redis].into_iter().find(|place| i64::from(place.number()) == number)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Memory => "its own memory",
            Self::Database => "the database",
            Self::Redis => "Redis",
        }
    }
}

/// Why a node may not join.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// Sessions of one would be unknown to the other.
    #[error(
        "another node is running on this database and keeps its sessions in {}; this one would keep them in {}: nodes must share \
         them, so set [sessions] url to the same shared store on all",
        .there.words(), .here.words()
    )]
    Apart {
        /// Where the other has them.
        there: SessionsIn,
        /// Where this one would.
        here: SessionsIn,
    },
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A node among the others, until it is dropped.
#[derive(Debug)]
pub struct Member {
    task: AbortHandle,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PostgresStore {
    /// Joins the nodes that run on this database, and listens to them from then on.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn join(&self, here: SessionsIn) -> Result<Member, JoinError> {
        let options = self.inner.pool.options().clone();
        let first = timeout(LONGEST, enter(&options, here)).await;
        let line = first.map_err(|_| StoreError::Unavailable("the database does not answer in time".into()))??;
        let stirred = self.inner.stirred.clone();
        let task = self.inner.runtime.spawn(stay(options, here, line, stirred)).abort_handle();
        Ok(Member { task })
    }
}

/// A connection that listens, of a node that the others see.
async fn enter(options: &PgConnectOptions, here: SessionsIn) -> Result<PgListener, JoinError> {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
    let mut line = PgListener::connect_with(&pool).await.map_err(lost)?;
    line.listen(sql::postgres::LISTEN).await.map_err(lost)?;
    line.execute(sql::postgres::BEGIN).await.map_err(lost)?;
    sqlx::query(TAKE_TURNS).bind(APPLICATION).bind(TURN).execute(&mut line).await.map_err(lost)?;
    let others = sqlx::query(WHO_IS_THERE).bind(i64::from(APPLICATION)).bind(i64::from(PLACES));
    for other in others.fetch_all(&mut line).await.map_err(lost)? {
        let there = SessionsIn::of_number(other.try_get(0).map_err(lost)?).unwrap_or(SessionsIn::Memory);
        if there != here || here == SessionsIn::Memory {
            return Err(JoinError::Apart { there, here });
        }
    }
    sqlx::query(STAY).bind(APPLICATION).bind(here.number()).execute(&mut line).await.map_err(lost)?;
    line.execute(sql::postgres::COMMIT).await.map_err(lost)?;
    Ok(line)
}

fn lost(error: sqlx::Error) -> JoinError {
    JoinError::Store(Fault::from(error).into())
}

/// Passes on what is heard, and comes back after the connection broke.
async fn stay(options: PgConnectOptions, here: SessionsIn, mut line: PgListener, stirred: Arc<Notify>) {
    let mut told = false;
    loop {
        hear(&mut line, &stirred).await;
        drop(line);
        line = loop {
            sleep(PAUSE).await;
            match timeout(LONGEST, enter(&options, here)).await {
                Ok(Ok(line)) => break line,
                Ok(Err(error @ JoinError::Apart { .. })) if !told => {
                    tracing::error!(event = "nodes_disagree", %error, "sessions of one node are unknown to another");
                    told = true;
                }
                _ => {}
            }
        };
        told = false;
        // What was said meanwhile was said to nobody.
        stirred.notify_one();
    }
}

/// Until the connection breaks.
async fn hear(line: &mut PgListener, stirred: &Notify) {
    loop {
        match timeout(ASK_AFTER, line.try_recv()).await {
            Ok(Ok(Some(_))) => stirred.notify_one(),
            Ok(Ok(None) | Err(_)) => return,
            Err(_) => match timeout(LONGEST, line.execute("SELECT 1")).await {
                Ok(Ok(_)) => {}
                _ => return,
            },
        }
    }
}
