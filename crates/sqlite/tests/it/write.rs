//! Groups, savepoints, faults.

use crate::{Fixture, OPTIONS, count, insert};
use mobilecall_sqlite::{
    Database, Error,
    rusqlite::{Connection, ErrorCode},
};
use std::sync::{Arc, Barrier};
use tokio::task::JoinSet;

/// Keeps the writing thread busy until the barrier is reached from outside, so that what is written meanwhile waits.
async fn hold(database: &Database) -> (Arc<Barrier>, tokio::task::JoinHandle<Result<(), Error>>) {
    let barrier = Arc::new(Barrier::new(2));
    let (started, begun) = tokio::sync::oneshot::channel();
    let (database, inside) = (database.clone(), Arc::clone(&barrier));
    let holding = tokio::spawn(async move {
        let wait = move |_: &Connection| {
            started.send(()).unwrap();
            inside.wait();
            Ok(())
        };
        database.write(wait).await
    });
    begun.await.unwrap();
    (barrier, holding)
}

/// Starts the futures in order and lets each come as far as the queue.
async fn queued<T: Send + 'static>(
    works: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<tokio::task::JoinHandle<T>> {
    let mut tasks = Vec::new();
    for work in works {
        tasks.push(tokio::spawn(work));
        tokio::task::yield_now().await;
    }
    tasks
}

#[tokio::test]
async fn writes_that_wait_together_are_committed_together() {
    let fixture = Fixture::new().await;
    let (barrier, holding) = hold(&fixture.database).await;
    let works = (0..100).map(|number| {
        let database = fixture.database.clone();
        async move { insert(&database, format!("note {number}")).await }
    });
    let tasks = queued(works).await;
    barrier.wait();
    holding.await.unwrap().unwrap();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(count(&fixture.database).await.unwrap(), 100);
    let statistics = fixture.database.statistics();
    assert_eq!((statistics.writes, statistics.commits), (101, 2), "one for the first, one for all that waited");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_lose_nothing() {
    let fixture = Fixture::new().await;
    let mut writers = JoinSet::new();
    for writer in 0..32 {
        let database = fixture.database.clone();
        writers.spawn(async move {
            for number in 0..20 {
                insert(&database, format!("{writer} {number}")).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    assert_eq!(count(&fixture.database).await.unwrap(), 640);
    let statistics = fixture.database.statistics();
    assert_eq!(statistics.writes, 640);
    assert!(statistics.commits < 640, "{statistics:?}");
}

#[tokio::test]
async fn a_write_that_fails_undoes_only_itself() {
    let fixture = Fixture::new().await;
    let (barrier, holding) = hold(&fixture.database).await;
    let works = ["one", "two", "one", "three"].map(|text| {
        let database = fixture.database.clone();
        async move {
            let work = move |connection: &Connection| -> Result<(), Error> {
                connection
                    .execute("INSERT INTO notes (text) VALUES (?)", [format!("before {text} {}", text.len())])
                    .ok();
                connection.execute("INSERT INTO notes (text) VALUES (?)", [text])?;
                Ok(())
            };
            database.write(work).await
        }
    });
    let tasks = queued(works).await;
    barrier.wait();
    holding.await.unwrap().unwrap();
    let mut failed = Vec::new();
    for task in tasks {
        failed.push(task.await.unwrap().is_err());
    }
    assert_eq!(failed, [false, false, true, false]);
    assert_eq!(count(&fixture.database).await.unwrap(), 6);
    assert_eq!(fixture.database.statistics().commits, 2);
}

#[tokio::test]
async fn what_failed_alone_leaves_nothing() {
    let fixture = Fixture::new().await;
    let work = |connection: &Connection| -> Result<(), Error> {
        connection.execute("INSERT INTO notes (text) VALUES ('half')", [])?;
        connection.execute("INSERT INTO nowhere (text) VALUES ('half')", [])?;
        Ok(())
    };
    assert!(matches!(fixture.database.write(work).await, Err(Error::Sqlite(_))));
    assert_eq!(count(&fixture.database).await.unwrap(), 0);
    assert_eq!(fixture.database.statistics().commits, 0);
}

/// Fills a database that may not grow until SQLite gives up and rolls the transaction back by itself.
fn fill(connection: &Connection) -> Result<(), Error> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    connection.pragma_update_and_check(None, "max_page_count", pages + 2, |_| Ok(()))?;
    // Statements that write one row keep no journal of their own, which leaves SQLite no other way than to roll
    // everything back.
    let mut insert = connection.prepare("INSERT INTO notes (text) VALUES (hex(randomblob(1000)))")?;
    let full = (0..100).find_map(|_| insert.execute([]).err()).unwrap();
    assert_eq!(full.sqlite_error_code(), Some(ErrorCode::DiskFull));
    assert!(connection.is_autocommit(), "SQLite took the transaction back");
    Err(full.into())
}

#[tokio::test]
async fn a_full_disk_fails_the_group_and_not_the_writer() {
    let fixture = Fixture::new().await;
    insert(&fixture.database, "first").await.unwrap();
    let (barrier, holding) = hold(&fixture.database).await;
    let [before, full, after] = [0, 1, 2].map(|place| {
        let database = fixture.database.clone();
        async move {
            match place {
                1 => database.write(fill).await,
                place => insert(&database, format!("place {place}")).await,
            }
        }
    });
    let tasks = queued([before, full, after]).await;
    barrier.wait();
    let mut results = vec![holding.await.unwrap()];
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results.remove(0).unwrap();
    assert!(matches!(&results[0], Err(Error::RolledBack)), "{results:?}");
    assert_eq!(results[1].as_ref().unwrap_err().code(), Some(ErrorCode::DiskFull));
    results.remove(2).unwrap();

    insert(&fixture.database, "and it goes on").await.unwrap();
    let texts = fixture.database.read(|connection| -> Result<Vec<String>, Error> {
        let mut statement = connection.prepare("SELECT text FROM notes ORDER BY id")?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    });
    assert_eq!(texts.await.unwrap(), ["first", "place 2", "and it goes on"]);
}

#[tokio::test]
async fn a_rolled_back_transaction_is_noticed_even_if_the_work_does_not() {
    let fixture = Fixture::new().await;
    for _ in 0..2 {
        let careless = fixture.database.write(|connection| {
            insert_now(connection, "lost")?;
            fill(connection).unwrap_err();
            Ok(())
        });
        assert!(matches!(careless.await, Err(Error::RolledBack)));
    }
    insert(&fixture.database, "and it goes on").await.unwrap();
    assert_eq!(count(&fixture.database).await.unwrap(), 1);
}

fn insert_now(connection: &Connection, text: &str) -> Result<(), Error> {
    connection.execute("INSERT INTO notes (text) VALUES (?)", [text])?;
    Ok(())
}

#[tokio::test]
async fn a_transaction_left_open_by_the_work_does_not_stop_the_next() {
    let fixture = Fixture::new().await;
    let meddling = fixture.database.write(|connection| -> Result<(), Error> {
        connection.execute_batch("COMMIT")?;
        Ok(())
    });
    assert!(meddling.await.is_err());
    insert(&fixture.database, "and it goes on").await.unwrap();
    assert_eq!(count(&fixture.database).await.unwrap(), 1);
}

#[tokio::test]
async fn a_database_in_memory_survives_a_full_disk() {
    let database = Database::in_memory(OPTIONS).await.unwrap();
    insert(&database, "first").await.unwrap();
    assert_eq!(database.write(fill).await.unwrap_err().code(), Some(ErrorCode::DiskFull));
    insert(&database, "second").await.unwrap();
    assert_eq!(count(&database).await.unwrap(), 2);
}

#[tokio::test]
async fn a_panic_is_one_callers_error() {
    let fixture = Fixture::new().await;
    let (barrier, holding) = hold(&fixture.database).await;
    let works = [false, true, false].map(|panics| {
        let database = fixture.database.clone();
        async move {
            let work = move |connection: &Connection| -> Result<(), Error> {
                connection.execute("INSERT INTO notes (text) VALUES (hex(randomblob(8)))", [])?;
                assert!(!panics, "on purpose");
                Ok(())
            };
            database.write(work).await
        }
    });
    let tasks = queued(works).await;
    barrier.wait();
    holding.await.unwrap().unwrap();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    assert!(matches!(results.as_slice(), [Ok(()), Err(Error::Panicked), Ok(())]), "{results:?}");
    assert_eq!(count(&fixture.database).await.unwrap(), 2);
}

#[tokio::test]
async fn a_dropped_write_happens_wholly_or_not_at_all() {
    let fixture = Fixture::new().await;
    for _ in 0..50 {
        let work = |connection: &Connection| -> Result<(), Error> {
            connection.execute("INSERT INTO notes (text) VALUES (hex(randomblob(8)))", [])?;
            connection.execute("INSERT INTO notes (text) VALUES (hex(randomblob(8)))", [])?;
            Ok(())
        };
        let write = fixture.database.write(work);
        tokio::select! { biased; _ = write => {}, () = tokio::task::yield_now() => {} }
    }
    insert(&fixture.database, "last").await.unwrap();
    assert_eq!(count(&fixture.database).await.unwrap() % 2, 1);
}

#[tokio::test]
async fn another_processs_lock_is_an_error_and_no_more() {
    let fixture = Fixture::new().await;
    let other = Connection::open(fixture.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let quick = fixture.database.write(|connection| -> Result<(), Error> {
        connection.busy_timeout(std::time::Duration::ZERO)?;
        Ok(())
    });
    // Waits out the busy timeout once.
    assert_eq!(quick.await.unwrap_err().code(), Some(ErrorCode::DatabaseBusy));
    other.execute_batch("ROLLBACK").unwrap();
    insert(&fixture.database, "now").await.unwrap();
}

#[tokio::test]
async fn what_was_committed_is_told_also_without_its_caller() {
    let fixture = Fixture::new().await;
    let (told, mut tellings) = tokio::sync::mpsc::unbounded_channel();
    let telling = |name: &'static str| {
        let told = told.clone();
        move |(): &()| told.send(name).unwrap()
    };
    let failing = |_: &Connection| Err(Error::Closed);
    assert!(fixture.database.write_then(failing, telling("failed")).await.is_err());

    let (reached, leave) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (database, inside) = (fixture.database.clone(), (Arc::clone(&reached), Arc::clone(&leave)));
    let slow = move |connection: &Connection| {
        inside.0.wait();
        inside.1.wait();
        connection.execute("INSERT INTO notes (text) VALUES ('kept')", [])?;
        Ok::<_, Error>(())
    };
    let then = telling("gone");
    let caller = tokio::spawn(async move { database.write_then(slow, then).await });
    tokio::task::spawn_blocking(move || reached.wait()).await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    leave.wait();
    assert_eq!(tellings.recv().await, Some("gone"));
    assert_eq!(count(&fixture.database).await.unwrap(), 1, "it was on the disk when it was told");
}

#[tokio::test]
async fn a_panic_in_telling_stops_no_write() {
    let fixture = Fixture::new().await;
    let work = |connection: &Connection| -> Result<(), Error> {
        Ok(connection.execute_batch("INSERT INTO notes (text) VALUES ('kept')")?)
    };
    let told = fixture.database.write_then(work, |()| panic!("nobody can be told")).await;
    assert!(told.is_ok(), "{told:?}");
    insert(&fixture.database, "later").await.unwrap();
    assert_eq!(count(&fixture.database).await.unwrap(), 2);
}
