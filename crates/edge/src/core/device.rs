//! Devices: one socket each, signed in with a voice token, registered for incoming calls or not.

use super::call::Stage;
use super::ending::Ending;
use super::io::{CheckId, Output, SocketId};
use super::limits::Bucket;
use super::party::Party;
use super::timers::Timer;
use super::{LegKey, Switch};
use crate::host::{Subscriber, TokenRejected};
use mobilecall_domain::{Private, SessionId};
use mobilecall_pstream::client::{Listen, Register};
use mobilecall_pstream::server::{Connected, Error, TokenInfo};
use mobilecall_pstream::{ClientFrame, Malformed, ServerFrame, WireError, code};
use std::time::Duration;

/// Frames that may wait while the first token is checked. A client sends what it had queued right after `listen`.
const MAX_WAITING: usize = 32;
/// What `connected` says of this edge's place; Twilio's SDK wants a name.
const PLACE: &str = "direct";

pub(super) struct Device {
    pub(super) state: DeviceState,
    /// A token that the client showed, while the host is asked about it.
    shown: Option<Check>,
    /// The token in force, while the host is asked about it again. Apart from the other, so that showing tokens puts
    /// off no check.
    rechecked: Option<Check>,
    /// How long the device asked us to keep its calls when the socket is lost.
    pub(super) grace: Duration,
    pub(super) legs: Vec<LegKey>,
    bucket: Bucket,
    excess: u32,
}

pub(super) enum DeviceState {
    /// No token yet accepted; these frames wait for that.
    Unknown {
        waiting: Vec<ClientFrame>,
    },
    Known(Known),
    /// Being disconnected: nothing more is heard.
    Leaving,
}

pub(super) struct Known {
    pub(super) subscriber: Subscriber,
    token: Private<String>,
    /// The token has ended: live calls go on, new ones need a fresh token.
    pub(super) expired: bool,
}

struct Check {
    id: CheckId,
    token: Private<String>,
    purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Listen,
    Recheck,
}

impl Switch {
    pub(super) fn socket_opened(&mut self, socket: SocketId) {
        let device = Device {
            state: DeviceState::Unknown { waiting: Vec::new() },
            shown: None,
            rechecked: None,
            grace: Duration::ZERO,
            legs: Vec::new(),
            bucket: Bucket::new(self.rules.frame_burst, self.rules.frame_rate, self.now.monotonic),
            excess: 0,
        };
        self.devices.insert(socket, device);
        self.start_timer(Timer::Listen(socket), self.rules.listen_timeout);
        if self.stopping {
            self.disconnect(socket);
        }
    }

    pub(super) fn socket_gone(&mut self, socket: SocketId) {
        let Some(device) = self.devices.remove(&socket) else { return };
        self.timers.clear(&Timer::Listen(socket));
        self.timers.clear(&Timer::Recheck(socket));
        if let DeviceState::Known(known) = device.state {
            self.people.unregister(known.subscriber.agent.user, socket);
            self.touched.insert(known.subscriber.agent.user);
        }
        for leg in device.legs {
            self.leg_lost_its_socket(leg);
        }
    }

    pub(super) fn frame(&mut self, socket: SocketId, frame: Result<ClientFrame, Malformed>) {
        let now = self.now.monotonic;
        let Some(device) = self.devices.get_mut(&socket) else { return };
        if matches!(device.state, DeviceState::Leaving) {
            return;
        }
        if !device.bucket.take(now) {
            device.excess += 1;
            let excess = device.excess;
            return self.over_the_limit(socket, excess);
        }
        match frame {
            Err(malformed) => self.malformed(socket, malformed),
            Ok(ClientFrame::Listen(listen)) => self.listen(socket, listen),
            Ok(frame) => match &mut device.state {
                DeviceState::Known(_) => self.known_frame(socket, frame),
                DeviceState::Unknown { waiting } if device.shown.is_some() && waiting.len() < MAX_WAITING => {
                    waiting.push(frame);
                }
                DeviceState::Unknown { .. } => {
                    self.error(socket, code::TOKEN_INVALID, "send listen with a voice token first");
                }
                DeviceState::Leaving => {}
            },
        }
    }

    fn known_frame(&mut self, socket: SocketId, frame: ClientFrame) {
        match frame {
            ClientFrame::Listen(listen) => self.listen(socket, listen),
            ClientFrame::Register(register) => self.register(socket, &register),
            ClientFrame::Invite(invite) => self.invite(socket, invite),
            ClientFrame::Reconnect(reconnect) => self.reconnect(socket, &reconnect),
            ClientFrame::Answer(answer) => self.answer(socket, answer),
            ClientFrame::Reinvite(reinvite) => self.reinvite(socket, reinvite),
            ClientFrame::Hangup(hangup) => self.hangup(socket, &hangup),
            ClientFrame::Reject(reject) => self.reject(socket, &reject),
            ClientFrame::Dtmf(dtmf) => self.dtmf(socket, &dtmf),
            ClientFrame::Message(message) => self.message(socket, message),
        }
    }

    /// The first frame over the limit is answered, and then every twentieth, so that a flood is not answered by one.
    fn over_the_limit(&mut self, socket: SocketId, excess: u32) {
        if excess > self.rules.max_excess {
            tracing::warn!(socket = socket.0, "socket closed: too many frames over the limit");
            self.disconnect(socket);
        } else if excess % 20 == 1 {
            let mut error = WireError::new(code::RATE_EXCEEDED, "too many messages: slow down");
            error.retry_after = Some(1);
            self.send(socket, ServerFrame::Error(Error { error, callsid: None, voiceeventsid: None }));
        }
    }

    fn malformed(&mut self, socket: SocketId, malformed: Malformed) {
        let callsid = match &malformed {
            Malformed::Payload { callsid, .. } => callsid.clone(),
            Malformed::NotAFrame | Malformed::UnknownType(_) => None,
        };
        let error = WireError::new(code::MALFORMED_REQUEST, malformed.to_string());
        self.send(socket, ServerFrame::Error(Error { error, callsid, voiceeventsid: None }));
    }

    pub(super) fn error(&mut self, socket: SocketId, code: u32, message: &str) {
        let error = WireError::new(code, message);
        self.send(socket, ServerFrame::Error(Error { error, callsid: None, voiceeventsid: None }));
    }

    /// Hears nothing more of the socket and has it closed.
    pub(super) fn disconnect(&mut self, socket: SocketId) {
        if let Some(device) = self.devices.get_mut(&socket)
            && let DeviceState::Known(known) = std::mem::replace(&mut device.state, DeviceState::Leaving)
        {
            self.people.unregister(known.subscriber.agent.user, socket);
            self.touched.insert(known.subscriber.agent.user);
        }
        self.output(Output::Disconnect(socket));
    }

    fn listen(&mut self, socket: SocketId, listen: Listen) {
        let max_grace = self.rules.max_grace;
        let Some(device) = self.devices.get_mut(&socket) else { return };
        device.grace = Duration::from_secs(listen.reconnect_timeout).min(max_grace);
        self.timers.clear(&Timer::Listen(socket));
        self.check(socket, listen.token, Purpose::Listen);
    }

    /// Has the token checked again: sign-outs and expiry take effect on sockets that stay open for days.
    pub(super) fn recheck(&mut self, socket: SocketId) {
        let Some(device) = self.devices.get(&socket) else { return };
        if let DeviceState::Known(known) = &device.state {
            let token = known.token.clone();
            // Before the answer is known: whatever becomes of this check, another one follows.
            self.start_timer(Timer::Recheck(socket), self.rules.recheck_interval);
            self.check(socket, token, Purpose::Recheck);
        }
    }

    fn check(&mut self, socket: SocketId, token: Private<String>, purpose: Purpose) {
        let id = CheckId(self.fresh_key());
        if let Some(device) = self.devices.get_mut(&socket) {
            let check = Some(Check { id, token: token.clone(), purpose });
            match purpose {
                Purpose::Listen => device.shown = check,
                Purpose::Recheck => device.rechecked = check,
            }
            self.output(Output::Authenticate(socket, id, token));
        }
    }

    /// The host says that a session has ended; nobody waits for the next check.
    pub(super) fn session_ended(&mut self, session: SessionId) {
        let sockets: Vec<SocketId> = self.devices.keys().copied().collect();
        for socket in sockets {
            let Some(device) = self.devices.get_mut(&socket) else { continue };
            match &device.state {
                DeviceState::Known(known) if known.subscriber.session == session => {
                    self.refuse_token(socket, TokenRejected::Revoked, Purpose::Recheck);
                }
                // The host may have looked at a token just before the session ended: it is asked again.
                DeviceState::Unknown { .. } | DeviceState::Known(_) => {
                    if let Some(check) = device.shown.take() {
                        self.check(socket, check.token, check.purpose);
                    }
                }
                DeviceState::Leaving => {}
            }
        }
    }

    pub(super) fn authenticated(&mut self, socket: SocketId, id: CheckId, result: Result<Subscriber, TokenRejected>) {
        let Some(device) = self.devices.get_mut(&socket) else { return };
        let is_it = |check: &mut Check| check.id == id;
        let Some(check) = device.shown.take_if(is_it).or_else(|| device.rechecked.take_if(is_it)) else { return };
        let stranger = match (&device.state, &result) {
            (DeviceState::Leaving, _) => return,
            (DeviceState::Known(known), Ok(now)) => known.subscriber.agent.user != now.agent.user,
            (DeviceState::Known(_), Err(_)) | (DeviceState::Unknown { .. }, _) => false,
        };
        match result {
            Ok(_) if stranger => {
                self.error(socket, code::NOT_AUTHORIZED, "this token is another person's: open a socket of its own");
                self.end_legs_of(socket);
                self.close(socket);
            }
            Ok(subscriber) => self.accept_token(socket, subscriber, check),
            Err(refusal) => self.refuse_token(socket, refusal, check.purpose),
        }
    }

    fn accept_token(&mut self, socket: SocketId, subscriber: Subscriber, check: Check) {
        let Some(device) = self.devices.get_mut(&socket) else { return };
        let until_recheck = self.rules.recheck_interval.min(subscriber.expires_in);
        let frame = ServerFrame::Connected(Connected {
            region: Some(PLACE.to_owned()),
            edge: Some(PLACE.to_owned()),
            home: None,
            gateway: None,
            token: TokenInfo {
                identity: Some(subscriber.agent.username.clone()),
                ttl: Some(subscriber.expires_in.as_secs()),
            },
        });
        let known = Known { subscriber, token: check.token, expired: false };
        let before = std::mem::replace(&mut device.state, DeviceState::Known(known));
        // An answer that is still to come is about the token before.
        device.rechecked = None;
        self.start_timer(Timer::Recheck(socket), until_recheck);
        if check.purpose == Purpose::Listen {
            self.send(socket, frame);
        }
        if let DeviceState::Unknown { waiting } = before {
            for frame in waiting {
                self.known_frame(socket, frame);
            }
        }
    }

    fn refuse_token(&mut self, socket: SocketId, rejected: TokenRejected, purpose: Purpose) {
        tracing::info!(socket = socket.0, reason = %rejected, "voice token refused");
        let Some(device) = self.devices.get(&socket) else { return };
        let (first, expired) = match &device.state {
            DeviceState::Unknown { .. } => (true, false),
            DeviceState::Known(known) => (false, known.expired),
            DeviceState::Leaving => return,
        };
        if rejected == TokenRejected::Unavailable {
            return self.token_unchecked(socket, purpose);
        }
        if expired && purpose == Purpose::Recheck && rejected != TokenRejected::Revoked {
            return;
        }
        self.error(socket, wire_code(rejected), &rejected.to_string());
        match (rejected, purpose) {
            (_, Purpose::Listen) if first => self.close(socket),
            (TokenRejected::Revoked, _) => {
                self.end_legs_of(socket);
                self.close(socket);
            }
            // The token in force is not touched by a bad successor, nor are its checks.
            (_, Purpose::Listen) => {}
            (_, Purpose::Recheck) => self.token_ended(socket),
        }
    }

    /// The host cannot say now. A client without a token tries again by itself; for the others the token in force is good
    /// until the next check.
    fn token_unchecked(&mut self, socket: SocketId, purpose: Purpose) {
        let known = self.devices.get(&socket).is_some_and(|device| matches!(device.state, DeviceState::Known(_)));
        match purpose {
            Purpose::Listen if known => {
                self.error(socket, code::UNKNOWN, &TokenRejected::Unavailable.to_string());
            }
            Purpose::Listen => self.disconnect(socket),
            Purpose::Recheck => {}
        }
    }

    fn token_ended(&mut self, socket: SocketId) {
        let Some(device) = self.devices.get_mut(&socket) else { return };
        if let DeviceState::Known(known) = &mut device.state {
            known.expired = true;
            let user = known.subscriber.agent.user;
            self.people.unregister(user, socket);
            self.touched.insert(user);
            self.send(socket, ServerFrame::Offline);
        }
    }

    /// Tells the client to stay away, and closes.
    fn close(&mut self, socket: SocketId) {
        self.send(socket, ServerFrame::Close);
        self.disconnect(socket);
    }

    /// Ends what the device does. A call that only rings here is not its own: it rings on at the person's other
    /// devices.
    fn end_legs_of(&mut self, socket: SocketId) {
        let legs = self.devices.get(&socket).map(|device| device.legs.clone()).unwrap_or_default();
        for key in legs {
            let Some(leg) = self.legs.get(&key) else { continue };
            let (call, party) = (leg.call, leg.party);
            let stage = self.calls.get(&call).map(|call| call.stage);
            if (stage, party) == (Some(Stage::Ringing), Party::Callee) {
                self.ringing_device_gone(key);
            } else {
                self.end_call(call, Ending::SignalingLost(party), None);
            }
        }
    }

    fn register(&mut self, socket: SocketId, register: &Register) {
        let Some(DeviceState::Known(known)) = self.devices.get(&socket).map(|device| &device.state) else { return };
        let (company, user) = (known.subscriber.company, known.subscriber.agent.user);
        self.touched.insert(user);
        if !register.media.audio {
            self.people.unregister(user, socket);
            return self.send(socket, ServerFrame::Offline);
        }
        if known.expired {
            return self.error(socket, code::TOKEN_EXPIRED, &TokenRejected::Expired.to_string());
        }
        if !known.subscriber.may_receive {
            return self.error(socket, code::NOT_AUTHORIZED, "this token does not allow incoming calls");
        }
        let fresh = self.people.register(company, user, socket);
        if fresh
            && let registered @ [oldest, ..] = self.people.registered(user)
            && registered.len() > self.rules.max_devices
        {
            let oldest = *oldest;
            self.people.unregister(user, oldest);
            self.send(oldest, ServerFrame::Offline);
        }
        self.send(socket, ServerFrame::Ready);
        if fresh {
            self.ring_latecomer(socket, user);
        }
    }
}

const fn wire_code(rejected: TokenRejected) -> u32 {
    match rejected {
        TokenRejected::Malformed => code::TOKEN_INVALID,
        TokenRejected::BadSignature => code::TOKEN_SIGNATURE,
        TokenRejected::Expired => code::TOKEN_EXPIRED,
        TokenRejected::Revoked => code::NOT_AUTHORIZED,
        TokenRejected::Unavailable => code::UNKNOWN,
    }
}
