//! The outbox: calls with facts that the server has not got.
//!
//! What is sent is the call's whole record, and the server joins it with its own by the rule that never rewinds, so an
//! entry needs no content of its own and sending one twice does no harm. The revision tells a push whether the call
//! changed while it was on its way: then the entry stays.

use crate::{
    Account, CacheError,
    row::{CallRow, columns},
    transaction::commit,
};
use mobilecall_domain::{CallId, CallRecord};
use sqlx::{FromRow, SqliteConnection};

/// A call that waits to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingCall {
    /// As it stands here.
    pub record: CallRecord,
    /// Pass it to [`Account::pushed`] or [`Account::refused`].
    pub revision: i64,
    /// The server has a record of the call, so that only new facts need to be sent.
    pub on_server: bool,
}

#[derive(FromRow)]
struct PendingRow {
    #[sqlx(flatten)]
    call: CallRow,
    revision: i64,
    on_server: bool,
}

impl Account {
    /// At most `limit` calls that wait, the longest waiting first. Calls that the server refused for good are left out.
    pub async fn pending(&self, limit: u32) -> Result<Vec<PendingCall>, CacheError> {
        let rows: Vec<PendingRow> = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            ", revision, on_server
             FROM outbox JOIN calls ON calls.account = outbox.account AND calls.id = outbox.call
             WHERE outbox.account = ? AND refused IS NULL ORDER BY revision LIMIT ?"
        ))
        .bind(self.row)
        .bind(limit)
        .fetch_all(&self.cache.readers)
        .await
        .map_err(CacheError::storage("read the outbox"))?;
        rows.into_iter()
            .map(|row| {
                let PendingRow { call, revision, on_server } = row;
                Ok(PendingCall { record: call.into_record()?, revision, on_server })
            })
            .collect()
    }

    /// How many calls wait.
    pub async fn pending_count(&self) -> Result<u32, CacheError> {
        sqlx::query_scalar("SELECT count(*) FROM outbox WHERE account = ? AND refused IS NULL")
            .bind(self.row)
            .fetch_one(&self.cache.readers)
            .await
            .map_err(CacheError::storage("count the outbox"))
    }

    /// The server took the call as it stood at `revision`, and `server` is its record now.
    pub async fn pushed(&self, call: CallId, revision: i64, server: &CallRecord) -> Result<(), CacheError> {
        let mut transaction = self.write_transaction().await?;
        remove_revision(&mut transaction, self.row, call, revision).await?;
        self.join(&mut transaction, server).await?;
        commit(transaction).await
    }

    /// The server refused the call for good. It stays in the history, and is sent again only if it changes or
    /// [`Self::retry_refused`] asks for it.
    pub async fn refused(&self, call: CallId, revision: i64, why: &str) -> Result<(), CacheError> {
        sqlx::query("UPDATE outbox SET refused = ? WHERE account = ? AND call = ? AND revision = ?")
            .bind(why)
            .bind(self.row)
            .bind(call.to_string())
            .bind(revision)
            .execute(&self.cache.writer)
            .await
            .map_err(CacheError::storage("note a refusal"))?;
        Ok(())
    }

    /// Lets calls that were refused be sent once more, as after a start: a newer server may take them, and so may one
    /// that found this machine's clock wrong.
    pub async fn retry_refused(&self) -> Result<(), CacheError> {
        sqlx::query("UPDATE outbox SET refused = NULL WHERE account = ? AND refused IS NOT NULL")
            .bind(self.row)
            .execute(&self.cache.writer)
            .await
            .map_err(CacheError::storage("look at refused calls again"))?;
        Ok(())
    }

    /// The server has no record of a call that it was thought to have.
    pub async fn not_on_server(&self, call: CallId) -> Result<(), CacheError> {
        sqlx::query("UPDATE calls SET on_server = 0 WHERE account = ? AND id = ?")
            .bind(self.row)
            .bind(call.to_string())
            .execute(&self.cache.writer)
            .await
            .map_err(CacheError::storage("note that the server lost a call"))?;
        Ok(())
    }
}

pub(crate) async fn enqueue(connection: &mut SqliteConnection, account: i64, call: CallId) -> Result<(), CacheError> {
    let failed = || CacheError::storage("queue a call for the server");
    let revision: i64 =
        sqlx::query_scalar("UPDATE accounts SET revision = revision + 1 WHERE id = ? RETURNING revision")
            .bind(account)
            .fetch_one(&mut *connection)
            .await
            .map_err(failed())?;
    sqlx::query("INSERT OR REPLACE INTO outbox (account, call, revision) VALUES (?, ?, ?)")
        .bind(account)
        .bind(call.to_string())
        .bind(revision)
        .execute(connection)
        .await
        .map_err(failed())?;
    Ok(())
}

pub(crate) async fn remove(connection: &mut SqliteConnection, account: i64, call: CallId) -> Result<(), CacheError> {
    remove_revision(connection, account, call, i64::MAX).await
}

/// Removes the entry unless it is newer than `revision`.
async fn remove_revision(
    connection: &mut SqliteConnection,
    account: i64,
    call: CallId,
    revision: i64,
) -> Result<(), CacheError> {
    sqlx::query("DELETE FROM outbox WHERE account = ? AND call = ? AND revision <= ?")
        .bind(account)
        .bind(call.to_string())
        .bind(revision)
        .execute(connection)
        .await
        .map_err(CacheError::storage("take a call out of the outbox"))?;
    Ok(())
}

/// Whether the call has facts that the server has not got.
pub(crate) async fn waits(connection: &mut SqliteConnection, account: i64, call: CallId) -> Result<bool, CacheError> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE account = ? AND call = ?)")
        .bind(account)
        .bind(call.to_string())
        .fetch_one(connection)
        .await
        .map_err(CacheError::storage("read the outbox"))
}
