//! Changes of several rows at once, all or none.

use crate::{Account, CacheError};
use sqlx::{Sqlite, Transaction};

impl Account {
    /// Takes the write lock at once, so that a transaction that reads first cannot fail later for want of it.
    pub(crate) async fn write_transaction(&self) -> Result<Transaction<'static, Sqlite>, CacheError> {
        self.cache.writer.begin_with("BEGIN IMMEDIATE").await.map_err(CacheError::storage("begin a change"))
    }
}

pub(crate) async fn commit(transaction: Transaction<'static, Sqlite>) -> Result<(), CacheError> {
    transaction.commit().await.map_err(CacheError::storage("commit a change"))
}
