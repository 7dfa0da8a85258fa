//! What can go wrong.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Why a database cannot be used. The file is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The path leads to a directory.
    #[error("the database {} is a directory: give the path of a file in it", path.display())]
    Directory {
        /// The path.
        path: PathBuf,
    },
    /// There is no directory in which the file could be made.
    #[error(
        "the directory of the database {} does not exist: make it first, or choose another path",
        path.display()
    )]
    NoDirectory {
        /// The path of the file.
        path: PathBuf,
    },
    /// There is no database at the path, or an empty file, and none is to be made
    /// ([`Options::create`](crate::Options::create)).
    #[error("there is no database at {}: check the path", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// The operating system does not let us use the file.
    #[error("the database {} cannot be used: give this user access to it, or choose another path", path.display())]
    Denied {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The operating system does not let us write the file, or make it.
    #[error(
        "the database {} cannot be written: give this user the right to write to it and to its folder, or choose another \
         path",
        path.display()
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A database of another program.
    #[error("the database {} belongs to another program: choose another path", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The key is not the one that the file was encrypted with, or the file is damaged at its beginning: that cannot be told
    /// apart.
    #[error(
        "the database {} does not open with its key: bring the key back, or move the file away",
        path.display()
    )]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// Not a database, or a broken one, or one that is encrypted and no key was given.
    #[error("the database {} is damaged or not a database: restore a backup, or move it away", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: rusqlite::Error,
    },
    /// Written by a version of the program that knows more than this one.
    #[error(
        "the database {} has version {found} and this program knows {known}: install the newer version",
        path.display()
    )]
    TooNew {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// Written by an older version, and not to be brought up to date now ([`Options::migrate`](crate::Options::migrate)).
    #[error(
        "the database {} has version {found} and this program works with {known}: start the newer version of the \
         program that it belongs to, which brings it up to date",
        path.display()
    )]
    Outdated {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The one that this program works with.
        known: i64,
    },
    /// Its tables could not be brought up to date; they differ from those this program made.
    #[error("the tables of the database {} cannot be brought up to date: restore a backup", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// SQLite refused for another reason, such as a lock that another process holds.
    #[error("the database {} cannot be opened", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: rusqlite::Error,
    },
    /// No thread could be started.
    #[error("the threads of the database cannot be started")]
    Threads(#[source] io::Error),
}

impl OpenError {
    /// Nothing is wrong with the file: there is no room beside it, or for it.
    pub fn is_disk_full(&self) -> bool {
        use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_SHMSIZE};
        match self {
            Self::Denied { source, .. } | Self::NotWritable { source, .. } | Self::Threads(source) => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            // The other code is of the file that readers and writers share, which is made when a database is opened.
            Self::Sqlite { source, .. } => source
                .sqlite_error()
                .is_some_and(|error| matches!(error.extended_code, SQLITE_FULL | SQLITE_IOERR_SHMSIZE)),
            Self::Directory { .. }
            | Self::NoDirectory { .. }
            | Self::Missing { .. }
            | Self::Foreign { .. }
            | Self::WrongKey { .. }
            | Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Outdated { .. }
            | Self::Schema { .. } => false,
        }
    }

    /// Nothing needs to be wrong with the file: this user, or the disk, does not let it be used, to read it or to write it.
    pub fn is_denied(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, PermissionDenied, ReadOnly, SystemIoFailure};
        match self {
            Self::Denied { .. } | Self::NotWritable { .. } => true,
            Self::Sqlite { source, .. } => {
                matches!(source.sqlite_error_code(), Some(CannotOpen | PermissionDenied | ReadOnly | SystemIoFailure))
            }
            Self::Directory { .. }
            | Self::NoDirectory { .. }
            | Self::Missing { .. }
            | Self::Foreign { .. }
            | Self::WrongKey { .. }
            | Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Outdated { .. }
            | Self::Schema { .. }
            | Self::Threads(_) => false,
        }
    }

    /// As [`Self::is_denied`], and it was writing that was refused.
    pub fn is_write_denied(&self) -> bool {
        match self {
            Self::NotWritable { .. } => true,
            Self::Sqlite { source, .. } => source.sqlite_error().is_some_and(is_of_writing),
            Self::Directory { .. }
            | Self::NoDirectory { .. }
            | Self::Missing { .. }
            | Self::Denied { .. }
            | Self::Foreign { .. }
            | Self::WrongKey { .. }
            | Self::Damaged { .. }
            | Self::TooNew { .. }
            | Self::Outdated { .. }
            | Self::Schema { .. }
            | Self::Threads(_) => false,
        }
    }

    /// For `map_err`: sorts SQLite's reasons.
    pub(crate) fn at(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        move |source| {
            use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
            let path = path.to_owned();
            match source.sqlite_error_code() {
                Some(DatabaseCorrupt | NotADatabase) => Self::Damaged { path, source },
                _ => Self::Sqlite { path, source },
            }
        }
    }
}

/// Whether the disk or the system refused to write, where it may well let the file be read.
fn is_of_writing(error: &rusqlite::ffi::Error) -> bool {
    use rusqlite::ffi;
    error.code == rusqlite::ErrorCode::ReadOnly
        || matches!(
            error.extended_code,
            ffi::SQLITE_IOERR_WRITE
                | ffi::SQLITE_IOERR_FSYNC
                | ffi::SQLITE_IOERR_DIR_FSYNC
                | ffi::SQLITE_IOERR_TRUNCATE
                | ffi::SQLITE_IOERR_DELETE
                | ffi::SQLITE_IOERR_SHMSIZE
                | ffi::SQLITE_IOERR_BEGIN_ATOMIC
                | ffi::SQLITE_IOERR_COMMIT_ATOMIC
        )
}

/// Why a read or a write did not happen. Shared by all writes of a group that failed together, hence the `Arc`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused a statement or the commit.
    #[error("SQLite refused")]
    Sqlite(#[source] Arc<rusqlite::Error>),
    /// SQLite took back the whole transaction, with this write in it, while another write of the group ran.
    #[error("SQLite took back the transaction")]
    RolledBack,
    /// The database's connection broke and no new one can be made at the moment.
    #[error("the database cannot be reached at the moment")]
    Unavailable(#[source] Arc<rusqlite::Error>),
    /// Too many wait already.
    #[error("the database has too much to do: try again")]
    Busy,
    /// The work panicked; what it changed was undone.
    #[error("the work on the database panicked")]
    Panicked,
    /// The database was closed.
    #[error("the database is closed")]
    Closed,
}

impl Error {
    /// SQLite's reason, if it gave one.
    pub fn code(&self) -> Option<rusqlite::ErrorCode> {
        match self {
            Self::Sqlite(source) | Self::Unavailable(source) => source.sqlite_error_code(),
            Self::RolledBack | Self::Busy | Self::Panicked | Self::Closed => None,
        }
    }
}

impl Error {
    /// The file holds something else than what was written to it.
    pub fn is_damage(&self) -> bool {
        use rusqlite::{
            Error as Sqlite,
            ErrorCode::{DatabaseCorrupt, NotADatabase},
        };
        match self {
            Self::Sqlite(source) | Self::Unavailable(source) => match &**source {
                // A value of another kind than its column's, which is strict.
                Sqlite::FromSqlConversionFailure(..)
                | Sqlite::IntegralValueOutOfRange(..)
                | Sqlite::InvalidColumnType(..)
                | Sqlite::Utf8Error(..) => true,
                other => matches!(other.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            },
            Self::RolledBack | Self::Busy | Self::Panicked | Self::Closed => false,
        }
    }
}

/// So that closures may use `?` on statements.
impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}
