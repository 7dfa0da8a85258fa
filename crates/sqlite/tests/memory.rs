//! A moment without memory. In a program of its own, because SQLite's limit is one of the whole process and cannot be
//! raised again.

use mobilecall_sqlite::{
    Database, Error, Migration, Options, Synchronous,
    rusqlite::{ErrorCode, ffi},
};

const OPTIONS: Options = Options {
    application_id: 0x1234_5678,
    unmarked: None,
    schema: &[Migration::new("CREATE TABLE notes (text TEXT NOT NULL) STRICT")],
    create: true,
    migrate: true,
    readers: 1,
    synchronous: Synchronous::Full,
};

/// Enough for small writes, too little for a large one.
const LIMIT: i64 = 4_000_000;
const LARGE: i64 = 8_000_000;

/// Our SQLite does not count what it allocates, which a limit needs, unless it is told so before its first use.
#[expect(unsafe_code, reason = "`rusqlite` has no safe way to it")]
fn count_memory() {
    // SAFETY: the option takes one `int`, and nothing of SQLite was used before in this process.
    let told = unsafe { ffi::sqlite3_config(ffi::SQLITE_CONFIG_MEMSTATUS, 1_i32) };
    assert_eq!(told, ffi::SQLITE_OK);
}

async fn insert(database: &Database, bytes: i64) -> Result<(), Error> {
    let insert = "INSERT INTO notes (text) VALUES (hex(zeroblob(?)))";
    database.write(move |connection| Ok(connection.prepare_cached(insert)?.execute([bytes]).map(drop)?)).await
}

#[tokio::test]
async fn a_write_without_memory_stops_no_later_one() {
    count_memory();
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("notes.sqlite"), OPTIONS).await.unwrap();
    let limit = format!("PRAGMA hard_heap_limit = {LIMIT}");
    let set = database
        .read(move |connection| -> Result<i64, Error> { Ok(connection.query_row(&limit, [], |row| row.get(0))?) });
    assert_eq!(set.await.unwrap(), LIMIT);
    for round in 1..=5 {
        let refused = insert(&database, LARGE).await.unwrap_err();
        let no_memory = refused.code() == Some(ErrorCode::OutOfMemory);
        assert!(no_memory || matches!(refused, Error::RolledBack), "{refused:?}");
        // Also beside others, which may have to be tried again.
        let (large, small) = tokio::join!(insert(&database, LARGE), insert(&database, 1));
        assert!(large.is_err());
        if small.is_err() {
            insert(&database, 1).await.unwrap();
        }
        let count = database.read(|connection| -> Result<i64, Error> {
            Ok(connection.query_row("SELECT count(*) FROM notes", [], |row| row.get(0))?)
        });
        assert_eq!(count.await.unwrap(), round, "what was acknowledged, and nothing else");
    }
}
