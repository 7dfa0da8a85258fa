//! SQLite's errors in the store's words.

use mobilecall_sqlite::{
    Error, OpenError,
    rusqlite::{self, ErrorCode, ffi},
};
use mobilecall_store::{StoreError, error::Cause};
use std::{io::ErrorKind, path::Path};

pub(crate) const DAMAGED: &str =
    "it is damaged or not a database: restore a backup, or move it away to begin with an empty one";
const ACCESS: &str = "give this user read and write access to it and its directory";

/// Why work on a connection failed: the store's own answer, or SQLite's.
#[derive(Debug)]
pub(crate) enum Failure {
    Store(StoreError),
    Sqlite(Error),
}

/// Result of work on a connection.
pub(crate) type Work<T> = Result<T, Failure>;

impl Failure {
    pub(crate) fn into_store_error(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sqlite(error) => failed(error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}
impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error.into())
    }
}

fn failed(error: Error) -> StoreError {
    match error {
        Error::Busy => StoreError::Busy(error.into()),
        Error::RolledBack | Error::Unavailable(_) | Error::Closed => StoreError::Unavailable(error.into()),
        Error::Panicked => StoreError::Internal(error.into()),
        Error::Sqlite(_) => match error.code() {
            // All of them pass: another writer, a race for the lock of the log, a moment without memory.
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory,
            ) => StoreError::Busy(error.into()),
            Some(
                ErrorCode::PermissionDenied
                | ErrorCode::ReadOnly
                | ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen,
            ) => StoreError::Unavailable(error.into()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                StoreError::Unreadable { database: String::new(), remedy: DAMAGED, source: Some(error.into()) }
            }
            _ => StoreError::Internal(error.into()),
        },
    }
}

/// An insert failed: a taken value is a `Conflict` over `what`, a missing owner is `NotFound`.
pub(crate) fn insert_failed(error: rusqlite::Error, what: &'static str, owner: &'static str) -> Failure {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => StoreError::Conflict(what).into(),
        Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => StoreError::NotFound(owner).into(),
        _ => error.into(),
    }
}

/// Opening the database at `path` failed.
pub(crate) fn opening(path: &Path, error: OpenError) -> StoreError {
    let remedy = match &error {
        OpenError::Directory { .. } => "it is a directory: give the path of a file in it",
        OpenError::NoDirectory { .. } => {
            "its directory does not exist: make the directory first, or choose another path"
        }
        OpenError::Missing { .. } => {
            let remedy = "there is none at this path: check the path, or start the server on it, which makes one";
            return StoreError::Unreadable { database: path.display().to_string(), remedy, source: None };
        }
        OpenError::Denied { source, .. } | OpenError::NotWritable { source, .. }
            if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) =>
        {
            return StoreError::Unavailable(format!("{}: {source}", path.display()).into());
        }
        OpenError::Denied { .. } | OpenError::NotWritable { .. } => {
            "give this user access to it, or choose another path"
        }
        OpenError::Foreign { .. } => "it belongs to another program: choose another path",
        OpenError::Damaged { .. } | OpenError::WrongKey { .. } => DAMAGED,
        OpenError::Schema { .. } => {
            "its tables differ from those of this version: restore a backup, or choose another path"
        }
        OpenError::TooNew { found, known, .. } => {
            return StoreError::TooNew { database: path.display().to_string(), found: *found, known: *known };
        }
        OpenError::Outdated { found, known, .. } => {
            return StoreError::Outdated { database: path.display().to_string(), found: *found, known: *known };
        }
        OpenError::Sqlite { source, .. } => match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => return StoreError::Busy(error.into()),
            // Also a full disk, where SQLite wants to make the file that readers and writers share.
            Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => return StoreError::Unavailable(error.into()),
            Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::CannotOpen) => ACCESS,
            _ => return StoreError::Internal(error.into()),
        },
        OpenError::Threads(_) => return StoreError::Unavailable(error.into()),
    };
    unreadable(path, remedy, error)
}

fn unreadable(path: &Path, remedy: &'static str, source: impl Into<Cause>) -> StoreError {
    StoreError::Unreadable { database: path.display().to_string(), remedy, source: Some(source.into()) }
}
