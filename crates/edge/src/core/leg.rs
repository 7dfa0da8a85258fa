//! One device's part in a call.

use super::io::{CallKey, SocketId};
use super::party::Party;
use mobilecall_domain::{Private, SdpAnswer, UserId};
use mobilecall_pstream::{CallSid, WireError};
use mobilecall_transport::NegotiatedAudio;
use std::time::Duration;

pub(super) struct Leg {
    pub(super) call: CallKey,
    pub(super) party: Party,
    pub(super) user: UserId,
    /// `None` while the leg is in its grace period.
    pub(super) socket: Option<SocketId>,
    /// How long the device asked us to keep the leg when its socket is lost.
    pub(super) grace: Duration,
    pub(super) sid: CallSid,
    /// What the client calls it until it knows the real identifier; only legs that a client began have it.
    pub(super) temporary: Option<String>,
    /// The client knows of the leg: a caller has its real identifier, a called device was invited.
    pub(super) told: bool,
    pub(super) tokens: ReconnectTokens,
    /// The answer to the client's first offer, until it is sent.
    pub(super) answer: Option<SdpAnswer>,
    pub(super) audio: Option<NegotiatedAudio>,
    pub(super) path: MediaPath,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaPath {
    /// Not connected yet.
    Connecting,
    /// Packets can flow.
    Up,
    /// Was lost.
    Down,
}

impl Leg {
    /// The identifier that the client knows.
    pub(super) fn known_as(&self) -> String {
        match &self.temporary {
            Some(temporary) if !self.told => temporary.clone(),
            Some(_) | None => self.sid.0.clone(),
        }
    }

    /// Its client dialed, as every caller did, and so did a called person who dialed the caller.
    pub(super) const fn dialed(&self) -> bool {
        self.temporary.is_some()
    }

    pub(super) fn is(&self, callsid: &str) -> bool {
        self.sid.0 == callsid || self.temporary.as_deref() == Some(callsid)
    }
}

/// The tokens with which a client can take its leg up again. The one before the last is good too, because the frame
/// that carried the last may have been lost with the socket.
#[derive(Default)]
pub(super) struct ReconnectTokens {
    current: Option<Private<String>>,
    previous: Option<Private<String>>,
}

impl ReconnectTokens {
    pub(super) fn renew(&mut self, token: Private<String>) {
        self.previous = self.current.replace(token);
    }

    pub(super) fn accept(&self, token: &Private<String>) -> bool {
        [&self.current, &self.previous].into_iter().flatten().any(|known| same_secret(known.expose(), token.expose()))
    }
}

/// Compares without telling by its duration where the texts differ.
fn same_secret(known: &str, given: &str) -> bool {
    known.len() == given.len() && known.bytes().zip(given.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// What is remembered of a leg that ended while its client was away.
pub(super) struct Ended {
    pub(super) user: UserId,
    pub(super) tokens: ReconnectTokens,
    /// What the `hangup` would have said.
    pub(super) error: Option<WireError>,
}
