//! What can be read of a damaged file.

use crate::{
    AccountKey,
    account::Owner,
    damage::{Place, beside, remove},
    error::Failure,
    extensions::account_of,
    outbox,
    row::{self, COLUMNS, columns},
};
use mobilecall_domain::{CallId, CallRecord, CompanyId, Timestamp, UserId};
use mobilecall_sqlite::{
    open_as_found,
    rusqlite::{Connection, Row},
};
use std::{
    collections::HashSet,
    fmt, fs,
    hash::Hash,
    io::{self, Write as _},
    path::Path,
};

/// Where the header says how many pages there are, which log is in use, and when that was written
/// (<https://sqlite.org/fileformat.html#the_database_header>).
const FORMATS: std::ops::Range<usize> = 18..20;
const PAGES: std::ops::Range<usize> = 28..32;
const PAGE_SIZE: usize = 4096;

/// An account that is in use, with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownAccount {
    pub(crate) key: AccountKey,
    pub(crate) row: i64,
}

/// Rows that are what this program writes. Not to be printed but for how many: a setting says who is signed in.
#[derive(Default)]
pub(crate) struct Salvage {
    accounts: Vec<KnownAccount>,
    calls: Vec<SavedCall>,
    waiting: Table<WaitingCall>,
    live: Vec<LiveCall>,
    settings: Vec<(String, String)>,
    /// Rows that were met and hold what this program does not write.
    unreadable: usize,
}

#[derive(Clone, Debug)]
struct SavedCall {
    account: i64,
    record: CallRecord,
    on_server: bool,
    seen: bool,
}

#[derive(Clone, Debug)]
struct WaitingCall {
    account: i64,
    call: CallId,
    revision: i64,
}

#[derive(Clone, Debug)]
struct LiveCall {
    account: i64,
    call: CallId,
    run: String,
    alive_at: i64,
}

#[derive(Debug)]
struct Table<T> {
    rows: Vec<T>,
    /// Nothing is missing.
    whole: bool,
    unreadable: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), whole: false, unreadable: 0 }
    }
}

impl fmt::Display for Salvage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accounts, calls, settings, .. } = self;
        write!(formatter, "{} accounts, {} calls, {} settings", accounts.len(), calls.len(), settings.len())
    }
}

impl Salvage {
    /// Reads what can be read. `sound` is a new database with the same tables: its first page stands in for a first page that
    /// is damaged, since that says where the tables are, which in most files is the same.
    pub(crate) fn read(place: &Place, sound: &Path) -> Self {
        let found = open_as_found(&place.path, place.key.as_ref()).map(|connection| Self::of(&connection));
        match found {
            Ok(found) if !found.is_empty() || place.key.is_some() => found,
            Ok(_) | Err(_) => {
                let copy = beside(&place.path, ".reading");
                let read = Self::with_first_page_of(&place.path, sound, &copy);
                if let Err(error) = remove(&copy) {
                    tracing::warn!(error = &error as &dyn std::error::Error, "a copy of the damaged database stays");
                }
                read.unwrap_or_default()
            }
        }
    }

    fn with_first_page_of(damaged: &Path, sound: &Path, copy: &Path) -> io::Result<Self> {
        let length = fs::metadata(damaged)?.len();
        let mut first = fs::read(sound)?;
        first.truncate(PAGE_SIZE);
        if length < PAGE_SIZE as u64 || first.len() < PAGE_SIZE {
            return Ok(Self::default());
        }
        let pages = u32::try_from(length / PAGE_SIZE as u64).unwrap_or(u32::MAX);
        first[PAGES].copy_from_slice(&pages.to_be_bytes());
        // Without a log.
        first[FORMATS].copy_from_slice(&[1, 1]);
        remove(copy)?;
        // With the rights of the file: what is in it is nobody else's business.
        fs::copy(damaged, copy)?;
        fs::OpenOptions::new().write(true).open(copy)?.write_all(&first)?;
        Ok(open_as_found(copy, None).map(|connection| Self::of(&connection)).unwrap_or_default())
    }

    fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.calls.is_empty() && self.settings.is_empty()
    }

    fn of(connection: &Connection) -> Self {
        let calls = concat!(columns!(), ", account, on_server, seen");
        let accounts = table(connection, "accounts", "id, server, company_id, user_id", "id", account);
        let calls = table(connection, "calls NOT INDEXED", calls, "key", saved_call);
        let settings = table(connection, "settings", "name, value", "name", setting);
        Self {
            unreadable: accounts.unreadable + calls.unreadable + settings.unreadable,
            accounts: once(accounts.rows, |account| account.row),
            calls: once(calls.rows, |call| (call.account, call.record.id)),
            waiting: table(connection, "outbox", "account, call, revision", "account, call", waiting_call),
            live: table(connection, "live", "account, call, run, alive_at", "account, call", live_call).rows,
            settings: once(settings.rows, |(name, _)| name.clone()),
        }
    }

    /// Entries that were found, read or not.
    pub(crate) fn entries(&self) -> usize {
        self.unreadable + self.accounts.len() + self.calls.len() + self.settings.len()
    }

    /// Writes it into a new database, which then asks the server for everything. `in_use` keep their numbers. What the
    /// database refuses is left out; says how many entries are lost.
    pub(crate) fn write(
        mut self,
        connection: &Connection,
        in_use: &[KnownAccount],
        now: Timestamp,
    ) -> Result<usize, Failure> {
        let mut lost = self.unreadable;
        let (mut numbers, mut refused) = (HashSet::new(), HashSet::new());
        for account in in_use.iter().chain(&self.accounts) {
            match one(connection, || write_account(connection, account, now))? {
                Some(true) => _ = numbers.insert(account.row),
                Some(false) => {}
                None => _ = refused.insert(account.row),
            }
        }
        lost += refused.len();
        let mut here = HashSet::new();
        let mut refused = HashSet::new();
        for call in &self.calls {
            let key = (call.account, call.record.id);
            let is_written =
                numbers.contains(&call.account) && one(connection, || write_call(connection, call, now))?.is_some();
            _ = if is_written { here.insert(key) } else { refused.insert(key) };
        }
        lost += refused.difference(&here).count();
        for live in self.live.iter().filter(|live| here.contains(&(live.account, live.call))) {
            let sql = "INSERT OR IGNORE INTO live (account, call, run, alive_at) VALUES (?, ?, ?, ?)";
            let values = (live.account, live.call.to_string(), &live.run, live.alive_at);
            one(connection, || Ok(connection.prepare_cached(sql)?.execute(values)?))?;
        }
        self.waiting.rows.sort_by_key(|waiting| waiting.revision);
        let mut waiting: Vec<_> = self.waiting.rows.iter().map(|waiting| (waiting.account, waiting.call)).collect();
        if !self.waiting.whole {
            // What the server does not know has most likely been waiting.
            waiting.extend(self.calls.iter().filter(|call| !call.on_server).map(|call| (call.account, call.record.id)));
        }
        for (account, call) in waiting.into_iter().filter(|waiting| here.contains(waiting)) {
            one(connection, || outbox::enqueue(connection, owner(account, now), call))?;
        }
        // Without its account its number is the next one's, and whose the extensions are comes from the server.
        let is_somebodys = |name: &str| account_of(name).is_none_or(|account| numbers.contains(&account));
        for (name, value) in self.settings.iter().filter(|(name, _)| is_somebodys(name)) {
            let sql = "INSERT OR IGNORE INTO settings (name, value) VALUES (?, ?)";
            let written = one(connection, || Ok(connection.prepare_cached(sql)?.execute([name, value])?))?;
            lost += usize::from(written.is_none());
        }
        Ok(lost)
    }
}

/// Writes one entry; `None` if the database refuses it. What stops all others too is an error.
fn one<T>(connection: &Connection, write: impl FnOnce() -> Result<T, Failure>) -> Result<Option<T>, Failure> {
    connection.prepare_cached("SAVEPOINT entry")?.execute([])?;
    let written = match write() {
        Ok(written) => Some(written),
        Err(failure) => {
            let error = failure.while_doing("keep an entry of the damaged one");
            if error.is_retryable() || error.is_damage() {
                return Err(error.into());
            }
            tracing::warn!(error = &error as &dyn std::error::Error, "an entry of the damaged database is lost");
            connection.prepare_cached("ROLLBACK TO entry")?.execute([])?;
            None
        }
    };
    connection.prepare_cached("RELEASE entry")?.execute([])?;
    Ok(written)
}

/// Each row once, though some may have been met from both ends.
fn once<T, K: Eq + Hash>(mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut met = HashSet::new();
    rows.retain(|row| met.insert(key(row)));
    rows
}

/// Reads to the end, or from both ends until damage is met.
fn table<T>(
    connection: &Connection,
    table: &str,
    columns: &str,
    key: &str,
    row: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Table<T> {
    let descending = key.split(", ").map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
    let mut read = Table { rows: Vec::new(), whole: true, unreadable: 0 };
    for order in [key, descending.as_str()] {
        let sql = format!("SELECT {columns} FROM {table} ORDER BY {order}");
        let mut unreadable = 0;
        let is_complete = scan(connection, &sql, &row, &mut read.rows, &mut unreadable).is_ok();
        read.whole = is_complete && unreadable == 0;
        if is_complete {
            read.unreadable = unreadable;
            break;
        }
        read.unreadable += unreadable;
    }
    read
}

fn scan<T>(
    connection: &Connection,
    sql: &str,
    row: impl Fn(&Row<'_>) -> Result<T, Failure>,
    found: &mut Vec<T>,
    unreadable: &mut usize,
) -> Result<(), Failure> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(next) = rows.next()? {
        match row(next) {
            Ok(row) => found.push(row),
            // Why is not told: it may be somebody's number.
            Err(_) => *unreadable += 1,
        }
    }
    Ok(())
}

fn account(row: &Row<'_>) -> Result<KnownAccount, Failure> {
    let company: CompanyId = row::parse("company_id", &row.get::<_, String>(2)?)?;
    let user: UserId = row::parse("user_id", &row.get::<_, String>(3)?)?;
    Ok(KnownAccount { key: AccountKey { server: row.get(1)?, company, user }, row: row.get(0)? })
}

fn saved_call(row: &Row<'_>) -> Result<SavedCall, Failure> {
    Ok(SavedCall {
        record: row::record(row)?,
        account: row.get(COLUMNS)?,
        on_server: row.get(COLUMNS + 1)?,
        seen: row.get(COLUMNS + 2)?,
    })
}

fn waiting_call(row: &Row<'_>) -> Result<WaitingCall, Failure> {
    Ok(WaitingCall {
        account: row.get(0)?,
        call: row::parse("call", &row.get::<_, String>(1)?)?,
        revision: row.get(2)?,
    })
}

fn live_call(row: &Row<'_>) -> Result<LiveCall, Failure> {
    let call = row::parse("call", &row.get::<_, String>(1)?)?;
    Ok(LiveCall { account: row.get(0)?, call, run: row.get(2)?, alive_at: row.get(3)? })
}

/// A value that is no JSON is none that was stored.
fn setting(row: &Row<'_>) -> Result<(String, String), Failure> {
    let (name, value): (String, String) = (row.get(0)?, row.get(1)?);
    serde_json::from_str::<serde::de::IgnoredAny>(&value)
        .map_err(|source| crate::CacheError::BadSetting { name: name.clone(), source })?;
    Ok((name, value))
}

/// Its revisions go on above all that were given before. Says whether it was written.
fn write_account(connection: &Connection, account: &KnownAccount, now: Timestamp) -> Result<bool, Failure> {
    let KnownAccount { key: AccountKey { server, company, user }, row } = account;
    let sql = "INSERT OR IGNORE INTO accounts (id, server, company_id, user_id, revision, first_used_at)
               VALUES (?, ?, ?, ?, ?, ?)";
    let values = (row, server, company.to_string(), user.to_string(), now.as_millis(), now.as_millis());
    Ok(connection.prepare_cached(sql)?.execute(values)? > 0)
}

fn write_call(connection: &Connection, call: &SavedCall, now: Timestamp) -> Result<(), Failure> {
    row::write(connection, owner(call.account, now), &call.record, call.on_server)?;
    let sql = "UPDATE calls SET seen = ? WHERE account = ? AND id = ?";
    connection.prepare_cached(sql)?.execute((call.seen, call.account, call.record.id.to_string()))?;
    Ok(())
}

/// Missed calls that were lost here and come from the server again are no news.
fn owner(row: i64, now: Timestamp) -> Owner {
    // Whose calls they are is decided already.
    Owner { row, user: UserId::generate(), first_used_at: now }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::{CallStart, LineKind};
    use mobilecall_sqlite::Database;

    fn saved(account: &KnownAccount, on_server: bool) -> SavedCall {
        let start = CallStart {
            id: CallId::generate(),
            company_id: account.key.company,
            line: LineKind::Direct,
            from_number: "100".into(),
            to_number: "101".into(),
            at: Timestamp::from_millis(1_000),
        };
        SavedCall { account: account.row, record: CallRecord::outgoing(start), on_server, seen: true }
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_is_counted_once() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("c.sqlite"), crate::open::OPTIONS).await.unwrap();
        let found = database.write(|connection| {
            connection.execute_batch("INSERT INTO settings (name, value) VALUES ('one', '1'), ('two', 'no JSON')")?;
            let found = Salvage::of(connection);
            Ok::<_, Failure>((found.unreadable, found.settings.len(), found.entries()))
        });
        assert_eq!(found.await.unwrap(), (1, 1, 2));
        database.close().await;
    }

    #[tokio::test]
    async fn extensions_are_not_passed_to_the_next_account() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("c.sqlite"), crate::open::OPTIONS).await.unwrap();
        let key = AccountKey { server: "https://a".into(), company: CompanyId::generate(), user: UserId::generate() };
        let settings = ["extensions 1", "extensions 2", "extensions of a phone"];
        let salvage = Salvage {
            accounts: vec![KnownAccount { key, row: 2 }],
            settings: settings.map(|name| (name.to_owned(), "[]".to_owned())).into(),
            ..Salvage::default()
        };
        let kept = database.write(move |connection| {
            assert_eq!(salvage.write(connection, &[], Timestamp::from_millis(5_000))?, 0);
            let mut statement = connection.prepare("SELECT name FROM settings ORDER BY name")?;
            let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
            Ok::<_, Failure>(names)
        });
        assert_eq!(kept.await.unwrap(), settings[1..]);
        database.close().await;
    }

    #[tokio::test]
    async fn a_refused_row_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new.sqlite");
        let database = Database::open(&path, crate::open::OPTIONS).await.unwrap();
        let key = AccountKey { server: "https://a".into(), company: CompanyId::generate(), user: UserId::generate() };
        let account = KnownAccount { key, row: 1 };
        let calls: Vec<_> = (0..4).map(|_| saved(&account, false)).collect();
        let refused = calls[1].record.id;
        let salvage = Salvage {
            accounts: vec![account],
            // Each was read from both ends.
            calls: calls.iter().cloned().chain(calls.iter().cloned()).collect(),
            settings: vec![("one".into(), "1".into()), ("two".into(), "2".into())],
            unreadable: 1,
            ..Salvage::default()
        };
        let written = database.write(move |connection| {
            connection.execute_batch(&format!(
                "CREATE TRIGGER a BEFORE INSERT ON calls WHEN new.id = '{refused}' BEGIN SELECT RAISE(ABORT, 'no'); END;
                 CREATE TRIGGER b BEFORE INSERT ON settings WHEN new.name = 'one' BEGIN SELECT RAISE(ABORT, 'no'); END;"
            ))?;
            let lost = salvage.write(connection, &[], Timestamp::from_millis(5_000))?;
            let count = |table: &str| {
                connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
            };
            Ok::<_, Failure>((lost, count("calls")?, count("outbox")?, count("settings")?))
        });
        assert_eq!(written.await.unwrap(), (3, 3, 3, 1));
        database.close().await;
    }
}
