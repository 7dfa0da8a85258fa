//! Opening the file: first a look that changes nothing, then migrations, then the connections.

use crate::OpenError;
use sqlx::{
    Connection as _, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a statement waits for another process, such as a second `mcall` on the same folder.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Reads that may run at once beside the one writer: the history page and the sync.
const READERS: u32 = 2;

/// The open database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Cache {
    /// One connection, so that writers queue here and never fight over SQLite's lock.
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
}

impl Cache {
    /// Opens the file, creating it if there is none, and brings its tables up to date. On an error the file is left as
    /// it was.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
        if path.metadata().is_ok_and(|metadata| metadata.len() > 0) {
            inspect(path).await?;
        }
        create_private(path).map_err(|error| unreadable(error.into()))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = |size| SqlitePoolOptions::new().max_connections(size).idle_timeout(None).max_lifetime(None);
        let writer = pool(1).connect_with(options.clone()).await.map_err(unreadable)?;
        MIGRATIONS.run(&writer).await.map_err(|error| migration_failed(path, error))?;
        let readers = pool(READERS).connect_lazy_with(options);
        Ok(Self { writer, readers })
    }

    /// Waits for running statements and closes the file. Later uses fail.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes the file for its owner only, unless it is there: it tells whom the agent talked to. SQLite gives the files
/// beside it the same rights.
fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Reads the list of applied migrations without the right to write, so that a foreign, damaged or newer file is
/// recognized before anything in it changes.
async fn inspect(path: &Path) -> Result<(), OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(unreadable)?;
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut connection)
        .await
        .map_err(unreadable)?;
    if !tables.iter().any(|name| name == "_sqlx_migrations") {
        let empty = tables.is_empty();
        connection.close().await.map_err(unreadable)?;
        let foreign = || sqlx::Error::Configuration("the file is a database of another program".into());
        return if empty { Ok(()) } else { Err(unreadable(foreign())) };
    }
    let newest: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
        .fetch_one(&mut connection)
        .await
        .map_err(unreadable)?;
    connection.close().await.map_err(unreadable)?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max();
    if newest > known { Err(OpenError::TooNew { path: path.to_owned() }) } else { Ok(()) }
}

fn migration_failed(path: &Path, error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(_) => OpenError::TooNew { path: path.to_owned() },
        MigrateError::Execute(source) => OpenError::Unreadable { path: path.to_owned(), source },
        other => OpenError::Unreadable { path: path.to_owned(), source: sqlx::Error::Migrate(Box::new(other)) },
    }
}
