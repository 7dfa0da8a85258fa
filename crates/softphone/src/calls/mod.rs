//! Calls: the machine of each, the facts around it, and its media.

mod call;
mod devices;
mod keys;
mod media;
mod renegotiation;
mod sounding;
mod voice;

pub(crate) use call::{Call, Waiting, record_of};
pub(crate) use devices::{Devices, Opening};
pub(crate) use keys::{Keys, Press};
pub(crate) use media::{Description, Media, StartedMedia, add, kind as media_failure, start_media};
pub(crate) use renegotiation::{NextOffer, Renegotiation};
pub(crate) use sounding::Sounding;
pub(crate) use voice::{Second, VoiceTask};

use crate::sound::DeviceOpened;
use mobilecall_audio::{DeviceLost, Role};
use mobilecall_domain::{
    CallId, CallQuality, DtmfDigit, LegId, SdpAnswer, SdpOffer, Timestamp,
    machine::{CallState, MediaFailure},
};
use mobilecall_media::voice::StreamPosition;
use mobilecall_transport::TransportEvent;
use std::time::{Duration, Instant};

/// What media and devices of a call report.
pub(crate) struct CallInput {
    pub(crate) call: CallId,
    /// The leg it belongs to.
    pub(crate) leg: LegId,
    pub(crate) event: CallEvent,
}

pub(crate) enum CallEvent {
    /// The media session is open and our first description is made.
    Started(StartedMedia),
    /// Media cannot go on.
    Failed(MediaFailure),
    /// Something happened on the media session.
    Transport(TransportEvent),
    /// A further offer of ours is made.
    Offer(SdpOffer),
    /// Our answer to a further offer of theirs is made.
    Answer(SdpAnswer),
    /// The answer to a further offer of ours was applied, or the offer came to nothing and the call goes on as it was.
    Settled,
    /// The first packet of the far end came.
    FirstPacket,
    /// The first sound of the far end was played.
    FirstAudio(Option<Instant>),
    /// The far end pressed a key.
    Digit(DtmfDigit),
    /// One second went by.
    Second(Second),
    /// A pause between keys is over.
    Keys,
    /// A device is open, or is not there.
    Device(DeviceOpened),
    /// A device went away; the number is that of its opening.
    DeviceLost(DeviceLost, u32),
    /// The chosen device is there again, in whose place another was opened; the number is that of the opening.
    DeviceBack(Role, u32),
    /// The voice has ended to make way for another one: how far its stream came, and what it counted.
    VoiceStopped(StreamPosition, CallQuality),
    /// Everything is closed; the last figures, if there were any.
    Stopped(Option<CallQuality>),
}

/// All calls, the oldest first, those that are over included for a few seconds.
#[derive(Default)]
pub(crate) struct Calls(Vec<Call>);

impl Calls {
    pub(crate) fn insert(&mut self, call: Call) {
        self.0.push(call);
    }

    pub(crate) fn remove(&mut self, call: CallId) -> Option<Call> {
        let index = self.0.iter().position(|known| known.id == call)?;
        Some(self.0.remove(index))
    }

    pub(crate) fn get(&self, call: CallId) -> Option<&Call> {
        self.0.iter().find(|known| known.id == call)
    }

    pub(crate) fn get_mut(&mut self, call: CallId) -> Option<&mut Call> {
        self.0.iter_mut().find(|known| known.id == call)
    }

    /// The call that is carried by a leg.
    pub(crate) fn of_leg(&self, leg: LegId) -> Option<CallId> {
        self.0.iter().find(|known| known.leg == leg).map(|known| known.id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Call> {
        self.0.iter()
    }

    pub(crate) fn drain(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.0)
    }

    /// Calls that are not over for the user.
    pub(crate) fn alive(&self) -> Vec<CallId> {
        self.0.iter().filter(|call| call.is_alive()).map(|call| call.id).collect()
    }

    pub(crate) fn any_alive(&self) -> bool {
        self.0.iter().any(Call::is_alive)
    }

    /// The call in which the agent speaks and hears, if any.
    pub(crate) fn talking(&self) -> Option<&Call> {
        self.0.iter().find(|call| match call.machine.state() {
            CallState::Connecting => true,
            CallState::Active(talk) | CallState::Reconnecting { talk, .. } => !talk.held,
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Offered
            | CallState::Ending { .. }
            | CallState::Ended(_) => false,
        })
    }

    /// A call that is being placed and can be neither held nor left alone.
    pub(crate) fn placing(&self) -> Option<&Call> {
        self.0.iter().find(|call| matches!(call.machine.state(), CallState::Dialing | CallState::Alerting { .. }))
    }

    /// The calls whose time is up: their machine has to be told, or they are no longer shown.
    pub(crate) fn due(&self, now: Timestamp) -> Vec<CallId> {
        self.0.iter().filter(|call| call.due_at().is_some_and(|due| due <= now)).map(|call| call.id).collect()
    }

    /// How long until the next is due.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Duration> {
        self.0.iter().filter_map(Call::due_at).min().map(|due| due.since(now))
    }
}
