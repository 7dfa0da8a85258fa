//! What happens in a call that is up, and whatever can happen at any time: hanging up, lost sockets, lost media.

use super::Switch;
use super::call::Stage;
use super::device::DeviceState;
use super::ending::Ending;
use super::io::{LegKey, MediaCommand, MediaOutcome, MediaProblem, SocketId};
use super::leg::MediaPath;
use super::party::Party;
use super::timers::Timer;
use mobilecall_domain::{SdpAnswer, UserId};
use mobilecall_pstream::client::{Dtmf, Hangup as ClientHangup, Message, Reconnect, Reinvite};
use mobilecall_pstream::server::{Ack, Answer, Error, Hangup};
use mobilecall_pstream::{ServerFrame, WireError, code};

/// Largest content of a call message, as JSON text.
const MAX_MESSAGE_BYTES: usize = 10_000;

impl Switch {
    /// The leg on this socket that the client calls so.
    pub(super) fn leg_on(&self, socket: SocketId, callsid: &str) -> Option<LegKey> {
        let device = self.devices.get(&socket)?;
        device.legs.iter().copied().find(|key| self.legs.get(key).is_some_and(|leg| leg.is(callsid)))
    }

    fn user_of(&self, socket: SocketId) -> Option<UserId> {
        match &self.devices.get(&socket)?.state {
            DeviceState::Known(known) => Some(known.subscriber.agent.user),
            DeviceState::Unknown { .. } | DeviceState::Leaving => None,
        }
    }

    pub(super) fn hangup(&mut self, socket: SocketId, hangup: &ClientHangup) {
        let Some(key) = self.leg_on(socket, &hangup.callsid) else { return };
        let Some(leg) = self.legs.get(&key) else { return };
        let (call_key, party) = (leg.call, leg.party);
        let Some(call) = self.calls.get(&call_key) else { return };
        let ending = match (call.stage, party) {
            (Stage::Talking, party) => Ending::HungUp(party),
            // Also one that has accepted, or dialed the caller, and hangs up before that has come about.
            (Stage::Resolving | Stage::Preparing | Stage::Ringing | Stage::Answering(_), Party::Callee) => {
                Ending::Declined
            }
            (Stage::Resolving | Stage::Preparing | Stage::Ringing | Stage::Answering(_), Party::Caller) => {
                Ending::GaveUp
            }
        };
        self.end_call(call_key, ending, Some(key));
    }

    pub(super) fn reinvite(&mut self, socket: SocketId, reinvite: Reinvite) {
        match self.leg_on(socket, &reinvite.callsid) {
            Some(key) => self.media_do(MediaCommand::Reanswer(key, reinvite.sdp)),
            None => self.call_is_lost(socket, reinvite.callsid),
        }
    }

    fn reanswered(&mut self, key: LegKey, result: Result<SdpAnswer, MediaProblem>) {
        let Some(leg) = self.legs.get(&key) else { return };
        let Some(socket) = leg.socket else { return };
        let frame = match result {
            Ok(answer) => ServerFrame::Answer(Answer::to(leg.sid.clone(), Some(answer))),
            Err(problem) => {
                let (code, message) = match problem {
                    MediaProblem::Malformed => {
                        (code::BAD_REQUEST, "the new media offer cannot be read or applied; the old one holds")
                    }
                    MediaProblem::Incompatible => (
                        code::INCOMPATIBLE_MEDIA,
                        "the new media offer has no audio codec or encryption of ours; the old one holds",
                    ),
                    MediaProblem::Ours => (code::INTERNAL, "the server could not renegotiate media; try again"),
                };
                ServerFrame::Error(Error {
                    error: WireError::new(code, message),
                    callsid: Some(leg.sid.0.clone()),
                    voiceeventsid: None,
                })
            }
        };
        self.send(socket, frame);
    }

    pub(super) fn message(&mut self, socket: SocketId, message: Message) {
        let refused = if self.leg_on(socket, &message.callsid).is_none() {
            Some((code::MALFORMED_REQUEST, "no such call"))
        } else if message.messagetype != "user-defined-message" {
            Some((code::MESSAGE_TYPE, "unknown message type: use user-defined-message"))
        } else if message.content.to_string().len() > MAX_MESSAGE_BYTES {
            Some((code::MESSAGE_TOO_LARGE, "the message is too large: at most 10 kB"))
        } else {
            None
        };
        let frame = match refused {
            None => ServerFrame::Ack(Ack {
                acktype: "message".to_owned(),
                callsid: message.callsid,
                voiceeventsid: message.voiceeventsid,
            }),
            Some((code, text)) => ServerFrame::Error(Error {
                error: WireError::new(code, text),
                callsid: Some(message.callsid),
                voiceeventsid: Some(message.voiceeventsid),
            }),
        };
        self.send(socket, frame);
    }

    /// Digits travel as audio events (RFC 4733), which every WebRTC client can send.
    pub(super) fn dtmf(&mut self, socket: SocketId, dtmf: &Dtmf) {
        let error = WireError::new(code::BAD_REQUEST, "send digits within the audio, as RFC 4733 events");
        let callsid = Some(dtmf.callsid.clone());
        self.send(socket, ServerFrame::Error(Error { error, callsid, voiceeventsid: None }));
    }

    /// A client takes up its leg again, after a lost socket or with a fresh token on the same one.
    pub(super) fn reconnect(&mut self, socket: SocketId, reconnect: &Reconnect) {
        let Some(user) = self.user_of(socket) else { return };
        let found = self.people.legs(user).iter().copied().find(|key| {
            self.legs
                .get(key)
                .is_some_and(|leg| leg.sid.0 == reconnect.callsid && leg.tokens.accept(&reconnect.reconnect))
        });
        let Some(key) = found.filter(|key| self.may_move(*key, socket)) else {
            return self.refuse_reconnect(socket, user, reconnect);
        };
        let token = self.ids.reconnect_token();
        let Some(leg) = self.legs.get_mut(&key) else { return };
        let before = leg.socket.replace(socket);
        let was_away = before.is_none();
        leg.tokens.renew(token.clone());
        let frame = ServerFrame::Answer(Answer { reconnect: Some(token), ..Answer::to(leg.sid.clone(), None) });
        self.timers.clear(&Timer::Grace(key));
        if let Some(device) = before.and_then(|before| self.devices.get_mut(&before)) {
            device.legs.retain(|other| *other != key);
        }
        if let Some(device) = self.devices.get_mut(&socket) {
            device.legs.push(key);
            let grace = device.grace;
            if let Some(leg) = self.legs.get_mut(&key) {
                leg.grace = grace;
            }
        }
        self.send(socket, frame);
        if was_away {
            self.await_media(key);
        }
    }

    /// A leg that still rings belongs to its socket: what registers anew is rung anew.
    fn may_move(&self, key: LegKey, socket: SocketId) -> bool {
        let Some(leg) = self.legs.get(&key) else { return false };
        let stage = self.calls.get(&leg.call).map(|call| call.stage);
        leg.socket == Some(socket) || matches!(stage, Some(Stage::Talking | Stage::Answering(_)))
    }

    fn refuse_reconnect(&mut self, socket: SocketId, user: UserId, reconnect: &Reconnect) {
        let sid = mobilecall_pstream::CallSid(reconnect.callsid.clone());
        let ended =
            self.ended.get(&sid).filter(|ended| ended.user == user && ended.tokens.accept(&reconnect.reconnect));
        match ended {
            Some(ended) => {
                let frame = ServerFrame::Hangup(Hangup { callsid: Some(sid.0), error: ended.error.clone() });
                self.send(socket, frame);
            }
            None => self.call_is_lost(socket, sid.0),
        }
    }

    fn call_is_lost(&mut self, socket: SocketId, callsid: String) {
        let error = WireError::new(code::RECONNECT_REFUSED, "the call is over or not yours: call again");
        self.send(socket, ServerFrame::Hangup(Hangup { callsid: Some(callsid), error: Some(error) }));
    }

    pub(super) fn leg_lost_its_socket(&mut self, key: LegKey) {
        let Some(leg) = self.legs.get_mut(&key) else { return };
        leg.socket = None;
        let (call_key, party, grace) = (leg.call, leg.party, leg.grace);
        let Some(call) = self.calls.get(&call_key) else { return };
        match (call.stage, party) {
            (Stage::Talking, _) | (Stage::Answering(_), Party::Callee) => {
                // In an outage media is lost as well as the socket, so only the time says that a client stays away.
                self.timers.clear(&Timer::Media(key));
                if grace.is_zero() {
                    self.end_call(call_key, Ending::SignalingLost(party), None);
                } else {
                    self.start_timer(Timer::Grace(key), grace);
                }
            }
            (Stage::Ringing, Party::Callee) => self.ringing_device_gone(key),
            (Stage::Resolving | Stage::Preparing | Stage::Ringing | Stage::Answering(_), _) => {
                self.end_call(call_key, Ending::GaveUp, None);
            }
        }
    }

    pub(super) fn grace_over(&mut self, key: LegKey) {
        if let Some(leg) = self.legs.get(&key) {
            let (call, party) = (leg.call, leg.party);
            self.end_call(call, Ending::SignalingLost(party), None);
        }
    }

    pub(super) fn media(&mut self, key: LegKey, outcome: MediaOutcome) {
        if !self.legs.contains_key(&key) {
            return;
        }
        match outcome {
            MediaOutcome::Answered { answer, audio } => self.answered_offer(key, answer, audio),
            MediaOutcome::Offered(offer) => self.offered(key, offer),
            MediaOutcome::Accepted(audio) => self.accepted(key, audio),
            MediaOutcome::Reanswered(result) => self.reanswered(key, result),
            MediaOutcome::Refused(problem) => self.refused_media(key, problem),
            MediaOutcome::Connected => self.media_up(key),
            MediaOutcome::Lost => self.media_down(key),
        }
    }

    fn media_up(&mut self, key: LegKey) {
        if let Some(leg) = self.legs.get_mut(&key) {
            leg.path = MediaPath::Up;
            self.timers.clear(&Timer::Media(key));
        }
    }

    fn media_down(&mut self, key: LegKey) {
        if let Some(leg) = self.legs.get_mut(&key) {
            leg.path = MediaPath::Down;
            self.await_media(key);
        }
    }

    /// Media of a call that is up must come (again) while its client is there; for one that is away its grace period
    /// counts.
    pub(super) fn await_media(&mut self, key: LegKey) {
        let Some(leg) = self.legs.get(&key) else { return };
        let talking = self.calls.get(&leg.call).is_some_and(|call| call.stage == Stage::Talking);
        if talking && leg.socket.is_some() && leg.path != MediaPath::Up {
            self.start_timer(Timer::Media(key), self.rules.media_timeout);
        }
    }

    pub(super) fn media_timed_out(&mut self, key: LegKey) {
        if let Some(leg) = self.legs.get(&key) {
            let (call, party) = (leg.call, leg.party);
            self.end_call(call, Ending::MediaLost(party), None);
        }
    }
}
