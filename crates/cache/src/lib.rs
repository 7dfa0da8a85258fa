//! The device's SQLite: call history, the outbox of facts the server has not got, settings and sync positions.
//!
//! [`Cache::open`] opens or creates the file; [`Cache::account`] gives the part that belongs to one person at one
//! server. Every change of a call is one transaction that writes the record and its outbox entry, and it is on its way
//! to disk when the method returns; the engine tells others only afterwards. Nothing here touches the network.
//!
//! # Durability
//!
//! The database runs in WAL mode with `synchronous = NORMAL`. A commit is then in the operating system's hands when
//! the call returns, so a `kill -9` at any moment loses nothing that was reported. A power cut may lose the last
//! moments, but never corrupts the file. `FULL` would add a disk flush to every step of a call, which delays ringing
//! and answering on slow disks, for facts that the server and the far end hold as well.
//!
//! # Damage
//!
//! A file that a disk or another program has damaged is set aside, whenever that shows, and a new one begun with what can be
//! read of the old one: settings, calls, and what the server has not got. Everything else comes from the server again.

mod account;
mod alive;
mod calls;
mod damage;
mod error;
mod extensions;
mod history;
mod open;
mod outbox;
mod pull;
mod row;
mod salvage;
mod search;
mod settings;

pub use account::{Account, AccountKey};
pub use calls::StaleCall;
pub use damage::SetAside;
pub use error::{CacheError, OpenError};
pub use extensions::KnownExtension;
pub use history::{HistoryFilter, HistoryPage, HistoryQuery, HistoryRow};
pub use mobilecall_sqlite::Key;
pub use open::Cache;
pub use outbox::PendingCall;
pub use pull::Adopted;
