//! Going through Twilio's own lists of calls and recordings: how far it has come, whose turn it is, and what here still waits
//! for a word of Twilio.

use crate::{call_legs::LegFacts, error::Result};
use async_trait::async_trait;
use mobilecall_domain::{CallId, CompanyId, NodeId, Timestamp};

/// Looks into Twilio's lists, one account at a time.
#[async_trait]
pub trait TwilioLooks: Send + Sync {
    /// Takes the turn to look; `None` while another node has it and is alive. Of an account that is not the one of the last look
    /// nothing was gone through.
    async fn begin_look(&self, look: &Look, now: Timestamp) -> Result<Option<Turn>>;
    /// Notes, if this node still has the turn, that everything before `looked_until` was gone through; whether it had.
    async fn note_look(&self, look: &Look, looked_until: Timestamp) -> Result<bool>;
    /// Gives the turn back.
    async fn end_look(&self, look: &Look) -> Result<()>;
    /// Which of these legs the companies know: legs of calls, and calls whose softphone told such an id.
    async fn known_legs(&self, companies: &[CompanyId], sids: &[String]) -> Result<Vec<KnownLeg>>;
    /// What of the company began before `before` and is not over as far as is known here, at most `limit` of each, the oldest
    /// first.
    async fn unfinished(&self, company: CompanyId, before: Timestamp, limit: u32) -> Result<Unfinished>;
}

/// Who looks, and into which account's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The company whose own account it is; `None` for the server's.
    pub owner: Option<CompanyId>,
    /// The account.
    pub account_sid: String,
    /// The node that looks.
    pub node: NodeId,
}

/// A turn to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What was before this was gone through; `None` if nothing ever was.
    pub looked_until: Option<Timestamp>,
}

/// A leg that is known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLeg {
    /// The provider's id.
    pub sid: String,
    /// Whose it is.
    pub company: CompanyId,
    /// The call that it is part of.
    pub call: CallId,
    /// What is known of it; `None` if only a softphone told its id.
    pub facts: Option<LegFacts>,
}

/// What waits for a word of the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// Legs.
    pub legs: Vec<OpenLeg>,
    /// The ids of recordings, and of the legs that they are of.
    pub recordings: Vec<(String, String)>,
    /// Calls that were to be placed, and of which no leg is known.
    pub unplaced: Vec<CallId>,
}

/// A leg that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLeg {
    /// The provider's id.
    pub sid: String,
    /// What is known of it.
    pub facts: LegFacts,
    /// When it, or its call, became known here.
    pub created_at: Timestamp,
}
