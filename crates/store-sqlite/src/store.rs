//! The store as a whole.

use crate::{
    changes::{Entries, Observers},
    error::Work,
    open,
    whole::Condition,
};
use async_trait::async_trait;
use mobilecall_sqlite::{Database, Statistics, rusqlite::Connection};
use mobilecall_store::{Result, Store};
use std::path::Path;

/// The store; cheap to clone.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    database: Database,
    condition: Condition,
    observers: Observers,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it if there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// `Unreadable` and `TooNew` leave the file as it was and say what to do.
    pub async fn open(path: &Path) -> Result<Self> {
        Ok(Self::over(open::file(path).await?, path))
    }

    /// As [`Self::open`] for a command beside a running server, whose tables must stay as that server knows them.
    ///
    /// # Errors
    /// Also `Outdated`, which leaves the file as it was.
    pub async fn open_current(path: &Path) -> Result<Self> {
        Ok(Self::over(open::current_file(path).await?, path))
    }

    /// As [`Self::open_current`] for a command about what is there: makes no file.
    ///
    /// # Errors
    /// Also `Unreadable` where there is none.
    pub async fn open_existing(path: &Path) -> Result<Self> {
        Ok(Self::over(open::existing_file(path).await?, path))
    }

    /// A database in memory that is gone with the value; for demonstrations and tests.
    pub async fn in_memory() -> Result<Self> {
        Ok(Self::over(open::memory().await?, Path::new(":memory:")))
    }

    fn over(database: Database, file: &Path) -> Self {
        Self { database, condition: Condition::of(file.display().to_string()), observers: Observers::default() }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn condition(&self) -> &Condition {
        &self.condition
    }

    pub(crate) fn observers(&self) -> &Observers {
        &self.observers
    }

    /// How many writes and commits there were since it was opened.
    pub fn statistics(&self) -> Statistics {
        self.database.statistics()
    }

    /// Runs `work` on a connection that reads. Every statement sees one moment; two may see different ones.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Work<T> + Send + 'static,
        T: Send + 'static,
    {
        match self.database.read(work).await {
            Ok(done) => Ok(done),
            Err(failure) => Err(self.explain(failure).await),
        }
    }

    /// Runs `work` in a transaction that is on the disk when this returns.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Connection) -> Work<T> + Send + 'static,
        T: Send + 'static,
    {
        match self.database.write(work).await {
            Ok(done) => Ok(done),
            Err(failure) => Err(self.explain(failure).await),
        }
    }

    /// As [`Self::write`] for what readers are told of: `work` enters it into the change log.
    pub(crate) async fn change<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Connection, &mut Entries) -> Work<T> + Send + 'static,
        T: Send + 'static,
    {
        let observers = self.observers.clone();
        let work = move |connection: &Connection| {
            let mut entries = Entries::default();
            let done = work(connection, &mut entries)?;
            Ok((done, entries))
        };
        match self.database.write_then(work, move |(_, entries)| observers.tell(entries)).await {
            Ok((done, _told)) => Ok(done),
            Err(failure) => Err(self.explain(failure).await),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<()> {
        self.condition.check()?;
        self.read(|connection| {
            connection
                .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM companies LIMIT 1)")?
                .query_one([], |_| Ok(()))?;
            Ok(())
        })
        .await
    }

    async fn check_writable(&self) -> Result<()> {
        self.write(|connection| {
            let count = "INSERT INTO write_checks (singleton, checks) VALUES (1, 1) \
                         ON CONFLICT (singleton) DO UPDATE SET checks = checks + 1";
            connection.prepare_cached(count)?.execute([])?;
            Ok(())
        })
        .await
    }

    async fn examine(&self) -> Result<()> {
        self.examine_file().await
    }

    async fn close(&self) {
        self.database.close().await;
    }
}
