//! One call.

use super::{Keys, Media, Renegotiation, Sounding};
use crate::{failure, lines::LinePart, session::Profile, view};
use mobilecall_domain::{
    Address, CallId, CallQuality, CallRecord, CallStart, Direction, EndReason, LegId, LineCapabilities, LineId,
    LineKind, PostDial, SdpOffer, Timestamp,
    machine::{CallMachine, CallState},
};
use mobilecall_ipc::{CallState as ShownState, CallView, Failure};
use mobilecall_line::CallParameters;
use std::{collections::BTreeMap, time::Duration};
use tokio::time::Instant;

/// How long a call that is over stays on the screen.
const SHOWN_AFTER_END: Duration = Duration::from_secs(5);

/// Twilio's code for media that failed or died.
const TWILIO_MEDIA_LOST: u32 = 53_405;

/// A call and everything that belongs to it.
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) leg: LegId,
    /// The line that carries it.
    pub(crate) line_id: LineId,
    pub(crate) line: LineKind,
    /// What that line can do in it.
    pub(crate) capabilities: LineCapabilities,
    pub(crate) machine: CallMachine,
    /// The other party as dialable text.
    pub(crate) address: String,
    pub(crate) name: Option<String>,
    /// Whom to invite, on an outgoing call.
    pub(crate) destination: Option<Address>,
    /// What the line's application is told with the invitation, or told with theirs.
    pub(crate) parameters: CallParameters,
    /// Whether a carrier vouches for the caller's number.
    pub(crate) verified: Option<bool>,
    /// What the provider says of the end.
    pub(crate) why: Option<Failure>,
    /// Their first offer, on an incoming call.
    pub(crate) offer: Option<SdpOffer>,
    /// The record as it begins.
    pub(crate) record: CallRecord,
    /// The record is written.
    pub(crate) begun: bool,
    /// It is part of another call, whose record the server keeps.
    pub(crate) kept_elsewhere: bool,
    /// What the line is to be told as soon as our description is made.
    pub(crate) waiting: Option<Waiting>,
    /// The line knows of the leg.
    pub(crate) on_line: bool,
    pub(crate) media: Media,
    pub(crate) renegotiation: Renegotiation,
    pub(crate) digits: String,
    pub(crate) keys: Keys,
    /// What was dialed behind the number, until it is sent.
    pub(crate) post_dial: Option<PostDial>,
    pub(crate) quality: Option<CallQuality>,
    pub(crate) sounding: Sounding,
    /// When the agent placed or answered it.
    pub(crate) commanded_at: Instant,
    pub(crate) setup_ms: Option<u32>,
    pub(crate) first_audio_ms: Option<u32>,
    /// Since when something should be heard.
    pub(crate) listening_since: Option<Instant>,
    /// The silence that is going on was told.
    pub(crate) silence_told: bool,
    /// When the machine came to its end.
    pub(crate) ended_at: Option<Timestamp>,
}

/// A step that waits for a session description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    Invite,
    Accept,
}

impl Call {
    /// A call over a line.
    pub(crate) fn new(machine: CallMachine, leg: LegId, record: CallRecord, line: &LinePart) -> Self {
        Self {
            id: record.id,
            leg,
            line_id: line.id(),
            line: record.line,
            capabilities: line.capabilities(),
            machine,
            address: view::other_party(&record).to_owned(),
            name: record.customer_name.clone(),
            destination: None,
            parameters: CallParameters::default(),
            verified: None,
            why: None,
            offer: None,
            record,
            begun: false,
            kept_elsewhere: false,
            waiting: None,
            on_line: false,
            media: Media::default(),
            renegotiation: Renegotiation::default(),
            digits: String::new(),
            keys: Keys::default(),
            post_dial: None,
            quality: None,
            sounding: Sounding::default(),
            commanded_at: Instant::now(),
            setup_ms: None,
            first_audio_ms: None,
            listening_since: None,
            silence_told: false,
            ended_at: None,
        }
    }

    /// Not over for the user.
    pub(crate) fn is_alive(&self) -> bool {
        self.machine.end_reason().is_none()
    }

    /// Cut off from our server before an answer was agreed on. There the call goes on: on the agent's other devices, or
    /// here once more.
    pub(crate) fn may_go_on(&self) -> bool {
        let is_offer = self.machine.direction() == Direction::Incoming && self.machine.answered_at().is_none();
        self.line == LineKind::Direct && is_offer && self.machine.end_reason() == Some(EndReason::SignalingLost)
    }

    /// What the provider would say of an end that this side came to.
    pub(crate) fn explain(&mut self) {
        if self.line == LineKind::Twilio && self.machine.end_reason() == Some(EndReason::MediaLost) {
            self.why.get_or_insert_with(|| failure::of_twilio(TWILIO_MEDIA_LOST));
        }
    }

    /// Both sides can talk, or could a moment ago.
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.machine.state(), CallState::Active(_) | CallState::Reconnecting { .. })
    }

    /// When something has to happen by itself.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        match self.ended_at {
            Some(ended_at) => Some(ended_at.plus(SHOWN_AFTER_END)),
            None => self.machine.deadline(),
        }
    }

    /// Milliseconds since the agent placed or answered it.
    pub(crate) fn since_command_ms(&self) -> u32 {
        u32::try_from(self.commanded_at.elapsed().as_millis()).unwrap_or(u32::MAX)
    }

    pub(crate) fn view(&self) -> CallView {
        let talk = self.machine.talk();
        CallView {
            id: self.id,
            direction: self.machine.direction(),
            state: shown_state(self.machine.state()),
            address: self.address.clone(),
            name: self.name.clone(),
            line: self.line,
            line_id: self.line_id,
            capabilities: self.capabilities,
            started_at_ms: self.machine.started_at().as_millis(),
            answered_at_ms: self.machine.answered_at().map(Timestamp::as_millis),
            muted: talk.muted,
            held: talk.held,
            digits: self.digits.clone(),
            post_dial: self.post_dial.as_ref().map(|keys| keys.as_str().to_owned()),
            quality: self.quality.as_ref().map(view::quality),
            warnings: self.sounding.warnings(self.machine.state()),
            path: self.sounding.path(self.machine.state()),
            verified: self.verified,
            parameters: match self.machine.direction() {
                Direction::Incoming => self.parameters.0.iter().cloned().collect(),
                Direction::Outgoing => BTreeMap::new(),
            },
            end: self.machine.end_reason(),
            why: self.why.clone(),
            setup_ms: self.setup_ms,
            first_audio_ms: self.first_audio_ms,
        }
    }
}

fn shown_state(state: CallState) -> ShownState {
    match state {
        CallState::Dialing => ShownState::Dialing,
        CallState::Alerting { .. } => ShownState::Alerting,
        CallState::Offered => ShownState::Offered,
        CallState::Connecting => ShownState::Connecting,
        CallState::Active(_) => ShownState::Active,
        CallState::Reconnecting { .. } => ShownState::Reconnecting,
        CallState::Ending { .. } => ShownState::Ending,
        CallState::Ended(_) => ShownState::Ended,
    }
}

/// The record of a call that begins at `now`; `party` is the other side's address.
pub(crate) fn record_of(
    id: CallId,
    direction: Direction,
    party: String,
    name: Option<String>,
    profile: &Profile,
    line: LineKind,
    now: Timestamp,
) -> CallRecord {
    let user = &profile.user;
    let own = user.extension.clone().unwrap_or_else(|| format!("client:{}", user.username));
    let (from_number, to_number) = match direction {
        Direction::Incoming => (party, own),
        Direction::Outgoing => (own, party),
    };
    let start = CallStart { id, company_id: user.company_id, line, from_number, to_number, at: now };
    let record = match direction {
        Direction::Incoming => CallRecord::incoming(start),
        Direction::Outgoing => CallRecord::outgoing(start),
    };
    CallRecord { customer_name: name, ..record.of_agent(user.id, Some(user.name.clone())) }
}
