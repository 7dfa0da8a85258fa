//! The history that a device keeps, read while its server cannot be reached or its disk takes no writes.

use crate::{
    clock::Clock,
    failure, history,
    session::{remembered, server_key},
};
use mobilecall_cache::{Account, AccountKey, Cache};
use mobilecall_ipc::{Failure, HistoryPage, HistoryQuery, ServerChoice};
use std::path::Path;

/// What this device knows of one person's calls, without signing in: whoever can read the folder can read it anyway.
#[derive(Debug)]
pub struct LocalHistory {
    cache: Cache,
    account: Account,
    /// Why it can only be read.
    unwritable: Option<Failure>,
}

impl LocalHistory {
    /// Opens the history in `data_dir`; `None` unless this person was the last to sign in there at this server.
    ///
    /// # Errors
    /// If the local database cannot be used.
    pub async fn open(data_dir: &Path, server: &str, username: &str) -> Result<Option<Self>, Failure> {
        let path = data_dir.join("cache.sqlite");
        // Opening would make it.
        if !path.is_file() {
            return Ok(None);
        }
        let (cache, unwritable) = open(&path).await?;
        let server = server_key(&ServerChoice::Remote { url: server.to_owned() });
        let profile = remembered(&cache, &server).await.map_err(|error| failure::of_cache(&error))?;
        let Some(user) = profile.map(|profile| profile.user).filter(|user| is_named(&user.username, username)) else {
            cache.close().await;
            return Ok(None);
        };
        let key = AccountKey { server, company: user.company_id, user: user.id };
        let account = cache.account(&key, Clock::system().now()).await.map_err(|error| failure::of_cache(&error))?;
        Ok(Some(Self { cache, account, unwritable }))
    }

    /// A page, as [`mobilecall_ipc::Command::History`] gives it. Names come from the records alone.
    ///
    /// # Errors
    /// If the local database cannot be read.
    pub async fn page(&self, query: HistoryQuery) -> Result<HistoryPage, Failure> {
        history::page(&self.account, query, &[]).await
    }

    /// Why the history cannot be written, if that is so.
    pub fn unwritable(&self) -> Option<&Failure> {
        self.unwritable.as_ref()
    }

    /// What the history was found to be, if that is not whole: now or while it was read.
    pub fn problem(&self) -> Option<Failure> {
        self.cache.set_aside().borrow().as_ref().map(failure::history_damaged)
    }

    /// Closes the database.
    pub async fn close(self) {
        self.cache.close().await;
    }
}

/// The database, and why it can only be read if that is so: a disk that takes no writes hides no history.
async fn open(path: &Path) -> Result<(Cache, Option<Failure>), Failure> {
    let error = match Cache::open(path).await {
        Ok(cache) => return Ok((cache, None)),
        Err(error) => error,
    };
    let unwritable = failure::of_open(&error);
    if !error.may_be_read() {
        return Err(unwritable);
    }
    match Cache::open_for_reading(path).await {
        Ok(cache) => Ok((cache, Some(unwritable))),
        Err(unread) => {
            tracing::warn!(error = &unread as &dyn std::error::Error, "nor can the local database be read");
            Err(unwritable)
        }
    }
}

/// User names are lower case at the server, whatever was typed.
fn is_named(username: &str, typed: &str) -> bool {
    username == typed.trim().to_lowercase()
}
