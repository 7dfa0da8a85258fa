//! Calls to somebody, from the first ring to the answer; and what owners of telephones do.

use super::call::{Call, Callback, Direction, Party, Purpose, Ringing, Status};
use super::fields::API_VERSION;
use super::signaling::wire;
use super::timers::Timer;
use super::{Cloud, LegKey, MediaCommand, PhoneAct};
use crate::phones::Then;
use mobilecall_domain::SdpOffer;
use mobilecall_pstream::server::{Cancel, Invite, Parameters};
use mobilecall_pstream::{ServerFrame, code, params};
use mobilecall_twilio::CallSid;
use mobilecall_twilio::callback::LegEvent;

impl Cloud {
    /// Begins to call whom the call is to.
    pub(super) fn place(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        call.status = Status::Initiated;
        let (patience, phone) = (call.patience, call.phone().map(str::to_owned));
        self.start_timer(Timer::NoAnswer(sid), patience);
        self.report(sid, LegEvent::Initiated);
        match phone {
            Some(number) => self.ring_phone(sid, &number),
            None => self.ring_devices(sid),
        }
    }

    fn ring_phone(&mut self, sid: CallSid, number: &str) {
        let phone = self.phones.get(number).clone();
        if phone.then == Then::DoesNotExist {
            return self.end(sid, Status::Failed, Some(code::NOT_FOUND));
        }
        if !phone.rings.is_zero() {
            self.alerted(sid);
        }
        match phone.then {
            Then::Answers | Then::IsBusy => self.start_timer(Timer::PhoneActs(sid), phone.rings),
            Then::RingsOn | Then::DoesNotExist => {}
        }
    }

    fn ring_devices(&mut self, sid: CallSid) {
        let Some(client) = self.calls.get(&sid).and_then(Call::client) else { return };
        let sockets = self.registered(&client.identity);
        if sockets.is_empty() {
            return self.end(sid, Status::NoAnswer, Some(code::UNAVAILABLE));
        }
        for socket in sockets {
            let leg = self.fresh_leg(sid);
            if let Some(client) = self.live(sid).and_then(Call::client_mut) {
                client.ringing.push(Ringing { socket, leg, invited: false });
            }
            self.media_do(MediaCommand::Offer(leg));
        }
    }

    /// The media for one softphone is ready: it is told of the call.
    pub(super) fn invite_device(&mut self, sid: CallSid, leg: LegKey, offer: SdpOffer) {
        let account = self.account.sid;
        let Some(call) = self.live(sid) else { return };
        let (from, to, was_ringing) = (call.from.clone(), call.to.clone(), call.status == Status::Ringing);
        let Some(client) = call.client_mut() else { return };
        let Some(ringing) = client.ringing.iter_mut().find(|ringing| ringing.leg == leg) else { return };
        ringing.invited = true;
        let socket = ringing.socket;
        let mut parameters = Parameters::default();
        let known = [
            ("From", from),
            ("To", to),
            ("CallSid", sid.to_string()),
            ("AccountSid", account.to_string()),
            ("ApiVersion", API_VERSION.to_owned()),
        ];
        parameters.0.extend(known.map(|(name, value)| (name.to_owned(), value)));
        if !client.parameters.is_empty() {
            let pairs = client.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            parameters.0.insert("Params".to_owned(), params::encode(pairs));
        }
        let invite = Invite { callsid: wire(sid), sdp: offer, parameters, reconnect: None };
        self.send(socket, ServerFrame::Invite(Box::new(invite)));
        if !was_ringing {
            self.alerted(sid);
        }
    }

    /// The far end rings.
    fn alerted(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        call.status = Status::Ringing;
        let parent = call.parent;
        self.report(sid, LegEvent::Ringing);
        if let Some(parent) = parent {
            self.child_rings(parent);
        }
    }

    /// The time that the phone rings by its script is over.
    pub(super) fn phone_reacts(&mut self, sid: CallSid) {
        let Some(number) = self.live(sid).and_then(|call| call.phone().map(str::to_owned)) else { return };
        match self.phones.get(&number).then {
            Then::Answers => self.phone_answers(sid),
            Then::IsBusy => self.end(sid, Status::Busy, Some(code::BUSY)),
            Then::RingsOn | Then::DoesNotExist => {}
        }
    }

    /// Whoever has the telephone answers.
    fn phone_answers(&mut self, sid: CallSid) {
        let Some(number) = self.live(sid).and_then(|call| call.phone().map(str::to_owned)) else { return };
        let leg = self.connect_phone(sid, &number);
        self.media_do(MediaCommand::Speak(leg));
        self.far_end_answered(sid);
    }

    /// Gives the telephone its part in the sound.
    fn connect_phone(&mut self, sid: CallSid, number: &str) -> LegKey {
        let phone = self.phones.get(number).clone();
        let leg = self.fresh_leg(sid);
        if let Some(call) = self.live(sid) {
            call.leg = Some(leg);
        }
        self.media_do(MediaCommand::Phone(leg, number.to_owned(), phone.says));
        leg
    }

    /// Whoever was called has answered.
    pub(super) fn far_end_answered(&mut self, sid: CallSid) {
        self.timers.clear(Timer::NoAnswer(sid));
        self.timers.clear(Timer::PhoneActs(sid));
        self.begin_talk(sid);
        let Some(call) = self.live(sid) else { return };
        if let (Some(keys), Some(leg)) = (call.keys.take(), call.leg) {
            self.media_do(MediaCommand::Digits(leg, keys.replace(['w', 'W'], "")));
        }
        let Some(call) = self.live(sid) else { return };
        match call.purpose.clone() {
            Purpose::Asks(..) | Purpose::Moved => {}
            Purpose::Api(source) => {
                self.record_call(sid);
                self.run(sid, source);
            }
            Purpose::Dialed(whisper) => self.child_answered(sid, whisper),
        }
    }

    /// Answers a call that came in, if it was not answered before.
    pub(super) fn pick_up(&mut self, sid: CallSid) {
        let Some(call) = self.live(sid) else { return };
        if call.answered.is_some() {
            return;
        }
        let phone_leg = call.phone().and(call.leg);
        self.begin_talk(sid);
        match phone_leg {
            Some(leg) => self.media_do(MediaCommand::Speak(leg)),
            None => self.tell_answered(sid),
        }
    }

    fn begin_talk(&mut self, sid: CallSid) {
        let now = self.now.wall;
        let Some(call) = self.live(sid) else { return };
        call.status = Status::InProgress;
        call.answered = Some(now);
        let (number, limit) = (call.phone().map(str::to_owned), call.limit);
        let leaves = number.and_then(|number| self.phones.get(&number).hangs_up_after);
        if let Some(after) = leaves {
            self.start_timer(Timer::PhoneLeaves(sid), after);
        }
        if let Some(limit) = limit {
            self.start_timer(Timer::Limit(sid), limit);
        }
        self.report(sid, LegEvent::Answered);
    }

    pub(super) fn gave_up_waiting(&mut self, sid: CallSid) {
        self.end(sid, Status::NoAnswer, Some(code::UNAVAILABLE));
    }

    /// No softphone of this call rings any more.
    pub(super) fn stop_ringing(&mut self, sid: CallSid) {
        let Some(client) = self.calls.get_mut(&sid).and_then(Call::client_mut) else { return };
        for Ringing { socket, leg, invited } in std::mem::take(&mut client.ringing) {
            if invited {
                self.send(socket, ServerFrame::Cancel(Cancel { callsid: wire(sid), reason: None }));
            }
            self.legs.remove(&leg);
            self.media_do(MediaCommand::Close(leg));
        }
    }

    pub(super) fn phone_acts(&mut self, act: PhoneAct) {
        match act {
            PhoneAct::Calls { from, to } => self.phone_calls(from, to),
            PhoneAct::Answers(number) => {
                if let Some(sid) = self.call_of_phone(&number).filter(|sid| self.rings_at_phone(*sid)) {
                    self.phone_answers(sid);
                }
            }
            PhoneAct::HangsUp(number) => match self.call_of_phone(&number) {
                Some(sid) if self.rings_at_phone(sid) => self.end(sid, Status::Busy, Some(code::DECLINED)),
                Some(sid) => self.hung_up(sid),
                None => {}
            },
            PhoneAct::Presses(number, keys) => {
                if let Some(sid) = self.call_of_phone(&number) {
                    self.pressed(sid, &keys);
                }
            }
        }
    }

    /// Somebody calls a number of the account; a number of nobody is called in vain.
    fn phone_calls(&mut self, from: String, to: String) {
        let Some(number) = self.account.number(&to) else { return };
        let instructions = number.voice.clone();
        let purpose = Purpose::Asks(instructions.clone(), None);
        let sid = self.add_call(Direction::Inbound, from.clone(), to, Party::Phone(from.clone()), purpose);
        if let Some(call) = self.live(sid) {
            call.status = Status::Ringing;
            call.callback = instructions.status.clone().map(|target| Callback::new(target, Vec::new()));
        }
        self.connect_phone(sid, &from);
        self.ask_first(sid, &instructions);
    }

    fn call_of_phone(&self, number: &str) -> Option<CallSid> {
        let mut calls = self.calls.values().filter(|call| !call.is_over() && call.phone() == Some(number));
        calls.next().map(|call| call.sid)
    }

    /// A call to a telephone that nobody has answered.
    fn rings_at_phone(&self, sid: CallSid) -> bool {
        self.calls.get(&sid).is_some_and(|call| call.direction != Direction::Inbound && call.answered.is_none())
    }
}
