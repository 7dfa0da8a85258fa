//! While a call rings: who takes it, who refuses it, and when it is given up.

use super::call::{Call, CalledAgent, Callee, Records, Stage};
use super::ending::Ending;
use super::io::{CallKey, LegKey, MediaCommand, SocketId};
use super::party::Party;
use super::timers::Timer;
use super::{Switch, records};
use mobilecall_pstream::client::{Answer as Accept, Reject};
use mobilecall_pstream::server::{Answer, Cancel, CancelReason, Hangup};
use mobilecall_pstream::{ServerFrame, WireError, code};
use mobilecall_transport::NegotiatedAudio;

impl Switch {
    /// A device takes the call: the first one has it, the others stop ringing at once.
    pub(super) fn answer(&mut self, socket: SocketId, accept: Accept) {
        let Some((key, call_key)) = self.ringing_leg(socket, &accept.callsid) else {
            return self.answered_too_late(socket, accept.callsid);
        };
        let others = match self.calls.get_mut(&call_key) {
            Some(call) => {
                call.stage = Stage::Answering(key);
                call.called_mut().map(|called| called.only(key)).unwrap_or_default()
            }
            None => Vec::new(),
        };
        self.timers.clear(&Timer::Ring(call_key));
        self.start_timer(Timer::Setup(call_key), self.rules.setup_timeout);
        for other in others {
            self.cancel_device(other, CancelReason::AnsweredElsewhere);
        }
        let users = self.calls.get(&call_key).map(|call| call.caller.agent.user);
        self.touched.extend(users);
        self.touched.extend(self.legs.get(&key).map(|leg| leg.user));
        self.media_do(MediaCommand::Accept(key, accept.sdp));
    }

    /// Refusing on one device refuses for the person.
    pub(super) fn reject(&mut self, socket: SocketId, reject: &Reject) {
        if let Some((key, call)) = self.ringing_leg(socket, &reject.callsid) {
            self.end_call(call, Ending::Declined, Some(key));
        }
    }

    pub(super) fn ring_timed_out(&mut self, key: CallKey) {
        self.end_call(key, Ending::NoAnswer, None);
    }

    fn ringing_leg(&self, socket: SocketId, callsid: &str) -> Option<(LegKey, CallKey)> {
        let key = self.leg_on(socket, callsid)?;
        let leg = self.legs.get(&key)?;
        let call = self.calls.get(&leg.call)?;
        (leg.party == Party::Callee && leg.told && call.stage == Stage::Ringing).then_some((key, leg.call))
    }

    /// After it has accepted, a client hears `hangup` and not `cancel` any more.
    fn answered_too_late(&mut self, socket: SocketId, callsid: String) {
        if self.leg_on(socket, &callsid).is_some() {
            tracing::debug!(socket = socket.0, "the same answer came twice");
            return;
        }
        let error = WireError::new(code::CALL_CANCELED, "the call is over, or another device took it");
        self.send(socket, ServerFrame::Hangup(Hangup { callsid: Some(callsid), error: Some(error) }));
    }

    /// Stops one device's ringing; the call goes on.
    pub(super) fn cancel_device(&mut self, key: LegKey, reason: CancelReason) {
        if let Some(leg) = self.drop_leg(key)
            && leg.told
            && let Some(socket) = leg.socket
        {
            self.send(socket, ServerFrame::Cancel(Cancel { callsid: leg.sid, reason: Some(reason) }));
        }
    }

    /// The answer of the device that took the call was applied.
    pub(super) fn accepted(&mut self, key: LegKey, audio: NegotiatedAudio) {
        let Some(leg) = self.legs.get_mut(&key) else { return };
        let call_key = leg.call;
        leg.audio = Some(audio);
        let Some(call) = self.calls.get(&call_key) else { return };
        if call.stage != Stage::Answering(key) {
            return;
        }
        let caller = call.caller.leg;
        let codec = self.legs.get(&caller).and_then(|leg| leg.audio).map(|audio| audio.codec);
        if codec != Some(audio.codec) {
            return self.end_call(call_key, Ending::Incompatible, None);
        }
        self.start_talking(call_key, &[caller, key]);
        self.media_do(MediaCommand::Join(caller, key));
    }

    pub(super) fn start_echo(&mut self, key: CallKey) {
        let Some(call) = self.calls.get(&key) else { return };
        let caller = call.caller.leg;
        self.start_talking(key, &[caller]);
        self.media_do(MediaCommand::Echo(caller));
    }

    fn start_talking(&mut self, key: CallKey, legs: &[LegKey]) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        call.stage = Stage::Talking;
        let callee_record = match call.records {
            Records::Open(ids) => ids.callee,
            Records::None | Records::Opening => None,
        };
        self.timers.clear(&Timer::Setup(key));
        for leg_key in legs {
            let token = self.ids.reconnect_token();
            let Some(leg) = self.legs.get_mut(leg_key) else { continue };
            leg.told = true;
            leg.tokens.renew(token.clone());
            let frame = ServerFrame::Answer(Answer {
                reconnect: Some(token),
                // Who dialed the caller has a record of that; the one that holds is the called person's.
                record: callee_record.filter(|_| leg.party == Party::Callee && leg.dialed()),
                ..Answer::to(leg.sid.clone(), leg.answer.take())
            });
            self.touched.insert(leg.user);
            if let Some(socket) = leg.socket {
                self.send(socket, frame);
            }
            self.await_media(*leg_key);
        }
        self.report_both(key, &records::answered(self.now.wall));
    }

    /// A called device is gone before it took the call; the others, and the person's next device, may still take it.
    pub(super) fn ringing_device_gone(&mut self, key: LegKey) {
        if let Some(leg) = self.drop_leg(key)
            && let Some(Call { callee: Callee::Agent(called), .. }) = self.calls.get_mut(&leg.call)
        {
            called.legs.retain(|other| *other != key);
        }
    }
}

impl CalledAgent {
    /// Keeps this leg and takes out the others.
    fn only(&mut self, keep: LegKey) -> Vec<LegKey> {
        let all = std::mem::replace(&mut self.legs, vec![keep]);
        all.into_iter().filter(|leg| *leg != keep).collect()
    }
}
