//! What the backend keeps, as one trait with precise errors: companies, people, sessions, calls, and the server's own
//! keys.
//!
//! Every method on rows that belong to a company takes the company as an argument, so that no query can forget it.
//! Implementations (`store-sqlite`) share the conformance suite behind the feature `conformance`.

pub mod calls;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod models;
pub mod search;
pub mod sessions;
mod store;

pub use calls::{
    CallChange, CallChanges, CallFilter, CallPage, CallScope, ChangeKind, OpenCall, SequencedCall, StatusCount,
};
pub use error::{Result, StoreError};
pub use models::{Company, Role, ServerIdentity, User};
pub use sessions::{NewSession, Principal, RefreshHash, RefreshPolicy, Refreshed};
pub use store::Store;
