//! One file: the embedded database. One thread writes; what queued while its last commit ran becomes the next batch, so a
//! busy store commits many jobs at the price of one, and an idle one never waits. Reads run on the thread that asks, over a
//! connection of its own.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use doorward_core::store::{Answer, StoreError};
use rusqlite::Connection;

use crate::sql;

mod accounts;
mod audit;
mod devices;
mod directory;
mod error;
mod keys;
mod log;
mod migrate;
mod open;
mod passing;
mod read;
mod row;
mod sessions;
mod write;

pub use error::OpenError;
use error::store_error;
use read::Readers;
use write::Writer;

/// A store in one SQLite file. Cheap to clone; clones share the writer.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    readers: Readers,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore")
    }
}

impl SqliteStore {
    /// Opens the database at `path`, making it if there is none, and brings it up to date.
    ///
    /// # Errors
    /// [`OpenError`], in words for the operator.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let connection = open::for_writing(path)?;
        let readers = Readers::new(path);
        Ok(Self { inner: Arc::new(Inner { writer: Writer::start(connection)?, readers }) })
    }

    /// How many commits were made, to see that jobs share them.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.inner.writer.commits()
    }

    /// A step of the one writer; answered after its commit.
    fn write<'a, T: Send + 'static>(
        &'a self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'a, T> {
        self.inner.writer.run(work)
    }

    /// A look at what was committed, on the calling thread.
    fn read<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move { self.inner.readers.with(work) })
    }
}

#[cfg(test)]
mod tests;
