//! Reading calls. The queries are built apart from their running, so that tests can look at their plans.

use crate::{
    SqliteStore,
    changes::in_scope,
    error::failed,
    rows::{self, CALL_COLUMNS, Id},
    search,
};
use mobilecall_domain::{CallId, CallRecord, CompanyId, Timestamp};
use mobilecall_store::{
    CallChanges, CallFilter, CallPage, CallScope, OpenCall, Result, SequencedCall, StatusCount, StoreError,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

impl SqliteStore {
    pub(crate) async fn find_call(&self, scope: CallScope, call: CallId) -> Result<CallRecord> {
        let mut query = select("calls");
        query.push(" WHERE calls.id = ").push_bind(call.to_bytes());
        let row = query.build().fetch_optional(&self.reader).await.map_err(failed)?;
        let record = row.as_ref().map(rows::call).transpose()?.map(|row| row.record);
        record.filter(|record| in_scope(record, scope)).ok_or(StoreError::NotFound("call"))
    }

    pub(crate) async fn list_calls(
        &self,
        scope: CallScope,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<CallPage> {
        let before = cursor.map(decode_cursor).transpose()?;
        let mut query = list_query(scope, filter, before, i64::from(limit) + 1);
        // One transaction, so that rows and sequence are of the same moment.
        let mut snapshot = self.reader.begin().await.map_err(failed)?;
        let rows = query.build().fetch_all(&mut *snapshot).await.map_err(failed)?;
        let sequence = sequence(&mut snapshot, scope.company).await?;
        let mut calls = rows.iter().map(rows::call).collect::<Result<Vec<_>>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = calls.len() > limit;
        calls.truncate(limit);
        let next = calls.last().filter(|_| more).map(|last| encode_cursor(last.key));
        Ok(CallPage { calls: calls.into_iter().map(|row| row.record).collect(), next, sequence })
    }

    pub(crate) async fn list_changes(
        &self,
        scope: CallScope,
        filter: &CallFilter,
        since: u64,
        limit: u32,
    ) -> Result<CallChanges> {
        let mut snapshot = self.reader.begin().await.map_err(failed)?;
        let reached = sequence(&mut snapshot, scope.company).await?;
        let since = if since > reached { 0 } else { i64::try_from(since).unwrap_or(i64::MAX) };
        let mut query = changes_query(scope, filter, since, i64::from(limit) + 1);
        let rows = query.build().fetch_all(&mut *snapshot).await.map_err(failed)?;
        let mut rows = rows.iter().map(rows::call).collect::<Result<Vec<_>>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let upto = rows.last().filter(|_| more).map_or(reached, |last| last.sequence);
        let call = |row: rows::CallRow| SequencedCall { sequence: row.sequence, record: row.record };
        Ok(CallChanges { calls: rows.into_iter().map(call).collect(), upto, more })
    }

    pub(crate) async fn company_sequence(&self, company: CompanyId) -> Result<u64> {
        let mut connection = self.reader.acquire().await.map_err(failed)?;
        sequence(&mut connection, company).await
    }

    pub(crate) async fn count(&self, scope: CallScope, from: Timestamp) -> Result<Vec<StatusCount>> {
        let mut query = count_query(scope, from);
        let rows = query.build().fetch_all(&self.reader).await.map_err(failed)?;
        let read = |row| {
            Ok(StatusCount {
                direction: rows::word(row, "direction")?,
                status: rows::word(row, "status")?,
                calls: rows::number(row, "calls")?,
                duration_seconds: rows::number(row, "talked")?,
            })
        };
        rows.iter().map(read).collect()
    }

    pub(crate) async fn unfinished_direct_calls(&self) -> Result<Vec<OpenCall>> {
        let mut query = open_query();
        let rows = query.build().fetch_all(&self.reader).await.map_err(failed)?;
        let open = |row: rows::CallRow| OpenCall { record: row.record, last_alive_at: row.last_alive_at };
        rows.iter().map(|row| rows::call(row).map(open)).collect()
    }
}

fn select(tables: &str) -> QueryBuilder<Sqlite> {
    QueryBuilder::new(format!("SELECT {CALL_COLUMNS} FROM {tables}"))
}

/// Newest first. A search walks the search index downwards, everything else walks the index of its filter.
pub(crate) fn list_query(
    scope: CallScope,
    filter: &CallFilter,
    before: Option<i64>,
    limit: i64,
) -> QueryBuilder<Sqlite> {
    let patterns = filter.q.as_deref().map(mobilecall_store::search::patterns).unwrap_or_default();
    let (mut query, key) = if patterns.is_empty() {
        let mut query = select("calls");
        query.push(" WHERE ");
        (query, "calls.key")
    } else {
        // CROSS JOIN keeps the order of the tables: the index finds, the row decides.
        let mut query = select("call_search CROSS JOIN calls ON calls.key = call_search.rowid");
        query.push(" WHERE call_search MATCH ").push_bind(search::expression(scope, &patterns)).push(" AND ");
        (query, "call_search.rowid")
    };
    push_scope(&mut query, scope, filter);
    push_contains(&mut query, patterns);
    if let Some(before) = before {
        query.push(format!(" AND {key} < ")).push_bind(before);
    }
    query.push(format!(" ORDER BY {key} DESC LIMIT ")).push_bind(limit);
    query
}

/// Oldest change first.
pub(crate) fn changes_query(scope: CallScope, filter: &CallFilter, since: i64, limit: i64) -> QueryBuilder<Sqlite> {
    let mut query = select("calls");
    query.push(" WHERE ");
    push_scope(&mut query, scope, filter);
    push_contains(&mut query, filter.q.as_deref().map(mobilecall_store::search::patterns).unwrap_or_default());
    query.push(" AND calls.sequence > ").push_bind(since);
    query.push(" ORDER BY calls.sequence LIMIT ").push_bind(limit);
    query
}

pub(crate) fn count_query(scope: CallScope, from: Timestamp) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(
        "SELECT direction, status, COUNT(*) AS calls, SUM(COALESCE(duration_seconds, 0)) AS talked FROM calls WHERE ",
    );
    push_scope(&mut query, scope, &CallFilter::default());
    query.push(" AND calls.key >= ").push_bind(crate::changes::first_key(from));
    query.push(" GROUP BY direction, status");
    query
}

pub(crate) fn open_query() -> QueryBuilder<Sqlite> {
    let mut query = select("calls");
    query.push(" WHERE line = 'direct' AND status IN ('queued', 'initiated', 'ringing', 'in-progress') ORDER BY key");
    query
}

fn push_scope(query: &mut QueryBuilder<Sqlite>, scope: CallScope, filter: &CallFilter) {
    query.push("calls.company_id = ").push_bind(scope.company.to_bytes());
    if let Some(agent) = scope.agent {
        query.push(" AND calls.agent_id = ").push_bind(agent.to_bytes());
    }
    if let Some(direction) = filter.direction {
        query.push(" AND calls.direction = ").push_bind(direction.as_str());
    }
    if let Some(status) = filter.status {
        query.push(" AND calls.status = ").push_bind(status.as_str());
    }
}

fn push_contains(query: &mut QueryBuilder<Sqlite>, patterns: Vec<String>) {
    if patterns.is_empty() {
        return;
    }
    query.push(" AND (");
    let mut alternatives = query.separated(" OR ");
    for pattern in patterns {
        alternatives.push("instr(calls.search, ").push_bind_unseparated(pattern).push_unseparated(") > 0");
    }
    query.push(")");
}

async fn sequence(connection: &mut SqliteConnection, company: CompanyId) -> Result<u64> {
    let row = sqlx::query("SELECT call_sequence FROM companies WHERE id = ?")
        .bind(company.to_bytes())
        .fetch_optional(connection)
        .await
        .map_err(failed)?;
    rows::number(&row.ok_or(StoreError::NotFound("company"))?, "call_sequence")
}

fn encode_cursor(key: i64) -> String {
    format!("{key:x}")
}

fn decode_cursor(cursor: &str) -> Result<i64> {
    i64::from_str_radix(cursor, 16).ok().filter(|key| *key >= 0).ok_or(StoreError::InvalidCursor)
}
