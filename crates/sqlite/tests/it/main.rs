//! The database over real files.
#![expect(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

mod encryption;
mod locks;
mod old;
mod open;
mod read;
mod write;

use mobilecall_sqlite::{Database, Error, Migration, Options, Synchronous};
use std::path::PathBuf;
use tempfile::TempDir;

const OPTIONS: Options = Options {
    application_id: 0x1234_5678,
    unmarked: None,
    schema: &[Migration::new("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;")],
    create: true,
    migrate: true,
    readers: 2,
    synchronous: Synchronous::Full,
};

struct Fixture {
    folder: TempDir,
    database: Database,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("notes.sqlite"), OPTIONS).await.unwrap();
        Self { folder, database }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("notes.sqlite")
    }

    fn files(&self) -> usize {
        self.folder.path().read_dir().unwrap().count()
    }
}

async fn insert(database: &Database, text: impl Into<String>) -> Result<(), Error> {
    let text = text.into();
    database
        .write(move |connection| {
            connection.prepare_cached("INSERT INTO notes (text) VALUES (?)")?.execute([text])?;
            Ok(())
        })
        .await
}

async fn count(database: &Database) -> Result<i64, Error> {
    database
        .read(|connection| {
            Ok(connection.prepare_cached("SELECT count(*) FROM notes")?.query_row([], |row| row.get(0))?)
        })
        .await
}
