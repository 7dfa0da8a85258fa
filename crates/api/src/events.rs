//! Live events: `GET /api/events` is a WebSocket of JSON text frames, one [`Event`] each, from the server only.
//!
//! `?since=N` first replays what changed after change sequence `N`, so that a reader who lost the socket misses
//! nothing; without it only what happens from now on is sent.

use crate::{calls::CallRecord, company::Company, people::Person};
use mobilecall_domain::{CompanyId, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::{IntoParams, ToSchema};

/// Query of `GET /api/events`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// First replay what changed after this change sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// May only repeat the session's own company.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// First frame. With `since` the replay follows, up to this sequence and perhaps beyond.
    Hello {
        /// Change sequence of the company now.
        sequence: u64,
    },
    /// A call record was made or changed.
    Call {
        /// Change sequence of this change.
        sequence: u64,
        /// The record as it stands.
        call: Box<CallRecord>,
    },
    /// A person was added to the company.
    Person {
        /// Change sequence of this change.
        sequence: u64,
        /// The person as it stands.
        person: Person,
    },
    /// The company changed.
    Company {
        /// Change sequence of this change.
        sequence: u64,
        /// The company as it stands.
        company: Box<Company>,
    },
    /// A colleague's reachability changed.
    Presence(Presence),
    /// The reader was too slow and missed events: pull with `since`.
    Lagged,
}

/// A colleague's reachability on the direct line; also the items of `GET /api/team`. `Debug` leaves
/// out name and number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Presence {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    pub user_id: UserId,
    /// User name, dialed as `client:name`.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number.
    pub extension: Option<String>,
    /// State.
    pub state: PresenceState,
}

impl fmt::Debug for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presence").field("user_id", &self.user_id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Reachability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum PresenceState {
    /// No device registered.
    Offline,
    /// A device is registered and free.
    Available,
    /// In a call.
    Busy,
}
