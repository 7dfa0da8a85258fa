//! A call record as a row.

use crate::{CacheError, account::Owner, error::Failure, search};
use mobilecall_domain::{CallId, CallRecord, Disposition, Timestamp};
use mobilecall_sqlite::rusqlite::{self, Connection, Row, named_params};
use std::str::FromStr;

/// The columns of a record, in the order in which [`record`] reads them.
macro_rules! columns {
    () => {
        "calls.id, company_id, twilio_call_sid, from_number, to_number, direction, status, duration_seconds, \
         recording_url, agent_id, agent_name, customer_name, created_at, answered_at, ended_at, line, updated_at"
    };
}
pub(crate) use columns;

/// How many there are: further columns of a query follow from here.
pub(crate) const COLUMNS: usize = 17;

/// Reads the record at the beginning of a row.
pub(crate) fn record(row: &Row<'_>) -> Result<CallRecord, Failure> {
    let time = |index| Ok::<_, Failure>(row.get::<_, Option<i64>>(index)?.map(Timestamp::from_millis));
    Ok(CallRecord {
        id: word(row, 0, "id")?,
        company_id: word(row, 1, "company_id")?,
        twilio_call_sid: row.get(2)?,
        from_number: row.get(3)?,
        to_number: row.get(4)?,
        direction: word(row, 5, "direction")?,
        status: word(row, 6, "status")?,
        duration_seconds: row.get(7)?,
        recording_url: row.get(8)?,
        agent_id: row.get::<_, Option<String>>(9)?.map(|id| parse("agent_id", &id)).transpose()?,
        agent_name: row.get(10)?,
        customer_name: row.get(11)?,
        created_at: Timestamp::from_millis(row.get(12)?),
        answered_at: time(13)?,
        ended_at: time(14)?,
        line: word(row, 15, "line")?,
        updated_at: Timestamp::from_millis(row.get(16)?),
    })
}

/// Reads a stored word or id.
fn word<T: FromStr>(row: &Row<'_>, index: usize, column: &'static str) -> Result<T, Failure> {
    let text = row.get_ref(index)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(parse(column, text)?)
}

pub(crate) fn parse<T: FromStr>(column: &'static str, value: &str) -> Result<T, CacheError> {
    value.parse().map_err(|_| CacheError::Damaged { column })
}

/// The record of a call.
pub(crate) fn find(connection: &Connection, owner: Owner, call: CallId) -> Result<Option<CallRecord>, Failure> {
    let sql = concat!("SELECT ", columns!(), " FROM calls WHERE account = ? AND id = ?");
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((owner.row, call.to_string()))?;
    rows.next()?.map(record).transpose()
}

/// Inserts or replaces a record. `on_server`: the server has this call; once true it stays so.
pub(crate) fn write(
    connection: &Connection,
    owner: Owner,
    record: &CallRecord,
    on_server: bool,
) -> Result<(), Failure> {
    let sql = "
        INSERT INTO calls (
            account, id, company_id, twilio_call_sid, from_number, to_number, direction, status, duration_seconds,
            recording_url, agent_id, agent_name, customer_name, created_at, answered_at, ended_at, line, updated_at,
            on_server, missed, seen, search)
        VALUES (
            :account, :id, :company_id, :twilio_call_sid, :from_number, :to_number, :direction, :status,
            :duration_seconds, :recording_url, :agent_id, :agent_name, :customer_name, :created_at, :answered_at,
            :ended_at, :line, :updated_at, :on_server, :missed, :seen, :search)
        ON CONFLICT (account, id) DO UPDATE SET
            company_id = excluded.company_id, twilio_call_sid = excluded.twilio_call_sid,
            from_number = excluded.from_number, to_number = excluded.to_number, direction = excluded.direction,
            status = excluded.status, duration_seconds = excluded.duration_seconds,
            recording_url = excluded.recording_url, agent_id = excluded.agent_id, agent_name = excluded.agent_name,
            customer_name = excluded.customer_name, created_at = excluded.created_at,
            answered_at = excluded.answered_at, ended_at = excluded.ended_at, line = excluded.line,
            updated_at = excluded.updated_at, on_server = max(on_server, excluded.on_server),
            missed = excluded.missed, seen = max(seen, excluded.seen), search = excluded.search";
    connection.prepare_cached(sql)?.execute(named_params! {
        ":account": owner.row,
        ":id": record.id.to_string(),
        ":company_id": record.company_id.to_string(),
        ":twilio_call_sid": record.twilio_call_sid,
        ":from_number": record.from_number,
        ":to_number": record.to_number,
        ":direction": record.direction.as_str(),
        ":status": record.status.as_str(),
        ":duration_seconds": record.duration_seconds,
        ":recording_url": record.recording_url,
        ":agent_id": record.agent_id.map(|id| id.to_string()),
        ":agent_name": record.agent_name,
        ":customer_name": record.customer_name,
        ":created_at": record.created_at.as_millis(),
        ":answered_at": record.answered_at.map(Timestamp::as_millis),
        ":ended_at": record.ended_at.map(Timestamp::as_millis),
        ":line": record.line.as_str(),
        ":updated_at": record.updated_at.as_millis(),
        ":on_server": on_server,
        ":missed": record.disposition() == Disposition::Missed,
        // What was missed before this device knew the account is not news here.
        ":seen": record.ended_at.unwrap_or(record.created_at) < owner.first_used_at,
        ":search": search::of_record(record),
    })?;
    Ok(())
}
