//! Reading calls. The queries are built apart from their running, so that tests can look at their plans.

use super::{
    row::{self, call_columns},
    search,
};
use crate::{changes::reached, error::Work, query::Query};
use mobilecall_sqlite::rusqlite::Connection;
use mobilecall_store::{CallFilter, CallRow, Result, Scope, StoreError, search::addresses_of};

/// What a page says besides its rows.
pub(crate) struct PageEnd {
    pub(crate) next: Option<String>,
    pub(crate) sequence: u64,
}

/// Gives a page row by row to `take`.
pub(crate) fn page(
    connection: &Connection,
    scope: Scope,
    filter: &CallFilter,
    before: Option<i64>,
    limit: u32,
    mut take: impl FnMut(&CallRow<'_>),
) -> Work<PageEnd> {
    // First, so that whoever goes on from this number misses nothing; what changes meanwhile may be in the page already.
    let sequence = reached(connection, scope.company)?;
    let (mut last, mut taken, mut more) = (None, 0, false);
    list_query(scope, filter, before, i64::from(limit) + 1).for_each(connection, |row| {
        if taken == limit {
            more = true;
            return Ok(());
        }
        taken += 1;
        last = Some(row::key(row)?);
        take(&row::view(row)?);
        Ok(())
    })?;
    Ok(PageEnd { next: last.filter(|_| more).map(encode_cursor), sequence })
}

fn select(tables: &str) -> Query {
    Query::new(format!(concat!("SELECT ", call_columns!(), " FROM {}"), tables))
}

/// Newest first. A search walks the search index downwards, everything else walks the index of its filter.
pub(crate) fn list_query(scope: Scope, filter: &CallFilter, before: Option<i64>, limit: i64) -> Query {
    let patterns = patterns(filter);
    let (mut query, key) = if patterns.is_empty() {
        let mut query = select("calls");
        query.push(" WHERE ");
        (query, "calls.key")
    } else {
        // CROSS JOIN keeps the order of the tables: the index finds, the row decides.
        let mut query = select("call_search CROSS JOIN calls ON calls.key = call_search.rowid");
        // Where a record names one of the people, this is among its words.
        let words: Vec<String> =
            patterns.iter().cloned().chain(filter.people.iter().map(|name| name_in_record(name))).collect();
        query.push(" WHERE call_search MATCH ").bind(search::expression(scope, &words)).push(" AND ");
        (query, "call_search.rowid")
    };
    push_scope(&mut query, scope, filter);
    push_contains(&mut query, patterns, &filter.people);
    if let Some(before) = before {
        query.push(" AND ").push(key).push(" < ").bind(before);
    }
    query.push(" ORDER BY ").push(key).push(" DESC LIMIT ").bind(limit);
    query
}

/// Oldest change first.
pub(crate) fn changes_query(scope: Scope, filter: &CallFilter, since: u64, upto: u64, limit: i64) -> Query {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut query = select("calls");
    query.push(" WHERE ");
    push_scope(&mut query, scope, filter);
    push_contains(&mut query, patterns(filter), &filter.people);
    query.push(" AND calls.sequence > ").bind(number(since));
    // The sign keeps this end out of the choice of an index: with both ends, SQLite prefers the one without the agent.
    query.push(" AND +calls.sequence <= ").bind(number(upto));
    query.push(" ORDER BY calls.sequence LIMIT ").bind(limit);
    query
}

/// None for a list that is not searched.
fn patterns(filter: &CallFilter) -> Vec<String> {
    filter.q.as_deref().map_or_else(Vec::new, mobilecall_store::search::patterns)
}

fn push_scope(query: &mut Query, scope: Scope, filter: &CallFilter) {
    query.push("calls.company_id = ").bind_id(scope.company);
    if let Some(agent) = scope.agent {
        query.push(" AND calls.agent_id = ").bind_id(agent);
    }
    if let Some(direction) = filter.direction {
        query.push(" AND calls.direction = ").bind(direction.as_str().to_owned());
    }
    if let Some(status) = filter.status {
        query.push(" AND calls.status = ").bind(status.as_str().to_owned());
    }
}

/// The shortest text by which a record names the person. One or two letters alone are in so many names that most calls
/// would be read for them; calls of whoever has such a name are written as `client:al`.
fn name_in_record(username: &str) -> String {
    let [client, bare] = addresses_of(username);
    if bare.chars().count() < search::LONGEST_RUN { client } else { bare }
}

/// The numbers that mean the person, of those which [`name_in_record`] finds.
fn addresses_in_index(username: &str) -> impl Iterator<Item = String> {
    let named = name_in_record(username);
    addresses_of(username).into_iter().filter(move |address| address.contains(&named))
}

fn push_contains(query: &mut Query, patterns: Vec<String>, people: &[String]) {
    if patterns.is_empty() {
        return;
    }
    query.push(" AND (0");
    for pattern in patterns {
        query.push(" OR instr(calls.search, ").bind(pattern).push(") > 0");
    }
    let addresses: Vec<String> = people.iter().flat_map(|name| addresses_in_index(name)).collect();
    if !addresses.is_empty() {
        for column in ["from_number", "to_number"] {
            query.push(" OR lower(calls.").push(column).push(") IN (");
            for (index, address) in addresses.iter().enumerate() {
                query.push(if index == 0 { "" } else { ", " }).bind(address.clone());
            }
            query.push(")");
        }
    }
    query.push(")");
}

fn encode_cursor(key: i64) -> String {
    format!("{key:x}")
}

pub(crate) fn decode_cursor(cursor: &str) -> Result<i64> {
    i64::from_str_radix(cursor, 16).ok().filter(|key| *key >= 0).ok_or(StoreError::InvalidCursor)
}
