//! The backend's storage in one SQLite file.
//!
//! ```no_run
//! # async fn open() -> Result<(), mobilecall_store_sqlite::StoreError> {
//! use mobilecall_store_sqlite::SqliteStore;
//! let store = SqliteStore::open("backend.sqlite".as_ref()).await?;
//! # Ok(()) }
//! ```
//!
//! One connection writes, a few read; write-ahead logging lets them work side by side. Migrations in `migrations/` are
//! append-only. A file that is not ours, damaged or from a newer version is refused before anything is written to it.

mod calls;
mod changes;
mod companies;
mod error;
mod open;
#[cfg(test)]
mod plans;
mod rows;
mod search;
mod sessions;
#[cfg(test)]
mod speed;
mod store;

pub use mobilecall_store::StoreError;

use mobilecall_store::Result;
use sqlx::sqlite::SqlitePool;
use std::path::Path;

/// The store.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    /// One connection: SQLite has one writer, and waiting for it in the pool is fairer than in SQLite's busy handler.
    writer: SqlitePool,
    /// Read-only connections.
    reader: SqlitePool,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it if there is none, and brings an older one up to date.
    ///
    /// # Errors
    /// `Unreadable` and `TooNew` leave the file as it was and say what to do.
    pub async fn open(path: &Path) -> Result<Self> {
        let (writer, reader) = open::file(path).await?;
        Ok(Self { writer, reader })
    }

    /// A database in memory that is gone with the value; for demonstrations and tests.
    pub async fn in_memory() -> Result<Self> {
        let pool = open::memory().await?;
        Ok(Self { writer: pool.clone(), reader: pool })
    }
}
