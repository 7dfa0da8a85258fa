//! Reads, and the end.

use crate::{Fixture, OPTIONS, count, insert};
use mobilecall_sqlite::{Database, Error, rusqlite::Connection};

#[tokio::test]
async fn a_read_sees_what_was_written_and_cannot_write() {
    for in_memory in [false, true] {
        let fixture = Fixture::new().await;
        let database = if in_memory { Database::in_memory(OPTIONS).await.unwrap() } else { fixture.database.clone() };
        insert(&database, "one").await.unwrap();
        assert_eq!(count(&database).await.unwrap(), 1);
        let writing = |connection: &Connection| -> Result<(), Error> {
            connection.execute("DELETE FROM notes", [])?;
            Ok(())
        };
        assert!(matches!(database.read(writing).await, Err(Error::Sqlite(_))));
        insert(&database, "two").await.unwrap();
        assert_eq!(count(&database).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn reads_go_on_after_a_panic_and_a_transaction_left_open() {
    for in_memory in [false, true] {
        let fixture = Fixture::new().await;
        let database = if in_memory { Database::in_memory(OPTIONS).await.unwrap() } else { fixture.database.clone() };
        for _ in 0..3 {
            let panicking = |_: &Connection| -> Result<(), Error> { panic!("on purpose") };
            assert!(matches!(database.read(panicking).await, Err(Error::Panicked)));
            let leaving = |connection: &Connection| -> Result<(), Error> { Ok(connection.execute_batch("BEGIN")?) };
            database.read(leaving).await.unwrap();
        }
        insert(&database, "one").await.unwrap();
        for _ in 0..3 {
            assert_eq!(count(&database).await.unwrap(), 1, "no reader looks at an old snapshot");
        }
    }
}

#[tokio::test]
async fn closing_finishes_what_waits_and_folds_the_log() {
    let fixture = Fixture::new().await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..20 {
        let database = fixture.database.clone();
        writes.spawn(async move { insert(&database, number.to_string()).await });
    }
    tokio::task::yield_now().await;
    fixture.database.close().await;
    assert_eq!(fixture.files(), 1, "the log is folded into the file");
    let written = writes.join_all().await.iter().filter(|result| result.is_ok()).count();
    assert!(matches!(insert(&fixture.database, "late").await, Err(Error::Closed)));
    assert!(matches!(count(&fixture.database).await, Err(Error::Closed)));
    fixture.database.close().await;

    let again = Database::open(&fixture.path(), OPTIONS).await.unwrap();
    assert_eq!(count(&again).await.unwrap(), i64::try_from(written).unwrap());
}

#[tokio::test]
async fn debug_tells_no_data() {
    let fixture = Fixture::new().await;
    insert(&fixture.database, "a secret").await.unwrap();
    assert!(format!("{:?}", fixture.database).starts_with("Database { path: "));
}
