//! Files of version 0.1, which another library made.

use crate::{OPTIONS, count, insert};
use mobilecall_sqlite::{Database, Error, OpenError, Options, rusqlite::Connection};
use std::path::Path;

fn make_old(path: &Path, application_id: i32, version: i64) {
    let connection = Connection::open(path).unwrap();
    connection.pragma_update(None, "application_id", application_id).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE _sqlx_migrations (
                version BIGINT PRIMARY KEY, description TEXT NOT NULL,
                installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
                checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);
             CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
             INSERT INTO notes (text) VALUES ('old one'), ('old two');",
        )
        .unwrap();
    let applied = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                   VALUES (?, 'notes', 1, x'00', 0)";
    connection.execute(applied, [version]).unwrap();
}

async fn check_taken_over(path: &Path, options: Options) {
    for new in ["new one", "new two"] {
        let database = Database::open(path, options).await.unwrap();
        insert(&database, new).await.unwrap();
        let header = database.read(|connection| -> Result<(i32, i64, i64), Error> {
            let id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
            let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
            let old = "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%sqlx%'";
            Ok((id, version, connection.query_row(old, [], |row| row.get(0))?))
        });
        assert_eq!(header.await.unwrap(), (OPTIONS.application_id, 1, 0));
        database.close().await;
    }
    let database = Database::open(path, options).await.unwrap();
    assert_eq!(count(&database).await.unwrap(), 4);
}

#[tokio::test]
async fn an_old_file_is_taken_over_with_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("marked.sqlite");
    make_old(&path, OPTIONS.application_id, 1);
    check_taken_over(&path, OPTIONS).await;
}

#[tokio::test]
async fn an_old_file_without_a_mark_is_known_by_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("unmarked.sqlite");
    make_old(&path, 0, 1);
    assert!(matches!(Database::open(&path, OPTIONS).await, Err(OpenError::Foreign { .. })));
    let other = Options { unmarked: Some("invoices"), ..OPTIONS };
    assert!(matches!(Database::open(&path, other).await, Err(OpenError::Foreign { .. })));
    check_taken_over(&path, Options { unmarked: Some("notes"), ..OPTIONS }).await;
}

#[tokio::test]
async fn an_old_file_that_knows_more_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("newer.sqlite");
    make_old(&path, OPTIONS.application_id, 2);
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Database::open(&path, OPTIONS).await, Err(OpenError::TooNew { found: 2, known: 1, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn an_old_file_is_left_alone_by_whoever_may_not_bring_it_up_to_date() {
    const LATER: Options = Options {
        schema: &[OPTIONS.schema[0], mobilecall_sqlite::Migration::new("ALTER TABLE notes ADD COLUMN more TEXT")],
        migrate: false,
        ..OPTIONS
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.sqlite");
    make_old(&path, OPTIONS.application_id, 1);
    let before = std::fs::read(&path).unwrap();
    let refused = Database::open(&path, LATER).await.unwrap_err();
    assert!(matches!(refused, OpenError::Outdated { found: 1, known: 2, .. }), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // Brought up to date by another, and a new one.
    Database::open(&path, Options { migrate: true, ..LATER }).await.unwrap().close().await;
    for path in [path, folder.path().join("new.sqlite")] {
        insert(&Database::open(&path, LATER).await.unwrap(), "one").await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_an_old_program_had_just_begun_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("begun.sqlite");
    let table = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY)";
    Connection::open(&path).unwrap().execute_batch(table).unwrap();
    let database = Database::open(&path, OPTIONS).await.unwrap();
    insert(&database, "one").await.unwrap();
}
