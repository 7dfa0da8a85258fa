//! What agents do with calls.

use super::Core;
use crate::{
    calls::{Call, record_of},
    failure, history,
    preview::{Known, Resolved, resolve},
};
use mobilecall_domain::{
    CallId, Direction, DtmfDigit, LegId,
    machine::{CallInput as Input, CallMachine, CallState, UserInput},
};
use mobilecall_ipc::{ErrorCode, Failure};
use tokio::time::Instant;

impl Core {
    /// Places a call; another one is held. The record is written before anything else happens.
    pub(crate) async fn place_call(&mut self, destination: &str) -> Result<CallId, Failure> {
        let Some(signed_in) = self.sign_in.signed_in() else { return Err(failure::not_signed_in()) };
        let (address, name) = match resolve(destination, self.dialing())? {
            Resolved::One { address, name } => (address, name),
            Resolved::Several(_) => return Err(several_fit()),
        };
        if !self.line.is_registered() {
            return Err(failure::line_not_ready());
        }
        if self.calls.placing().is_some() {
            return Err(failure::not_now("another call is being placed; end it first"));
        }
        let now = self.clock.now();
        let id = CallId::generate();
        let dialed = address.dialed();
        let record = record_of(id, Direction::Outgoing, dialed, name, &signed_in.profile, self.line.kind(), now);
        self.hold_others(id).await?;
        let (machine, effects) = CallMachine::outgoing(now);
        let mut call = Call::new(machine, LegId::generate(), record);
        call.address = history::shown_address(&call.address, &self.shown.snapshot().team);
        call.destination = Some(address);
        self.calls.insert(call);
        for effect in effects {
            if let Err(failure) = self.perform(id, effect, now).await {
                self.calls.remove(id);
                return Err(failure);
            }
        }
        self.after_change(id).await;
        Ok(id)
    }

    /// Against what the text of the smart field is read.
    pub(crate) fn dialing(&self) -> Known<'_> {
        Known {
            region: self.sign_in.region(),
            team: &self.shown.snapshot().team,
            line: self.line.is_open().then(|| self.line.kind()),
        }
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
        let keys: Vec<DtmfDigit> = digits
            .chars()
            .map(|key| DtmfDigit::from_char(key).ok_or_else(|| bad_digit(key)))
            .collect::<Result<_, _>>()?;
        let known = self.calls.get_mut(call).ok_or_else(failure::no_such_call)?;
        let voice = known.media.voice().ok_or_else(|| failure::not_now("the sound of the call is not ready"))?;
        voice.send_digits(&keys).map_err(|error| failure::internal(&error))?;
        known.digits.extend(keys.into_iter().map(DtmfDigit::as_char));
        self.shown.call(known.view());
        Ok(())
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

    fn known(&self, call: CallId) -> Result<&Call, Failure> {
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

fn several_fit() -> Failure {
    Failure::new(ErrorCode::UnknownExtension, "several colleagues fit: type more, or choose one of them")
}

fn bad_digit(key: char) -> Failure {
    Failure::new(ErrorCode::BadDigit, format!("'{key}' is not a key: use 0-9, *, # or A-D"))
}
