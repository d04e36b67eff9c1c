//! A server of PostgreSQL, for one node or many.
//!
//! What stands out against the embedded database:
//! - Many nodes write at once. A change is conditional on what was read and is decided anew if somebody was faster; where one
//!   statement will not do, a short transaction locks rows, always in one order: what changes, the log's head, the audit's.
//! - Whatever is asked has an answer or an error within two seconds ([`pool`]).
//! - Point reads that queue while one is under way share the next ([`gather`]); so do ends that are appended ([`append`]).
//! - A change goes on when nobody waits for it any more: it runs on a task of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use doorward_core::Timestamp;
use doorward_core::id::{AccountId, SessionId};
use doorward_core::records::{Account, Session};
use doorward_core::store::{Answer, StoreError};
use sqlx::{Connection as _, Executor as _, Row as _};
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::sql;

mod accounts;
mod append;
mod audit;
mod devices;
mod directory;
mod error;
mod gather;
mod keys;
mod listen;
mod lock;
mod log;
mod migrate;
mod passing;
mod pool;
mod row;
mod schema;
mod sessions;
mod target;

use append::Appends;
pub use error::OpenError;
use gather::Gather;
pub use listen::{JoinError, Member, SessionsIn};
use pool::{About, Conn, Pool, Work};
pub use target::{Target, TargetFault};

/// The oldest server that has all that is used.
const OLDEST: u32 = 130_000;
/// A first connection may take longer than any later one: nobody waits for an answer yet.
const FIRST: Duration = Duration::from_secs(10);

/// A store on a server of PostgreSQL. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    pool: Arc<Pool>,
    runtime: Handle,
    appends: Appends,
    sessions: Gather<SessionId, Session>,
    accounts: Gather<AccountId, Account>,
    /// Rung when another node has appended something.
    stirred: Arc<Notify>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore")
    }
}

impl PostgresStore {
    /// Opens the database and brings its tables up to date. Must be called on the runtime that will serve it.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        match tokio::time::timeout(FIRST, prepare(target)).await {
            Ok(prepared) => prepared?,
            Err(_) => {
                let reason = format!("no answer within {} seconds", FIRST.as_secs());
                return Err(OpenError::Unreachable { place: target.place(), reason });
            }
        }
        let pool = Arc::new(Pool::new(target));
        let runtime = Handle::current();
        Ok(Self {
            inner: Arc::new(Inner {
                target: target.clone(),
                appends: Appends::start(&runtime, &pool),
                sessions: Gather::start(&runtime, &pool, sessions::find_all),
                accounts: Gather::start(&runtime, &pool, accounts::find_all),
                stirred: Arc::default(),
                pool,
                runtime,
            }),
        })
    }

    /// Where it is, fit for a log.
    #[must_use]
    pub fn place(&self) -> String {
        self.inner.target.place()
    }

    /// The wall clock of the server.
    ///
    /// # Errors
    /// If it does not answer.
    pub async fn wall_clock(&self) -> Result<Timestamp, StoreError> {
        let millis = self.run(|conn| {
            Box::pin(async move {
                Ok(sqlx::query(sql::postgres::WALL_CLOCK).fetch_one(&mut conn.link).await?.try_get::<i64, _>(0)?)
            })
        });
        millis.await.map(Timestamp::from_millis)
    }

    /// Has it done by a task of its own, so that it is done whole also if nobody waits for it any more.
    fn run<'a, T: Send + 'static>(
        &'a self,
        work: impl for<'c> FnOnce(&'c mut Conn) -> Work<'c, T> + Send + 'static,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let pool = self.inner.pool.clone();
            let task = self.inner.runtime.spawn(async move { pool.with(work).await });
            task.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the runtime is stopping".into())))
        })
    }

    /// The same between `begin` and a commit; an error rolls back.
    fn transact<'a, T: Send + 'static>(
        &'a self,
        begin: &'static str,
        work: impl for<'c> FnOnce(&'c mut Conn) -> Work<'c, T> + Send + 'static,
    ) -> Answer<'a, T> {
        self.run(move |conn| {
            Box::pin(async move {
                conn.link.execute(begin).await?;
                let done = work(conn).await?;
                conn.link.execute(sql::postgres::COMMIT).await?;
                Ok(done)
            })
        })
    }
}

/// Looks at the server, and at the tables.
async fn prepare(target: &Target) -> Result<(), OpenError> {
    let place = target.place();
    let failed = |error: &sqlx::Error| error::open_error(&place, target.database(), error);
    let mut link = sqlx::PgConnection::connect_with(&target.options()).await.map_err(|e| failed(&e))?;
    let about = About::ask(&mut link).await.map_err(|e| failed(&e))?;
    if about.version < OLDEST {
        return Err(OpenError::TooOld { place, found: about.version / 10_000 });
    }
    if about.encoding != "UTF8" {
        return Err(OpenError::Encoding { place, found: about.encoding });
    }
    if !about.is_writable() {
        return Err(OpenError::ReadOnly(place));
    }
    migrate::up(&mut link, target).await?;
    let _ = link.close().await;
    Ok(())
}

#[cfg(all(test, feature = "live"))]
mod tests;
