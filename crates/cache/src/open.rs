//! Opening the file, and the schema.

use crate::{CacheError, OpenError, error::Failure, search};
use mobilecall_sqlite::{Database, Key, Migration, Options, Synchronous, rusqlite::Connection};
use std::path::Path;

const OPTIONS: Options = Options {
    // "MCCA".
    application_id: 0x4d43_4341,
    // Version 0.1 wrote no application id.
    unmarked: Some("outbox"),
    schema: &[
        Migration::new(include_str!("../migrations/0001_calls_outbox_settings.sql")),
        Migration::with(include_str!("../migrations/0002_search.sql"), search::fold_again),
    ],
    migrate: true,
    // The history page and the sync.
    readers: 2,
    synchronous: Synchronous::Normal,
};

/// The open database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Cache {
    database: Database,
}

impl Cache {
    /// Opens the file, creating it if there is none, and brings its tables up to date. On an error the file is left as
    /// it was.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let database = Database::open(path, OPTIONS).await.map_err(|source| OpenError::of(path, source))?;
        Ok(Self { database })
    }

    /// As [`Self::open`], for a file that only this key opens. One that was not encrypted before is from now on.
    pub async fn open_encrypted(path: &Path, key: Key) -> Result<Self, OpenError> {
        let opened = Database::open_encrypted(path, OPTIONS, key).await;
        Ok(Self { database: opened.map_err(|source| OpenError::of(path, source))? })
    }

    /// Waits for running statements and closes the file. Later uses fail.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Runs `work` as one change, all or nothing, and answers after its commit. `doing` says what failed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, CacheError> {
        self.database.write(work).await.map_err(|failure| failure.while_doing(doing))
    }

    /// Runs `work` beside the writer.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, CacheError> {
        self.database.read(work).await.map_err(|failure| failure.while_doing(doing))
    }
}
