//! How many calls are over, kept by hour and by day for a company and by day for an agent. A status moves only forward, so a call is counted once, when it
//! ends, and counted anew if it turns out to have ended otherwise. Calls that are not over are few and are counted one by one.

use super::write::{TIE_BITS, first_key};
use crate::{
    error::Work,
    query::{Query, execute},
    rows::{self, Id},
};
use mobilecall_domain::{CallRecord, CallStatus, Timestamp, UserId};
use mobilecall_sqlite::rusqlite::{Connection, Row, params};
use mobilecall_store::{Scope, StatusCount};

const HOUR_MILLIS: i64 = 60 * 60 * 1000;
const DAY_HOURS: i64 = 24;

/// All calls of a company.
const EVERYBODY: &[u8] = &[];

/// How a call that is over counts: whose it is, its status and talk time.
fn outcome(record: &CallRecord) -> Option<(Option<UserId>, CallStatus, u32)> {
    record.status.is_final().then(|| (record.agent_id, record.status, record.duration_seconds.unwrap_or(0)))
}

/// The call is new, or another than before.
pub(crate) fn moved(connection: &Connection, key: i64, before: Option<&CallRecord>, after: &CallRecord) -> Work<()> {
    if before.and_then(outcome) == outcome(after) {
        return Ok(());
    }
    for (record, sign) in before.map(|before| (before, -1)).into_iter().chain([(after, 1)]) {
        if let Some((_, status, talked)) = outcome(record) {
            add(connection, key, record, status, sign, sign * i64::from(talked))?;
        }
    }
    Ok(())
}

fn add(
    connection: &Connection,
    key: i64,
    record: &CallRecord,
    status: CallStatus,
    calls: i64,
    talked: i64,
) -> Work<()> {
    let add = "INSERT INTO call_counts (company_id, agent_id, span, bucket, direction, status, calls, talked) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (company_id, agent_id, span, bucket, direction, status) \
               DO UPDATE SET calls = calls + excluded.calls, talked = talked + excluded.talked";
    let (company, direction, status) = (record.company_id.to_bytes(), record.direction.as_str(), status.as_str());
    let agent = record.agent_id.map(Id::to_bytes);
    // By the key, not by the time in the record, because the key decides what a period holds.
    let hour = (key >> TIE_BITS) / HOUR_MILLIS;
    let day = hour / DAY_HOURS;
    let everybody = [(EVERYBODY, 1, hour), (EVERYBODY, DAY_HOURS, day)];
    let own = agent.as_ref().map(|agent| (agent.as_slice(), DAY_HOURS, day));
    for (whose, span, bucket) in everybody.into_iter().chain(own) {
        execute(connection, add, params![company, whose, span, bucket, direction, status, calls, talked])?;
    }
    Ok(())
}

/// Counts from `from` on, by direction and status: whole buckets from the table, what begins in a part of one by the rows
/// themselves, and what is not over.
pub(crate) fn query(scope: Scope, from: Timestamp) -> Query {
    let first = first_key(from);
    let hour = round_up(first >> TIE_BITS, HOUR_MILLIS);
    let day = round_up(hour, DAY_HOURS);
    let mut query = Query::new("SELECT direction, status, SUM(calls), SUM(talked) FROM (");
    push_counts(&mut query, scope, DAY_HOURS);
    query.push(" AND bucket >= ").bind(day);
    // For an agent there are no hours, and the rows of a part of a day are few.
    let whole_from = if scope.agent.is_some() { day * DAY_HOURS } else { hour };
    if scope.agent.is_none() {
        query.push(" UNION ALL ");
        push_counts(&mut query, scope, 1);
        query.push(" AND bucket >= ").bind(hour).push(" AND bucket < ").bind(day * DAY_HOURS);
    }
    query.push(" UNION ALL ");
    push_calls(&mut query, scope, "NOT IN");
    query.push(" AND key >= ").bind(first).push(" AND key < ").bind((whole_from * HOUR_MILLIS) << TIE_BITS);
    query.push(" UNION ALL ");
    push_calls(&mut query, scope, "IN");
    query.push(" AND key >= ").bind(first);
    query.push(") GROUP BY direction, status HAVING SUM(calls) > 0");
    query
}

/// The number of the first whole bucket of this length that begins at `number` or after.
fn round_up(number: i64, length: i64) -> i64 {
    number.div_euclid(length) + i64::from(number.rem_euclid(length) != 0)
}

fn push_counts(query: &mut Query, scope: Scope, span: i64) {
    query.push("SELECT direction, status, calls, talked FROM call_counts WHERE company_id = ").bind_id(scope.company);
    query.push(" AND agent_id = ").bind(scope.agent.map_or_else(Vec::new, |agent| agent.to_bytes().to_vec()));
    query.push(" AND span = ").bind(span);
}

fn push_calls(query: &mut Query, scope: Scope, operator: &str) {
    query.push("SELECT direction, status, 1, COALESCE(duration_seconds, 0) FROM calls WHERE company_id = ");
    query.bind_id(scope.company);
    if let Some(agent) = scope.agent {
        query.push(" AND agent_id = ").bind_id(agent);
    }
    query.push(" AND status ").push(operator).push(" ('queued', 'initiated', 'ringing', 'in-progress')");
}

pub(crate) fn read(row: &Row<'_>) -> Work<StatusCount> {
    Ok(StatusCount {
        direction: rows::word(row, 0)?,
        status: rows::word(row, 1)?,
        calls: rows::number(row, 2)?,
        duration_seconds: rows::number(row, 3)?,
    })
}
