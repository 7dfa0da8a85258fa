//! What kind of database it is.

use rusqlite::Transaction;
use rusqlite_migration::{HookError, M};

/// What kind of database it is and how it is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `PRAGMA application_id` of our files; one with another is refused.
    pub application_id: i32,
    /// A table by which a file of version 0.1 is recognized if that version wrote no application id.
    pub unmarked: Option<&'static str>,
    /// The schema's versions, the first is version 1. Append only: databases in the field have run them.
    pub schema: &'static [Migration],
    /// Whether a file is made where there is none: a command about what is there must not make it where a path is mistyped.
    pub create: bool,
    /// Whether an older file is brought up to date, or refused: a command beside a running server must not take the tables
    /// away under it.
    pub migrate: bool,
    /// Reads that may run at once. Each costs a thread and up to 2 MB of cache.
    pub readers: usize,
    /// When a commit is on the disk.
    pub synchronous: Synchronous,
}

/// When a commit is on the disk. A `kill -9` loses nothing either way, since the pages are with the operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Soon: a power cut may lose the last commits, and never damages the file.
    Normal,
    /// Before it is answered.
    Full,
}

impl Synchronous {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Full => "FULL",
        }
    }
}

/// One step of a schema, run in the transaction that also notes that it ran.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    sql: &'static str,
    then: Option<fn(&Transaction<'_>) -> rusqlite::Result<()>>,
}

impl Migration {
    /// A step in SQL.
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, then: None }
    }

    /// A step in SQL and then in Rust, for what SQL cannot express.
    pub const fn with(sql: &'static str, then: fn(&Transaction<'_>) -> rusqlite::Result<()>) -> Self {
        Self { sql, then: Some(then) }
    }

    pub(crate) fn step(&self) -> M<'static> {
        match self.then {
            None => M::up(self.sql),
            Some(then) => M::up_with_hook(self.sql, move |transaction: &Transaction<'_>| {
                then(transaction).map_err(HookError::RusqliteError)
            }),
        }
    }
}
