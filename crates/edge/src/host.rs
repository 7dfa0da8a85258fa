//! What the edge needs of the program around it: who a token belongs to, whom a dialed text means, and a place for
//! call records. The backend implements it over its store; tests implement it in memory.

use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, SessionId, UserId};
use std::time::Duration;

/// The program around the edge.
#[async_trait]
pub trait EdgeHost: Send + Sync + 'static {
    /// Checks a voice token (a Twilio-shaped JWT signed with the server's own key) and the session behind it.
    async fn authenticate(&self, token: &str) -> Result<Subscriber, TokenRejected>;
    /// Finds whom `dialed` means within a company: `*43`, an extension, `client:name`, or a bare user name.
    async fn resolve(&self, company: CompanyId, dialed: &str) -> Result<Destination, HostError>;
    /// Writes a new record, before anyone is told of the call. If the id is taken by another call, a record with a
    /// fresh id is written instead; the id that holds is returned.
    async fn open_call(&self, record: CallRecord) -> Result<CallId, HostError>;
    /// Applies a report to a record by the rule of [`CallRecord::apply`].
    async fn report_call(&self, company: CompanyId, call: CallId, report: CallReport) -> Result<(), HostError>;
    /// These calls are alive now. Called every few seconds with all of them, so that a server that was killed can
    /// tell, when it starts again, when each call was last alive.
    async fn calls_alive(&self, calls: &[CallId]) -> Result<(), HostError>;
    /// A person became reachable, busy or unreachable.
    async fn presence_changed(&self, company: CompanyId, user: UserId, presence: Presence);
}

/// The person a token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Company.
    pub company: CompanyId,
    /// Person.
    pub agent: Agent,
    /// The session behind the token, whose end [`Edge::session_ended`](crate::Edge::session_ended) tells.
    pub session: SessionId,
    /// Time until the token ends.
    pub expires_in: Duration,
    /// The token allows incoming calls.
    pub may_receive: bool,
    /// The token allows outgoing calls.
    pub may_dial: bool,
}

/// A person who can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Person.
    pub user: UserId,
    /// User name, which is also the client identity.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number.
    pub extension: Option<String>,
}

/// What a dialed text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `*43`: hear oneself.
    Echo,
    /// A colleague.
    Agent(Agent),
    /// Nobody of this company.
    Unknown,
}

/// Reachability on the direct line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No device registered.
    Offline,
    /// A device is registered and free.
    Available,
    /// In a call.
    Busy,
}

/// Why a token was refused; each has its wire code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRejected {
    /// Wire code 31204.
    #[error("the voice token is malformed: fetch a new one")]
    Malformed,
    /// Wire code 31202.
    #[error("the voice token was not signed by this server: fetch a new one")]
    BadSignature,
    /// Wire code 31205.
    #[error("the voice token has expired: fetch a new one")]
    Expired,
    /// Wire code 31201: its session was ended, or the person is gone.
    #[error("the session behind the voice token has ended: sign in again")]
    Revoked,
    /// Wire code 31000: the token could not be checked now, the same token may be good in a moment.
    #[error("the voice token cannot be checked now: try again")]
    Unavailable,
}

/// The host could not do it now.
#[derive(Debug, thiserror::Error)]
#[error("the host could not serve the edge: {0}")]
pub struct HostError(pub String);
