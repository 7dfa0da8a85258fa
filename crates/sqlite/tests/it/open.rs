//! What is refused, and left as it was.

use crate::{Fixture, OPTIONS, count, insert};
use mobilecall_sqlite::{Database, Migration, OpenError, Options, rusqlite::Connection};
use std::{fs, path::Path};

async fn refused(path: &Path) -> OpenError {
    let before = fs::read(path).ok();
    let error = Database::open(path, OPTIONS).await.unwrap_err();
    assert_eq!(fs::read(path).ok(), before, "the file is as it was");
    assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    error
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    fs::write(&text, "not a database, but long enough to be taken for one ".repeat(100)).unwrap();
    assert!(matches!(refused(&text).await, OpenError::Damaged { .. }));

    let foreign = folder.path().join("foreign.sqlite");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE invoices (id INTEGER)").unwrap();
    assert!(matches!(refused(&foreign).await, OpenError::Foreign { .. }));

    assert!(matches!(refused(folder.path()).await, OpenError::Directory { .. }));
    let nowhere = folder.path().join("missing/notes.sqlite");
    assert!(matches!(refused(&nowhere).await, OpenError::NoDirectory { .. }));
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let fixture = Fixture::new().await;
    fixture.database.close().await;
    let mut bytes = fs::read(fixture.path()).unwrap();
    bytes[100..4096].fill(0x55);
    fs::write(fixture.path(), bytes).unwrap();
    assert!(matches!(refused(&fixture.path()).await, OpenError::Damaged { .. }));
}

#[tokio::test]
async fn a_newer_version_is_refused() {
    let fixture = Fixture::new().await;
    fixture.database.close().await;
    Connection::open(fixture.path()).unwrap().pragma_update(None, "user_version", 9999).unwrap();
    assert!(matches!(refused(&fixture.path()).await, OpenError::TooNew { found: 9999, known: 1, .. }));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new().await;
    insert(&fixture.database, "one").await.unwrap();
    assert!(fixture.files() > 1);
    for entry in fixture.folder.path().read_dir().unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test]
async fn two_handles_may_share_a_file_and_make_it_together() {
    let folder = tempfile::tempdir().unwrap();
    // Which one comes first, and how far, is another each time.
    for attempt in 0..20 {
        let path = folder.path().join(format!("notes-{attempt}.sqlite"));
        let (one, other) = tokio::join!(Database::open(&path, OPTIONS), Database::open(&path, OPTIONS));
        let (one, other) = (one.unwrap(), other.unwrap());
        insert(&one, "one").await.unwrap();
        insert(&other, "two").await.unwrap();
        assert_eq!((count(&one).await.unwrap(), count(&other).await.unwrap()), (2, 2));
    }
}

#[tokio::test]
async fn an_older_file_is_brought_up_to_date_in_sql_and_in_rust() {
    const NEWER: Options = Options {
        schema: &[
            OPTIONS.schema[0],
            Migration::with("ALTER TABLE notes ADD COLUMN length INTEGER NOT NULL DEFAULT 0", |transaction| {
                transaction.execute("UPDATE notes SET length = length(text)", []).map(drop)
            }),
        ],
        ..OPTIONS
    };
    let fixture = Fixture::new().await;
    insert(&fixture.database, "four").await.unwrap();
    fixture.database.close().await;
    let database = Database::open(&fixture.path(), NEWER).await.unwrap();
    let length = database.read(|connection| -> Result<i64, mobilecall_sqlite::Error> {
        Ok(connection.query_row("SELECT length FROM notes", [], |row| row.get(0))?)
    });
    assert_eq!(length.await.unwrap(), 4);
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_file_as_it_was() {
    const BROKEN: Options = Options {
        schema: &[
            OPTIONS.schema[0],
            Migration::new("CREATE TABLE more (id INTEGER); ALTER TABLE nothing ADD COLUMN x"),
        ],
        ..OPTIONS
    };
    let fixture = Fixture::new().await;
    insert(&fixture.database, "one").await.unwrap();
    fixture.database.close().await;
    let error = Database::open(&fixture.path(), BROKEN).await.unwrap_err();
    assert!(matches!(error, OpenError::Schema { .. }), "{error:?}");
    let again = Database::open(&fixture.path(), OPTIONS).await.unwrap();
    assert_eq!(count(&again).await.unwrap(), 1);
}

#[tokio::test]
async fn only_what_is_there_is_opened_where_none_is_to_be_made() {
    let folder = tempfile::tempdir().unwrap();
    let there = Options { create: false, ..OPTIONS };
    let (missing, empty) = (folder.path().join("none.sqlite"), folder.path().join("empty.sqlite"));
    fs::write(&empty, "").unwrap();
    for path in [&missing, &empty, &folder.path().join("nowhere/none.sqlite")] {
        let error = Database::open(path, there).await.unwrap_err();
        assert!(matches!(error, OpenError::Missing { .. }), "{error}");
    }
    assert_eq!((missing.exists(), fs::read(&empty).unwrap().len()), (false, 0));
    let fixture = Fixture::new().await;
    Database::open(&fixture.path(), there).await.unwrap().close().await;
}

#[tokio::test]
async fn a_file_is_read_without_being_written() {
    let fixture = Fixture::new().await;
    insert(&fixture.database, "one").await.unwrap();
    let beside = Database::open_for_reading(&fixture.path(), OPTIONS).await.unwrap();
    insert(&fixture.database, "two").await.unwrap();
    assert_eq!(count(&beside).await.unwrap(), 2, "also what is in the log of another");
    assert!(insert(&beside, "three").await.is_err());
    beside.close().await;
    fixture.database.close().await;

    // A name that means something in the name of a database.
    let path = fixture.folder.path().join("50% of ?notes#.sqlite");
    fs::rename(fixture.path(), &path).unwrap();
    // No index of the log can be made here.
    fs::create_dir(fixture.folder.path().join("50% of ?notes#.sqlite-shm")).unwrap();
    let before = fs::read(&path).unwrap();
    let alone = Database::open_for_reading(&path, OPTIONS).await.unwrap();
    assert_eq!(count(&alone).await.unwrap(), 2);
    assert!(insert(&alone, "three").await.is_err());
    alone.close().await;
    assert!(fs::read(&path).unwrap() == before);
}
