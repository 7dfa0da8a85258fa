//! Two people who dial each other at the same time: the later call becomes the answer to the earlier one, so that they
//! talk and neither has missed the other.

use super::Switch;
use super::call::{Call, Met, Stage};
use super::io::{CallKey, MediaCommand};
use super::party::Party;
use super::timers::Timer;
use mobilecall_domain::UserId;
use mobilecall_pstream::server::CancelReason;

impl Switch {
    /// The call in which `caller` waits for `called`, the oldest if there are several.
    pub(super) fn waiting_call(&self, caller: UserId, called: UserId) -> Option<CallKey> {
        let waits = |call: &Call| {
            let unanswered = matches!(call.stage, Stage::Preparing | Stage::Ringing);
            let is_for = call.called().is_some_and(|it| it.agent.user == called && it.met.is_none());
            unanswered && is_for && call.caller.agent.user == caller
        };
        self.calls.iter().filter(|(_, call)| waits(call)).map(|(key, _)| *key).min()
    }

    /// The leg of `later` takes `earlier`; what rings in that stops.
    pub(super) fn meet(&mut self, earlier: CallKey, later: CallKey) {
        let Some(Call { caller, .. }) = self.calls.remove(&later) else { return };
        let Some(offer) = caller.offer else { return };
        tracing::info!(call.key = earlier.0, other.key = later.0, "two people dial each other: one call");
        self.timers.clear(&Timer::Setup(later));
        if let Some(leg) = self.legs.get_mut(&caller.leg) {
            (leg.call, leg.party) = (earlier, Party::Callee);
        }
        let Some(call) = self.calls.get_mut(&earlier) else { return };
        let stage = call.stage;
        let Some(called) = call.called_mut() else { return };
        called.met = Some(Met { leg: caller.leg, offer });
        let ringing = std::mem::replace(&mut called.legs, vec![caller.leg]);
        for leg in ringing {
            self.cancel_device(leg, CancelReason::AnsweredElsewhere);
        }
        if stage == Stage::Ringing {
            self.answer_met(earlier);
        }
    }

    /// The caller's media is there: the leg that met the call is answered with the caller's codec.
    pub(super) fn answer_met(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let (caller, users) = (call.caller.leg, call.caller.agent.user);
        let Some(Met { leg, offer }) = call.called_mut().and_then(|called| called.met.take()) else { return };
        call.stage = Stage::Answering(leg);
        self.timers.clear(&Timer::Ring(key));
        self.start_timer(Timer::Setup(key), self.rules.setup_timeout);
        self.touched.insert(users);
        self.touched.extend(self.legs.get(&leg).map(|leg| leg.user));
        let codec = self.legs.get(&caller).and_then(|leg| leg.audio).map(|audio| audio.codec);
        self.media_do(MediaCommand::Answer(leg, offer, codec));
    }
}
