//! Opening a file: first a look that changes nothing, then a version 0.1 is taken over, then migrations.

use crate::{
    Error, Key, OpenError, Options,
    encryption::{self, Failure},
    files::create_private,
};
use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, TransactionBehavior, config::DbConfig};
use rusqlite_migration::{Error as MigrationError, MigrationDefinitionError, Migrations};
use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How long a statement waits for another process, such as a command of an administrator beside a running server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Pause between attempts where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);

/// Prepared statements kept a connection: more than any of our programs has, which is some 170.
const STATEMENTS: usize = 256;

/// Where version 0.1, which used another library, noted the migrations that it ran.
const OLD_MIGRATIONS: &str = "_sqlx_migrations";

/// What may be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everything.
    Write,
    /// Reading, with the index of the log that readers and writers share.
    Read,
    /// Reading as what nobody changes, without that index: there is no room for it, or no right to make it.
    ReadAlone,
}

/// Makes connections.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    /// Nowhere: in memory.
    pub(crate) path: Option<PathBuf>,
    pub(crate) options: Options,
    /// For files only.
    pub(crate) key: Option<Key>,
    /// For files only.
    pub(crate) access: Access,
}

impl Connector {
    /// The writing connection of a database that is ours and up to date.
    pub(crate) fn first(&self) -> Result<Connection, OpenError> {
        let Some(path) = &self.path else {
            let memory = Path::new(":memory:");
            let mut connection = self.writer().map_err(OpenError::at(memory))?;
            migrate(&mut connection, memory, &self.options)?;
            return Ok(connection);
        };
        if self.access != Access::Write {
            let options = Options { create: false, migrate: false, ..self.options };
            inspect(path, &options, self.key.as_ref(), self.access)?;
            return self.reader().map_err(OpenError::at(path));
        }
        inspect(path, &self.options, self.key.as_ref(), self.access)?;
        let denied = |source| OpenError::NotWritable { path: path.clone(), source };
        create_private(path).map_err(denied)?;
        if let Some(key) = &self.key
            && encryption::is_plain(path).map_err(|source| OpenError::Denied { path: path.clone(), source })?
        {
            encryption::encrypt(path, key).map_err(|failure| match failure {
                Failure::Sqlite(error) => OpenError::at(path)(error),
                Failure::Files(error) => denied(error),
            })?;
        }
        let mut connection = self.writer().map_err(OpenError::at(path))?;
        // SQLite opens what it may not write to for reading.
        if connection.is_readonly(MAIN_DB).map_err(OpenError::at(path))? {
            return Err(denied(io::ErrorKind::PermissionDenied.into()));
        }
        take_over(&mut connection, self.options.application_id).map_err(OpenError::at(path))?;
        migrate(&mut connection, path, &self.options)?;
        // Last, so that until then the older version can still open the file.
        let forget = format!("DROP TABLE IF EXISTS {OLD_MIGRATIONS}");
        connection.execute_batch(&forget).map_err(OpenError::at(path))?;
        Ok(connection)
    }

    /// A writing connection to a database that is there; one that refuses to, where only reading is wanted.
    pub(crate) fn writer(&self) -> rusqlite::Result<Connection> {
        if self.access != Access::Write {
            return self.reader();
        }
        let connection = match &self.path {
            // Without the right to create: a file that was taken away meanwhile must not come back empty.
            Some(path) => connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, self.key.as_ref())?,
            None => configured(Connection::open_in_memory()?)?,
        };
        if self.path.is_some() {
            write_ahead(&connection)?;
        }
        connection.pragma_update(None, "synchronous", self.options.synchronous.as_str())?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        Ok(connection)
    }

    /// A reading connection beside the writing one; for files only.
    pub(crate) fn reader(&self) -> rusqlite::Result<Connection> {
        let path = self.path.as_deref().unwrap_or(Path::new(":memory:"));
        look(path, self.key.as_ref(), self.access)
    }
}

/// A connection that reads.
fn look(path: &Path, key: Option<&Key>, access: Access) -> rusqlite::Result<Connection> {
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY;
    match access {
        Access::Write | Access::Read => connect(path, read_only, key),
        Access::ReadAlone => connect(&unchanging(path), read_only | OpenFlags::SQLITE_OPEN_URI, key),
    }
}

/// The name by which SQLite takes the file for one that nobody changes, and asks for no other file beside it.
fn unchanging(path: &Path) -> PathBuf {
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            name.push(char::from(*byte));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    name.push_str("?immutable=1");
    name.into()
}

/// Whether something stands in the log beside the file, which a reader alone would not see.
pub(crate) fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

/// A connection that reads a file as it is found, damaged or not: nothing is checked, changed or waited for.
pub fn open_as_found(path: &Path, key: Option<&Key>) -> Result<Connection, Error> {
    Ok(connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, key)?)
}

/// Turns write-ahead logging on. Where another process does the same just then, SQLite does not wait but says at once that
/// the file is locked.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error) if is_busy(&error) && Instant::now() < deadline => thread::sleep(BUSY_PAUSE),
            outcome => return outcome,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

pub(crate) fn connect(path: &Path, access: OpenFlags, key: Option<&Key>) -> rusqlite::Result<Connection> {
    // Each connection belongs to one thread, so SQLite's own lock is not needed.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    if let Some(key) = key {
        key.unlock(&connection)?;
    }
    configured(connection)
}

fn configured(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Looks at an existing file without the right to write.
fn inspect(path: &Path, options: &Options, key: Option<&Key>, access: Access) -> Result<(), OpenError> {
    let missing = || OpenError::Missing { path: path.to_owned() };
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && options.create => return parent_exists(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(missing()),
        Err(source) => return Err(OpenError::Denied { path: path.to_owned(), source }),
        Ok(metadata) if metadata.is_dir() => return Err(OpenError::Directory { path: path.to_owned() }),
        Ok(metadata) if metadata.len() == 0 => return if options.create { Ok(()) } else { Err(missing()) },
        Ok(_) => {}
    }
    let denied = |source| OpenError::Denied { path: path.to_owned(), source };
    let key = match key {
        Some(key) => (!encryption::is_plain(path).map_err(denied)?).then_some(key),
        None => None,
    };
    let refused = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) if key.is_some() => OpenError::WrongKey { path: path.to_owned() },
        _ => OpenError::at(path)(error),
    };
    let connection = look(path, key, access).map_err(refused)?;
    let found = describe(&connection).map_err(refused)?;
    if found.tables.iter().all(|table| table == OLD_MIGRATIONS) {
        // Another process is just making it, or was stopped in it.
        return if options.create { Ok(()) } else { Err(missing()) };
    }
    let unmarked =
        |table: &str| found.application_id == 0 && found.old && found.tables.iter().any(|name| name == table);
    if found.application_id != options.application_id && !options.unmarked.is_some_and(unmarked) {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    let known = known_version(options);
    if found.version > known {
        return Err(OpenError::TooNew { path: path.to_owned(), found: found.version, known });
    }
    if found.version < known && !options.migrate {
        return Err(OpenError::Outdated { path: path.to_owned(), found: found.version, known });
    }
    Ok(())
}

struct Found {
    tables: Vec<String>,
    application_id: i32,
    /// Made by version 0.1.
    old: bool,
    version: i64,
}

fn describe(connection: &Connection) -> rusqlite::Result<Found> {
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
    let tables = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let application_id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let old = tables.iter().any(|name| name == OLD_MIGRATIONS);
    let version = match user_version(connection)? {
        0 if old => old_version(connection)?,
        version => version,
    };
    Ok(Found { tables, application_id, old, version })
}

fn old_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_one("SELECT coalesce(max(version), 0) FROM _sqlx_migrations", [], |row| row.get(0))
}

fn user_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn known_version(options: &Options) -> i64 {
    i64::try_from(options.schema.len()).unwrap_or(i64::MAX)
}

fn parent_exists(path: &Path) -> Result<(), OpenError> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !parent.is_dir() => Err(OpenError::NoDirectory { path: path.to_owned() }),
        Some(_) | None => Ok(()),
    }
}

/// Marks the file as ours. In one of version 0.1 the version is copied from that version's own table to where it belongs.
fn take_over(connection: &mut Connection, application_id: i32) -> rusqlite::Result<()> {
    let found = describe(connection)?;
    if found.application_id == application_id && (!found.old || user_version(connection)? > 0) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Once more under the lock: another process may have been quicker.
    if describe(&transaction)?.old && user_version(&transaction)? == 0 {
        let version = old_version(&transaction)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.pragma_update(None, "application_id", application_id)?;
    transaction.commit()
}

fn migrate(connection: &mut Connection, path: &Path, options: &Options) -> Result<(), OpenError> {
    let at = OpenError::at(path);
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    let migrations = Migrations::new(options.schema.iter().map(crate::Migration::step).collect());
    loop {
        let before = user_version(connection).map_err(&at)?;
        let Err(error) = migrations.to_latest(connection) else { return Ok(()) };
        // The version was read before the lock was taken. If it moved, another process was quicker: look again.
        let found = user_version(connection).map_err(&at)?;
        if found == before {
            return Err(refused(path, error, found, options));
        }
    }
}

fn refused(path: &Path, error: MigrationError, found: i64, options: &Options) -> OpenError {
    match error {
        MigrationError::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            OpenError::TooNew { path: path.to_owned(), found, known: known_version(options) }
        }
        // A statement of ours that does not fit the tables is an `Unknown` one; the rest is the disk's or a lock's.
        MigrationError::RusqliteError { err, .. }
            if err.sqlite_error_code().is_some_and(|code| code != rusqlite::ErrorCode::Unknown) =>
        {
            OpenError::at(path)(err)
        }
        other => OpenError::Schema { path: path.to_owned(), source: Box::new(other) },
    }
}
