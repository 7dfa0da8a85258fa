//! The call state machine: pure, the same for every line.
//!
//! ```text
//! outgoing: Dialing ─▶ Alerting ─▶ Connecting ─▶ Active ⇄ Reconnecting
//! incoming: Offered ─────────────▶ Connecting ─▶ Active      any ─▶ Ending ─▶ Ended(EndReason)
//! hold and mute are fields of Active, mute also of what leads there; early media is a field of Alerting; none of them
//! is a state
//! ```
//!
//! Inputs ([`CallInput`]): the user answers, declines, ignores, hangs up, mutes, holds; the line says ringing, answered, ended,
//! signaling lost, signaling restored; media says connected, lost, failed, stopped; and the clock ticks. An input that
//! does not fit the state changes nothing and has no effects; once a call is ending, only clean-up passes.
//!
//! Effects ([`CallEffect`]) are data. A driver performs them in order and feeds the results back as inputs:
//!
//! ```
//! use mobilecall_domain::{Timestamp, machine::{CallInput, CallMachine, CallState, LineInput}};
//!
//! let now = Timestamp::from_millis(0);
//! let (mut call, effects) = CallMachine::outgoing(now);
//! assert_eq!(effects.len(), 3, "write the record, start the voice, invite");
//! call.apply(CallInput::Line(LineInput::Ringing { early_media: false }), now);
//! assert_eq!(call.state(), CallState::Alerting { early_media: false });
//! ```

mod input;
mod transition;

pub use input::{
    CallEffect, CallInput, LineAction, LineInput, MediaFailure, MediaInput, Reoffer, Tone, UserInput, VoiceAction,
};

use crate::{CallReport, CallStatus, Direction, EndReason, Timestamp};
use std::time::Duration;

/// How long an outgoing call may stay unanswered. Twilio's default for `<Dial>` is 30 s, its `Timeout` 60 s.
pub const RING_TIMEOUT: Duration = Duration::from_secs(60);
/// How long media may take to connect after the answer.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a lost call is kept; the longest time a server keeps one.
pub const RECONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// How long clean-up may take before the call is over without it.
pub const END_TIMEOUT: Duration = Duration::from_secs(5);

/// Where a call stands. The machine is drawn at the top of [the module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// Outgoing; the far end does not ring yet.
    Dialing,
    /// Outgoing; the far end rings.
    Alerting {
        /// The far end's own ringing or announcement is heard, so none is played here.
        early_media: bool,
    },
    /// Incoming; rings here.
    Offered,
    /// Answered; media is on its way.
    Connecting,
    /// Talking.
    Active(Talk),
    /// Was active; media, signaling or both are being recovered.
    Reconnecting {
        /// What it goes back to.
        talk: Talk,
        /// What is missing.
        lost: Lost,
    },
    /// Over for the user; the line and the voice are being closed.
    Ending {
        /// Why.
        reason: EndReason,
        /// What is not closed yet.
        open: Open,
    },
    /// Over.
    Ended(EndReason),
}

/// What the user has set in a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Talk {
    /// The microphone is off for this call.
    pub muted: bool,
    /// The other party is on hold.
    pub held: bool,
}

/// What a reconnecting call misses; at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// No sound comes through.
    pub media: bool,
    /// The line has no connection; sound may still flow.
    pub signaling: bool,
}

/// What an ending call has not closed yet; at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// The line has not said that the leg is over.
    pub line: bool,
    /// Media has not stopped.
    pub voice: bool,
}

/// One call. Plain data: it does nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallMachine {
    direction: Direction,
    state: CallState,
    started_at: Timestamp,
    answered_at: Option<Timestamp>,
    /// When the state's time limit began to run.
    since: Timestamp,
    /// Media is connected, which may be before the answer.
    has_media: bool,
    /// The microphone is off from the first moment of the talk.
    begins_muted: bool,
}

impl CallMachine {
    /// A call that this agent places, and what to do first.
    pub fn outgoing(now: Timestamp) -> (Self, Vec<CallEffect>) {
        let report = CallReport { status: Some(CallStatus::Initiated), ..CallReport::default() };
        let effects = vec![
            CallEffect::Report(report),
            CallEffect::Voice(VoiceAction::Start),
            CallEffect::Line(LineAction::Invite),
        ];
        (Self::new(Direction::Outgoing, CallState::Dialing, now), effects)
    }

    /// A call that a line offers, and what to do first.
    pub fn incoming(now: Timestamp) -> (Self, Vec<CallEffect>) {
        let report = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
        let effects = vec![CallEffect::Report(report), CallEffect::Ring(Tone::Ringtone)];
        (Self::new(Direction::Incoming, CallState::Offered, now), effects)
    }

    const fn new(direction: Direction, state: CallState, now: Timestamp) -> Self {
        Self { direction, state, started_at: now, answered_at: None, since: now, has_media: false, begins_muted: false }
    }

    /// Which way it goes.
    pub const fn direction(&self) -> Direction {
        self.direction
    }
    /// Where it stands.
    pub const fn state(&self) -> CallState {
        self.state
    }
    /// When it began.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }
    /// When both ends had agreed, if they have.
    pub const fn answered_at(&self) -> Option<Timestamp> {
        self.answered_at
    }
    /// What the user has set, as far as there is something to set: mute from the dialing or answering on, hold while
    /// the call is active.
    pub const fn talk(&self) -> Talk {
        match self.state {
            CallState::Active(talk) | CallState::Reconnecting { talk, .. } => talk,
            CallState::Dialing | CallState::Alerting { .. } | CallState::Connecting => {
                Talk { muted: self.begins_muted, held: false }
            }
            CallState::Offered | CallState::Ending { .. } | CallState::Ended(_) => Talk { muted: false, held: false },
        }
    }
    /// Why it is over, once it is for the user.
    pub const fn end_reason(&self) -> Option<EndReason> {
        match self.state {
            CallState::Ending { reason, .. } | CallState::Ended(reason) => Some(reason),
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Offered
            | CallState::Connecting
            | CallState::Active(_)
            | CallState::Reconnecting { .. } => None,
        }
    }
    /// When to apply [`CallInput::Tick`]; ticks before that change nothing.
    pub fn deadline(&self) -> Option<Timestamp> {
        let limit = match self.state {
            CallState::Dialing | CallState::Alerting { .. } => RING_TIMEOUT,
            CallState::Connecting => CONNECT_TIMEOUT,
            CallState::Reconnecting { .. } => RECONNECT_TIMEOUT,
            CallState::Ending { .. } => END_TIMEOUT,
            // Whoever calls decides how long it rings here; the line says when that is over.
            CallState::Offered | CallState::Active(_) | CallState::Ended(_) => return None,
        };
        Some(self.since.plus(limit))
    }
}

#[cfg(test)]
mod tests;
