//! Taking a call down: its legs, its records, its timers.

use super::Switch;
use super::call::{Call, Stage};
use super::ending::Ending;
use super::io::{CallKey, LegKey, MediaCommand};
use super::leg::Ended;
use super::timers::Timer;
use mobilecall_pstream::ServerFrame;
use mobilecall_pstream::server::{Cancel, Hangup};

impl Switch {
    /// Ends a call for everybody; `by` is the leg that ended it itself and so need not be told.
    pub(super) fn end_call(&mut self, key: CallKey, ending: Ending, by: Option<LegKey>) {
        let Some(call) = self.calls.remove(&key) else { return };
        tracing::info!(call.key = key.0, call.stage = ?call.stage, ?ending, "call ended");
        self.timers.clear(&Timer::Setup(key));
        self.timers.clear(&Timer::Ring(key));
        for leg in call.legs() {
            self.end_leg(&call, leg, ending, by == Some(leg));
        }
        self.report_end(key, &call, ending);
    }

    fn end_leg(&mut self, call: &Call, key: LegKey, ending: Ending, by_itself: bool) {
        let accepted = match call.stage {
            Stage::Talking => true,
            Stage::Answering(leg) => leg == key,
            Stage::Resolving | Stage::Preparing | Stage::Ringing => false,
        };
        let Some(leg) = self.legs.get(&key) else { return };
        let (socket, party) = (leg.socket, leg.party);
        let error = ending.error(party);
        let frame = if leg.dialed() || accepted {
            Some(ServerFrame::Hangup(Hangup { callsid: Some(leg.known_as()), error: error.clone() }))
        } else if leg.told {
            Some(ServerFrame::Cancel(Cancel { callsid: leg.sid.clone(), reason: Some(ending.cancel_reason()) }))
        } else {
            None
        };
        if let (Some(socket), Some(frame), false) = (socket, frame, by_itself) {
            self.send(socket, frame);
        }
        if let Some(leg) = self.drop_leg(key)
            && socket.is_none()
        {
            self.start_timer(Timer::Forget(leg.sid.clone()), self.rules.memory);
            self.ended.insert(leg.sid, Ended { user: leg.user, tokens: leg.tokens, error });
        }
    }

    /// Forgets a leg and ends its media. The caller of this sees to the call itself.
    pub(super) fn drop_leg(&mut self, key: LegKey) -> Option<super::Leg> {
        let leg = self.legs.remove(&key)?;
        self.timers.clear(&Timer::Grace(key));
        self.timers.clear(&Timer::Media(key));
        self.media_do(MediaCommand::Close(key));
        if let Some(device) = leg.socket.and_then(|socket| self.devices.get_mut(&socket)) {
            device.legs.retain(|other| *other != key);
        }
        self.people.remove_leg(leg.user, key);
        self.touched.insert(leg.user);
        Some(leg)
    }
}
