//! Calls: records, reports of clients, statistics, voice tokens.

use mobilecall_domain::{CallId, CompanyId, Timestamp, UserId};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IntoDeserializer, value},
};
use std::fmt;
use utoipa::{IntoParams, ToSchema};

/// A call record; exactly the fields of the old softphone's contract and the few of ours. `Debug` leaves out numbers and
/// names.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallRecord {
    /// Key, a UUIDv7 made by whoever saw the call first.
    #[schema(value_type = String, format = "uuid")]
    pub id: CallId,
    /// Provider's id of the call (`CA…`).
    pub twilio_call_sid: Option<String>,
    /// Caller: E.164, extension, `client:name` or SIP URI.
    pub from_number: String,
    /// Called party, as `fromNumber`.
    pub to_number: String,
    /// Seen from the agent.
    pub direction: Direction,
    /// Moves only forward.
    pub status: CallStatus,
    /// Whole seconds from answer to end, null until the call is over.
    pub duration_seconds: Option<u32>,
    /// Recording, if there is one.
    pub recording_url: Option<String>,
    /// The agent whose call this is.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub agent_id: Option<UserId>,
    /// The agent's name at the time.
    pub agent_name: Option<String>,
    /// RFC 3339 with milliseconds.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// End of the call.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub ended_at: Option<Timestamp>,
    /// Company of the record.
    #[schema(value_type = String, format = "uuid")]
    pub company_id: CompanyId,
    /// Other party's name if known.
    pub customer_name: Option<String>,
    /// Answer of the call.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub answered_at: Option<Timestamp>,
    /// The line that carried the call.
    pub line: LineKind,
    /// Last change of the record.
    #[schema(value_type = String, format = "date-time")]
    pub updated_at: Timestamp,
}

/// [`CallRecord`] over borrowed texts, so that long lists are written without copies; the JSON is the same.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is documented at the field of the same name of CallRecord")]
pub struct CallRecordRef<'text> {
    pub id: CallId,
    pub twilio_call_sid: Option<&'text str>,
    pub from_number: &'text str,
    pub to_number: &'text str,
    pub direction: Direction,
    pub status: CallStatus,
    pub duration_seconds: Option<u32>,
    pub recording_url: Option<&'text str>,
    pub agent_id: Option<UserId>,
    pub agent_name: Option<&'text str>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub company_id: CompanyId,
    pub customer_name: Option<&'text str>,
    pub answered_at: Option<Timestamp>,
    pub line: LineKind,
    pub updated_at: Timestamp,
}

/// Direction as the old contract spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum Direction {
    /// Somebody called the agent.
    Inbound,
    /// The agent called somebody.
    Outbound,
}

/// Kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum LineKind {
    /// Twilio Programmable Voice.
    Twilio,
    /// Extension at a PBX.
    Sip,
    /// Agent to agent through this backend.
    Direct,
}

/// For answers: kinds that this version does not know are left out, so that a newer server can name them to it.
pub(crate) fn known_kinds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LineKind>, D::Error> {
    let words = Vec::<String>::deserialize(deserializer)?;
    let known = |word: String| LineKind::deserialize(IntoDeserializer::<value::Error>::into_deserializer(word)).ok();
    Ok(words.into_iter().filter_map(known).collect())
}

/// Status as Twilio spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(remote = "Self", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is documented at the domain type of the same name")]
pub enum CallStatus {
    Queued,
    Initiated,
    Ringing,
    InProgress,
    Completed,
    Busy,
    NoAnswer,
    Canceled,
    Failed,
}

/// Query of `GET /api/calls`. `Debug` leaves out what was searched for.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// Page size, 1 to 500, default 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Opaque position from the `Link` header of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Part of a number or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this direction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Only this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CallStatus>,
    /// Only what changed after this change sequence, oldest change first. The answer's `mobile-call-sequence` header
    /// says how far it goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
    /// May only repeat the session's own company, as old pages do.
    #[serde(rename = "company_id", skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// Body of `POST /api/calls`: a call that a client saw. Sending it again with the same `id` changes nothing more than
/// what is new in it. `Debug` leaves out numbers and names.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CallReport {
    /// UUIDv7 made by the client.
    #[schema(value_type = String, format = "uuid")]
    pub id: CallId,
    /// Caller.
    pub from_number: String,
    /// Called party.
    pub to_number: String,
    /// Seen from the agent.
    pub direction: Direction,
    /// The line.
    pub line: LineKind,
    /// When it began.
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// May only repeat the session's own company, as old pages do.
    #[serde(rename = "company_id", default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub company_id: Option<CompanyId>,
    /// What happened since.
    #[serde(flatten)]
    pub facts: CallFacts,
}

/// Body of `PATCH /api/calls/{id}`: facts learned since; absent fields say nothing, and nothing is rewound.
/// `Debug` leaves out the name.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CallFacts {
    /// New status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CallStatus>,
    /// Provider's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twilio_call_sid: Option<String>,
    /// Answer time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub answered_at: Option<Timestamp>,
    /// End time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub ended_at: Option<Timestamp>,
    /// Whole seconds from answer to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Other party's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_name: Option<String>,
}

/// Query of `GET /api/calls/stats`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// Span up to now: a number and `h`, `d` or `w`; default `7d`, at most `366d`.
    pub period: Option<String>,
    /// May only repeat the session's own company.
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// Answer of `GET /api/calls/stats`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallStats {
    /// The period as understood, for example `7d`.
    pub period: String,
    /// All calls that began in it.
    pub total: u64,
    /// By the agents.
    pub outbound: u64,
    /// To the agents.
    pub inbound: u64,
    /// Answered and over.
    pub completed: u64,
    /// Inbound calls that nobody took.
    pub missed: u64,
    /// Calls that could not be put through or broke.
    pub failed: u64,
    /// Going on now.
    pub ongoing: u64,
    /// Sum of talk time in seconds.
    pub total_duration_seconds: u64,
    /// Mean talk time of completed calls in seconds, 0 if there are none.
    pub average_duration_seconds: f64,
}

/// Query of `GET /api/calls/token`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct TokenQuery {
    /// Whose token it is, by user name: the caller's own, or for Twilio, if an administrator asks, anybody's of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The line it is for: `direct` or `twilio`. Without it Twilio where that is set up, else direct.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<LineKind>,
    /// May only repeat the session's own company.
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// Answer of `GET /api/calls/token`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VoiceToken {
    /// Twilio access token (JWT).
    pub token: String,
    /// The identity in it.
    pub identity: String,
    /// Life in seconds.
    pub expires_in: u64,
    /// The line it is for.
    pub line: LineKind,
    /// Path (direct) or full URLs (Twilio) of the signaling socket; several, the preferred first, separated by commas.
    pub signaling: String,
    /// Relays (TURN) for who cannot be reached directly, and servers that tell a client its address (STUN), in the shape of
    /// a browser's `RTCIceServer`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ice_servers: Vec<IceServer>,
}

/// A relay, or a server that tells a client its address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IceServer {
    /// Such as `turn:relay.example.com:3478?transport=udp` or `turns:relay.example.com:443?transport=tcp`.
    pub urls: Vec<String>,
    /// For relays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For relays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer").field("urls", &self.urls).finish_non_exhaustive()
    }
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecord")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("status", &self.status)
            .field("line", &self.line)
            .field("updated_at", &self.updated_at)
            .finish_non_exhaustive()
    }
}
impl fmt::Debug for CallQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallQuery")
            .field("limit", &self.limit)
            .field("cursor", &self.cursor)
            .field("direction", &self.direction)
            .field("status", &self.status)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
impl fmt::Debug for CallReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallReport")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("line", &self.line)
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
impl fmt::Debug for CallFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFacts")
            .field("status", &self.status)
            .field("answered_at", &self.answered_at)
            .field("ended_at", &self.ended_at)
            .field("duration_seconds", &self.duration_seconds)
            .finish_non_exhaustive()
    }
}

impl From<mobilecall_domain::CallStatus> for CallStatus {
    fn from(status: mobilecall_domain::CallStatus) -> Self {
        use mobilecall_domain::CallStatus as Domain;
        match status {
            Domain::Queued => Self::Queued,
            Domain::Initiated => Self::Initiated,
            Domain::Ringing => Self::Ringing,
            Domain::InProgress => Self::InProgress,
            Domain::Completed => Self::Completed,
            Domain::Busy => Self::Busy,
            Domain::NoAnswer => Self::NoAnswer,
            Domain::Canceled => Self::Canceled,
            Domain::Failed => Self::Failed,
        }
    }
}
impl From<CallStatus> for mobilecall_domain::CallStatus {
    fn from(status: CallStatus) -> Self {
        match status {
            CallStatus::Queued => Self::Queued,
            CallStatus::Initiated => Self::Initiated,
            CallStatus::Ringing => Self::Ringing,
            CallStatus::InProgress => Self::InProgress,
            CallStatus::Completed => Self::Completed,
            CallStatus::Busy => Self::Busy,
            CallStatus::NoAnswer => Self::NoAnswer,
            CallStatus::Canceled => Self::Canceled,
            CallStatus::Failed => Self::Failed,
        }
    }
}
impl From<mobilecall_domain::Direction> for Direction {
    fn from(direction: mobilecall_domain::Direction) -> Self {
        match direction {
            mobilecall_domain::Direction::Incoming => Self::Inbound,
            mobilecall_domain::Direction::Outgoing => Self::Outbound,
        }
    }
}
impl From<Direction> for mobilecall_domain::Direction {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Inbound => Self::Incoming,
            Direction::Outbound => Self::Outgoing,
        }
    }
}
impl From<mobilecall_domain::LineKind> for LineKind {
    fn from(kind: mobilecall_domain::LineKind) -> Self {
        match kind {
            mobilecall_domain::LineKind::Twilio => Self::Twilio,
            mobilecall_domain::LineKind::Sip => Self::Sip,
            mobilecall_domain::LineKind::Direct => Self::Direct,
        }
    }
}
impl From<LineKind> for mobilecall_domain::LineKind {
    fn from(kind: LineKind) -> Self {
        match kind {
            LineKind::Twilio => Self::Twilio,
            LineKind::Sip => Self::Sip,
            LineKind::Direct => Self::Direct,
        }
    }
}
impl From<mobilecall_domain::CallRecord> for CallRecord {
    fn from(record: mobilecall_domain::CallRecord) -> Self {
        Self {
            id: record.id,
            twilio_call_sid: record.twilio_call_sid,
            from_number: record.from_number,
            to_number: record.to_number,
            direction: record.direction.into(),
            status: record.status.into(),
            duration_seconds: record.duration_seconds,
            recording_url: record.recording_url,
            agent_id: record.agent_id,
            agent_name: record.agent_name,
            created_at: record.created_at,
            ended_at: record.ended_at,
            company_id: record.company_id,
            customer_name: record.customer_name,
            answered_at: record.answered_at,
            line: record.line.into(),
            updated_at: record.updated_at,
        }
    }
}
impl From<CallRecord> for mobilecall_domain::CallRecord {
    fn from(record: CallRecord) -> Self {
        Self {
            id: record.id,
            twilio_call_sid: record.twilio_call_sid,
            from_number: record.from_number,
            to_number: record.to_number,
            direction: record.direction.into(),
            status: record.status.into(),
            duration_seconds: record.duration_seconds,
            recording_url: record.recording_url,
            agent_id: record.agent_id,
            agent_name: record.agent_name,
            created_at: record.created_at,
            ended_at: record.ended_at,
            company_id: record.company_id,
            customer_name: record.customer_name,
            answered_at: record.answered_at,
            line: record.line.into(),
            updated_at: record.updated_at,
        }
    }
}
impl From<CallFacts> for mobilecall_domain::CallReport {
    fn from(facts: CallFacts) -> Self {
        Self {
            status: facts.status.map(Into::into),
            twilio_call_sid: facts.twilio_call_sid,
            answered_at: facts.answered_at,
            ended_at: facts.ended_at,
            duration_seconds: facts.duration_seconds,
            recording_url: None,
            customer_name: facts.customer_name,
        }
    }
}
