//! The backend's storage in one SQLite file.
//!
//! ```no_run
//! # async fn open() -> Result<(), mobilecall_store_sqlite::StoreError> {
//! use mobilecall_store_sqlite::SqliteStore;
//! let store = SqliteStore::open("backend.sqlite".as_ref()).await?;
//! # Ok(()) }
//! ```
//!
//! One file an area, with its trait's SQL in it: `companies`, `sessions`, `calls`, `call_legs`, `recordings`,
//! `twilio_accounts`, `twilio_looks`, `changes`, `nodes`, `server_keys`. One connection writes, a few read; write-ahead logging lets them work side by side. Migrations in
//! `migrations/` are append-only. A file that is not ours, damaged or from a newer version is refused before anything is
//! written to it.

mod call_legs;
mod calls;
mod changes;
mod companies;
mod error;
mod indexes;
mod nodes;
mod open;
mod query;
mod recordings;
mod rows;
mod server_keys;
mod sessions;
mod store;
mod twilio_accounts;
mod twilio_looks;
mod whole;

pub use mobilecall_sqlite::Statistics;
pub use mobilecall_store::{Store, StoreError};
pub use store::SqliteStore;
