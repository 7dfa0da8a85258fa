//! What the edge needs of the program around it: who a token belongs to, whom a dialed text means, and a place for
//! call records. The backend implements it over its store; tests implement it in memory.

use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, NodeId, SessionId, UserId};
use std::fmt;
use std::time::Duration;

/// The program around the edge.
#[async_trait]
pub trait EdgeHost: Send + Sync + 'static {
    /// Checks a voice token (a Twilio-shaped JWT signed with the server's own key) and the session behind it.
    async fn authenticate(&self, token: &str) -> Result<Subscriber, TokenRejected>;
    /// Finds whom `dialed` means within a company: `*43`, an extension, `client:name`, or a bare user name. Says of a
    /// person also what other servers know of them; what this edge knows is not asked back.
    async fn resolve(&self, company: CompanyId, dialed: &str) -> Result<Destination, HostError>;
    /// Writes the new records of one call, before anyone is told of it: all in one transaction, or none. Where an id is
    /// taken by another call, a record with a fresh id is written instead; the ids that hold are returned, in the order
    /// of the records. Tried again with the same records after an error that [may pass](HostError::may_pass), so
    /// records that are there already are no error.
    async fn open_calls(&self, records: Vec<CallRecord>) -> Result<Vec<CallId>, HostError>;
    /// Applies each report to its record by the rule of [`CallRecord::apply`], in this order and in one transaction.
    /// Tried again after an error that may pass.
    async fn report_calls(&self, reports: Vec<CallReported>) -> Result<(), HostError>;
    /// A person registered their first device at this edge or took away their last, or began or ended their calls. Tried
    /// again, with what holds then, after an error that may pass.
    async fn reachability_changed(
        &self,
        company: CompanyId,
        user: UserId,
        reachability: Reachability,
    ) -> Result<(), HostError>;
}

/// What is new of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct CallReported {
    /// Owner of the record.
    pub company: CompanyId,
    /// The record.
    pub call: CallId,
    /// What to apply to it.
    pub report: CallReport,
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

/// A person who can be called. `Debug` shows only which user it is.
#[derive(Clone, PartialEq, Eq)]
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

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What a dialed text means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `*43`: hear oneself.
    Echo,
    /// A colleague.
    Agent {
        /// Who.
        agent: Agent,
        /// What other servers know of them; nothing of those that know nothing.
        elsewhere: Vec<Elsewhere>,
    },
    /// Nobody of this company.
    Unknown,
}

/// What another server knows of a person who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// That server.
    pub node: NodeId,
    /// What it knows.
    pub reachability: Reachability,
}

/// Whether a person has a registered device at this edge, and is in a call here.
pub use mobilecall_domain::Reachability;

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

/// The host could not do it.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// It may succeed in a moment: the database is busy, or away.
    #[error("the host cannot serve the edge now: {0}")]
    Unavailable(String),
    /// Trying again does not help.
    #[error("the host could not serve the edge: {0}")]
    Failed(String),
}

impl HostError {
    /// Whether a later try may succeed.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Failed(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_shown_by_name() {
        let agent = Agent {
            user: UserId::generate(),
            username: "sara.secret".to_owned(),
            name: "Sara Secret".to_owned(),
            extension: Some("4711".to_owned()),
        };
        let subscriber = Subscriber {
            company: CompanyId::generate(),
            agent: agent.clone(),
            session: SessionId::generate(),
            expires_in: Duration::ZERO,
            may_receive: true,
            may_dial: true,
        };
        let shown = format!("{subscriber:?} {:?}", Destination::Agent { agent: agent.clone(), elsewhere: Vec::new() });
        assert!(shown.contains(&agent.user.to_string()), "{shown}");
        for private in ["secret", "Secret", "4711"] {
            assert!(!shown.contains(private), "{private} in {shown}");
        }
    }
}
