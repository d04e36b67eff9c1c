//! Connections, lent to one job at a time. Everything that a job does, waiting for a connection included, has one deadline:
//! a database that is away, slow or cut off is an error in time, and never a request that hangs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorward_core::store::StoreError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _, Row as _};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::error::Fault;
use super::target::Target;
use crate::sql;

/// A caller must hear within two seconds.
pub(super) const LONGEST: Duration = Duration::from_millis(1800);

/// What a job gives while it works on a connection.
pub(super) type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'c>>;

/// A connection, and which primary it leads to.
pub(super) struct Conn {
    pub(super) link: PgConnection,
    /// System identifier and timeline: another one, and what was read before may never have been.
    pub(super) primary: String,
}

pub(super) struct Pool {
    options: PgConnectOptions,
    permits: Semaphore,
    idle: Mutex<Vec<Conn>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

impl Pool {
    pub(super) fn new(target: &Target) -> Self {
        let options = target.options().disable_statement_logging();
        let most = usize::try_from(target.connections.max(1)).unwrap_or(1);
        Self { options, permits: Semaphore::new(most), idle: Mutex::default() }
    }

    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Conn>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` on a connection. One on which anything failed is not used again: a transaction that was begun on it is
    /// rolled back by its end.
    pub(super) async fn with<T>(&self, work: impl FnOnce(&mut Conn) -> Work<'_, T>) -> Result<T, StoreError> {
        match timeout(LONGEST, self.lend(work)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(fault)) => {
                if matches!(fault, Fault::Lost(_)) {
                    self.forget();
                }
                Err(fault.into())
            }
            Err(_) => {
                self.forget();
                Err(StoreError::Unavailable("the database does not answer in time".into()))
            }
        }
    }

    async fn lend<T>(&self, work: impl FnOnce(&mut Conn) -> Work<'_, T>) -> Result<T, Fault> {
        let _permit = self.permits.acquire().await.map_err(|_| Fault::Lost("the store is closed".into()))?;
        let kept = self.idle().pop();
        let mut conn = match kept {
            Some(conn) => conn,
            None => connect(&self.options).await?,
        };
        let done = work(&mut conn).await?;
        self.idle().push(conn);
        Ok(done)
    }

    /// What happened to one connection has most likely happened to all.
    fn forget(&self) {
        self.idle().clear();
    }
}

/// A connection to a server that may be written to.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<Conn, Fault> {
    let mut link = options.connect().await?;
    let about = About::ask(&mut link).await?;
    match about.is_writable() {
        true => Ok(Conn { primary: about.primary(), link }),
        false => Err(Fault::Lost("the database is read-only".into())),
    }
}

/// What a server says of itself.
pub(super) struct About {
    pub(super) version: u32,
    pub(super) encoding: String,
    read_only: bool,
    system: String,
    timeline: String,
}

impl About {
    pub(super) async fn ask(link: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let row = sqlx::query(sql::postgres::WHO_ARE_YOU).fetch_one(&mut *link).await?;
        let about = Self {
            version: u32::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0),
            encoding: row.try_get(1)?,
            read_only: row.try_get(2)?,
            system: row.try_get(3)?,
            timeline: row.try_get(4)?,
        };
        link.execute(sql::postgres::MAKE_DURABLE).await?;
        Ok(about)
    }

    pub(super) fn is_writable(&self) -> bool {
        !self.read_only && !self.timeline.is_empty()
    }

    fn primary(&self) -> String {
        format!("{}-{}", self.system, self.timeline)
    }
}
