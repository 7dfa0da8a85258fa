//! Opening a database: what is ours, and its migrations.

use crate::{calls, error};
use mobilecall_sqlite::{Database, Migration, Options, Synchronous};
use mobilecall_store::Result;
use std::path::Path;

/// Append only, one file a step, named for the area that it concerns. Version 0.1 had the first. One list for all areas,
/// because the file has one version number and areas refer to each other's tables.
const MIGRATIONS: &[Migration] = &[
    Migration::new(include_str!("../migrations/0001_first_call.sql")),
    Migration::new(include_str!("../migrations/0002_change_log.sql")),
    Migration::new(include_str!("../migrations/0003_nodes.sql")),
    Migration::new(include_str!("../migrations/0004_call_counts.sql")),
    Migration::new(include_str!("../migrations/0005_write_checks.sql")),
    Migration::with(include_str!("../migrations/0006_search.sql"), calls::fold_again),
    Migration::new(include_str!("../migrations/0007_refresh_successors.sql")),
    Migration::new(include_str!("../migrations/0008_company_lines.sql")),
    Migration::new(include_str!("../migrations/0009_twilio.sql")),
    Migration::new(include_str!("../migrations/0010_twilio_looks.sql")),
];

const OPTIONS: Options = Options {
    // "MCBK"; the first migration sets it too.
    application_id: 0x4d43_424b,
    unmarked: None,
    schema: MIGRATIONS,
    create: true,
    migrate: true,
    // Queries take well under a millisecond, so a few serve hundreds of agents; each costs up to 2 MB of cache.
    readers: 4,
    // In WAL mode a kill -9 loses nothing that was committed either way, since the pages are with the kernel. NORMAL
    // could lose the last commits with the power, and then change sequences that clients have seen would be given to
    // other changes, which those clients would never pull. So every commit is synced.
    synchronous: Synchronous::Full,
};

pub(crate) async fn file(path: &Path) -> Result<Database> {
    Database::open(path, OPTIONS).await.map_err(|error| error::opening(path, error))
}

/// As [`file()`], but a file of an older version is refused.
pub(crate) async fn current_file(path: &Path) -> Result<Database> {
    let options = Options { migrate: false, ..OPTIONS };
    Database::open(path, options).await.map_err(|error| error::opening(path, error))
}

/// As [`current_file`], but no file is made.
pub(crate) async fn existing_file(path: &Path) -> Result<Database> {
    let options = Options { create: false, migrate: false, ..OPTIONS };
    Database::open(path, options).await.map_err(|error| error::opening(path, error))
}

pub(crate) async fn memory() -> Result<Database> {
    Database::in_memory(OPTIONS).await.map_err(|error| error::opening(Path::new(":memory:"), error))
}
