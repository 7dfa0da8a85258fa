//! The transitions, one function a state.

use super::{
    CallEffect, CallInput, CallMachine, CallState, LineAction, LineInput, Lost, MediaFailure, MediaInput, Open,
    Reoffer, Talk, Tone, UserInput, VoiceAction,
};
use crate::{CallReport, CallStatus, Direction, EndReason, Timestamp};

/// No effects.
const NOTHING: Vec<CallEffect> = Vec::new();

impl CallMachine {
    /// Takes an input at the time `now` and says what to do, in order. Without effects and with the same
    /// [`state`](Self::state) the input did not fit.
    pub fn apply(&mut self, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        self.note_media(input);
        match self.state {
            CallState::Dialing => self.dialing(input, now, false),
            CallState::Alerting { early_media } => self.alerting(early_media, input, now),
            CallState::Offered => self.offered(input, now),
            CallState::Connecting => self.connecting(input, now),
            CallState::Active(talk) => self.active(talk, input, now),
            CallState::Reconnecting { talk, lost } => self.reconnecting(talk, lost, input, now),
            CallState::Ending { reason, open } => self.ending(reason, open, input, now),
            CallState::Ended(_) => NOTHING,
        }
    }

    /// Media may connect before the answer, so it is remembered in every state.
    fn note_media(&mut self, input: CallInput) {
        match input {
            CallInput::Media(MediaInput::Connected) => self.has_media = true,
            CallInput::Media(MediaInput::Lost | MediaInput::Failed(_) | MediaInput::Stopped) => self.has_media = false,
            CallInput::User(_) | CallInput::Line(_) | CallInput::Tick => {}
        }
    }

    fn dialing(&mut self, input: CallInput, now: Timestamp, has_ringback: bool) -> Vec<CallEffect> {
        match input {
            CallInput::Line(LineInput::Ringing { early_media }) => {
                self.state = CallState::Alerting { early_media };
                let report = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
                let tone = (!early_media).then_some(CallEffect::Ring(Tone::Ringback));
                std::iter::once(CallEffect::Report(report)).chain(tone).collect()
            }
            CallInput::Line(LineInput::Answered) => {
                let mut effects = self.agreed(now);
                if has_ringback {
                    effects.push(CallEffect::StopRinging);
                }
                self.since = now;
                self.state = if self.has_media { CallState::Active(self.talk()) } else { CallState::Connecting };
                effects
            }
            CallInput::User(UserInput::Mute(muted)) => self.begin_muted(muted),
            CallInput::Line(LineInput::Ended(reason)) => self.over(reason, now),
            CallInput::User(UserInput::HangUp) => self.end(EndReason::LocalCancel, LineAction::HangUp, now),
            CallInput::Media(MediaInput::Failed(failure)) => self.end(of_media(failure), LineAction::HangUp, now),
            CallInput::Tick if self.is_late(now) => self.end(EndReason::NoAnswer, LineAction::HangUp, now),
            // A line ends a leg that loses its signaling before the answer.
            CallInput::Line(LineInput::SignalingLost | LineInput::SignalingRestored)
            | CallInput::User(UserInput::Answer | UserInput::Decline | UserInput::Ignore | UserInput::Hold(_))
            | CallInput::Media(MediaInput::Connected | MediaInput::Lost | MediaInput::Stopped)
            | CallInput::Tick => NOTHING,
        }
    }

    fn alerting(&mut self, early_media: bool, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        match input {
            CallInput::Line(LineInput::Ringing { early_media: true }) if !early_media => {
                self.state = CallState::Alerting { early_media: true };
                vec![CallEffect::StopRinging]
            }
            CallInput::Line(LineInput::Ringing { .. }) => NOTHING,
            CallInput::User(_) | CallInput::Line(_) | CallInput::Media(_) | CallInput::Tick => {
                self.dialing(input, now, !early_media)
            }
        }
    }

    fn offered(&mut self, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        match input {
            CallInput::User(UserInput::Answer) => {
                self.state = CallState::Connecting;
                self.since = now;
                vec![
                    CallEffect::StopRinging,
                    CallEffect::Voice(VoiceAction::Start),
                    CallEffect::Line(LineAction::Accept),
                ]
            }
            CallInput::User(UserInput::Decline | UserInput::HangUp) => {
                self.end(EndReason::LocalDecline, LineAction::Reject, now)
            }
            // Whether others took it the server knows.
            CallInput::User(UserInput::Ignore) => self.end(EndReason::LocalDecline, LineAction::Ignore, now),
            CallInput::Line(LineInput::Ended(reason)) => self.over(reason, now),
            CallInput::Line(
                LineInput::Ringing { .. }
                | LineInput::Answered
                | LineInput::SignalingLost
                | LineInput::SignalingRestored,
            )
            | CallInput::User(UserInput::Mute(_) | UserInput::Hold(_))
            | CallInput::Media(_)
            | CallInput::Tick => NOTHING,
        }
    }

    fn connecting(&mut self, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        match input {
            // Sound from the far end proves our answer as well as the server's word does; not every server says it.
            CallInput::Media(MediaInput::Connected) => {
                self.state = CallState::Active(self.talk());
                self.agreed(now)
            }
            CallInput::User(UserInput::Mute(muted)) => self.begin_muted(muted),
            CallInput::Line(LineInput::Answered) => self.agreed(now),
            CallInput::Line(LineInput::Ended(reason)) => self.over(reason, now),
            CallInput::User(UserInput::HangUp) => self.end(EndReason::LocalHangup, LineAction::HangUp, now),
            CallInput::Media(MediaInput::Failed(failure)) => self.end(of_media(failure), LineAction::HangUp, now),
            CallInput::Tick if self.is_late(now) => self.end(EndReason::MediaLost, LineAction::HangUp, now),
            CallInput::Line(LineInput::Ringing { .. } | LineInput::SignalingLost | LineInput::SignalingRestored)
            | CallInput::User(UserInput::Answer | UserInput::Decline | UserInput::Ignore | UserInput::Hold(_))
            | CallInput::Media(MediaInput::Lost | MediaInput::Stopped)
            | CallInput::Tick => NOTHING,
        }
    }

    fn active(&mut self, talk: Talk, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        match input {
            CallInput::User(UserInput::Mute(_) | UserInput::Hold(_)) => {
                let (talk, effects) = set(talk, input);
                self.state = CallState::Active(talk);
                effects
            }
            CallInput::User(UserInput::HangUp) => self.end(EndReason::LocalHangup, LineAction::HangUp, now),
            CallInput::Line(LineInput::Ended(reason)) => self.over(reason, now),
            CallInput::Line(LineInput::SignalingLost) => {
                self.state = CallState::Reconnecting { talk, lost: Lost { media: false, signaling: true } };
                self.since = now;
                NOTHING
            }
            CallInput::Media(MediaInput::Lost | MediaInput::Failed(MediaFailure::Network)) => {
                self.state = CallState::Reconnecting { talk, lost: Lost { media: true, signaling: false } };
                self.since = now;
                vec![CallEffect::Line(LineAction::Reoffer(Reoffer::IceRestart))]
            }
            // A device that went away comes back or is replaced, and a renegotiation that failed leaves the sound as
            // it was: neither is a reason to lose the call.
            CallInput::Media(MediaInput::Failed(MediaFailure::Device | MediaFailure::Incompatible))
            | CallInput::Media(MediaInput::Connected | MediaInput::Stopped)
            | CallInput::User(UserInput::Answer | UserInput::Decline | UserInput::Ignore)
            | CallInput::Line(LineInput::Ringing { .. } | LineInput::Answered | LineInput::SignalingRestored)
            | CallInput::Tick => NOTHING,
        }
    }

    fn reconnecting(&mut self, talk: Talk, lost: Lost, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        let restart = || vec![CallEffect::Line(LineAction::Reoffer(Reoffer::IceRestart))];
        match input {
            CallInput::Media(MediaInput::Connected) => self.recover(talk, Lost { media: false, ..lost }),
            CallInput::Line(LineInput::SignalingRestored) if lost.signaling => {
                self.recover(talk, Lost { signaling: false, ..lost });
                // What could not be asked for while the line was down.
                if lost.media { restart() } else { NOTHING }
            }
            CallInput::Media(MediaInput::Lost | MediaInput::Failed(MediaFailure::Network)) => {
                let is_news = !lost.media || matches!(input, CallInput::Media(MediaInput::Failed(_)));
                self.recover(talk, Lost { media: true, ..lost });
                if is_news && !lost.signaling { restart() } else { NOTHING }
            }
            CallInput::Line(LineInput::SignalingLost) => self.recover(talk, Lost { signaling: true, ..lost }),
            CallInput::User(UserInput::Mute(_) | UserInput::Hold(_)) => {
                let (talk, effects) = set(talk, input);
                self.state = CallState::Reconnecting { talk, lost };
                effects
            }
            CallInput::User(UserInput::HangUp) => self.end(EndReason::LocalHangup, LineAction::HangUp, now),
            CallInput::Line(LineInput::Ended(reason)) => self.over(reason, now),
            CallInput::Tick if self.is_late(now) => {
                let reason = if lost.media { EndReason::MediaLost } else { EndReason::SignalingLost };
                self.end(reason, LineAction::HangUp, now)
            }
            CallInput::Media(MediaInput::Failed(MediaFailure::Device | MediaFailure::Incompatible))
            | CallInput::Media(MediaInput::Stopped)
            | CallInput::User(UserInput::Answer | UserInput::Decline | UserInput::Ignore)
            | CallInput::Line(LineInput::Ringing { .. } | LineInput::Answered | LineInput::SignalingRestored)
            | CallInput::Tick => NOTHING,
        }
    }

    fn ending(&mut self, reason: EndReason, open: Open, input: CallInput, now: Timestamp) -> Vec<CallEffect> {
        let open = match input {
            CallInput::Line(LineInput::Ended(_)) => Open { line: false, ..open },
            CallInput::Media(MediaInput::Stopped) => Open { voice: false, ..open },
            CallInput::Tick if self.is_late(now) => Open { line: false, voice: false },
            CallInput::User(_)
            | CallInput::Line(
                LineInput::Ringing { .. }
                | LineInput::Answered
                | LineInput::SignalingLost
                | LineInput::SignalingRestored,
            )
            | CallInput::Media(MediaInput::Connected | MediaInput::Lost | MediaInput::Failed(_))
            | CallInput::Tick => open,
        };
        self.close(reason, open);
        NOTHING
    }

    /// Mutes before there is a talk; the voice may run already, for early media.
    fn begin_muted(&mut self, muted: bool) -> Vec<CallEffect> {
        if std::mem::replace(&mut self.begins_muted, muted) == muted {
            return NOTHING;
        }
        vec![CallEffect::Voice(VoiceAction::Mute(muted))]
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.deadline().is_some_and(|deadline| now >= deadline)
    }

    /// Both ends agreed, as far as this end can know; the first time counts.
    fn agreed(&mut self, now: Timestamp) -> Vec<CallEffect> {
        if self.answered_at.is_some() {
            return NOTHING;
        }
        self.answered_at = Some(now);
        let status = Some(CallStatus::InProgress);
        vec![CallEffect::Report(CallReport { status, answered_at: Some(now), ..CallReport::default() })]
    }

    fn recover(&mut self, talk: Talk, lost: Lost) -> Vec<CallEffect> {
        let is_whole = !lost.media && !lost.signaling;
        self.state = if is_whole { CallState::Active(talk) } else { CallState::Reconnecting { talk, lost } };
        NOTHING
    }

    /// This end ends the call.
    fn end(&mut self, reason: EndReason, action: LineAction, now: Timestamp) -> Vec<CallEffect> {
        let mut effects = self.stop(reason, now, true);
        // The far end hears of it before anything here is closed.
        effects.insert(0, CallEffect::Line(action));
        effects
    }

    /// The line says that the call is over.
    fn over(&mut self, reason: EndReason, now: Timestamp) -> Vec<CallEffect> {
        self.stop(reason, now, false)
    }

    fn stop(&mut self, reason: EndReason, now: Timestamp, line: bool) -> Vec<CallEffect> {
        let is_ringing = matches!(self.state, CallState::Offered | CallState::Alerting { early_media: false });
        let voice = self.direction == Direction::Outgoing || self.state != CallState::Offered;
        let report = CallReport {
            status: Some(reason.status(self.answered_at.is_some())),
            answered_at: self.answered_at,
            ended_at: Some(now),
            ..CallReport::default()
        };
        self.since = now;
        self.close(reason, Open { line, voice });
        let tone = is_ringing.then_some(CallEffect::StopRinging);
        let media = voice.then_some(CallEffect::Voice(VoiceAction::Stop));
        tone.into_iter().chain(media).chain([CallEffect::Report(report)]).collect()
    }

    fn close(&mut self, reason: EndReason, open: Open) {
        let is_closed = !open.line && !open.voice;
        self.state = if is_closed { CallState::Ended(reason) } else { CallState::Ending { reason, open } };
    }
}

/// What the user sets, and what that takes; nothing if it is set already.
fn set(talk: Talk, input: CallInput) -> (Talk, Vec<CallEffect>) {
    match input {
        CallInput::User(UserInput::Mute(muted)) if muted != talk.muted => {
            (Talk { muted, ..talk }, vec![CallEffect::Voice(VoiceAction::Mute(muted))])
        }
        CallInput::User(UserInput::Hold(held)) if held != talk.held => {
            let effects = vec![
                CallEffect::Voice(VoiceAction::Hold(held)),
                CallEffect::Line(LineAction::Reoffer(Reoffer::Hold(held))),
            ];
            (Talk { held, ..talk }, effects)
        }
        CallInput::User(_) | CallInput::Line(_) | CallInput::Media(_) | CallInput::Tick => (talk, NOTHING),
    }
}

const fn of_media(failure: MediaFailure) -> EndReason {
    match failure {
        MediaFailure::Device => EndReason::Failed,
        MediaFailure::Incompatible => EndReason::Incompatible,
        MediaFailure::Network => EndReason::MediaLost,
    }
}
