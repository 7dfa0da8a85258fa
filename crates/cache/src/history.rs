//! The history, page by page, newest first.

use crate::{
    Account, CacheError,
    row::{CallRow, columns, parse},
    search,
};
use mobilecall_domain::{CallId, CallRecord};
use sqlx::{FromRow, QueryBuilder, Sqlite};

/// Which part of the history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

#[derive(FromRow)]
struct PageRow {
    #[sqlx(flatten)]
    call: CallRow,
    synced: bool,
}

impl Account {
    /// A page of the history. The cursor names the last row of the page before, so a page stays right while calls are
    /// added.
    pub async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, CacheError> {
        let mut page = page_query(self.row, query)?;
        let rows: Vec<PageRow> = page
            .build_query_as()
            .fetch_all(&self.cache.readers)
            .await
            .map_err(CacheError::storage("read the history"))?;
        let mut rows = rows
            .into_iter()
            .map(|row| Ok(HistoryRow { record: row.call.into_record()?, synced: row.synced }))
            .collect::<Result<Vec<_>, CacheError>>()?;
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let next = rows.last().filter(|_| more).map(|row| cursor_of(&row.record));
        Ok(HistoryPage { rows, next })
    }

    /// Missed calls that the agent has not seen.
    pub async fn missed(&self) -> Result<u32, CacheError> {
        sqlx::query_scalar("SELECT count(*) FROM calls WHERE account = ? AND missed = 1 AND seen = 0")
            .bind(self.row)
            .fetch_one(&self.cache.readers)
            .await
            .map_err(CacheError::storage("count missed calls"))
    }

    /// The agent looked at the list: missed calls count as seen. Says whether any was not.
    pub async fn mark_seen(&self) -> Result<bool, CacheError> {
        let done = sqlx::query("UPDATE calls SET seen = 1 WHERE account = ? AND missed = 1 AND seen = 0")
            .bind(self.row)
            .execute(&self.cache.writer)
            .await
            .map_err(CacheError::storage("mark missed calls as seen"))?;
        Ok(done.rows_affected() > 0)
    }
}

/// The query of a page; one row more than asked tells whether there is a next page.
pub(crate) fn page_query(account: i64, query: &HistoryQuery) -> Result<QueryBuilder<Sqlite>, CacheError> {
    let mut sql = QueryBuilder::new(concat!(
        "SELECT ",
        columns!(),
        ", on_server = 1 AND NOT EXISTS
            (SELECT 1 FROM outbox WHERE outbox.account = calls.account AND outbox.call = calls.id) AS synced
         FROM calls WHERE account = "
    ));
    sql.push_bind(account);
    match query.filter {
        HistoryFilter::All => {}
        HistoryFilter::Missed => drop(sql.push(" AND missed = 1")),
        HistoryFilter::Incoming => drop(sql.push(" AND direction = 'inbound'")),
        HistoryFilter::Outgoing => drop(sql.push(" AND direction = 'outbound'")),
    }
    if let Some(needle) = search::needle(&query.text) {
        sql.push(" AND instr(search, ").push_bind(needle).push(") > 0");
    }
    if let Some(cursor) = &query.cursor {
        let (created_at, id) = read_cursor(cursor)?;
        sql.push(" AND (created_at, id) < (").push_bind(created_at).push(", ").push_bind(id.to_string()).push(")");
    }
    sql.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(query.limit) + 1);
    Ok(sql)
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
    use sqlx::{Execute as _, Row as _};

    async fn plan(cache: &Cache, query: &HistoryQuery) -> String {
        let mut page = page_query(1, query).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN {}", page.build().sql().as_str());
        let mut explain = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(1);
        if let Some(needle) = search::needle(&query.text) {
            explain = explain.bind(needle);
        }
        if query.cursor.is_some() {
            explain = explain.bind(0).bind("");
        }
        let rows = explain.bind(1).fetch_all(&cache.readers).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
    }

    /// Whatever is asked, the page comes out of an index in its order: nothing is sorted, and rows that a filter or a
    /// search drops are never read.
    #[tokio::test]
    async fn every_page_is_read_from_an_index_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let key = AccountKey { server: "s".into(), company: CompanyId::generate(), user: UserId::generate() };
        cache.account(&key, Timestamp::from_millis(0)).await.unwrap();
        let cursor = format!("5.{}", CallId::generate());
        for filter in [HistoryFilter::All, HistoryFilter::Missed, HistoryFilter::Incoming, HistoryFilter::Outgoing] {
            for text in ["", "0501"] {
                for cursor in [None, Some(cursor.clone())] {
                    let query = HistoryQuery { text: text.into(), filter, cursor, limit: 50 };
                    let plan = plan(&cache, &query).await;
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
