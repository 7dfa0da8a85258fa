//! Legs of calls at a provider. What a provider calls a call is one leg of ours: the agent's, and one for each party that is
//! dialed.
//!
//! What callbacks say of a leg is joined by [`LegFacts::join`], which minds neither order nor repetition, and a call's record
//! is made of its legs by [`progress()`]: so it is the same whatever came first, twice, or not at all, once each leg's end is
//! known.

mod facts;
mod progress;

pub use facts::{LegFacts, Outcome};
pub use progress::{Progress, progress};

use crate::{calls::CallChange, error::Result};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallStatus, CompanyId, Direction, LineKind, Timestamp, UserId};

/// Legs of calls, by the provider's id of each.
#[async_trait]
pub trait CallLegs: Send + Sync {
    /// Opens a call with its first leg, both or none. A leg that is known is left with its call. A record whose id is known
    /// either means the same call, which its softphone reported first (see [`is_legs_call`]), and is joined with it; or the id
    /// is another call's, and the record gets a fresh one.
    async fn open_leg(&self, record: &CallRecord, leg: &NewLeg, now: Timestamp) -> Result<CallChange>;
    /// Joins what is said of a leg with what is known, and brings the record of its call up to it. The call is that of the leg,
    /// else the one that is named, else the parent's, else the one whose softphone told this id. `NotFound("call")` without.
    async fn report_leg(&self, report: &LegReport, now: Timestamp) -> Result<CallChange>;
    /// A leg.
    async fn leg(&self, company: CompanyId, sid: &str) -> Result<Option<CallLeg>>;
    /// The legs of a call, the first one first.
    async fn legs(&self, company: CompanyId, call: CallId) -> Result<Vec<CallLeg>>;
    /// The call that a leg is part of, or whose softphone told this id.
    async fn call_of_leg(&self, company: CompanyId, sid: &str) -> Result<Option<CallId>>;
    /// How much the company and one of its agents have dialed since `since`, and how much of what was dialed since `alive`
    /// is not over.
    async fn dialed(&self, company: CompanyId, agent: UserId, since: Timestamp, alive: Timestamp) -> Result<Dialed>;
    /// Keeps under which id an agent's request, by the key that its sender gave it, became a call; gives the id that holds,
    /// which is an earlier one if the same was asked before. Keys of before `forget` are forgotten.
    async fn claim_request(&self, request: &CallRequest, now: Timestamp, forget: Timestamp) -> Result<CallId>;
}

/// A leg and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLeg {
    /// The provider's id, unique in a company.
    pub sid: String,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// The call it is part of.
    pub call: CallId,
    /// The leg that dialed it; `None` for the first one.
    pub parent: Option<String>,
    /// The agent whose phone it reaches.
    pub agent: Option<UserId>,
    /// What was said of it.
    pub facts: LegFacts,
    /// When it became known here.
    pub created_at: Timestamp,
}

/// The first leg of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLeg {
    /// The provider's id.
    pub sid: String,
    /// What is known of it.
    pub facts: LegFacts,
}

/// What is said of a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegReport {
    /// Whose leg it is.
    pub company: CompanyId,
    /// The provider's id.
    pub sid: String,
    /// The call, if whoever says it knows.
    pub call: Option<CallId>,
    /// The leg that dialed it.
    pub parent: Option<String>,
    /// The agent whose phone it reaches.
    pub agent: Option<UserId>,
    /// What is said.
    pub facts: LegFacts,
}

/// What a company and one of its agents have dialed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dialed {
    /// By the agent.
    pub by_agent: u32,
    /// By everybody of the company.
    pub by_company: u32,
    /// Not over yet.
    pub open: u32,
}

impl Dialed {
    /// With one more call of the agent.
    pub fn and_one(self) -> Self {
        Self { by_agent: self.by_agent + 1, by_company: self.by_company + 1, open: self.open + 1 }
    }
}

/// An agent's request for a call that must not become two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// The agent's company.
    pub company: CompanyId,
    /// The agent.
    pub agent: UserId,
    /// The sender's name for the request.
    pub key: String,
    /// The call that it becomes, unless it has become one.
    pub call: CallId,
}

/// Whether a known record and one that is opened with a leg under the same id mean the same call: an agent's own call over
/// the provider that has no leg yet. Whoever it is to, since softphones may write a number otherwise than the provider.
pub fn is_legs_call(known: &CallRecord, has_legs: bool, opened: &CallRecord) -> bool {
    known.company_id == opened.company_id
        && known.agent_id == opened.agent_id
        && known.line == LineKind::Twilio
        && known.direction == Direction::Outgoing
        && opened.direction == Direction::Outgoing
        && !has_legs
}

impl CallLeg {
    fn status(&self) -> Option<CallStatus> {
        self.facts.status
    }
    fn was_answered(&self) -> bool {
        matches!(self.status(), Some(CallStatus::InProgress | CallStatus::Completed))
    }
    fn is_over(&self) -> bool {
        self.status().is_some_and(CallStatus::is_final)
    }
}
