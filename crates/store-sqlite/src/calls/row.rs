//! A row of the table of calls.

use crate::{error::Work, rows};
use mobilecall_domain::CallRecord;
use mobilecall_sqlite::rusqlite::Row;
use mobilecall_store::CallRow;

/// Columns that [`view`] and [`read_call`] read.
macro_rules! call_columns {
    () => {
        "calls.key, calls.sequence, calls.id, calls.company_id, calls.twilio_call_sid, calls.from_number, \
         calls.to_number, calls.direction, calls.status, calls.duration_seconds, calls.recording_url, calls.agent_id, \
         calls.agent_name, calls.customer_name, calls.created_at, calls.answered_at, calls.ended_at, calls.line, \
         calls.updated_at"
    };
}
pub(crate) use call_columns;

/// How many there are.
pub(crate) const CALL_COLUMNS: usize = 19;

/// A call with what the row holds besides the record.
pub(crate) struct StoredCall {
    pub(crate) key: i64,
    pub(crate) sequence: u64,
    pub(crate) record: CallRecord,
}

/// The key of a row.
pub(crate) fn key(row: &Row<'_>) -> Work<i64> {
    Ok(row.get(0)?)
}

/// The record in a row, as it lies there.
pub(crate) fn view<'row>(row: &'row Row<'_>) -> Work<CallRow<'row>> {
    Ok(CallRow {
        id: rows::id(row, 2)?,
        company_id: rows::id(row, 3)?,
        twilio_call_sid: rows::optional_text(row, 4)?,
        from_number: rows::text(row, 5)?,
        to_number: rows::text(row, 6)?,
        direction: rows::word(row, 7)?,
        status: rows::word(row, 8)?,
        duration_seconds: rows::optional_seconds(row, 9)?,
        recording_url: rows::optional_text(row, 10)?,
        agent_id: rows::optional_id(row, 11)?,
        agent_name: rows::optional_text(row, 12)?,
        customer_name: rows::optional_text(row, 13)?,
        created_at: rows::time(row, 14)?,
        answered_at: rows::optional_time(row, 15)?,
        ended_at: rows::optional_time(row, 16)?,
        line: rows::word(row, 17)?,
        updated_at: rows::time(row, 18)?,
    })
}

pub(crate) fn read_call(row: &Row<'_>) -> Work<StoredCall> {
    Ok(StoredCall { key: key(row)?, sequence: rows::number(row, 1)?, record: view(row)?.to_record() })
}
