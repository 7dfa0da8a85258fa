//! Opening a database: what is refused, what is migrated, how connections are set up.

use crate::error::{self, failed};
use mobilecall_store::{Result, StoreError};
use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use std::{fs, path::Path, time::Duration};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// `PRAGMA application_id` of our files, "MCBK"; the first migration sets it.
const APPLICATION_ID: i64 = 0x4d43_424b;

/// How long a connection waits for another process, such as `mobile-call-server user add` beside a running server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request waits for a connection before it is told to try again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers. Queries take well under a millisecond, so a few serve hundreds of agents; each costs up to 2 MB of cache.
const READERS: u32 = 4;

/// Writer and readers of a file.
pub(crate) async fn file(path: &Path) -> Result<(SqlitePool, SqlitePool)> {
    inspect(path).await?;
    create_private(path)?;
    let options = options().filename(path).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    let at = |error| error::opening(path, error);
    let writer = pool(1).connect_with(options).await.map_err(at)?;
    migrate(&writer, path).await?;
    let options = self::options().filename(path).read_only(true);
    let reader = pool(READERS).connect_with(options).await.map_err(at)?;
    Ok((writer, reader))
}

/// The one connection of a database in memory, which lives as long as it is open.
pub(crate) async fn memory() -> Result<SqlitePool> {
    let pool = pool(1).min_connections(1).idle_timeout(None).max_lifetime(None);
    let pool = pool.connect_with(options().in_memory(true)).await.map_err(failed)?;
    migrate(&pool, Path::new(":memory:")).await?;
    Ok(pool)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false)
}

fn options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        // In WAL mode a kill -9 loses nothing that was committed either way, since the pages are with the kernel. NORMAL
        // could lose the last commits with the power, and then change sequences that clients have seen would be given
        // to other changes, which those clients would never pull. So every commit is synced.
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
}

/// Looks at an existing file without changing it.
async fn inspect(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return parent_exists(path),
        Err(denied) => {
            let remedy = "give this user access to it, or choose another path";
            return Err(error::unreadable(path, remedy, denied));
        }
        Ok(metadata) if metadata.is_dir() => {
            return Err(refused(path, "it is a directory: give the path of a file in it"));
        }
        Ok(_) => {}
    }
    let at = |error| error::opening(path, error);
    let mut connection =
        options().filename(path).read_only(true).disable_statement_logging().connect().await.map_err(at)?;
    let verdict = judge(&mut connection, path).await;
    connection.close().await.map_err(at)?;
    verdict
}

/// Makes the file for its owner only, unless it is there: it holds the keys that sign tokens. SQLite gives the files
/// beside it the same rights.
fn create_private(path: &Path) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let remedy = "give this user the right to write there, or choose another path";
    options.open(path).map(drop).map_err(|denied| error::unreadable(path, remedy, denied))
}

fn parent_exists(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match parent {
        Some(parent) if !parent.is_dir() => {
            Err(refused(path, "its directory does not exist: make the directory first, or choose another path"))
        }
        Some(_) | None => Ok(()),
    }
}

async fn judge(connection: &mut SqliteConnection, path: &Path) -> Result<()> {
    let at = |error| error::opening(path, error);
    // The table of migrations comes first: alone, it is a database that another process is just making.
    let tables: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE tbl_name <> '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await
        .map_err(at)?;
    if tables == 0 {
        return Ok(());
    }
    let application: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(at)?;
    if application != APPLICATION_ID {
        return Err(refused(path, "it belongs to another program: choose another path"));
    }
    let found: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(at)?;
    let known = newest_known();
    if found > known {
        return Err(StoreError::TooNew { database: path.display().to_string(), found, known });
    }
    Ok(())
}

fn newest_known() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

fn refused(path: &Path, remedy: &'static str) -> StoreError {
    StoreError::Unreadable { database: path.display().to_string(), remedy, source: None }
}

async fn migrate(pool: &SqlitePool, path: &Path) -> Result<()> {
    use sqlx::migrate::MigrateError;
    MIGRATIONS.run(pool).await.map_err(|error| match error {
        MigrateError::Execute(source) | MigrateError::ExecuteMigration(source, _) => error::opening(path, source),
        other => {
            let remedy = "its tables differ from those of this version: restore a backup, or choose another path";
            error::unreadable(path, remedy, other)
        }
    })
}
