//! The microphone and the speaker of a call, each on its own way: one that is missing leaves the other alone.

use crate::sound::{OpenDevice, Voice};
use mobilecall_audio::{Role, StreamGuard};
use mobilecall_ipc::ErrorCode;
use mobilecall_media::voice::VoiceError;
use tokio::task::JoinHandle;

/// Both.
#[derive(Default)]
pub(crate) struct Devices {
    microphone: Slot,
    speaker: Slot,
}

/// One device, from wanted to in use.
#[derive(Default)]
pub(crate) struct Slot {
    state: State,
    /// The system's choice, because the chosen one was not there.
    is_substitute: bool,
    /// Counts openings, so that what is told of a device is not taken for its successor's.
    opening: u32,
    /// What was last said to be wrong, so that it is not said again whenever the device is opened anew.
    told: Option<ErrorCode>,
    /// Closes the device before.
    closing: Option<JoinHandle<()>>,
}

#[derive(Default)]
enum State {
    #[default]
    Closed,
    Opening,
    /// Open before there is a voice.
    Ready(OpenDevice),
    /// The voice has its end of the ring.
    InUse(#[expect(dead_code, reason = "held for its destructor")] StreamGuard),
    /// Could not be opened.
    Missing,
}

/// An opening that has begun.
pub(crate) struct Opening {
    pub(crate) number: u32,
    /// The same device may still be in use until then.
    pub(crate) after: Option<JoinHandle<()>>,
}

impl Devices {
    pub(crate) const ROLES: [Role; 2] = [Role::Microphone, Role::Speaker];

    pub(crate) fn slot(&self, role: Role) -> &Slot {
        match role {
            Role::Microphone => &self.microphone,
            Role::Speaker => &self.speaker,
        }
    }

    pub(crate) fn slot_mut(&mut self, role: Role) -> &mut Slot {
        match role {
            Role::Microphone => &mut self.microphone,
            Role::Speaker => &mut self.speaker,
        }
    }

    /// Gives a new voice what was opened before it was there.
    pub(crate) fn give_to(&mut self, voice: &dyn Voice) -> Result<(), VoiceError> {
        Self::ROLES.into_iter().try_for_each(|role| self.slot_mut(role).give_to(voice))
    }
}

impl Slot {
    /// Nobody has asked for the device.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// It was asked for and is not there.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self.state, State::Missing)
    }

    /// Another device stands in for the one that was chosen; which opening that was.
    pub(crate) fn substitute(&self) -> Option<u32> {
        let is_open = matches!(self.state, State::Ready(_) | State::InUse(_));
        (is_open && self.is_substitute).then_some(self.opening)
    }

    /// Whether something that is told of this opening concerns the device as it is now.
    pub(crate) fn is_of(&self, opening: u32) -> bool {
        self.opening == opening && !self.is_closed()
    }

    pub(crate) fn open(&mut self) -> Opening {
        self.opening += 1;
        self.state = State::Opening;
        Opening { number: self.opening, after: self.closing.take() }
    }

    /// It is open: the voice takes it, now or as soon as there is one.
    pub(crate) fn opened(&mut self, device: OpenDevice, voice: Option<&dyn Voice>) -> Result<(), VoiceError> {
        self.is_substitute = device.instead.is_some();
        self.state = State::Ready(device);
        voice.map_or(Ok(()), |voice| self.give_to(voice))
    }

    fn give_to(&mut self, voice: &dyn Voice) -> Result<(), VoiceError> {
        match std::mem::replace(&mut self.state, State::Missing) {
            State::Ready(device) => {
                device.end.give_to(voice)?;
                self.state = State::InUse(device.guard);
            }
            other @ (State::Closed | State::Opening | State::InUse(_) | State::Missing) => self.state = other,
        }
        Ok(())
    }

    pub(crate) fn missing(&mut self) {
        self.state = State::Missing;
    }

    /// It went away, maybe before anybody knew that it is open; there is no need to tell that another takes its place.
    pub(crate) fn lost(&mut self) {
        self.opening += 1;
        self.told = Some(ErrorCode::DeviceMissing);
    }

    /// Takes out what is to be closed. A device that is being opened is judged when it is open.
    pub(crate) fn take(&mut self) -> Option<Box<dyn Send>> {
        match std::mem::take(&mut self.state) {
            State::Opening => {
                self.state = State::Opening;
                None
            }
            State::Closed | State::Missing => None,
            open @ (State::Ready(_) | State::InUse(_)) => Some(Box::new(open)),
        }
    }

    /// The device is being closed, or what was opened is not wanted any more.
    pub(crate) fn closed_by(&mut self, closing: JoinHandle<()>) {
        self.state = State::Closed;
        self.closing = Some(closing);
    }

    /// Takes down what is wrong, if anything is; whether that was not known before.
    pub(crate) fn is_news(&mut self, wrong: Option<ErrorCode>) -> bool {
        std::mem::replace(&mut self.told, wrong) != wrong
    }

    /// Another device was chosen: whatever is wrong with it is news.
    pub(crate) fn forget_told(&mut self) {
        self.told = None;
    }
}
