//! Files of which a part is damaged.

use mobilecall_domain::{CallRecord, CallStatus};
use mobilecall_sqlite::rusqlite::{Connection, OptionalExtension as _};
use mobilecall_store::{CallFilter, Calls as _, Companies as _, Store as _, StoreError, conformance::fixtures};
use mobilecall_store_sqlite::SqliteStore;
use std::{
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};
use tempfile::TempDir;

const CALLS: u64 = 300;

/// A closed file with some calls.
async fn filled() -> (TempDir, PathBuf, fixtures::Fixture) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backend.sqlite");
    let store = SqliteStore::open(&path).await.unwrap();
    let one = fixtures::fixture(&store, "one").await;
    let call = |number: u64| CallRecord {
        customer_name: Some(format!("customer {number}")),
        status: CallStatus::Completed,
        ..one.call(&one.alice, fixtures::at(number))
    };
    store.save_calls(&(0..CALLS).map(call).collect::<Vec<_>>(), fixtures::at(0)).await.unwrap();
    store.close().await;
    (directory, path, one)
}

/// Overwrites the page at which a table or an index begins.
fn overwrite_root(path: &Path, name: &str) {
    let connection = Connection::open(path).unwrap();
    let root = "SELECT rootpage FROM sqlite_schema WHERE name = ?";
    let root: Option<u32> = connection.query_row(root, [name], |row| row.get(0)).optional().unwrap();
    let size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0)).unwrap();
    drop(connection);
    let mut file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(u64::from(root.unwrap() - 1) * u64::from(size))).unwrap();
    file.write_all(&vec![0xA5; size as usize]).unwrap();
}

fn search(text: &str) -> CallFilter {
    CallFilter { q: Some(text.to_owned()), ..CallFilter::default() }
}

#[tokio::test]
async fn a_damaged_part_is_named_and_stays_known() {
    let (_directory, path, one) = filled().await;
    overwrite_root(&path, "calls");
    let store = SqliteStore::open(&path).await.unwrap();
    store.ping().await.unwrap();
    let completed = CallFilter { status: Some(CallStatus::Completed), ..CallFilter::default() };
    let met = store.calls(one.everybody(), &completed, None, 10).await.unwrap_err();
    for error in [met, store.ping().await.unwrap_err(), store.examine().await.unwrap_err()] {
        assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    assert!(store.company(one.company.id).await.unwrap().is_some(), "what is whole can be read");
    store.close().await;
    // Whoever opens it next need not meet the damage first.
    let store = SqliteStore::open(&path).await.unwrap();
    store.ping().await.unwrap();
    store.examine().await.unwrap_err();
    store.ping().await.unwrap_err();
}

#[tokio::test]
async fn a_damaged_index_is_made_again_from_its_table() {
    let (_directory, path, _one) = filled().await;
    let list = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND rootpage > 0";
    let connection = Connection::open(&path).unwrap();
    let indexes: Vec<String> =
        connection.prepare(list).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    drop(connection);
    assert!(indexes.iter().any(|index| index == "calls_by_status"), "{indexes:?}");
    for index in indexes {
        let (_directory, path, one) = filled().await;
        overwrite_root(&path, &index);
        let store = SqliteStore::open(&path).await.unwrap();
        let completed = CallFilter { status: Some(CallStatus::Completed), ..CallFilter::default() };
        let find = async || store.calls(one.everybody(), &completed, None, 500).await;
        if let Err(error) = find().await {
            assert!(error.is_retryable(), "{index}: {error:?}");
        }
        store.examine().await.unwrap();
        store.ping().await.unwrap();
        assert_eq!(find().await.unwrap().calls.len(), 300, "{index}");
        store.save_call(&one.call(&one.alice, fixtures::at(900)), fixtures::at(900)).await.unwrap();
        store.close().await;
        let list = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
        let there: u32 = Connection::open(&path).unwrap().query_row(list, [&index], |row| row.get(0)).unwrap();
        assert_eq!(there, 1, "{index}");
    }
}

#[tokio::test]
async fn a_search_index_that_contradicts_itself_is_made_again() {
    for sql in [
        "UPDATE call_search_data SET block = zeroblob(length(block)) WHERE id = 10",
        "UPDATE call_search_data SET block = x'0102030405' WHERE id > 10",
        "DELETE FROM call_search_data WHERE id > 10",
        "DELETE FROM call_search_data",
    ] {
        let (_directory, path, one) = filled().await;
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let store = SqliteStore::open(&path).await.unwrap();
        let find = async |text: &str| store.calls(one.everybody(), &search(text), None, 500).await;
        if let Err(error) = find("customer").await {
            assert!(error.is_retryable(), "{sql}: {error:?}");
        }
        // Some damage finds too little and says nothing.
        if find("customer").await.unwrap().calls.len() < 300 {
            store.examine().await.unwrap();
        }
        let new =
            CallRecord { customer_name: Some("customer new".to_owned()), ..one.call(&one.alice, fixtures::at(900)) };
        if let Err(error) = store.save_call(&new, fixtures::at(900)).await {
            assert!(error.is_retryable(), "{sql}: {error:?}");
            store.save_call(&new, fixtures::at(900)).await.unwrap();
        }
        assert_eq!(find("customer").await.unwrap().calls.len(), 301, "{sql}");
        assert_eq!(find("customer 29").await.unwrap().calls.len(), 11, "{sql}");
        store.ping().await.unwrap();
        store.close().await;
    }
}

#[tokio::test]
async fn a_damaged_page_of_the_search_index_costs_no_call() {
    let (_directory, path, one) = filled().await;
    overwrite_root(&path, "call_search_data");
    let store = SqliteStore::open(&path).await.unwrap();
    store.examine().await.unwrap();
    store.ping().await.unwrap();
    for filter in [search("customer"), CallFilter::default()] {
        assert_eq!(store.calls(one.everybody(), &filter, None, 500).await.unwrap().calls.len(), 300);
    }
    store.close().await;
    let store = SqliteStore::open(&path).await.unwrap();
    store.examine().await.unwrap();
}
