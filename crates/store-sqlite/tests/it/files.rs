//! Files that are opened, and files that are refused without being touched.

use mobilecall_domain::CompanyId;
use mobilecall_sqlite::rusqlite::Connection;
use mobilecall_store::{Companies as _, Store as _, StoreError, conformance::fixtures};
use mobilecall_store_sqlite::SqliteStore;
use std::path::Path;

/// Runs SQL on a file that no store has open.
fn raw(path: &Path, sql: &str) {
    Connection::open(path).expect("a connection").execute_batch(sql).expect("run");
}

async fn refused(path: &Path) -> StoreError {
    let before = std::fs::read(path).ok();
    let error = SqliteStore::open(path).await.expect_err("must be refused");
    assert_eq!(std::fs::read(path).ok(), before, "the file is as it was");
    error
}

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("backend.sqlite");
    let store = SqliteStore::open(&path).await.expect("made");
    let one = fixtures::fixture(&store, "one").await;
    store.close().await;
    assert_eq!(std::fs::read_dir(directory.path()).expect("listed").count(), 1, "the log is folded into the file");
    let store = SqliteStore::open(&path).await.expect("opened");
    assert_eq!(store.company(one.company.id).await.expect("an answer"), Some(one.company));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_file_with_the_keys() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("backend.sqlite")).await.expect("made");
    fixtures::fixture(&store, "one").await;
    for entry in std::fs::read_dir(directory.path()).expect("listed") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("its rights").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn two_processes_may_share_a_database() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("backend.sqlite");
    let server = SqliteStore::open(&path).await.expect("made");
    let administrator = SqliteStore::open(&path).await.expect("opened beside it");
    let one = fixtures::fixture(&administrator, "one").await;
    assert_eq!(server.user_by_username("one_alice").await.expect("an answer"), Some(one.alice));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("backend.sqlite");
    SqliteStore::open(&path).await.expect("made").close().await;
    raw(&path, "PRAGMA user_version = 9999");
    let error = refused(&path).await;
    assert!(matches!(error, StoreError::TooNew { found: 9999, .. }), "{error:?}");
    assert!(error.to_string().contains("install the newer version"), "{error}");
}

#[tokio::test]
async fn damaged_and_foreign_files_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to be taken for one ".repeat(40)).expect("written");
    let foreign = directory.path().join("other.sqlite");
    raw(&foreign, "CREATE TABLE notes (id INTEGER)");
    let damaged = directory.path().join("damaged.sqlite");
    SqliteStore::open(&damaged).await.expect("made").close().await;
    let mut bytes = std::fs::read(&damaged).expect("read");
    bytes[100..4096].fill(0x55);
    std::fs::write(&damaged, bytes).expect("written");

    let cases = [
        (text, "damaged or not a database"),
        (foreign, "belongs to another program"),
        (damaged, "damaged or not a database"),
        (directory.path().to_owned(), "it is a directory"),
        (directory.path().join("missing/backend.sqlite"), "directory does not exist"),
    ];
    for (path, expected) in cases {
        let error = refused(&path).await;
        assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
        assert!(error.to_string().contains(expected), "{error} should contain {expected}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn damage_that_shows_later_is_reported_not_hidden() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("backend.sqlite");
    let store = SqliteStore::open(&path).await.expect("made");
    fixtures::fixture(&store, "one").await;
    store.close().await;
    let mut bytes = std::fs::read(&path).expect("read");
    let intact = bytes.len().min(4096);
    bytes[intact..].fill(0xAA);
    std::fs::write(&path, bytes).expect("written");
    // Whether it shows at opening or at the first read depends on which pages are read; it must show.
    let error = match SqliteStore::open(&path).await {
        Err(error) => error,
        Ok(store) => store.company(CompanyId::generate()).await.expect_err("the page is damaged"),
    };
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
}
