//! Fixtures and stand-ins for tests: a real backend over real SQLite on a free port, people who can sign in, call
//! records, and waiting for a condition with a time limit. A dev-dependency only.
//!
//! ```no_run
//! # async fn test() {
//! use mobilecall_testkit::TestServer;
//! let server = TestServer::start().await;
//! let company = server.company("Acme").await;
//! let alice = server.agent(&company, "alice", "101").await;
//! let session = server.sign_in(&alice).await;
//! let me = server.get(&session, "/api/auth/me").await;
//! assert_eq!(me.status(), 200);
//! # }
//! ```
//!
//! Everything panics with a sentence when it fails: a failed fixture is a failed test.

mod certificate;
mod client;
mod database;
mod faults;
mod people;
mod records;
mod server;
mod wait;

pub use certificate::TestCertificate;
pub use client::{plain_client, tls_client};
pub use database::{HeldDatabase, change_database};
pub use faults::{Fault, FaultyStore};
pub use people::{PASSWORD, TestUser, password_hash};
pub use records::{CallBuilder, call};
pub use server::{TestServer, TestServerBuilder};
pub use wait::{TIME_LIMIT, eventually, within};
