//! The trait.

use crate::{
    calls::{CallChange, CallChanges, CallFilter, CallPage, CallScope, OpenCall, StatusCount},
    error::Result,
    models::{Company, ServerIdentity, User},
    sessions::{NewSession, Principal, RefreshHash, RefreshPolicy, Refreshed},
};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, SessionId, Timestamp, UserId};

/// The backend's storage.
///
/// Every write is one transaction: when a method returns `Ok` its change is on the disk, and when it returns an error or
/// its future is dropped nothing of it is, or (only if dropped) all of it is. Time is passed in.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Whether the database answers.
    async fn ping(&self) -> Result<()>;
    /// Stores the identity unless there is one, and returns the one that holds.
    async fn server_identity(&self, fresh: ServerIdentity) -> Result<ServerIdentity>;
    /// Finishes what is under way and lets go of the database. Later calls fail.
    async fn close(&self);

    /// Adds a company. `Conflict` if its id or name is taken.
    async fn create_company(&self, company: &Company) -> Result<()>;
    /// A company.
    async fn company(&self, company: CompanyId) -> Result<Company>;
    /// A company by its name; for the administrator of the server.
    async fn company_by_name(&self, name: &str) -> Result<Company>;
    /// Every company by name; for the administrator of the server.
    async fn companies(&self) -> Result<Vec<Company>>;

    /// Adds a person. `Conflict("user name")` or `Conflict("extension")` if taken, `NotFound` without the company.
    async fn create_user(&self, user: &User) -> Result<()>;
    /// A person of the company.
    async fn user(&self, company: CompanyId, user: UserId) -> Result<User>;
    /// Whoever has this user name on the whole server; only sign-in asks this, since it does not know the company yet.
    async fn user_by_username(&self, username: &str) -> Result<User>;
    /// A person of the company by short number.
    async fn user_by_extension(&self, company: CompanyId, extension: &str) -> Result<User>;
    /// Everybody of the company, by user name.
    async fn users(&self, company: CompanyId) -> Result<Vec<User>>;

    /// Adds a session with its first refresh token.
    async fn create_session(&self, session: &NewSession) -> Result<()>;
    /// The person behind a session; `NotFound` if it does not exist or is revoked.
    async fn principal(&self, company: CompanyId, session: SessionId) -> Result<Principal>;
    /// Exchanges a refresh token for `next`. The token itself finds the company.
    async fn refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<Refreshed>;
    /// Ends a session; fine if it is over already or does not exist.
    async fn revoke_session(&self, company: CompanyId, session: SessionId, now: Timestamp) -> Result<()>;
    /// Removes sessions unused since `before`; returns how many. Server-wide.
    async fn prune_sessions(&self, before: Timestamp) -> Result<u64>;

    /// Adds a record to its company with the next change sequence. `Conflict` if the id exists anywhere.
    async fn insert_call(&self, record: &CallRecord) -> Result<CallChange>;
    /// Adds the record, or, if the same agent of the same company has one with this id, applies its facts by
    /// [`CallRecord::apply`]. `Conflict` if the id is another's.
    async fn save_call(&self, record: &CallRecord, now: Timestamp) -> Result<CallChange>;
    /// Applies a report by [`CallRecord::apply`]; `NotFound` outside the scope. The sequence moves only if the record
    /// changed.
    async fn report_call(
        &self,
        scope: CallScope,
        call: CallId,
        report: &CallReport,
        now: Timestamp,
    ) -> Result<CallChange>;
    /// One record.
    async fn call(&self, scope: CallScope, call: CallId) -> Result<CallRecord>;
    /// A page of at most `limit` records, newest first by creation, from `cursor` on. Records made after the first page
    /// was read do not move those that follow.
    async fn calls(&self, scope: CallScope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> Result<CallPage>;
    /// At most `limit` records changed after `since`, oldest change first. A `since` that this company has not reached
    /// (the database was put back from a backup) counts as 0, so that the reader catches up.
    async fn calls_since(&self, scope: CallScope, filter: &CallFilter, since: u64, limit: u32) -> Result<CallChanges>;
    /// The company's newest change sequence, 0 before the first change.
    async fn sequence(&self, company: CompanyId) -> Result<u64>;
    /// Calls made at or after `from`, counted by direction and status.
    async fn count_calls(&self, scope: CallScope, from: Timestamp) -> Result<Vec<StatusCount>>;

    /// Notes that these calls are alive. Server-wide, no change of sequence; ids that do not exist are passed over.
    async fn mark_alive(&self, calls: &[CallId], now: Timestamp) -> Result<()>;
    /// Direct calls that are not over. Server-wide, for a server that starts.
    async fn open_direct_calls(&self) -> Result<Vec<OpenCall>>;
}
