//! Files that only their key opens.

use crate::{OPTIONS, count, insert};
use mobilecall_sqlite::{Database, Error, Key, OpenError, rusqlite::Connection};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// What must not be found on the disk.
const SECRET: &str = "+966501234567 wants a call back";

fn key() -> Key {
    Key::new([7; 32])
}

async fn open(path: &Path) -> Database {
    Database::open_encrypted(path, OPTIONS, key()).await.unwrap()
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes #1 %41?.sqlite");
    (folder, path)
}

/// The names of all files in the folder that hold the text.
fn files_with(folder: &TempDir, text: &str) -> Vec<PathBuf> {
    let files = folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| fs::read(path).unwrap().windows(text.len()).any(|part| part == text.as_bytes())).collect()
}

/// A file that is not encrypted, with its log.
async fn make_plain(path: &Path) {
    let database = Database::open(path, OPTIONS).await.unwrap();
    insert(&database, SECRET).await.unwrap();
    database.close().await;
    // Within quotes and pages, as it was written.
    assert!(fs::read(path).unwrap().windows(SECRET.len()).any(|part| part == SECRET.as_bytes()));
}

#[tokio::test]
async fn nothing_of_it_is_on_the_disk_in_the_clear() {
    let (folder, path) = place();
    let database = open(&path).await;
    insert(&database, SECRET).await.unwrap();
    // With the log beside it, and without.
    assert!(folder.path().read_dir().unwrap().count() > 1);
    assert_eq!(files_with(&folder, SECRET), [] as [PathBuf; 0]);
    assert_eq!(files_with(&folder, "CREATE TABLE"), [] as [PathBuf; 0]);
    database.close().await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    assert_eq!(files_with(&folder, SECRET), [] as [PathBuf; 0]);
    assert_eq!(files_with(&folder, "SQLite format 3"), [] as [PathBuf; 0]);

    let database = open(&path).await;
    assert_eq!(count(&database).await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_sorted_on_the_way_stays_in_memory() {
    let (_folder, path) = place();
    let database = open(&path).await;
    let store = |connection: &Connection| -> Result<i64, Error> {
        Ok(connection.pragma_query_value(None, "temp_store", |row| row.get(0))?)
    };
    let in_memory = 2;
    assert_eq!(database.read(store).await.unwrap(), in_memory);
    assert_eq!(database.write(store).await.unwrap(), in_memory);
}

#[tokio::test]
async fn another_key_or_none_is_refused_and_changes_nothing() {
    let (folder, path) = place();
    let database = open(&path).await;
    insert(&database, SECRET).await.unwrap();
    database.close().await;
    let before = fs::read(&path).unwrap();

    let error = Database::open_encrypted(&path, OPTIONS, Key::new([8; 32])).await.unwrap_err();
    assert!(matches!(error, OpenError::WrongKey { .. }), "{error}");
    let error = Database::open(&path, OPTIONS).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");

    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}

#[tokio::test]
async fn a_changed_page_is_noticed() {
    let (_folder, path) = place();
    let database = open(&path).await;
    insert(&database, SECRET).await.unwrap();
    database.close().await;
    let mut bytes = fs::read(&path).unwrap();
    // In the middle of the second page, the table's.
    bytes[4096 + 2048] ^= 1;
    fs::write(&path, bytes).unwrap();
    let database = open(&path).await;
    assert!(count(&database).await.is_err());
}

#[tokio::test]
async fn a_plain_file_is_encrypted_with_every_row() {
    let (folder, path) = place();
    make_plain(&path).await;
    // Left from a copy that was broken off.
    fs::write(folder.path().join("notes #1 %41?.sqlite.encrypting"), "half a copy").unwrap();
    for expected in [2, 3] {
        let database = open(&path).await;
        insert(&database, format!("row {expected}")).await.unwrap();
        assert_eq!(count(&database).await.unwrap(), expected);
        database.close().await;
        assert_eq!(files_with(&folder, SECRET), [] as [PathBuf; 0]);
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_encrypted_copy() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = place();
    make_plain(&path).await;
    open(&path).await.close().await;
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_plain_file_that_another_has_open_is_left_as_it_is() {
    let (folder, path) = place();
    make_plain(&path).await;
    let other = Connection::open(&path).unwrap();
    let rows = |connection: &Connection| {
        connection.query_row("SELECT count(*) FROM notes", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(rows(&other), 1);
    let error = Database::open_encrypted(&path, OPTIONS, key()).await.unwrap_err();
    assert!(matches!(error, OpenError::Sqlite { .. }), "{error}");
    assert_eq!(rows(&other), 1);
    other.execute("INSERT INTO notes (text) VALUES ('written meanwhile')", []).unwrap();
    drop(other);

    let database = open(&path).await;
    assert_eq!(count(&database).await.unwrap(), 2);
    assert_eq!(files_with(&folder, SECRET), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn another_programs_file_is_not_encrypted() {
    let (_folder, path) = place();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE invoices (id INTEGER)").unwrap();
    let before = fs::read(&path).unwrap();
    let error = Database::open_encrypted(&path, OPTIONS, key()).await.unwrap_err();
    assert!(matches!(error, OpenError::Foreign { .. }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_key_prints_without_its_value() {
    assert_eq!(format!("{:?}", key()), "Key(…)");
}
