//! Calls that happen on this device: each step is one transaction over the record, the outbox and the list of calls in
//! progress.

use crate::{
    Account, CacheError,
    account::Owner,
    alive::{give_sign, last_sign},
    error::Failure,
    outbox,
    row::{self, COLUMNS, columns},
};
use mobilecall_domain::{CallId, CallRecord, CallReport, Timestamp};
use mobilecall_sqlite::rusqlite::Connection;
use std::io;

/// A call in which this device's part is over, while nobody here knows how the call itself went on: another run of the
/// program stopped in it, or it was [left to the server](Account::leave_to_server).
#[derive(Clone, Debug, PartialEq)]
pub struct StaleCall {
    /// As it stands.
    pub record: CallRecord,
    /// When it was last known to be alive.
    pub alive_at: Timestamp,
    /// The server has a record of it.
    pub on_server: bool,
}

/// In place of a run, for calls in which no run has a part.
const NO_RUN: &str = "";

impl Account {
    /// Writes a call that begins now on this device. If the record is here already, because the server announced the
    /// call first, the two are joined. One that was over here comes to life again: who offers a call knows better.
    /// Returns what is stored. `run` names this run of the program.
    pub async fn begin(&self, record: &CallRecord, run: &str, now: Timestamp) -> Result<CallRecord, CacheError> {
        let (record, run) = (record.clone(), run.to_owned());
        self.write("note a call in progress", move |connection, owner| {
            let id = record.id;
            let stored = match row::find(connection, owner, id)? {
                Some(known) if known.status.is_final() => CallRecord { created_at: known.created_at, ..record },
                Some(mut known) => {
                    known.apply(&record.as_report(), now);
                    known
                }
                None => record,
            };
            row::write(connection, owner, &stored, false)?;
            outbox::enqueue(connection, owner, id)?;
            let sql = "INSERT OR REPLACE INTO live (account, call, run, alive_at) VALUES (?, ?, ?, ?)";
            connection.prepare_cached(sql)?.execute((owner.row, id.to_string(), run, now.as_millis()))?;
            Ok(stored)
        })
        .await
    }

    /// Applies what happened to a call by the rule of [`CallRecord::apply`] and queues it for the server. Returns the
    /// record as it stands. A report that says nothing new changes nothing.
    pub async fn report(&self, call: CallId, report: &CallReport, now: Timestamp) -> Result<CallRecord, CacheError> {
        let report = report.clone();
        self.write("note what happened to a call", move |connection, owner| {
            let mut record = row::find(connection, owner, call)?.ok_or(CacheError::NoSuchCall(call))?;
            if record.apply(&report, now) {
                row::write(connection, owner, &record, false)?;
                outbox::enqueue(connection, owner, call)?;
            }
            if record.status.is_final() {
                forget_live(connection, owner, call)?;
            }
            Ok(record)
        })
        .await
    }

    /// This device has no part in the call any more, and whoever has will say how it ended: another device of the
    /// agent took it. What this device saw of it is not sent.
    pub async fn leave_to_others(&self, call: CallId) -> Result<(), CacheError> {
        self.write("leave a call to another device", move |connection, owner| {
            forget_live(connection, owner, call)?;
            outbox::remove(connection, owner, call)
        })
        .await
    }

    /// The call is part of another one, of which there is a record of its own: there is none of this one, here or at the
    /// server.
    pub async fn forget(&self, call: CallId) -> Result<(), CacheError> {
        self.write("forget a call", move |connection, owner| {
            forget_live(connection, owner, call)?;
            outbox::remove(connection, owner, call)?;
            let sql = "DELETE FROM calls WHERE account = ? AND id = ?";
            connection.prepare_cached(sql)?.execute((owner.row, call.to_string()))?;
            Ok(())
        })
        .await
    }

    /// This device has no part in the call now, and the server, through which the call passes, will say how it ended;
    /// meanwhile it may come back here. What this device saw of it is not sent. A server that never had the call leaves
    /// it among the [stale](Self::stale_calls).
    pub async fn leave_to_server(&self, call: CallId, now: Timestamp) -> Result<(), CacheError> {
        self.write("leave a call to the server", move |connection, owner| {
            let sql = "UPDATE live SET run = ?, alive_at = ? WHERE account = ? AND call = ?";
            connection.prepare_cached(sql)?.execute((NO_RUN, now.as_millis(), owner.row, call.to_string()))?;
            outbox::remove(connection, owner, call)
        })
        .await
    }

    /// Notes that this run is alive, and with it its calls, without writing to the database.
    ///
    /// # Errors
    /// If the folder of the database takes no files.
    pub async fn stamp_alive(&self, run: &str, now: Timestamp) -> io::Result<()> {
        let (database, run) = (self.database_path().to_owned(), run.to_owned());
        tokio::task::spawn_blocking(move || give_sign(&database, &run, now)).await.map_err(io::Error::other)?
    }

    /// Calls without a part in this run that were last alive before `before`.
    pub async fn stale_calls(&self, run: &str, before: Timestamp) -> Result<Vec<StaleCall>, CacheError> {
        let (run, database) = (run.to_owned(), self.database_path().to_owned());
        self.read("list calls that were cut off", move |connection, owner| {
            let sql = concat!(
                "SELECT ",
                columns!(),
                ", alive_at, on_server, run
                 FROM live JOIN calls ON calls.account = live.account AND calls.id = live.call
                 WHERE live.account = ? AND run <> ? AND alive_at < ?"
            );
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_and_then((owner.row, run, before.as_millis()), |row| {
                let written_at = Timestamp::from_millis(row.get(COLUMNS)?);
                let sign = last_sign(&database, &row.get::<_, String>(COLUMNS + 2)?);
                let alive_at = sign.map_or(written_at, |sign| sign.max(written_at));
                Ok(StaleCall { record: row::record(row)?, alive_at, on_server: row.get(COLUMNS + 1)? })
            })?;
            let stale = |call: &Result<StaleCall, _>| call.as_ref().map_or(true, |call| call.alive_at < before);
            rows.filter(stale).collect()
        })
        .await
    }

    /// A record.
    pub async fn call(&self, call: CallId) -> Result<Option<CallRecord>, CacheError> {
        self.read("read a call", move |connection, owner| row::find(connection, owner, call)).await
    }
}

pub(crate) fn forget_live(connection: &Connection, owner: Owner, call: CallId) -> Result<(), Failure> {
    let sql = "DELETE FROM live WHERE account = ? AND call = ?";
    connection.prepare_cached(sql)?.execute((owner.row, call.to_string()))?;
    Ok(())
}
