//! The history, page by page, newest first.

use crate::{
    Account, CacheError,
    account::Owner,
    row::{self, COLUMNS, columns, parse},
};
use mobilecall_domain::{
    CallId, CallRecord, Private,
    search::{addresses_of, beginning_of_extension, patterns},
};
use mobilecall_sqlite::rusqlite::{params_from_iter, types::Value};
use std::fmt;

/// Which part of the history. `Debug` leaves out what was searched for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// Part of a number or name; empty for all.
    pub text: String,
    /// Only these.
    pub filter: HistoryFilter,
    /// From [`HistoryPage::next`] of the page before.
    pub cursor: Option<String>,
    /// Rows.
    pub limit: u32,
}

impl fmt::Debug for HistoryQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, filter, cursor, limit } = self;
        f.debug_struct("HistoryQuery")
            .field("text", &Private::new(text))
            .field("filter", filter)
            .field("cursor", cursor)
            .field("limit", limit)
            .finish()
    }
}

/// A filter of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistoryFilter {
    /// Everything.
    #[default]
    All,
    /// Incoming calls nobody took.
    Missed,
    /// Calls to the agent.
    Incoming,
    /// Calls by the agent.
    Outgoing,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HistoryPage {
    /// Rows, newest first.
    pub rows: Vec<HistoryRow>,
    /// For the next page, if there is one.
    pub next: Option<String>,
}

/// A row of the history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRow {
    /// The call.
    pub record: CallRecord,
    /// The server has everything that is known here.
    pub synced: bool,
}

impl Account {
    /// A page of the history. Who is searched for by an extension, or the beginning of one, is found by the user name
    /// too, since records have either. The cursor names the last row of the page before, so a page stays right while calls are
    /// added.
    pub async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, CacheError> {
        let people = match beginning_of_extension(&query.text) {
            Some(beginning) => self.people_with(&beginning).await?,
            None => Vec::new(),
        };
        let page = PageQuery::new(query, &people)?;
        let mut rows = self
            .read("read the history", move |connection, owner| {
                let mut statement = connection.prepare_cached(&page.sql)?;
                let rows = statement.query_and_then(params_from_iter(page.values(owner)), |row| {
                    Ok(HistoryRow { synced: row.get(COLUMNS)?, record: row::record(row)? })
                })?;
                rows.collect::<Result<Vec<_>, _>>()
            })
            .await?;
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let next = rows.last().filter(|_| more).map(|row| cursor_of(&row.record));
        Ok(HistoryPage { rows, next })
    }

    /// Missed calls that the agent has not seen.
    pub async fn missed(&self) -> Result<u32, CacheError> {
        self.read("count missed calls", |connection, owner| {
            let sql = "SELECT count(*) FROM calls WHERE account = ? AND missed = 1 AND seen = 0";
            Ok(connection.prepare_cached(sql)?.query_row([owner.row], |row| row.get(0))?)
        })
        .await
    }

    /// The agent looked at the list: missed calls count as seen. Says whether any was not.
    pub async fn mark_seen(&self) -> Result<bool, CacheError> {
        self.write("mark missed calls as seen", |connection, owner| {
            let sql = "UPDATE calls SET seen = 1 WHERE account = ? AND missed = 1 AND seen = 0";
            Ok(connection.prepare_cached(sql)?.execute([owner.row])? > 0)
        })
        .await
    }
}

/// The query of a page; one row more than asked tells whether there is a next page.
#[derive(Clone)]
struct PageQuery {
    sql: String,
    /// Of all placeholders but the first, which is the account.
    rest: Vec<Value>,
}

impl PageQuery {
    /// `people` are the user names of those whose extension is searched for.
    fn new(query: &HistoryQuery, people: &[String]) -> Result<Self, CacheError> {
        let mut sql = concat!(
            "SELECT ",
            columns!(),
            ", on_server = 1 AND NOT EXISTS
                (SELECT 1 FROM outbox WHERE outbox.account = calls.account AND outbox.call = calls.id) AS synced
             FROM calls WHERE account = ?"
        )
        .to_owned();
        let mut rest = Vec::new();
        sql.push_str(match query.filter {
            HistoryFilter::All => "",
            HistoryFilter::Missed => " AND missed = 1",
            HistoryFilter::Incoming => " AND direction = 'inbound'",
            HistoryFilter::Outgoing => " AND direction = 'outbound'",
        });
        let patterns = patterns(&query.text);
        if !patterns.is_empty() {
            let mut conditions = vec!["instr(search, ?) > 0".to_owned(); patterns.len()];
            rest.extend(patterns.into_iter().map(Value::from));
            let addresses: Vec<String> = people.iter().flat_map(|name| addresses_of(name)).collect();
            if !addresses.is_empty() {
                let places = vec!["?"; addresses.len()].join(", ");
                for column in ["from_number", "to_number"] {
                    conditions.push(format!("lower({column}) IN ({places})"));
                    rest.extend(addresses.iter().cloned().map(Value::from));
                }
            }
            sql.push_str(&format!(" AND ({})", conditions.join(" OR ")));
        }
        if let Some(cursor) = &query.cursor {
            let (created_at, id) = read_cursor(cursor)?;
            sql.push_str(" AND (created_at, id) < (?, ?)");
            rest.extend([created_at.into(), id.to_string().into()]);
        }
        sql.push_str(" ORDER BY created_at DESC, id DESC LIMIT ?");
        rest.push((i64::from(query.limit) + 1).into());
        Ok(Self { sql, rest })
    }

    fn values(self, owner: Owner) -> impl Iterator<Item = Value> {
        std::iter::once(owner.row.into()).chain(self.rest)
    }
}

fn cursor_of(record: &CallRecord) -> String {
    format!("{}.{}", record.created_at.as_millis(), record.id)
}

fn read_cursor(cursor: &str) -> Result<(i64, CallId), CacheError> {
    let bad = || CacheError::BadCursor(cursor.to_owned());
    let (created_at, id) = cursor.split_once('.').ok_or_else(bad)?;
    Ok((created_at.parse().map_err(|_| bad())?, parse("id", id).map_err(|_| bad())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountKey, Cache};
    use mobilecall_domain::{CompanyId, Timestamp, UserId};

    #[test]
    fn what_was_searched_for_is_not_printed() {
        let query = HistoryQuery { text: "+966501234567".into(), limit: 50, ..HistoryQuery::default() };
        let printed = format!("{query:?}");
        assert!(!printed.contains("96650") && printed.contains("[13 private characters]"), "{printed}");
    }

    async fn plan(account: &Account, query: &HistoryQuery) -> String {
        let page = PageQuery::new(query, &["bob".to_owned(), "carol".to_owned()]).unwrap();
        let explain = account.read("explain", move |connection, owner| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", page.sql))?;
            let lines = statement.query_and_then(params_from_iter(page.values(owner)), |row| Ok(row.get("detail")?))?;
            lines.collect::<Result<Vec<String>, _>>()
        });
        explain.await.unwrap().join("\n")
    }

    /// Whatever is asked, the page comes out of an index in its order: nothing is sorted, and rows that a filter or a
    /// search drops are never read.
    #[tokio::test]
    async fn every_page_is_read_from_an_index_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let key = AccountKey { server: "s".into(), company: CompanyId::generate(), user: UserId::generate() };
        let account = cache.account(&key, Timestamp::from_millis(0)).await.unwrap();
        let cursor = format!("5.{}", CallId::generate());
        for filter in [HistoryFilter::All, HistoryFilter::Missed, HistoryFilter::Incoming, HistoryFilter::Outgoing] {
            for text in ["", "0501"] {
                for cursor in [None, Some(cursor.clone())] {
                    let query = HistoryQuery { text: text.into(), filter, cursor, limit: 50 };
                    let plan = plan(&account, &query).await;
                    let index = match filter {
                        HistoryFilter::Missed => "USING INDEX calls_missed (account=?",
                        HistoryFilter::All | HistoryFilter::Incoming | HistoryFilter::Outgoing => {
                            "USING INDEX calls_by_time (account=?"
                        }
                    };
                    assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{query:?}:\n{plan}");
                }
            }
        }
    }

    #[test]
    fn a_cursor_that_no_page_gave_is_refused() {
        for cursor in ["", "5", "x.y", "5.not-an-id"] {
            assert!(matches!(read_cursor(cursor), Err(CacheError::BadCursor(_))), "{cursor}");
        }
    }
}
