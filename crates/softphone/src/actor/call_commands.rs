//! What agents do with calls.

use super::Core;
use crate::{
    calls::{Call, CallEvent, Keys, Press, record_of},
    failure, history,
    lines::{Candidate, LinePart},
    preview::{Known, Own, Resolved, resolve},
    view,
};
use mobilecall_domain::{
    Address, AddressError, CallId, Direction, DtmfDigit, LegId, LineId,
    dtmf::{MAX_KEY_STEPS, read_keys},
    machine::{CallInput as Input, CallMachine, CallState, UserInput},
};
use mobilecall_ipc::{ErrorCode, Failure, ServerChoice};
use mobilecall_line::{CallParameters, LineCommand, LineError};
use mobilecall_media::voice::VoiceError;
use tokio::time::Instant;

impl Core {
    /// Places a call; another one is held. The record is written before anything else happens.
    pub(crate) async fn place_call(
        &mut self,
        destination: &str,
        line: Option<LineId>,
        parameters: CallParameters,
    ) -> Result<CallId, Failure> {
        let Some(signed_in) = self.sign_in.signed_in() else { return Err(failure::not_signed_in()) };
        let lines = self.lines.candidates();
        let (address, name, post_dial, route) = match resolve(destination, self.dialing(&lines, line))? {
            Resolved::One { address, name, post_dial, note: _, route } => (address, name, post_dial, route),
            Resolved::Several(_) => return Err(several_fit()),
        };
        let part = route.and_then(|route| self.lines.get(route.line)).ok_or_else(failure::no_such_line)?;
        if let Some(call) = self.ringing_from(&address, part.id()) {
            return self.answer(call).await.map(|()| call);
        }
        if !part.is_registered() {
            return Err(not_ready(part));
        }
        if self.calls.placing().is_some() {
            return Err(failure::not_now("another call is being placed; end it first"));
        }
        let now = self.clock.now();
        let id = CallId::generate();
        let dialed = address.dialed();
        let record = record_of(id, Direction::Outgoing, dialed, name, &signed_in.profile, part.kind(), now);
        let (machine, effects) = CallMachine::outgoing(now);
        let mut call = Call::new(machine, LegId::generate(), record, part);
        self.hold_others(id).await?;
        call.address = history::shown_address(&call.address, &self.shown.snapshot().team);
        call.destination = Some(address);
        call.parameters = parameters;
        call.post_dial = post_dial;
        self.calls.insert(call);
        self.pause_recording();
        for effect in effects {
            if let Err(failure) = self.perform(id, effect, now).await {
                self.calls.remove(id);
                return Err(failure);
            }
        }
        self.after_change(id).await;
        Ok(id)
    }

    /// The call of somebody who rings here on this line: who dials them takes it.
    fn ringing_from(&self, address: &Address, line: LineId) -> Option<CallId> {
        let team = &self.shown.snapshot().team;
        let dialed = history::shown_address(&address.dialed(), team);
        let is_it = |call: &&Call| {
            call.line_id == line
                && call.machine.state() == CallState::Offered
                && (call.address == dialed || history::shown_address(view::other_party(&call.record), team) == dialed)
        };
        self.calls.iter().find(is_it).map(|call| call.id)
    }

    /// Against what the text of the smart field is read.
    pub(crate) fn dialing<'a>(&'a self, lines: &'a [Candidate], chosen: Option<LineId>) -> Known<'a> {
        // Nobody's lines call nobody, so the text is read without them.
        let lines = if self.sign_in.signed_in().is_some() { lines } else { &[] };
        let own = self.sign_in.signed_in().map(|signed_in| {
            let user = &signed_in.profile.user;
            Own { username: &user.username, name: &user.name, extension: user.extension.as_deref() }
        });
        // The agent is in every list that the server gives.
        let has_come = !self.team.is_empty();
        let team = has_come.then_some(self.shown.snapshot().team.as_slice());
        let adds_lines = !self.shown.snapshot().line_kinds.is_empty();
        let embedded = self.settings.server == ServerChoice::Embedded;
        Known { region: self.sign_in.region(), team, own, lines, chosen, adds_lines, embedded }
    }

    /// Answers; another call is held.
    pub(crate) async fn answer(&mut self, call: CallId) -> Result<(), Failure> {
        self.expect(call, |state| matches!(state, CallState::Offered), "the call does not ring here")?;
        if self.calls.placing().is_some() {
            return Err(failure::not_now("a call is being placed; end it first"));
        }
        self.hold_others(call).await?;
        if let Some(known) = self.calls.get_mut(call) {
            known.commanded_at = Instant::now();
        }
        self.drive(call, Input::User(UserInput::Answer)).await;
        Ok(())
    }

    pub(crate) async fn decline(&mut self, call: CallId) -> Result<(), Failure> {
        self.expect(call, |state| matches!(state, CallState::Offered), "the call does not ring here")?;
        self.drive(call, Input::User(UserInput::Decline)).await;
        Ok(())
    }

    /// Leaves a call to others.
    pub(crate) async fn ignore(&mut self, call: CallId) -> Result<(), Failure> {
        self.expect(call, |state| matches!(state, CallState::Offered), "the call does not ring here")?;
        self.drive(call, Input::User(UserInput::Ignore)).await;
        Ok(())
    }

    pub(crate) async fn hang_up(&mut self, call: CallId) -> Result<(), Failure> {
        self.known(call)?;
        self.drive(call, Input::User(UserInput::HangUp)).await;
        Ok(())
    }

    pub(crate) async fn set_mute(&mut self, call: CallId, muted: bool) -> Result<(), Failure> {
        self.expect(call, can_be_muted, "the call does not need the microphone")?;
        self.drive(call, Input::User(UserInput::Mute(muted))).await;
        Ok(())
    }

    /// Holds or resumes; resuming holds the call that was going on.
    pub(crate) async fn set_hold(&mut self, call: CallId, held: bool) -> Result<(), Failure> {
        self.expect(call, is_up, "the call is not connected")?;
        if !held {
            self.hold_others(call).await?;
        }
        self.drive(call, Input::User(UserInput::Hold(held))).await;
        Ok(())
    }

    pub(crate) fn send_digits(&mut self, call: CallId, digits: &str) -> Result<(), Failure> {
        self.expect(call, is_up, "the call is not connected")?;
        let steps = read_keys(digits).map_err(|error| failure::of_keys(&error))?;
        let known = self.calls.get_mut(call).ok_or_else(failure::no_such_call)?;
        if known.keys.len() + steps.len() > MAX_KEY_STEPS {
            return Err(failure::not_now("the keys before these are still being sent"));
        }
        let pauses = known.keys.pauses();
        known.keys.push(steps);
        // Those that wait behind a pause come by themselves.
        if !pauses {
            self.press_keys(call)?;
        }
        // What was dialed behind the number is offered until it was sent.
        if let Some(known) = self.calls.get_mut(call)
            && known.post_dial.take_if(|offered| offered.as_str() == digits).is_some()
        {
            self.shown.call(known.view());
        }
        Ok(())
    }

    /// Sends the keys up to the next pause; what is left comes after it.
    pub(crate) fn press_keys(&mut self, call: CallId) -> Result<(), Failure> {
        let Some(post) = self.call_post(call) else { return Ok(()) };
        let known = self.calls.get_mut(call).ok_or_else(failure::no_such_call)?;
        let before = std::mem::take(&mut known.keys);
        if !known.is_up() {
            return Ok(());
        }
        known.keys = before;
        let Press { keys, next } = known.keys.take(Instant::now());
        if let Err(failure) = self.send_keys(call, &keys) {
            if let Some(known) = self.calls.get_mut(call) {
                known.keys = Keys::default();
            }
            return Err(failure);
        }
        if let Some(next) = next {
            tokio::spawn(async move {
                tokio::time::sleep_until(next).await;
                post.tell(CallEvent::Keys).await;
            });
        }
        Ok(())
    }

    fn send_keys(&mut self, call: CallId, keys: &[DtmfDigit]) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        let known = self.known(call)?;
        let within_sound = known.media.negotiated.is_none_or(|negotiated| negotiated.telephone_event.is_some());
        if !within_sound && known.capabilities.signaled_digits {
            let command = LineCommand::Digits { leg: known.leg, digits: keys.to_vec() };
            self.ask_line(known.line_id, "digits", command)?;
        } else {
            let voice = known.media.voice().ok_or_else(|| failure::not_now("the sound of the call is not ready"))?;
            voice.send_digits(keys).map_err(|error| match error {
                VoiceError::TooManyDigits => failure::not_now("the keys before these are still being sent"),
                VoiceError::Codec(_) | VoiceError::Rate(_) | VoiceError::Thread(_) | VoiceError::Busy => {
                    failure::internal(&error)
                }
            })?;
        }
        let known = self.calls.get_mut(call).ok_or_else(failure::no_such_call)?;
        known.digits.extend(keys.iter().copied().map(DtmfDigit::as_char));
        self.shown.call(known.view());
        Ok(())
    }

    /// Hands a call over; the line tells what comes of it.
    pub(crate) fn transfer(&mut self, call: CallId, destination: &str) -> Result<(), Failure> {
        self.expect(call, is_up, "the call is not connected")?;
        let known = self.known(call)?;
        if !known.capabilities.blind_transfer {
            return Err(failure::line_cannot(known.line, "transfer"));
        }
        // Whom the line reaches is reached on it.
        let lines: Vec<Candidate> =
            self.lines.candidates().into_iter().filter(|line| line.id == known.line_id).collect();
        let target = match resolve(destination, self.dialing(&lines, Some(known.line_id)))? {
            Resolved::One { post_dial: Some(_), .. } => return Err(failure::of_address(&AddressError::PostDial)),
            Resolved::One { address, .. } => address,
            Resolved::Several(_) => return Err(several_fit()),
        };
        self.ask_line(known.line_id, "transfer", LineCommand::Transfer { leg: known.leg, target })
    }

    /// Joins the other parties of two calls.
    pub(crate) fn join_calls(&mut self, call: CallId, consulted: CallId) -> Result<(), Failure> {
        self.expect(call, is_up, "the call is not connected")?;
        self.expect(consulted, is_up, "the other call is not connected")?;
        let (known, other) = (self.known(call)?, self.known(consulted)?);
        if call == consulted {
            return Err(failure::not_now("a call cannot be joined with itself"));
        }
        if !known.capabilities.attended_transfer || known.line_id != other.line_id {
            return Err(failure::line_cannot(known.line, "join"));
        }
        self.ask_line(known.line_id, "join", LineCommand::Join { leg: known.leg, consulted: other.leg })
    }

    /// Gives a line a command that is about no step of a call.
    pub(crate) fn ask_line(&self, line: LineId, what: &str, command: LineCommand) -> Result<(), Failure> {
        let kind = self.lines.get(line).map(LinePart::kind);
        self.lines.send(line, command).map_err(|error| match error {
            LineError::Unsupported { kind, .. } => failure::line_cannot(kind, what),
            LineError::UnknownLeg(_) => failure::no_such_call(),
            LineError::NotNow { what } => failure::not_now(what),
            LineError::Closed | LineError::Stuck => kind.map_or_else(failure::no_such_line, failure::line_not_ready),
        })
    }

    /// Holds the call that is going on, unless it is this one.
    async fn hold_others(&mut self, except: CallId) -> Result<(), Failure> {
        let Some(talking) = self.calls.talking().map(|call| call.id).filter(|call| *call != except) else {
            return Ok(());
        };
        if !self.calls.get(talking).is_some_and(Call::is_up) {
            return Err(failure::not_now("another call is just being connected"));
        }
        self.drive(talking, Input::User(UserInput::Hold(true))).await;
        Ok(())
    }

    pub(crate) fn known(&self, call: CallId) -> Result<&Call, Failure> {
        self.calls.get(call).filter(|known| known.is_alive()).ok_or_else(failure::no_such_call)
    }

    fn expect(&self, call: CallId, fits: impl Fn(CallState) -> bool, why_not: &str) -> Result<(), Failure> {
        if fits(self.known(call)?.machine.state()) { Ok(()) } else { Err(failure::not_now(why_not)) }
    }
}

fn is_up(state: CallState) -> bool {
    matches!(state, CallState::Active(_) | CallState::Reconnecting { .. })
}

/// From the dialing or the answering on.
fn can_be_muted(state: CallState) -> bool {
    match state {
        CallState::Dialing
        | CallState::Alerting { .. }
        | CallState::Connecting
        | CallState::Active(_)
        | CallState::Reconnecting { .. } => true,
        CallState::Offered | CallState::Ending { .. } | CallState::Ended(_) => false,
    }
}

/// A line that nothing can make says so; one that is on its way is to be waited for.
fn not_ready(part: &LinePart) -> Failure {
    match part.why() {
        Some(why) if [ErrorCode::LineUnavailable, ErrorCode::Twilio].contains(&why.code) => why.clone(),
        Some(_) | None => failure::line_not_ready(part.kind()),
    }
}

fn several_fit() -> Failure {
    Failure::new(ErrorCode::UnknownExtension, "several colleagues fit: type more, or choose one of them")
}
