//! How calls end.

use super::call::{Call, Status, With};
use super::device::wire_error;
use super::{Cloud, LegKey, MediaCommand};
use mobilecall_pstream::ServerFrame;
use mobilecall_pstream::server::Hangup;
use mobilecall_twilio::CallSid;
use mobilecall_twilio::callback::LegEvent;

impl Cloud {
    /// The party itself has left, and needs to be told nothing.
    pub(super) fn hung_up(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        if let Some(device) = call.client_mut().and_then(|client| client.device.as_mut()) {
            device.socket = None;
        }
        let status = if call.answered.is_some() { Status::Completed } else { Status::Canceled };
        self.end(sid, status, None);
    }

    /// Ends a call from our side.
    pub(super) fn hang_up(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        let status = if call.answered.is_some() { Status::Completed } else { Status::Canceled };
        self.end(sid, status, None);
    }

    /// Ends a call. `error` is what a softphone is told; without it the call ends as calls do.
    pub(super) fn end(&mut self, sid: CallSid, status: Status, error: Option<u32>) {
        let now = self.now.wall;
        let Some(call) = self.live(sid) else { return };
        call.status = status;
        call.ended = Some(now);
        let parent = call.parent;
        self.timers.clear_of(sid);
        self.tell_end(sid, error);
        self.stop_ringing(sid);
        self.stop_recordings_of(sid);
        self.abandon_script(sid);
        self.leave(sid);
        self.close_legs(sid);
        self.plays.retain(|_, call| *call != sid);
        self.report(sid, LegEvent::Completed);
        if let Some(parent) = parent {
            self.child_ended(parent, sid, error);
        }
    }

    fn tell_end(&mut self, sid: CallSid, error: Option<u32>) {
        let Some(call) = self.calls.get(&sid) else { return };
        let Some(socket) = call.socket() else { return };
        let temporary = call.client().filter(|client| !client.told).and_then(|client| client.temporary.clone());
        let callsid = Some(temporary.unwrap_or_else(|| sid.to_string()));
        self.send(socket, ServerFrame::Hangup(Hangup { callsid, error: error.map(wire_error) }));
    }

    /// Takes the call out of what it is connected with.
    pub(super) fn leave(&mut self, sid: CallSid) {
        let Some(call) = self.calls.get_mut(&sid) else { return };
        match std::mem::take(&mut call.with) {
            With::Nobody => {}
            With::Call(other) => {
                // Of two that are over both are apart, so that nothing is done twice.
                if let Some(other) = self.calls.get_mut(&other) {
                    other.with = With::Nobody;
                }
                self.hear(other, &[]);
                self.hear(sid, &[]);
                self.partner_left(other);
            }
            With::Conference(conference) => self.leave_conference(sid, conference),
        }
    }

    /// Whom a call hears from now on.
    pub(super) fn hear(&mut self, sid: CallSid, others: &[CallSid]) {
        let heard: Vec<LegKey> = others.iter().filter_map(|other| self.leg_of(*other)).collect();
        if let Some(leg) = self.leg_of(sid) {
            self.media_do(MediaCommand::Hear(leg, heard));
        }
    }

    fn close_legs(&mut self, sid: CallSid) {
        if let Some(leg) = self.calls.get_mut(&sid).and_then(|call: &mut Call| call.leg.take()) {
            self.legs.remove(&leg);
            self.media_do(MediaCommand::Close(leg));
        }
    }
}
