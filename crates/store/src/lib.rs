//! What the backend keeps: one trait an area ([`Companies`], [`Sessions`], [`Calls`], [`CallLegs`], [`Recordings`],
//! [`TwilioAccounts`], [`TwilioLooks`], [`Changes`], [`Nodes`], [`ServerKeys`]), each in a file of its own with its models, and all of them together as [`Store`].
//!
//! Every method on rows that belong to a company takes the company as an argument, so that no query can forget it.
//! Implementations (`store-sqlite`) share the conformance suite behind the feature `conformance`.

pub mod call_legs;
pub mod calls;
pub mod changes;
pub mod companies;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod error;
pub mod nodes;
pub mod recordings;
mod scope;
pub mod search;
pub mod server_keys;
pub mod sessions;
mod store;
pub mod twilio_accounts;
pub mod twilio_looks;

pub use call_legs::{CallLeg, CallLegs, CallRequest, Dialed, LegFacts, LegReport, NewLeg};
pub use calls::{
    CallChange, CallChanges, CallFilter, CallPage, CallRow, Calls, ChangeKind, ScopedReport, SequencedCall,
    StatusCount, WriteRow, WrittenPage,
};
pub use changes::{Area, Audience, Change, ChangeObserver, ChangePage, Changes, Entity};
pub use companies::{Companies, Company, Person, Role, User, company_named};
pub use error::{Result, StoreError};
pub use mobilecall_domain::NodeId;
pub use nodes::{AbandonedCall, Node, Nodes};
pub use recordings::{Recording, RecordingReport, RecordingStatus, Recordings};
pub use scope::Scope;
pub use server_keys::{ServerIdentity, ServerKeys};
pub use sessions::{NewSession, Principal, RefreshHash, RefreshPolicy, Refreshed, Sessions};
pub use store::Store;
pub use twilio_accounts::{SealedSecret, TwilioAccount, TwilioAccounts};
pub use twilio_looks::{KnownLeg, Look, OpenLeg, Turn, TwilioLooks, Unfinished};
