//! Calls that happen on this device: each step is one transaction over the record, the outbox and the list of calls in
//! progress.

use crate::{
    Account, CacheError, outbox,
    row::{self, CallRow, Origin, columns},
    transaction::commit,
};
use mobilecall_domain::{CallId, CallRecord, CallReport, Timestamp};
use sqlx::{FromRow, SqliteConnection};

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

#[derive(FromRow)]
struct StaleRow {
    #[sqlx(flatten)]
    call: CallRow,
    alive_at: i64,
    on_server: bool,
}

impl Account {
    /// Writes a call that begins now on this device. If the record is here already, because the server announced the
    /// call first, the two are joined. One that was over here comes to life again: who offers a call knows better.
    /// Returns what is stored. `run` names this run of the program.
    pub async fn begin(&self, record: &CallRecord, run: &str, now: Timestamp) -> Result<CallRecord, CacheError> {
        let mut transaction = self.write_transaction().await?;
        let stored = match self.find(&mut transaction, record.id).await? {
            Some(known) if known.status.is_final() => CallRecord { created_at: known.created_at, ..record.clone() },
            Some(mut known) => {
                known.apply(&record.as_report(), now);
                known
            }
            None => record.clone(),
        };
        self.write(&mut transaction, &stored, false).await?;
        outbox::enqueue(&mut transaction, self.row, record.id).await?;
        sqlx::query("INSERT OR REPLACE INTO live (account, call, run, alive_at) VALUES (?, ?, ?, ?)")
            .bind(self.row)
            .bind(record.id.to_string())
            .bind(run)
            .bind(now.as_millis())
            .execute(&mut *transaction)
            .await
            .map_err(CacheError::storage("note a call in progress"))?;
        commit(transaction).await?;
        Ok(stored)
    }

    /// Applies what happened to a call by the rule of [`CallRecord::apply`] and queues it for the server. Returns the
    /// record as it stands. A report that says nothing new changes nothing.
    pub async fn report(&self, call: CallId, report: &CallReport, now: Timestamp) -> Result<CallRecord, CacheError> {
        let mut transaction = self.write_transaction().await?;
        let mut record = self.find(&mut transaction, call).await?.ok_or(CacheError::NoSuchCall(call))?;
        let changed = record.apply(report, now);
        if changed {
            self.write(&mut transaction, &record, false).await?;
            outbox::enqueue(&mut transaction, self.row, call).await?;
        }
        if record.status.is_final() {
            self.forget_live(&mut transaction, call).await?;
        }
        commit(transaction).await?;
        Ok(record)
    }

    /// This device has no part in the call any more, and whoever has will say how it ended: another device of the
    /// agent took it. What this device saw of it is not sent.
    pub async fn leave_to_others(&self, call: CallId) -> Result<(), CacheError> {
        let mut transaction = self.write_transaction().await?;
        self.forget_live(&mut transaction, call).await?;
        outbox::remove(&mut transaction, self.row, call).await?;
        commit(transaction).await
    }

    /// This device has no part in the call now, and the server, through which the call passes, will say how it ended;
    /// meanwhile it may come back here. What this device saw of it is not sent. A server that never had the call leaves
    /// it among the [stale](Self::stale_calls).
    pub async fn leave_to_server(&self, call: CallId) -> Result<(), CacheError> {
        let mut transaction = self.write_transaction().await?;
        sqlx::query("UPDATE live SET run = ? WHERE account = ? AND call = ?")
            .bind(NO_RUN)
            .bind(self.row)
            .bind(call.to_string())
            .execute(&mut *transaction)
            .await
            .map_err(CacheError::storage("note that a call is left to the server"))?;
        outbox::remove(&mut transaction, self.row, call).await?;
        commit(transaction).await
    }

    /// Notes that the calls of this run are alive.
    pub async fn stamp_alive(&self, run: &str, now: Timestamp) -> Result<(), CacheError> {
        sqlx::query("UPDATE live SET alive_at = ? WHERE account = ? AND run = ?")
            .bind(now.as_millis())
            .bind(self.row)
            .bind(run)
            .execute(&self.cache.writer)
            .await
            .map_err(CacheError::storage("note that calls are alive"))?;
        Ok(())
    }

    /// Calls without a part in this run that were last alive before `before`.
    pub async fn stale_calls(&self, run: &str, before: Timestamp) -> Result<Vec<StaleCall>, CacheError> {
        let rows: Vec<StaleRow> = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            ", alive_at, on_server FROM live JOIN calls ON calls.account = live.account AND calls.id = live.call
             WHERE live.account = ? AND run <> ? AND alive_at < ?"
        ))
        .bind(self.row)
        .bind(run)
        .bind(before.as_millis())
        .fetch_all(&self.cache.readers)
        .await
        .map_err(CacheError::storage("list calls that were cut off"))?;
        rows.into_iter()
            .map(|StaleRow { call, alive_at, on_server }| {
                Ok(StaleCall { record: call.into_record()?, alive_at: Timestamp::from_millis(alive_at), on_server })
            })
            .collect()
    }

    /// A record.
    pub async fn call(&self, call: CallId) -> Result<Option<CallRecord>, CacheError> {
        let mut connection = self.cache.readers.acquire().await.map_err(CacheError::storage("read a call"))?;
        self.find(&mut connection, call).await
    }

    pub(crate) async fn find(
        &self,
        connection: &mut SqliteConnection,
        call: CallId,
    ) -> Result<Option<CallRecord>, CacheError> {
        sqlx::query_as::<_, CallRow>(concat!("SELECT ", columns!(), " FROM calls WHERE account = ? AND id = ?"))
            .bind(self.row)
            .bind(call.to_string())
            .fetch_optional(connection)
            .await
            .map_err(CacheError::storage("read a call"))?
            .map(CallRow::into_record)
            .transpose()
    }

    pub(crate) async fn write(
        &self,
        connection: &mut SqliteConnection,
        record: &CallRecord,
        on_server: bool,
    ) -> Result<(), CacheError> {
        row::write(connection, self.row, record, Origin { on_server, seen_before: self.first_used_at }).await
    }

    pub(crate) async fn forget_live(&self, connection: &mut SqliteConnection, call: CallId) -> Result<(), CacheError> {
        sqlx::query("DELETE FROM live WHERE account = ? AND call = ?")
            .bind(self.row)
            .bind(call.to_string())
            .execute(connection)
            .await
            .map_err(CacheError::storage("note the end of a call"))?;
        Ok(())
    }
}
