//! SQLite for async code.
//!
//! [`Database::open`] looks at a file before it changes anything, brings its tables up to date and starts its threads: one
//! that writes and a few that read. [`Database::write`] and [`Database::read`] take a closure over a connection, run it on
//! such a thread and give its result back.
//!
//! ```no_run
//! use mobilecall_sqlite::{Database, Error, Migration, Options, Synchronous};
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! const OPTIONS: Options = Options {
//!     application_id: 0x0001_0203,
//!     unmarked: None,
//!     schema: &[Migration::new("CREATE TABLE notes (text TEXT NOT NULL) STRICT;")],
//!     create: true,
//!     migrate: true,
//!     readers: 2,
//!     synchronous: Synchronous::Full,
//! };
//! let database = Database::open("notes.sqlite".as_ref(), OPTIONS).await?;
//! let rows = database
//!     .write(|connection| -> Result<usize, Error> {
//!         Ok(connection.prepare_cached("INSERT INTO notes (text) VALUES (?)")?.execute(["hello"])?)
//!     })
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! # Writing in groups
//!
//! Writes that wait together are committed together, each in a savepoint of its own, so that one that fails undoes only
//! itself. A write is answered after its commit. The more there is to write, the fewer commits it takes; nobody waits for
//! company, because a group is what came in while the commit before was under way.
//!
//! # Encryption
//!
//! [`Database::open_encrypted`] takes a key. A file that was not encrypted before is replaced by an encrypted copy. Without the
//! key the file, its log and its journal say nothing but their size.
//!
//! # Faults
//!
//! If SQLite rolls a transaction back by itself (disk full, read error) or a commit fails, every write of that group gets an
//! error and the connection is thrown away; the next group gets a new one. A panic in a closure is that caller's error.

mod database;
mod encryption;
mod error;
mod files;
mod job;
mod open;
mod options;
mod reader;
mod writer;

pub use database::{Database, Statistics};
pub use encryption::Key;
pub use error::{Error, OpenError};
pub use files::beginning_of;
pub use open::open_as_found;
pub use options::{Migration, Options, Synchronous};
pub use rusqlite;

// The C code, which `rusqlite` leaves to us.
use mobilecall_sqlite3mc as _;
