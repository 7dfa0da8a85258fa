//! Writing calls. Each write is one transaction that also takes the company's next change sequence.

use crate::{
    SqliteStore,
    error::{failed, insert_failed},
    rows::{self, CALL_COLUMNS, CallRow, Id},
    search,
};
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, Timestamp};
use mobilecall_store::{CallChange, CallScope, ChangeKind, Result, SequencedCall, StoreError};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, Transaction};

/// Low bits of a key that tell calls of one millisecond apart. Few, because the search index keeps the differences of
/// keys, and a call that finds all of them taken goes into the next millisecond.
const TIE_BITS: u32 = 12;

/// Milliseconds that fit above the tie bits of a positive key.
const MAX_KEY_MILLIS: i64 = (1 << (62 - TIE_BITS)) - 1;

impl SqliteStore {
    /// Adds many records at once, all or none, as an import of old history does. `Conflict` if an id exists.
    pub async fn import_calls(&self, records: &[CallRecord]) -> Result<()> {
        let mut transaction = self.write().await?;
        for record in records {
            insert(&mut transaction, record).await?;
        }
        transaction.commit().await.map_err(failed)
    }

    /// A transaction that holds the write lock from its beginning, so that it never fails half way for another writer.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)
    }

    pub(crate) async fn add_call(&self, record: &CallRecord) -> Result<CallChange> {
        let mut transaction = self.write().await?;
        if find(&mut transaction, record.id).await?.is_some() {
            return Err(StoreError::Conflict("call id"));
        }
        let change = insert(&mut transaction, record).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(change)
    }

    pub(crate) async fn add_or_join_call(&self, record: &CallRecord, now: Timestamp) -> Result<CallChange> {
        let mut transaction = self.write().await?;
        let change = match find(&mut transaction, record.id).await? {
            None => insert(&mut transaction, record).await?,
            Some(found) if found.record.company_id == record.company_id && found.record.agent_id == record.agent_id => {
                apply(&mut transaction, found, &record.as_report(), now).await?
            }
            Some(_) => return Err(StoreError::Conflict("call id")),
        };
        transaction.commit().await.map_err(failed)?;
        Ok(change)
    }

    pub(crate) async fn apply_report(
        &self,
        scope: CallScope,
        call: CallId,
        report: &CallReport,
        now: Timestamp,
    ) -> Result<CallChange> {
        let mut transaction = self.write().await?;
        let found = find(&mut transaction, call).await?.filter(|found| in_scope(&found.record, scope));
        let found = found.ok_or(StoreError::NotFound("call"))?;
        let change = apply(&mut transaction, found, report, now).await?;
        transaction.commit().await.map_err(failed)?;
        Ok(change)
    }

    pub(crate) async fn touch_calls(&self, calls: &[CallId], now: Timestamp) -> Result<()> {
        if calls.is_empty() {
            return Ok(());
        }
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("UPDATE calls SET last_alive_at = ");
        query.push_bind(now.as_millis()).push(" WHERE id IN (");
        let mut ids = query.separated(", ");
        for call in calls {
            ids.push_bind(call.to_bytes());
        }
        query.push(")");
        query.build().execute(&self.writer).await.map_err(failed)?;
        Ok(())
    }
}

pub(crate) fn in_scope(record: &CallRecord, scope: CallScope) -> bool {
    record.company_id == scope.company && scope.agent.is_none_or(|agent| record.agent_id == Some(agent))
}

async fn find(connection: &mut SqliteConnection, call: CallId) -> Result<Option<CallRow>> {
    let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!("SELECT {CALL_COLUMNS} FROM calls WHERE id = "));
    query.push_bind(call.to_bytes());
    query.build().fetch_optional(connection).await.map_err(failed)?.as_ref().map(rows::call).transpose()
}

async fn insert(connection: &mut SqliteConnection, record: &CallRecord) -> Result<CallChange> {
    let sequence = next_sequence(connection, record.company_id).await?;
    let key = free_key(connection, record).await?;
    let insert = "INSERT INTO calls (key, id, company_id, sequence, twilio_call_sid, from_number, to_number, direction, \
         status, duration_seconds, recording_url, agent_id, agent_name, customer_name, created_at, answered_at, \
         ended_at, line, updated_at, search) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    sqlx::query(insert)
        .bind(key)
        .bind(record.id.to_bytes())
        .bind(record.company_id.to_bytes())
        .bind(sequence)
        .bind(&record.twilio_call_sid)
        .bind(&record.from_number)
        .bind(&record.to_number)
        .bind(record.direction.as_str())
        .bind(record.status.as_str())
        .bind(record.duration_seconds)
        .bind(&record.recording_url)
        .bind(record.agent_id.map(Id::to_bytes))
        .bind(&record.agent_name)
        .bind(&record.customer_name)
        .bind(record.created_at.as_millis())
        .bind(record.answered_at.map(Timestamp::as_millis))
        .bind(record.ended_at.map(Timestamp::as_millis))
        .bind(record.line.as_str())
        .bind(record.updated_at.as_millis())
        .bind(mobilecall_store::search::text_of(record))
        .execute(&mut *connection)
        .await
        .map_err(|error| insert_failed(error, "call id", "agent"))?;
    search::add(connection, key, record).await?;
    Ok(changed(ChangeKind::Created, sequence.unsigned_abs(), record.clone()))
}

async fn apply(
    connection: &mut SqliteConnection,
    mut found: CallRow,
    report: &CallReport,
    now: Timestamp,
) -> Result<CallChange> {
    let named = found.record.customer_name.is_some();
    if !found.record.apply(report, now) {
        return Ok(changed(ChangeKind::Unchanged, found.sequence, found.record));
    }
    let record = found.record;
    let sequence = next_sequence(connection, record.company_id).await?;
    let update = "UPDATE calls SET sequence = ?, twilio_call_sid = ?, status = ?, duration_seconds = ?, \
         recording_url = ?, customer_name = ?, answered_at = ?, ended_at = ?, updated_at = ?, search = ? WHERE key = ?";
    sqlx::query(update)
        .bind(sequence)
        .bind(&record.twilio_call_sid)
        .bind(record.status.as_str())
        .bind(record.duration_seconds)
        .bind(&record.recording_url)
        .bind(&record.customer_name)
        .bind(record.answered_at.map(Timestamp::as_millis))
        .bind(record.ended_at.map(Timestamp::as_millis))
        .bind(record.updated_at.as_millis())
        .bind(mobilecall_store::search::text_of(&record))
        .bind(found.key)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    // Of what a report can change only the name is searched for.
    if named != record.customer_name.is_some() {
        search::replace(connection, found.key, &record).await?;
    }
    Ok(changed(ChangeKind::Updated, sequence.unsigned_abs(), record))
}

fn changed(kind: ChangeKind, sequence: u64, record: CallRecord) -> CallChange {
    CallChange { kind, call: SequencedCall { sequence, record } }
}

async fn next_sequence(connection: &mut SqliteConnection, company: CompanyId) -> Result<i64> {
    let next = "UPDATE companies SET call_sequence = call_sequence + 1 WHERE id = ? RETURNING call_sequence";
    let sequence: Option<i64> =
        sqlx::query_scalar(next).bind(company.to_bytes()).fetch_optional(connection).await.map_err(failed)?;
    sequence.ok_or(StoreError::NotFound("company"))
}

/// The lowest key of a call made at `created_at`.
pub(crate) fn first_key(created_at: Timestamp) -> i64 {
    created_at.as_millis().clamp(0, MAX_KEY_MILLIS) << TIE_BITS
}

/// A key for the record's creation time that no other call has. The tie comes from the random end of the id, so a
/// second try is rare.
async fn free_key(connection: &mut SqliteConnection, record: &CallRecord) -> Result<i64> {
    let bytes = record.id.as_uuid().into_bytes();
    let tie = i64::from(u16::from_be_bytes([bytes[14], bytes[15]])) & ((1 << TIE_BITS) - 1);
    let wanted = first_key(record.created_at) | tie;
    // Nothing there, or the end of the row of taken keys that begins there.
    let free = "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM calls WHERE key = ?1) THEN ?1 ELSE \
        (SELECT taken.key + 1 FROM calls AS taken WHERE taken.key >= ?1 \
         AND NOT EXISTS (SELECT 1 FROM calls WHERE key = taken.key + 1) ORDER BY taken.key LIMIT 1) END";
    sqlx::query_scalar(free).bind(wanted).fetch_one(connection).await.map_err(failed)
}
