//! What can go wrong with the database.

use std::path::PathBuf;

/// Why the database cannot be used. In both cases the file is left as it was.
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
        source: sqlx::Error,
    },
    /// Written by a version of the program that knows more than this one.
    #[error("the database {} was written by a newer version of Mobile Call: install that version", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
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
        source: sqlx::Error,
    },
    /// A stored value is not one that this program writes.
    #[error("the local database holds an invalid {column}: '{value}'")]
    Damaged {
        /// The column.
        column: &'static str,
        /// What it holds.
        value: String,
    },
    /// A page position that no page gave.
    #[error("'{0}' is not a position in the history: start from the first page")]
    BadCursor(String),
    /// A call that is not stored.
    #[error("call {0} is not in the local database")]
    NoSuchCall(mobilecall_domain::CallId),
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
    /// For `map_err`: names what was tried.
    pub(crate) fn storage(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| Self::Storage { doing, source }
    }
}
