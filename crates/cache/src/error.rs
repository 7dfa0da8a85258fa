//! What can go wrong with the database.

use mobilecall_sqlite::{Error, rusqlite};
use std::path::{Path, PathBuf};

/// Why the database cannot be used. In all cases the file is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not a database, damaged, locked, or not permitted.
    #[error(
        "the database {} cannot be read: check its permissions and the disk, or move the file away to start anew",
        path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This user may not use it, or the disk fails. Perhaps it is only writing that does, and what is in it can be read, as of
    /// a file that is [not writable](Self::NotWritable).
    #[error(
        "the database {} cannot be read or cannot be written ({}): give this user the right to read and to write it and its \
         folder, and check the disk",
        path.display(),
        reason(source.as_ref())
    )]
    Denied {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// This user may not write it, or the disk does not take writes. What is in it can perhaps be read:
    /// [`Cache::open_for_reading`](crate::Cache::open_for_reading).
    #[error(
        "the database {} cannot be written ({}): give this user the right to write to it and to its folder, and check the \
         disk",
        path.display(),
        reason(source.as_ref())
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no room for what is written when it is opened.
    #[error(
        "the disk is full, and the database {} cannot be opened: free some space and try again",
        path.display()
    )]
    DiskFull {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Damaged. [`Cache::open`](crate::Cache::open) sets such a file aside if it seems to be ours.
    #[error(
        "the database {} is damaged or not a database: move the file away to start anew",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A damaged file could not be moved out of the way.
    #[error(
        "the damaged database {} cannot be moved out of the way: close every other Mobile Call and mcall, check the \
         permissions of its folder and the disk, or move the file away yourself",
        path.display()
    )]
    NotSetAside {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// What can be read of a damaged file could not be written to a new one.
    #[error(
        "the database {} is damaged, and what can be read of it cannot be written to a new one: check the disk and the \
         memory of this device and try again",
        path.display()
    )]
    NotKept {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<CacheError>,
    },
    /// Encrypted with another key, or damaged at its beginning.
    #[error(
        "the database {} does not open with the key of this device: bring the key back, or move the file away to start anew",
        path.display()
    )]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// Written by a version of the program that knows more than this one.
    #[error("the database {} was written by a newer version of Mobile Call: install that version", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
}

impl OpenError {
    /// The folder for the file at `path` could not be made.
    pub fn without_folder(path: PathBuf, source: std::io::Error) -> Self {
        Self::of(&path, mobilecall_sqlite::OpenError::NotWritable { path: path.clone(), source })
    }

    pub(crate) fn of(path: &Path, error: mobilecall_sqlite::OpenError) -> Self {
        let path = path.to_owned();
        match error {
            mobilecall_sqlite::OpenError::TooNew { .. } => Self::TooNew { path },
            mobilecall_sqlite::OpenError::WrongKey { .. } => Self::WrongKey { path },
            damaged @ mobilecall_sqlite::OpenError::Damaged { .. } => Self::Damaged { path, source: damaged.into() },
            full if full.is_disk_full() => Self::DiskFull { path, source: full.into() },
            denied if denied.is_write_denied() => Self::NotWritable { path, source: denied.into() },
            denied if denied.is_denied() => Self::Denied { path, source: denied.into() },
            other => Self::Unreadable { path, source: other.into() },
        }
    }

    /// What can be read of a damaged file could not be written now.
    pub(crate) fn of_keeping(path: &Path, error: CacheError) -> Self {
        let path = path.to_owned();
        if error.is_disk_full() {
            return Self::DiskFull { path, source: error.into() };
        }
        Self::NotKept { path, source: Box::new(error) }
    }

    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    /// The file may be whole, and only not to be written.
    pub fn may_be_read(&self) -> bool {
        matches!(self, Self::Denied { .. } | Self::NotWritable { .. } | Self::DiskFull { .. })
    }
}

/// What the system said, beneath what we say.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.last().map(ToString::to_string).unwrap_or_default()
}

/// Why a query or a change did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The database refused.
    #[error("the local database failed to {doing}")]
    Storage {
        /// What was tried.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Error,
    },
    /// A stored value is not one that this program writes. What it is instead is not said: it may be somebody's number.
    #[error("the local database holds an invalid {column}")]
    Damaged {
        /// The column.
        column: &'static str,
    },
    /// A page position that no page gave.
    #[error("'{0}' is not a position in the history: start from the first page")]
    BadCursor(String),
    /// A call that is not stored.
    #[error("call {0} is not in the local database")]
    NoSuchCall(mobilecall_domain::CallId),
    /// The database is damaged, and nothing could take its place. It is tried again from time to time.
    #[error("the local database is damaged, and no new one could be begun")]
    NotBegunAnew {
        /// The cause.
        #[source]
        source: std::sync::Arc<OpenError>,
    },
    /// A setting that is not the expected JSON.
    #[error("the stored setting '{name}' cannot be read")]
    BadSetting {
        /// Which.
        name: String,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
}

impl CacheError {
    /// The file holds something else than what was written: a full or a failing disk is none of that.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Storage { source, .. } => source.is_damage(),
            Self::Damaged { .. } => true,
            Self::NotBegunAnew { .. } | Self::BadCursor(_) | Self::NoSuchCall(_) | Self::BadSetting { .. } => false,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Storage { source: Error::Closed, .. })
    }

    /// The disk is full, or nearly.
    pub fn is_disk_full(&self) -> bool {
        match self {
            Self::Storage { source, .. } => source.code() == Some(rusqlite::ErrorCode::DiskFull),
            Self::NotBegunAnew { source } => matches!(**source, OpenError::DiskFull { .. }),
            Self::Damaged { .. } | Self::BadCursor(_) | Self::NoSuchCall(_) | Self::BadSetting { .. } => false,
        }
    }

    /// It is tried again, but will hardly succeed before somebody gives the user rights or mends the disk.
    pub fn needs_somebody(&self) -> bool {
        use rusqlite::ErrorCode as Code;
        let code = match self {
            Self::Storage { source, .. } => source.code(),
            Self::NotBegunAnew { .. } => return !self.is_disk_full(),
            Self::Damaged { .. } | Self::BadCursor(_) | Self::NoSuchCall(_) | Self::BadSetting { .. } => None,
        };
        matches!(code, Some(Code::SystemIoFailure | Code::CannotOpen | Code::PermissionDenied | Code::ReadOnly))
    }

    /// It may succeed later without anybody doing anything to the program: another process holds the file, or the disk
    /// has no room just now.
    pub fn is_retryable(&self) -> bool {
        use rusqlite::ErrorCode as Code;
        match self {
            Self::Storage { source: Error::Busy | Error::RolledBack, .. } | Self::NotBegunAnew { .. } => true,
            Self::Storage { source, .. } => matches!(
                source.code(),
                Some(
                    Code::DatabaseBusy
                        | Code::DatabaseLocked
                        | Code::FileLockingProtocolFailed
                        | Code::OutOfMemory
                        | Code::DiskFull
                        | Code::SystemIoFailure
                        | Code::CannotOpen
                        | Code::PermissionDenied
                        | Code::ReadOnly
                )
            ),
            Self::Damaged { .. } | Self::BadCursor(_) | Self::NoSuchCall(_) | Self::BadSetting { .. } => false,
        }
    }
}

/// Why the work on a connection failed, before it is said what the work was.
#[derive(Debug)]
pub(crate) enum Failure {
    Storage(Error),
    Other(CacheError),
}

impl Failure {
    pub(crate) fn while_doing(self, doing: &'static str) -> CacheError {
        match self {
            Self::Storage(source) => CacheError::Storage { doing, source },
            Self::Other(error) => error,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Storage(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<CacheError> for Failure {
    fn from(error: CacheError) -> Self {
        Self::Other(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_sqlite::OpenError as Below;
    use rusqlite::ffi;
    use std::io;

    fn sqlite(code: i32) -> Below {
        Below::Sqlite { path: "c.sqlite".into(), source: rusqlite::Error::SqliteFailure(ffi::Error::new(code), None) }
    }

    #[test]
    fn what_passes_by_itself_needs_nobody() {
        let cases = [
            (ffi::SQLITE_BUSY, true, false),
            (ffi::SQLITE_NOMEM, true, false),
            (ffi::SQLITE_FULL, true, false),
            (ffi::SQLITE_IOERR_WRITE, true, true),
            (ffi::SQLITE_CANTOPEN, true, true),
            (ffi::SQLITE_READONLY_DIRECTORY, true, true),
            (ffi::SQLITE_PERM, true, true),
            (ffi::SQLITE_CONSTRAINT, false, false),
        ];
        for (code, is_retryable, needs_somebody) in cases {
            let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into();
            let error = CacheError::Storage { doing: "write", source };
            assert_eq!((error.is_retryable(), error.needs_somebody()), (is_retryable, needs_somebody), "{code}");
        }
    }

    #[test]
    fn nobody_is_sent_to_the_folder_for_want_of_memory() {
        for (code, words) in [
            (ffi::SQLITE_NOMEM, "memory"),
            (ffi::SQLITE_IOERR_WRITE, "check the disk"),
            (ffi::SQLITE_FULL, "disk is full"),
        ] {
            let source = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into();
            let error = OpenError::of_keeping(Path::new("c.sqlite"), CacheError::Storage { doing: "write", source });
            let text = error.to_string();
            assert!(text.contains(words) && !text.contains("moved out of the way"), "{text}");
            let error = CacheError::NotBegunAnew { source: error.into() };
            let is_full = code == ffi::SQLITE_FULL;
            assert_eq!((error.is_disk_full(), error.needs_somebody(), error.is_retryable()), (is_full, !is_full, true));
        }
    }

    #[test]
    fn nobody_is_told_to_move_a_good_file_away() {
        let (path, refused) = (|| "c.sqlite".into(), io::ErrorKind::PermissionDenied);
        let (unwritable, unusable) = ("c.sqlite cannot be written (", "c.sqlite cannot be read or cannot be written (");
        for (error, what, why) in [
            (Below::NotWritable { path: path(), source: refused.into() }, unwritable, "(permission denied)"),
            (Below::Denied { path: path(), source: refused.into() }, unusable, "(permission denied)"),
            (sqlite(ffi::SQLITE_READONLY), unwritable, "readonly"),
            (sqlite(ffi::SQLITE_READONLY_DIRECTORY), unwritable, "readonly"),
            (sqlite(ffi::SQLITE_CANTOPEN), unusable, "unable to open"),
            (sqlite(ffi::SQLITE_PERM), unusable, "permission"),
            (sqlite(ffi::SQLITE_IOERR_WRITE), unwritable, "I/O"),
            (sqlite(ffi::SQLITE_IOERR_FSYNC), unwritable, "I/O"),
            (sqlite(ffi::SQLITE_IOERR_TRUNCATE), unwritable, "I/O"),
            (sqlite(ffi::SQLITE_IOERR_READ), unusable, "I/O"),
            (sqlite(ffi::SQLITE_IOERR_LOCK), unusable, "I/O"),
        ] {
            let error = OpenError::of(Path::new("c.sqlite"), error);
            let text = error.to_string();
            assert!(error.may_be_read() && text.contains(what) && text.contains(why), "{text}");
            assert!(!text.contains("move"), "{text}");
        }
    }

    #[test]
    fn a_full_disk_is_told_as_one() {
        let denied = |kind: io::ErrorKind| Below::NotWritable { path: "c.sqlite".into(), source: kind.into() };
        for (error, full) in [
            (sqlite(ffi::SQLITE_FULL), true),
            (sqlite(ffi::SQLITE_IOERR_SHMSIZE), true),
            (denied(io::ErrorKind::StorageFull), true),
            (denied(io::ErrorKind::QuotaExceeded), true),
            (sqlite(ffi::SQLITE_IOERR_READ), false),
            (sqlite(ffi::SQLITE_CANTOPEN), false),
            (denied(io::ErrorKind::PermissionDenied), false),
        ] {
            let words = format!("{error:?}");
            let error = OpenError::of(Path::new("c.sqlite"), error);
            assert_eq!(matches!(error, OpenError::DiskFull { .. }), full, "{words}");
            assert_eq!(error.to_string().contains("disk is full"), full, "{error}");
        }
    }
}
