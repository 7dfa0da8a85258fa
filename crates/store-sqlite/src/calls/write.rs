//! Writing calls. Each change also takes the company's next number in the change log and keeps the counts true.

use super::{counts, row::StoredCall, search};
use crate::{
    changes::Entries,
    error::{Work, insert_failed},
    query::{execute, find},
    rows::Id,
};
use mobilecall_domain::{CallRecord, CallReport, NodeId, Timestamp};
use mobilecall_sqlite::rusqlite::{Connection, params};
use mobilecall_store::{Area, Audience, CallChange, ChangeKind, SequencedCall, StoreError, calls::without_progress};

/// Low bits of a key that tell calls of one millisecond apart. Few, because the search index keeps the differences of
/// keys, and a call that finds all of them taken goes into the next millisecond.
pub(crate) const TIE_BITS: u32 = 12;

/// Milliseconds that fit above the tie bits of a positive key.
const MAX_KEY_MILLIS: i64 = (1 << (62 - TIE_BITS)) - 1;

/// Adds a record, whose id must be free; `node` carries it.
pub(crate) fn insert(
    connection: &Connection,
    entries: &mut Entries,
    record: CallRecord,
    node: Option<NodeId>,
) -> Work<CallChange> {
    let sequence = enter(connection, entries, &record)?;
    let key = free_key(connection, &record)?;
    let insert = "INSERT INTO calls (key, id, company_id, sequence, twilio_call_sid, from_number, to_number, direction, \
         status, duration_seconds, recording_url, agent_id, agent_name, customer_name, created_at, answered_at, \
         ended_at, line, updated_at, search, node_id) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = params![
        key,
        record.id.to_bytes(),
        record.company_id.to_bytes(),
        number(sequence),
        record.twilio_call_sid,
        record.from_number,
        record.to_number,
        record.direction.as_str(),
        record.status.as_str(),
        record.duration_seconds,
        record.recording_url,
        record.agent_id.map(Id::to_bytes),
        record.agent_name,
        record.customer_name,
        record.created_at.as_millis(),
        record.answered_at.map(Timestamp::as_millis),
        record.ended_at.map(Timestamp::as_millis),
        record.line.as_str(),
        record.updated_at.as_millis(),
        mobilecall_store::search::text_of(&record),
        node.map(Id::to_bytes),
    ];
    let inserted = connection.prepare_cached(insert)?.execute(values);
    inserted.map_err(|error| insert_failed(error, "call id", "agent"))?;
    search::add(connection, key, &record)?;
    counts::moved(connection, key, None, &record)?;
    Ok(changed(ChangeKind::Created, sequence, record))
}

/// From now on `node` carries the call. That alone is no change for those who read calls.
pub(crate) fn carry(connection: &Connection, found: &StoredCall, node: NodeId) -> Work<()> {
    execute(connection, "UPDATE calls SET node_id = ? WHERE key = ?", params![node.to_bytes(), found.key])?;
    Ok(())
}

/// Joins what a softphone says with what is known.
pub(crate) fn amend(
    connection: &Connection,
    entries: &mut Entries,
    found: StoredCall,
    facts: &CallReport,
    now: Timestamp,
) -> Work<CallChange> {
    let carried = "SELECT 1 FROM calls JOIN nodes ON nodes.id = calls.node_id \
                   WHERE calls.key = ? AND nodes.lease_until >= ?";
    let told_by_legs = "SELECT 1 FROM call_legs WHERE call_id = ? LIMIT 1";
    if find(connection, carried, [found.key, now.as_millis()], |_| Ok(()))?.is_some()
        || find(connection, told_by_legs, [found.record.id.to_bytes()], |_| Ok(()))?.is_some()
    {
        return apply(connection, entries, found, &without_progress(facts), now);
    }
    apply(connection, entries, found, facts, now)
}

/// Joins a report with what is known.
pub(crate) fn apply(
    connection: &Connection,
    entries: &mut Entries,
    found: StoredCall,
    report: &CallReport,
    now: Timestamp,
) -> Work<CallChange> {
    change(connection, entries, found, |record| record.apply(report, now))
}

/// Changes a record; what is done says whether it changed anything.
pub(crate) fn change(
    connection: &Connection,
    entries: &mut Entries,
    found: StoredCall,
    alter: impl FnOnce(&mut CallRecord) -> bool,
) -> Work<CallChange> {
    let StoredCall { key, sequence, record: before } = found;
    let mut record = before.clone();
    if !alter(&mut record) {
        return Ok(changed(ChangeKind::Unchanged, sequence, record));
    }
    let sequence = enter(connection, entries, &record)?;
    let update = "UPDATE calls SET sequence = ?, twilio_call_sid = ?, status = ?, duration_seconds = ?, \
         recording_url = ?, agent_id = ?, agent_name = ?, customer_name = ?, answered_at = ?, ended_at = ?, \
         updated_at = ?, from_number = ?, to_number = ? WHERE key = ?";
    let values = params![
        number(sequence),
        record.twilio_call_sid,
        record.status.as_str(),
        record.duration_seconds,
        record.recording_url,
        record.agent_id.map(Id::to_bytes),
        record.agent_name,
        record.customer_name,
        record.answered_at.map(Timestamp::as_millis),
        record.ended_at.map(Timestamp::as_millis),
        record.updated_at.as_millis(),
        record.from_number,
        record.to_number,
        key,
    ];
    execute(connection, update, values)?;
    let text = mobilecall_store::search::text_of(&record);
    if text != mobilecall_store::search::text_of(&before) {
        execute(connection, "UPDATE calls SET search = ? WHERE key = ?", params![text, key])?;
        search::replace(connection, key, &record)?;
    }
    counts::moved(connection, key, Some(&before), &record)?;
    Ok(changed(ChangeKind::Updated, sequence, record))
}

/// A call that is as it was.
pub(crate) fn unchanged(found: StoredCall) -> CallChange {
    changed(ChangeKind::Unchanged, found.sequence, found.record)
}

fn enter(connection: &Connection, entries: &mut Entries, record: &CallRecord) -> Work<u64> {
    let audience = Audience::of(record.agent_id);
    entries.enter(connection, record.company_id, Area::Call, record.id.to_bytes(), audience)
}

fn changed(kind: ChangeKind, sequence: u64, record: CallRecord) -> CallChange {
    CallChange { kind, call: SequencedCall { sequence, record } }
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// The lowest key of a call made at `created_at`.
pub(crate) fn first_key(created_at: Timestamp) -> i64 {
    created_at.as_millis().clamp(0, MAX_KEY_MILLIS) << TIE_BITS
}

/// A key for the record's creation time that no other call has. The tie comes from the random end of the id, so a
/// second try is rare.
fn free_key(connection: &Connection, record: &CallRecord) -> Work<i64> {
    let bytes = record.id.to_bytes();
    let tie = i64::from(u16::from_be_bytes([bytes[14], bytes[15]])) & ((1 << TIE_BITS) - 1);
    let wanted = first_key(record.created_at) | tie;
    // Nothing there, or the end of the row of taken keys that begins there.
    let free = "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM calls WHERE key = ?1) THEN ?1 ELSE \
        (SELECT taken.key + 1 FROM calls AS taken WHERE taken.key >= ?1 \
         AND NOT EXISTS (SELECT 1 FROM calls WHERE key = taken.key + 1) ORDER BY taken.key LIMIT 1) END";
    find(connection, free, [wanted], |row| Ok(row.get(0)?))?.ok_or_else(|| StoreError::NotFound("key").into())
}
