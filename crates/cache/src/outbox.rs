//! The outbox: calls with facts that the server has not got.
//!
//! What is sent is the call's whole record, and the server joins it with its own by the rule that never rewinds, so an
//! entry needs no content of its own and sending one twice does no harm. The revision tells a push whether the call
//! changed while it was on its way: then the entry stays. An entry goes when a record of the server's comes in that holds
//! all that is known here, whether or not it was sent.

use crate::{
    Account, CacheError,
    account::Owner,
    error::Failure,
    pull,
    row::{self, COLUMNS, columns},
};
use mobilecall_domain::{CallId, CallRecord};
use mobilecall_sqlite::rusqlite::Connection;

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

impl Account {
    /// At most `limit` calls that wait, the longest waiting first. Calls that the server refused for good are left out.
    pub async fn pending(&self, limit: u32) -> Result<Vec<PendingCall>, CacheError> {
        self.read("read the outbox", move |connection, owner| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                ", revision, on_server
                 FROM outbox JOIN calls ON calls.account = outbox.account AND calls.id = outbox.call
                 WHERE outbox.account = ? AND refused IS NULL ORDER BY revision LIMIT ?"
            );
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((owner.row, limit), |row| {
                let (revision, on_server) = (row.get(COLUMNS)?, row.get(COLUMNS + 1)?);
                Ok(PendingCall { record: row::record(row)?, revision, on_server })
            })?;
            rows.collect()
        })
        .await
    }

    /// How many calls wait.
    pub async fn pending_count(&self) -> Result<u32, CacheError> {
        self.read("count the outbox", |connection, owner| {
            let sql = "SELECT count(*) FROM outbox WHERE account = ? AND refused IS NULL";
            Ok(connection.prepare_cached(sql)?.query_row([owner.row], |row| row.get(0))?)
        })
        .await
    }

    /// The server took the call as it stood at `revision`, and `server` is its record now.
    pub async fn pushed(&self, call: CallId, revision: i64, server: &CallRecord) -> Result<(), CacheError> {
        let server = server.clone();
        self.write("note that the server has a call", move |connection, owner| {
            remove_revision(connection, owner, call, revision)?;
            pull::join(connection, owner, &server).map(drop)
        })
        .await
    }

    /// The server refused the call for good. It stays in the history, and is sent again only if it changes or
    /// [`Self::retry_refused`] asks for it.
    pub async fn refused(&self, call: CallId, revision: i64, why: &str) -> Result<(), CacheError> {
        let why = why.to_owned();
        self.write("note a refusal", move |connection, owner| {
            let sql = "UPDATE outbox SET refused = ? WHERE account = ? AND call = ? AND revision = ?";
            connection.prepare_cached(sql)?.execute((why, owner.row, call.to_string(), revision))?;
            Ok(())
        })
        .await
    }

    /// Lets calls that were refused be sent once more, as after a start: a newer server may take them, and so may one
    /// that found this machine's clock wrong.
    pub async fn retry_refused(&self) -> Result<(), CacheError> {
        self.write("look at refused calls again", |connection, owner| {
            let sql = "UPDATE outbox SET refused = NULL WHERE account = ? AND refused IS NOT NULL";
            connection.prepare_cached(sql)?.execute([owner.row])?;
            Ok(())
        })
        .await
    }

    /// The server has no record of a call that it was thought to have.
    pub async fn not_on_server(&self, call: CallId) -> Result<(), CacheError> {
        self.write("note that the server lost a call", move |connection, owner| {
            let sql = "UPDATE calls SET on_server = 0 WHERE account = ? AND id = ?";
            connection.prepare_cached(sql)?.execute((owner.row, call.to_string()))?;
            Ok(())
        })
        .await
    }
}

pub(crate) fn enqueue(connection: &Connection, owner: Owner, call: CallId) -> Result<(), Failure> {
    let next = "UPDATE accounts SET revision = revision + 1 WHERE id = ? RETURNING revision";
    let revision: i64 = connection.prepare_cached(next)?.query_row([owner.row], |row| row.get(0))?;
    let sql = "INSERT OR REPLACE INTO outbox (account, call, revision) VALUES (?, ?, ?)";
    connection.prepare_cached(sql)?.execute((owner.row, call.to_string(), revision))?;
    Ok(())
}

pub(crate) fn remove(connection: &Connection, owner: Owner, call: CallId) -> Result<(), Failure> {
    remove_revision(connection, owner, call, i64::MAX)
}

/// Removes the entry unless it is newer than `revision`.
fn remove_revision(connection: &Connection, owner: Owner, call: CallId, revision: i64) -> Result<(), Failure> {
    let sql = "DELETE FROM outbox WHERE account = ? AND call = ? AND revision <= ?";
    connection.prepare_cached(sql)?.execute((owner.row, call.to_string(), revision))?;
    Ok(())
}

/// Whether the call has facts that the server had not got when they were queued.
pub(crate) fn waits(connection: &Connection, owner: Owner, call: CallId) -> Result<bool, Failure> {
    let sql = "SELECT EXISTS (SELECT 1 FROM outbox WHERE account = ? AND call = ?)";
    Ok(connection.prepare_cached(sql)?.query_row((owner.row, call.to_string()), |row| row.get(0))?)
}
