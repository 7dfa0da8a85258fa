//! SQLite's errors in the store's words.

use mobilecall_store::{StoreError, error::Cause};
use std::path::Path;

// Primary result codes, https://www.sqlite.org/rescode.html; the extended code's low byte.
const PERM: i32 = 3;
const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

const DAMAGED: &str = "it is damaged or not a database: restore a backup, or move it away to begin with an empty one";

/// A statement failed.
pub(crate) fn failed(error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(BUSY | LOCKED) => StoreError::Busy(error.into()),
        Some(PERM | READONLY | IOERR | FULL | CANTOPEN) => StoreError::Unavailable(error.into()),
        Some(CORRUPT | NOTADB) => {
            StoreError::Unreadable { database: String::new(), remedy: DAMAGED, source: Some(error.into()) }
        }
        Some(_) => StoreError::Internal(error.into()),
        None => match error {
            sqlx::Error::PoolTimedOut => StoreError::Busy(error.into()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => {
                StoreError::Unavailable(error.into())
            }
            other => StoreError::Internal(other.into()),
        },
    }
}

/// An insert failed: a taken value is a `Conflict` over `what`, a missing owner is `NotFound`.
pub(crate) fn insert_failed(error: sqlx::Error, what: &'static str, owner: &'static str) -> StoreError {
    match error.as_database_error().map(sqlx::error::DatabaseError::kind) {
        Some(sqlx::error::ErrorKind::UniqueViolation) => StoreError::Conflict(what),
        Some(sqlx::error::ErrorKind::ForeignKeyViolation) => StoreError::NotFound(owner),
        _ => failed(error),
    }
}

/// Opening the database at `path` failed.
pub(crate) fn opening(path: &Path, error: sqlx::Error) -> StoreError {
    match primary_code(&error) {
        Some(CORRUPT | NOTADB) => unreadable(path, DAMAGED, error),
        Some(PERM | READONLY | CANTOPEN | IOERR) => {
            unreadable(path, "give this user read and write access to it and its directory", error)
        }
        _ => failed(error),
    }
}

pub(crate) fn unreadable(path: &Path, remedy: &'static str, source: impl Into<Cause>) -> StoreError {
    StoreError::Unreadable { database: path.display().to_string(), remedy, source: Some(source.into()) }
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
