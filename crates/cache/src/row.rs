//! A call record as a row.

use crate::{CacheError, search};
use mobilecall_domain::{CallRecord, Disposition, Timestamp};
use sqlx::{FromRow, SqliteConnection};
use std::str::FromStr;

/// The columns of a record, in the order of [`CallRow`].
macro_rules! columns {
    () => {
        "id, company_id, twilio_call_sid, from_number, to_number, direction, status, duration_seconds, recording_url, \
         agent_id, agent_name, customer_name, created_at, answered_at, ended_at, line, updated_at"
    };
}
pub(crate) use columns;

/// A row of `calls` as SQLite gives it.
#[derive(FromRow)]
pub(crate) struct CallRow {
    id: String,
    company_id: String,
    twilio_call_sid: Option<String>,
    from_number: String,
    to_number: String,
    direction: String,
    status: String,
    duration_seconds: Option<u32>,
    recording_url: Option<String>,
    agent_id: Option<String>,
    agent_name: Option<String>,
    customer_name: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
    ended_at: Option<i64>,
    line: String,
    updated_at: i64,
}

impl CallRow {
    pub(crate) fn into_record(self) -> Result<CallRecord, CacheError> {
        Ok(CallRecord {
            id: parse("id", &self.id)?,
            company_id: parse("company_id", &self.company_id)?,
            twilio_call_sid: self.twilio_call_sid,
            from_number: self.from_number,
            to_number: self.to_number,
            direction: parse("direction", &self.direction)?,
            status: parse("status", &self.status)?,
            duration_seconds: self.duration_seconds,
            recording_url: self.recording_url,
            agent_id: self.agent_id.map(|id| parse("agent_id", &id)).transpose()?,
            agent_name: self.agent_name,
            customer_name: self.customer_name,
            created_at: Timestamp::from_millis(self.created_at),
            answered_at: self.answered_at.map(Timestamp::from_millis),
            ended_at: self.ended_at.map(Timestamp::from_millis),
            line: parse("line", &self.line)?,
            updated_at: Timestamp::from_millis(self.updated_at),
        })
    }
}

/// Reads a stored word or id.
pub(crate) fn parse<T: FromStr>(column: &'static str, value: &str) -> Result<T, CacheError> {
    value.parse().map_err(|_| CacheError::Damaged { column, value: value.to_owned() })
}

/// Where a written record comes from, which decides two of the row's own columns.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    /// The server has this call.
    pub(crate) on_server: bool,
    /// Calls missed before this moment count as seen.
    pub(crate) seen_before: Timestamp,
}

/// Inserts or replaces a record.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    account: i64,
    record: &CallRecord,
    origin: Origin,
) -> Result<(), CacheError> {
    let missed = record.disposition() == Disposition::Missed;
    let seen = record.ended_at.unwrap_or(record.created_at) < origin.seen_before;
    sqlx::query(concat!(
        "INSERT INTO calls (account, ",
        columns!(),
        ", on_server, missed, seen, search)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (account, id) DO UPDATE SET
            company_id = excluded.company_id, twilio_call_sid = excluded.twilio_call_sid,
            from_number = excluded.from_number, to_number = excluded.to_number, direction = excluded.direction,
            status = excluded.status, duration_seconds = excluded.duration_seconds,
            recording_url = excluded.recording_url, agent_id = excluded.agent_id, agent_name = excluded.agent_name,
            customer_name = excluded.customer_name, created_at = excluded.created_at,
            answered_at = excluded.answered_at, ended_at = excluded.ended_at, line = excluded.line,
            updated_at = excluded.updated_at, on_server = max(on_server, excluded.on_server),
            missed = excluded.missed, seen = max(seen, excluded.seen), search = excluded.search"
    ))
    .bind(account)
    .bind(record.id.to_string())
    .bind(record.company_id.to_string())
    .bind(&record.twilio_call_sid)
    .bind(&record.from_number)
    .bind(&record.to_number)
    .bind(record.direction.as_str())
    .bind(record.status.as_str())
    .bind(record.duration_seconds)
    .bind(&record.recording_url)
    .bind(record.agent_id.map(|id| id.to_string()))
    .bind(&record.agent_name)
    .bind(&record.customer_name)
    .bind(record.created_at.as_millis())
    .bind(record.answered_at.map(Timestamp::as_millis))
    .bind(record.ended_at.map(Timestamp::as_millis))
    .bind(record.line.as_str())
    .bind(record.updated_at.as_millis())
    .bind(origin.on_server)
    .bind(missed)
    .bind(seen)
    .bind(search::of_record(record))
    .execute(connection)
    .await
    .map_err(CacheError::storage("write a call"))?;
    Ok(())
}
