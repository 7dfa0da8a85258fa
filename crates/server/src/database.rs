//! Which store, and opening it.

use crate::usage::UsageError;
use anyhow::Context as _;
use mobilecall_store::Store;
use mobilecall_store_sqlite::SqliteStore;
use std::{path::PathBuf, sync::Arc};

/// What is said before the reason why a command cannot open the database.
const NOT_DONE: &str = "the command cannot be carried out";

/// A database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    /// `sqlite:PATH`.
    File(PathBuf),
    /// `sqlite::memory:`, gone with the process.
    Memory,
}

impl DatabaseUrl {
    pub(crate) fn parse(url: &str) -> Result<Self, UsageError> {
        let wrong = || UsageError::new(format!("'{url}' is not a database of this version: write it as sqlite:PATH"));
        let path = url.strip_prefix("sqlite:").ok_or_else(wrong)?;
        if path == ":memory:" {
            return Ok(Self::Memory);
        }
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains('?') { Err(wrong()) } else { Ok(Self::File(path.into())) }
    }

    /// A file of this ending beside the database; `None` if that is in memory.
    pub(crate) fn beside(&self, ending: &str) -> Option<PathBuf> {
        match self {
            Self::File(path) => Some(path.with_extension(ending)),
            Self::Memory => None,
        }
    }

    /// For the server, which brings an older file up to date.
    pub(crate) async fn open(&self) -> anyhow::Result<Arc<dyn Store>> {
        let store = match self {
            Self::File(path) => SqliteStore::open(path).await,
            Self::Memory => SqliteStore::in_memory().await,
        };
        Ok(Arc::new(store.context("cannot start")?))
    }

    /// For a command that may make the first company, beside which a server of another version may run: an older file is
    /// refused.
    pub(crate) async fn open_current(&self) -> anyhow::Result<Arc<dyn Store>> {
        let store = match self {
            Self::File(path) => SqliteStore::open_current(path).await,
            Self::Memory => SqliteStore::in_memory().await,
        };
        Ok(Arc::new(store.context(NOT_DONE)?))
    }

    /// For a command about what is there: a mistyped path must not become an empty database.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<Arc<dyn Store>> {
        let store = match self {
            Self::File(path) => SqliteStore::open_existing(path).await,
            Self::Memory => SqliteStore::in_memory().await,
        };
        Ok(Arc::new(store.context(NOT_DONE)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let file = |path: &str| DatabaseUrl::File(path.into());
        let good = [
            ("sqlite:a.sqlite", file("a.sqlite")),
            ("sqlite:/var/a.sqlite", file("/var/a.sqlite")),
            ("sqlite:///var/a.sqlite", file("/var/a.sqlite")),
            ("sqlite://a.sqlite", file("a.sqlite")),
            ("sqlite::memory:", DatabaseUrl::Memory),
        ];
        for (url, expected) in good {
            assert_eq!(DatabaseUrl::parse(url).unwrap(), expected, "{url}");
        }
        for bad in ["", "sqlite:", "sqlite://", "a.sqlite", "postgres://localhost/x", "sqlite:a?mode=ro"] {
            assert!(DatabaseUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
