use crate::{at, call, fixture, key};
use mobilecall_cache::{Cache, HistoryQuery, OpenError};
use mobilecall_sqlite::rusqlite::Connection;
use std::{fs, path::Path};

async fn refusal(path: &Path) -> OpenError {
    let before = fs::read(path).unwrap();
    let error = Cache::open(path).await.unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "the file was changed");
    error
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let fixture = fixture().await;
    let record = call(&fixture.account, 1_000);
    fixture.account.begin(&record, "run", at(1_000)).await.unwrap();
    fixture.cache.store_setting("device", &"headset").await.unwrap();
    fixture.cache.close().await;

    let cache = Cache::open(&fixture.folder.path().join("cache.sqlite")).await.unwrap();
    let account = cache.account(fixture.account.key(), at(2_000)).await.unwrap();
    assert_eq!(account.call(record.id).await.unwrap(), Some(record));
    assert_eq!(cache.setting::<String>("device").await.unwrap().as_deref(), Some("headset"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    fs::write(&path, "this is not a database, whatever its name says".repeat(100)).unwrap();
    assert!(matches!(refusal(&path).await, OpenError::Damaged { .. }));
}

#[tokio::test]
async fn another_programs_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE invoices (id INTEGER)").unwrap();
    assert!(matches!(refusal(&path).await, OpenError::Unreadable { .. }));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache.sqlite");
    Cache::open(&path).await.unwrap().close().await;
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 9999).unwrap();
    assert!(matches!(refusal(&path).await, OpenError::TooNew { .. }));
}

#[tokio::test]
async fn a_folder_in_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Cache::open(folder.path()).await.unwrap_err();
    assert!(matches!(error, OpenError::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn accounts_do_not_mix() {
    let fixture = fixture().await;
    let other = fixture.cache.account(&key(), at(0)).await.unwrap();
    let record = call(&fixture.account, 1_000);
    fixture.account.begin(&record, "run", at(1_000)).await.unwrap();
    fixture.account.adopt(&[], 7).await.unwrap();

    assert_eq!(other.call(record.id).await.unwrap(), None);
    assert_eq!(other.pending_count().await.unwrap(), 0);
    assert_eq!(other.position().await.unwrap(), 0);
    let page = other.history(&HistoryQuery { limit: 10, ..Default::default() }).await.unwrap();
    assert!(page.rows.is_empty());
    assert!(other.stale_calls("other run", at(i64::MAX)).await.unwrap().is_empty());
}
