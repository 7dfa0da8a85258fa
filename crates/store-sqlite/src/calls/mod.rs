//! Call records. Reading is in `list`, writing in `write`; `counts` and `search` are what is kept beside the records, so
//! that statistics and searches do not read all of them.

#[cfg(test)]
mod cost;
mod counts;
mod list;
#[cfg(test)]
mod plans;
mod row;
mod search;
mod write;

pub(crate) use row::{CALL_COLUMNS, StoredCall, call_columns, read_call};
pub(crate) use search::{
    INDEX as SEARCH_INDEX, check as check_search_index, fold_again, make_again as make_search_index_again,
    make_anew as make_search_index_anew, misses_calls as search_index_misses_calls,
};
pub(crate) use write::{change, insert, unchanged};

use crate::{SqliteStore, changes::reached, error::Work, query, rows::Id};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, NodeId, Timestamp};
use mobilecall_sqlite::rusqlite::Connection;
use mobilecall_store::{
    CallChange, CallChanges, CallFilter, CallPage, Calls, Result, Scope, ScopedReport, SequencedCall, StatusCount,
    StoreError, WriteRow, WrittenPage, calls::is_same_call,
};

#[async_trait]
impl Calls for SqliteStore {
    async fn open_calls(&self, records: &[CallRecord], node: NodeId, now: Timestamp) -> Result<Vec<CallChange>> {
        let records = records.to_vec();
        self.change(move |connection, entries| {
            let open = |record: CallRecord| match find(connection, record.id.to_bytes())? {
                None => write::insert(connection, entries, record, Some(node)),
                Some(known) if is_same_call(&known.record, &record) => {
                    write::carry(connection, &known, node)?;
                    write::apply(connection, entries, known, &record.as_report(), now)
                }
                Some(_) => {
                    write::insert(connection, entries, CallRecord { id: CallId::generate(), ..record }, Some(node))
                }
            };
            records.into_iter().map(open).collect()
        })
        .await
    }

    async fn save_calls(&self, records: &[CallRecord], now: Timestamp) -> Result<Vec<CallChange>> {
        let records = records.to_vec();
        self.change(move |connection, entries| {
            let save = |record: CallRecord| match find(connection, record.id.to_bytes())? {
                None => write::insert(connection, entries, record, None),
                Some(known) if is_same_agents(&known.record, &record) => {
                    write::amend(connection, entries, known, &record.as_report(), now)
                }
                Some(_) => Err(StoreError::Conflict("call id").into()),
            };
            records.into_iter().map(save).collect()
        })
        .await
    }

    async fn amend_call(&self, scope: Scope, call: CallId, facts: &CallReport, now: Timestamp) -> Result<CallChange> {
        let facts = facts.clone();
        self.change(move |connection, entries| {
            let found = find(connection, call.to_bytes())?.filter(|found| in_scope(&found.record, scope));
            write::amend(connection, entries, found.ok_or(StoreError::NotFound("call"))?, &facts, now)
        })
        .await
    }

    async fn report_calls(&self, reports: &[ScopedReport], now: Timestamp) -> Result<Vec<CallChange>> {
        let reports = reports.to_vec();
        self.change(move |connection, entries| {
            let apply = |ScopedReport { scope, call, report }: ScopedReport| {
                let found = find(connection, call.to_bytes())?.filter(|found| in_scope(&found.record, scope));
                write::apply(connection, entries, found.ok_or(StoreError::NotFound("call"))?, &report, now)
            };
            reports.into_iter().map(apply).collect()
        })
        .await
    }

    async fn call(&self, scope: Scope, call: CallId) -> Result<Option<CallRecord>> {
        self.read(move |connection| {
            let found = find(connection, call.to_bytes())?.map(|row| row.record);
            Ok(found.filter(|record| in_scope(record, scope)))
        })
        .await
    }

    async fn calls(&self, scope: Scope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> Result<CallPage> {
        let (filter, before) = (filter.clone(), cursor.map(list::decode_cursor).transpose()?);
        self.read(move |connection| {
            let mut calls = Vec::new();
            let end = list::page(connection, scope, &filter, before, limit, |row| calls.push(row.to_record()))?;
            Ok(CallPage { calls, next: end.next, sequence: end.sequence })
        })
        .await
    }

    async fn write_calls(
        &self,
        scope: Scope,
        filter: &CallFilter,
        cursor: Option<&str>,
        limit: u32,
        write: WriteRow,
    ) -> Result<WrittenPage> {
        let (filter, before) = (filter.clone(), cursor.map(list::decode_cursor).transpose()?);
        self.read(move |connection| {
            let mut written = Vec::new();
            let end = list::page(connection, scope, &filter, before, limit, |row| write(row, &mut written))?;
            Ok(WrittenPage { written, next: end.next, sequence: end.sequence })
        })
        .await
    }

    async fn calls_since(&self, scope: Scope, filter: &CallFilter, since: u64, limit: u32) -> Result<CallChanges> {
        let filter = filter.clone();
        self.read(move |connection| {
            let reached = reached(connection, scope.company)?;
            let since = if since > reached { 0 } else { since };
            // What changes between the two statements belongs to a later page.
            let query = list::changes_query(scope, &filter, since, reached, i64::from(limit) + 1);
            let mut calls = query.all(connection, |row| {
                let StoredCall { sequence, record, .. } = read_call(row)?;
                Ok(SequencedCall { sequence, record })
            })?;
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            let more = calls.len() > limit;
            calls.truncate(limit);
            let upto = calls.last().filter(|_| more).map_or(reached, |last| last.sequence);
            Ok(CallChanges { calls, upto, more })
        })
        .await
    }

    async fn count_calls(&self, scope: Scope, from: Timestamp) -> Result<Vec<StatusCount>> {
        self.read(move |connection| counts::query(scope, from).all(connection, counts::read)).await
    }
}

/// A call by its id.
pub(crate) fn find(connection: &Connection, call: [u8; 16]) -> Work<Option<StoredCall>> {
    query::find(connection, concat!("SELECT ", call_columns!(), " FROM calls WHERE id = ?"), [call], read_call)
}

fn in_scope(record: &CallRecord, scope: Scope) -> bool {
    scope.holds(record.company_id, record.agent_id)
}

fn is_same_agents(known: &CallRecord, record: &CallRecord) -> bool {
    (known.company_id, known.agent_id) == (record.company_id, record.agent_id)
}
