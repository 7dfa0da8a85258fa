//! Softphones: their connections, tokens and registrations.

use super::timers::Timer;
use super::token::{self, Admission};
use super::{Cloud, Effect, SocketId};
use mobilecall_pstream::client::{Listen, Register};
use mobilecall_pstream::server::{Connected, Error, TokenInfo};
use mobilecall_pstream::{MAX_RECONNECT_TIMEOUT, ServerFrame, WireError, code};
use std::time::Duration;

/// How many softphones of one person ring; Twilio drops the oldest for an eleventh.
pub(crate) const MAX_REGISTRATIONS: usize = 10;

/// One connection.
#[derive(Debug, Default)]
pub(crate) struct Device {
    /// What its token allows; nothing before there is a good one.
    pub(super) admission: Option<Admission>,
    /// Orders registrations; `None` while there is none.
    pub(super) registered: Option<u64>,
    /// How long its calls outlive it.
    pub(super) grace: Duration,
}

impl Cloud {
    pub(super) fn socket_opened(&mut self, socket: SocketId) {
        self.devices.insert(socket, Device::default());
    }

    pub(super) fn socket_gone(&mut self, socket: SocketId) {
        self.devices.remove(&socket);
        self.timers.clear(Timer::Token(socket));
        self.device_lost(socket);
    }

    pub(super) fn listen(&mut self, socket: SocketId, listen: &Listen) {
        let admission = match token::admit(&self.account, listen.token.expose(), self.now.wall) {
            Ok(admission) => admission,
            Err(error) => return self.turn_away(socket, error),
        };
        let Some(device) = self.devices.get_mut(&socket) else { return };
        let ttl = admission.remaining;
        let identity = Some(admission.identity.clone());
        device.admission = Some(admission);
        device.grace = Duration::from_secs(listen.reconnect_timeout).min(MAX_RECONNECT_TIMEOUT);
        self.start_timer(Timer::Token(socket), ttl);
        let connected = Connected {
            region: Some("US_EAST_VIRGINIA".to_owned()),
            edge: Some("ashburn".to_owned()),
            home: Some("us1".to_owned()),
            gateway: Some("stand-in".to_owned()),
            token: TokenInfo { identity, ttl: Some(ttl.as_secs()) },
        };
        self.send(socket, ServerFrame::Connected(connected));
    }

    /// As the real edge was seen to do: `error`, then `close`.
    fn turn_away(&mut self, socket: SocketId, error: WireError) {
        self.send(socket, ServerFrame::Error(Error { error, callsid: None, voiceeventsid: None }));
        self.send(socket, ServerFrame::Close);
        self.effect(Effect::Disconnect(socket));
    }

    pub(super) fn token_ended(&mut self, socket: SocketId) {
        if let Some(device) = self.devices.get_mut(&socket) {
            device.admission = None;
            device.registered = None;
            self.refuse(socket, code::TOKEN_EXPIRED);
        }
    }

    pub(super) fn register(&mut self, socket: SocketId, register: &Register) {
        let order = self.fresh_key();
        let Some(device) = self.devices.get_mut(&socket) else { return };
        let Some(admission) = &device.admission else { return };
        if !register.media.audio {
            device.registered = None;
            return self.send(socket, ServerFrame::Offline);
        }
        if !admission.may_receive {
            return self.refuse(socket, code::NOT_AUTHORIZED);
        }
        let identity = admission.identity.clone();
        device.registered.get_or_insert(order);
        self.send(socket, ServerFrame::Ready);
        self.drop_oldest(&identity);
    }

    fn drop_oldest(&mut self, identity: &str) {
        let registered = self.registered(identity);
        let surplus = registered.len().saturating_sub(MAX_REGISTRATIONS);
        for socket in registered.into_iter().take(surplus) {
            if let Some(device) = self.devices.get_mut(&socket) {
                device.registered = None;
            }
            self.send(socket, ServerFrame::Offline);
        }
    }

    /// The connections of a person that ring, the oldest first.
    pub(super) fn registered(&self, identity: &str) -> Vec<SocketId> {
        let of_person = |device: &Device| device.admission.as_ref().is_some_and(|it| it.identity == identity);
        let mut found: Vec<_> = self
            .devices
            .iter()
            .filter(|(_, device)| of_person(device))
            .filter_map(|(socket, device)| Some((device.registered?, *socket)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, socket)| socket).collect()
    }

    /// Something that concerns no call was refused.
    pub(super) fn refuse(&mut self, socket: SocketId, error: u32) {
        let error = wire_error(error);
        self.send(socket, ServerFrame::Error(Error { error, callsid: None, voiceeventsid: None }));
    }
}

/// A code with its words.
pub(super) fn wire_error(error: u32) -> WireError {
    WireError::new(error, code::meaning(error).unwrap_or("An error of the stand-in's user."))
}
