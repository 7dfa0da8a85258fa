//! Frames of softphones that concern calls.

use super::call::{Attachment, Call, Callback, Client, Direction, Party, Purpose, Status, With};
use super::device::wire_error;
use super::timers::Timer;
use super::{Cloud, LegKey, MediaCommand, MediaOutcome, SocketId};
use crate::account::Instructions;
use mobilecall_domain::{Private, SdpAnswer};
use mobilecall_pstream::client::{Answer, Invite, Message, Reconnect, Reinvite};
use mobilecall_pstream::server::{self, Ack, Error, Hangup, Ringing};
use mobilecall_pstream::{ClientFrame, Malformed, ServerFrame, code, params};
use mobilecall_twilio::{AppSid, CallSid};
use std::time::Duration;

/// Custom parameters longer than this are refused.
const MAX_PARAMETERS: usize = 800;
/// Call messages longer than this are refused.
const MAX_MESSAGE: usize = 10_240;
/// The one type of call message that there is.
const MESSAGE_TYPE: &str = "user-defined-message";

/// The call's name on the wire.
pub(super) fn wire(call: CallSid) -> mobilecall_pstream::CallSid {
    mobilecall_pstream::CallSid(call.to_string())
}

/// What is asked, for which application, and with what a softphone gave along.
type Asked = (Instructions, AppSid, Vec<(String, String)>);

impl Cloud {
    pub(super) fn frame(&mut self, socket: SocketId, frame: Result<ClientFrame, Malformed>) {
        let frame = match frame {
            Ok(frame) => frame,
            // The rule for types that nobody knows.
            Err(Malformed::UnknownType(_)) => return,
            Err(Malformed::NotAFrame | Malformed::Payload { .. }) => {
                return self.refuse(socket, code::MALFORMED_REQUEST);
            }
        };
        if let ClientFrame::Listen(listen) = &frame {
            return self.listen(socket, listen);
        }
        if self.devices.get(&socket).is_none_or(|device| device.admission.is_none()) {
            return self.refuse(socket, code::TOKEN_INVALID);
        }
        match frame {
            ClientFrame::Listen(_) => {}
            ClientFrame::Register(register) => self.register(socket, &register),
            ClientFrame::Invite(invite) => self.invited(socket, invite),
            ClientFrame::Reconnect(reconnect) => self.reconnect(socket, &reconnect),
            ClientFrame::Answer(answer) => self.client_answers(socket, answer),
            ClientFrame::Reinvite(again) => self.reinvited(socket, again),
            ClientFrame::Hangup(hangup) => {
                if let Some(call) = self.call_on(socket, &hangup.callsid) {
                    self.hung_up(call);
                }
            }
            ClientFrame::Reject(reject) => self.client_rejects(socket, &reject.callsid),
            ClientFrame::Dtmf(dtmf) => {
                if let Some(call) = self.call_on(socket, &dtmf.callsid) {
                    self.pressed(call, dtmf.dtmf.expose());
                }
            }
            ClientFrame::Message(message) => self.message(socket, message),
        }
    }

    /// A softphone calls.
    fn invited(&mut self, socket: SocketId, invite: Invite) {
        let (instructions, app, custom) = match self.may_call(socket, &invite) {
            Ok(allowed) => allowed,
            Err(refusal) => {
                let hangup = Hangup { callsid: Some(invite.callsid), error: Some(wire_error(refusal)) };
                return self.send(socket, ServerFrame::Hangup(hangup));
            }
        };
        let Some(device) = self.devices.get(&socket) else { return };
        let Some(admission) = &device.admission else { return };
        let (identity, grace) = (admission.identity.clone(), device.grace);
        // What the token gives counts more than what the softphone says.
        let given = admission.params.clone();
        let to = custom.iter().find(|(name, _)| name == "To").map(|(_, to)| to.clone()).unwrap_or_default();
        let attachment = Attachment { socket: Some(socket), reconnect: self.secret(), grace };
        let client = Client {
            identity: identity.clone(),
            temporary: Some(invite.callsid),
            device: Some(attachment),
            ..Client::default()
        };
        let purpose = Purpose::Asks(instructions.clone(), Some(app));
        let call = self.add_call(Direction::Inbound, format!("client:{identity}"), to, Party::Client(client), purpose);
        let leg = self.fresh_leg(call);
        if let Some(call) = self.live(call) {
            call.status = Status::Ringing;
            call.leg = Some(leg);
            call.custom = given.into_iter().chain(custom).collect();
            call.callback = instructions.status.map(|target| Callback::new(target, Vec::new()));
        }
        self.media_do(MediaCommand::Answer(leg, invite.sdp));
    }

    /// What is asked of whom, and the custom parameters; or the code of the refusal.
    fn may_call(&mut self, socket: SocketId, invite: &Invite) -> Result<Asked, u32> {
        if let Some(refusal) = self.refusals.pop() {
            return Err(refusal);
        }
        let query = invite.twilio.params.as_ref().ok_or(code::PARAMETERS_MISSING)?.expose();
        if query.len() > MAX_PARAMETERS {
            return Err(code::PARAMETERS_TOO_LONG);
        }
        let admission = self.devices.get(&socket).and_then(|device| device.admission.as_ref());
        let app = admission.and_then(|admission| admission.may_dial).ok_or(code::NOT_AUTHORIZED)?;
        let application = self.account.application(app).ok_or(code::APPLICATION_NOT_FOUND)?;
        if application.voice.url.is_none() {
            return Err(code::NOT_FOUND);
        }
        Ok((application.voice.clone(), app, params::decode(query)))
    }

    /// A new call; it does nothing yet.
    pub(super) fn add_call(
        &mut self,
        direction: Direction,
        from: String,
        to: String,
        party: Party,
        purpose: Purpose,
    ) -> CallSid {
        let sid = CallSid::from_bits(self.ids.bits());
        let call = Call {
            sid,
            number: self.fresh_key(),
            parent: None,
            direction,
            from,
            to,
            status: Status::Queued,
            created: self.now.wall,
            answered: None,
            ended: None,
            party,
            leg: None,
            purpose,
            callback: None,
            events: 0,
            script: None,
            with: With::Nobody,
            patience: Duration::from_secs(60),
            limit: None,
            keys: None,
            custom: Vec::new(),
            recorder: None,
            dialed: None,
        };
        self.calls.insert(sid, call);
        sid
    }

    pub(super) fn secret(&mut self) -> String {
        format!("{:032x}", self.ids.bits())
    }

    /// The live call of this name that the softphone has.
    fn call_on(&self, socket: SocketId, name: &str) -> Option<CallSid> {
        let is_it = |call: &&Call| {
            let temporary = call.client().and_then(|client| client.temporary.as_deref());
            !call.is_over()
                && call.socket() == Some(socket)
                && (temporary == Some(name) || call.sid.to_string() == name)
        };
        self.calls.values().find(is_it).map(|call| call.sid)
    }

    /// What a media session has to say.
    pub(super) fn media(&mut self, leg: LegKey, outcome: MediaOutcome) {
        let Some(call) = self.legs.get(&leg).copied() else { return };
        match outcome {
            MediaOutcome::Answered(answer) => self.client_is_heard(call, answer),
            MediaOutcome::Offered(offer) => self.invite_device(call, leg, offer),
            MediaOutcome::Reanswered(answer) => self.answer_again(call, answer),
            MediaOutcome::Refused(refusal) => self.media_refused(call, leg, refusal),
            MediaOutcome::Digit(key) => self.pressed(call, key.encode_utf8(&mut [0; 4])),
            MediaOutcome::Lost => self.media_refused(call, leg, code::MEDIA_LOST),
        }
    }

    /// The caller's media is ready: the application is asked.
    fn client_is_heard(&mut self, sid: CallSid, answer: SdpAnswer) {
        let Some(call) = self.live(sid) else { return };
        let Purpose::Asks(instructions, _) = call.purpose.clone() else { return };
        if let Some(client) = call.client_mut() {
            client.answer = Some(answer);
        }
        self.ask_first(sid, &instructions);
    }

    fn answer_again(&mut self, sid: CallSid, answer: SdpAnswer) {
        let Some(socket) = self.calls.get(&sid).and_then(Call::socket) else { return };
        let frame = server::Answer { sdp: Some(answer), ..server::Answer::to(wire(sid), None) };
        self.send(socket, ServerFrame::Answer(frame));
    }

    /// One of several softphones that ring may have no media; the only one of a call ends it.
    fn media_refused(&mut self, sid: CallSid, leg: LegKey, refusal: u32) {
        self.media_do(MediaCommand::Close(leg));
        self.legs.remove(&leg);
        let Some(call) = self.live(sid) else { return };
        let Some(client) = call.client_mut() else { return };
        client.ringing.retain(|ringing| ringing.leg != leg);
        let rings_elsewhere = !client.ringing.is_empty();
        if call.leg == Some(leg) || !rings_elsewhere {
            self.end(sid, Status::Failed, Some(refusal));
        }
    }

    /// The far end of a softphone's call is alerted. The first time it gets our answer, so that it hears what is played.
    pub(super) fn tell_ringing(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        let Some(socket) = call.socket() else { return };
        let Some(client) = call.client_mut() else { return };
        client.told = true;
        let sdp = client.answer.take();
        self.send(socket, ServerFrame::Ringing(Ringing { callsid: wire(sid), sdp }));
    }

    /// The softphone's call is answered.
    pub(super) fn tell_answered(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        let Some(socket) = call.socket() else { return };
        let Some(client) = call.client_mut() else { return };
        client.told = true;
        let reconnect = client.device.as_ref().map(|device| Private::new(device.reconnect.clone()));
        let frame = server::Answer { reconnect, ..server::Answer::to(wire(sid), client.answer.take()) };
        self.send(socket, ServerFrame::Answer(frame));
    }

    /// The softphone that lost its connection is back.
    fn reconnect(&mut self, socket: SocketId, reconnect: &Reconnect) {
        let fresh = self.secret();
        let found = self.calls.values_mut().find(|call| !call.is_over() && call.sid.to_string() == reconnect.callsid);
        let device = found.and_then(Call::client_mut).and_then(|client| client.device.as_mut());
        let Some(device) = device.filter(|device| device.reconnect == *reconnect.reconnect.expose()) else {
            let error = Some(wire_error(code::RECONNECT_REFUSED));
            let hangup = Hangup { callsid: Some(reconnect.callsid.clone()), error };
            return self.send(socket, ServerFrame::Hangup(hangup));
        };
        device.socket = Some(socket);
        device.reconnect = fresh;
        let Ok(sid) = reconnect.callsid.parse() else { return };
        self.timers.clear(Timer::Grace(sid));
        self.tell_answered(sid);
    }

    fn reinvited(&mut self, socket: SocketId, again: Reinvite) {
        let leg = self.call_on(socket, &again.callsid).and_then(|call| self.leg_of(call));
        match leg {
            Some(leg) => self.media_do(MediaCommand::Reanswer(leg, again.sdp)),
            None => {
                let hangup = Hangup { callsid: Some(again.callsid), error: Some(wire_error(code::RECONNECT_REFUSED)) };
                self.send(socket, ServerFrame::Hangup(hangup));
            }
        }
    }

    /// A softphone takes a call; the others stop ringing.
    fn client_answers(&mut self, socket: SocketId, answer: Answer) {
        let Some((sid, leg)) = self.rings_on(socket, &answer.callsid) else {
            let hangup = Hangup { callsid: Some(answer.callsid), error: Some(wire_error(code::CALL_CANCELED)) };
            return self.send(socket, ServerFrame::Hangup(hangup));
        };
        let grace = self.devices.get(&socket).map(|device| device.grace).unwrap_or_default();
        let device = Attachment { socket: Some(socket), reconnect: self.secret(), grace };
        let Some(call) = self.live(sid) else { return };
        call.leg = Some(leg);
        if let Some(client) = call.client_mut() {
            client.ringing.retain(|ringing| ringing.leg != leg);
            client.device = Some(device);
        }
        self.stop_ringing(sid);
        self.media_do(MediaCommand::Accept(leg, answer.sdp));
        self.tell_answered(sid);
        self.far_end_answered(sid);
    }

    /// Whoever refuses on one softphone refuses on all.
    fn client_rejects(&mut self, socket: SocketId, name: &str) {
        if let Some((call, _)) = self.rings_on(socket, name) {
            self.end(call, Status::Busy, Some(code::DECLINED));
        }
    }

    fn rings_on(&self, socket: SocketId, name: &str) -> Option<(CallSid, LegKey)> {
        let sid = name.parse::<CallSid>().ok()?;
        let call = self.calls.get(&sid).filter(|call| !call.is_over())?;
        let ringing = call.client()?.ringing.iter().find(|ringing| ringing.socket == socket)?;
        Some((sid, ringing.leg))
    }

    fn message(&mut self, socket: SocketId, message: Message) {
        let refusal = if message.messagetype != MESSAGE_TYPE {
            Some(code::MESSAGE_TYPE)
        } else if message.content.to_string().len() > MAX_MESSAGE {
            Some(code::MESSAGE_TOO_LARGE)
        } else {
            None
        };
        let Message { callsid, voiceeventsid, .. } = message;
        let frame = match refusal {
            Some(refusal) => {
                let error = wire_error(refusal);
                ServerFrame::Error(Error { error, callsid: Some(callsid), voiceeventsid: Some(voiceeventsid) })
            }
            None => ServerFrame::Ack(Ack { acktype: "message".to_owned(), callsid, voiceeventsid }),
        };
        self.send(socket, frame);
    }

    /// A connection is gone: what rings there rings no more, and what is spoken there waits for its return.
    pub(super) fn device_lost(&mut self, socket: SocketId) {
        let calls: Vec<CallSid> = self.calls.values().filter(|call| !call.is_over()).map(|call| call.sid).collect();
        for sid in calls {
            let Some(client) = self.live(sid).and_then(Call::client_mut) else { continue };
            let lost = client.ringing.iter().find(|ringing| ringing.socket == socket).map(|ringing| ringing.leg);
            if let Some(leg) = lost {
                self.media_refused(sid, leg, code::UNAVAILABLE);
                continue;
            }
            let Some(device) = client.device.as_mut().filter(|device| device.socket == Some(socket)) else { continue };
            device.socket = None;
            let grace = device.grace;
            self.start_timer(Timer::Grace(sid), grace);
        }
    }

    pub(super) fn grace_over(&mut self, sid: CallSid) {
        self.hung_up(sid);
    }
}
