//! PulseAudio, and PipeWire where it speaks its protocol.
//!
//! Each stream has a connection and a thread of its own, so that none waits for another and both end with it. The server
//! brings sound to the rate and the channels of the device, and moves a stream of the system's choice when that choice
//! changes; one of a chosen device it leaves where it is.

mod connection;
mod devices;
mod identity;
mod server;
mod stream;
mod watch;

pub(crate) use watch::{Watching, watch};

use crate::{AudioError, DeviceList, DeviceLost, LossSink, Role, callback::CaptureTap, mixer::Mixer, system::Opened};
use connection::{Connection, Fault};
use pulseaudio::protocol::PulseError;
use std::sync::{Arc, Mutex, PoisonError};
use stream::{RATE_HZ, Stream, Target};

impl AudioError {
    fn from_pulse(role: Role, fault: &Fault) -> Self {
        match fault {
            Fault::NoServer | Fault::Refused(PulseError::NoEntity) => Self::NoDevice { role },
            Fault::Refused(PulseError::AccessDenied | PulseError::AuthKey) => Self::NotPermitted { role },
            Fault::Refused(PulseError::Busy) => Self::Busy { role },
            Fault::Refused(_) | Fault::Connection(_) | Fault::Protocol(_) => {
                Self::Failed { role, detail: format!("the sound server: {fault}") }
            }
        }
    }
}

/// A running server that lets us in.
pub(crate) struct Server(Connection);

/// The server, if there is one. One that is there but cannot be used is told in the log, for then the sound cards
/// themselves are used.
pub(crate) fn server() -> Option<Server> {
    match Connection::open() {
        Ok(connection) => Some(Server(connection)),
        Err(Fault::NoServer) => None,
        Err(fault) => {
            tell_unusable(&fault);
            None
        }
    }
}

/// The same trouble is told once, however often a server is looked for.
fn tell_unusable(fault: &Fault) {
    static TOLD: Mutex<Option<String>> = Mutex::new(None);
    let told = TOLD.lock().unwrap_or_else(PoisonError::into_inner).replace(fault.to_string());
    if told.as_ref() != Some(&fault.to_string()) {
        tracing::warn!(%fault, "there is a sound server, but it cannot be used");
    }
}

impl Server {
    /// All devices; none if the server goes away meanwhile.
    pub(crate) fn devices(&mut self) -> DeviceList {
        devices::list(&mut self.0).unwrap_or_else(|fault| {
            tracing::warn!(%fault, "the sound server does not name its devices");
            DeviceList::default()
        })
    }

    /// How to reach a device, and its name for people.
    fn choose(&mut self, id: Option<&str>, role: Role) -> Result<(Target, String), AudioError> {
        let list = devices::list(&mut self.0).map_err(|fault| AudioError::from_pulse(role, &fault))?;
        let found = list.of(role);
        let device = match id {
            Some(id) => found.iter().find(|device| device.id == id),
            // Where the system's choice is no device for people, another one is.
            None => found.iter().find(|device| device.default).or(found.first()),
        };
        let device = device.ok_or(AudioError::NoDevice { role })?;
        let target = match devices::name_of(&device.id) {
            Some(name) if id.is_some() || !device.default => Target::Named(name),
            Some(_) | None => Target::Default,
        };
        Ok((target, device.name.clone()))
    }

    /// Opens a microphone for the tap that is made for its channels.
    pub(crate) fn open_microphone(
        mut self,
        id: Option<&str>,
        losses: &LossSink,
        tap: impl FnOnce(u32, u16) -> CaptureTap,
    ) -> Result<Opened, AudioError> {
        let role = Role::Microphone;
        let (target, name) = self.choose(id, role)?;
        let mut tap = tap(RATE_HZ, 1);
        let lost = loss(role, &name, losses);
        let stream = stream::record(self.0, &target, move |samples| tap.take(samples), lost);
        let stream: Stream = stream.map_err(|fault| AudioError::from_pulse(role, &fault))?;
        Ok(Opened { name, rate_hz: RATE_HZ, stream: Box::new(stream) })
    }

    /// Opens a speaker and gives it the mixer that is made for its channels.
    pub(crate) fn open_speaker(
        mut self,
        id: Option<&str>,
        losses: &LossSink,
        mixer: impl FnOnce(u16) -> Mixer,
    ) -> Result<Opened, AudioError> {
        let role = Role::Speaker;
        let (target, name) = self.choose(id, role)?;
        let mut mixer = mixer(1);
        let lost = loss(role, &name, losses);
        let stream = stream::play(self.0, &target, move |samples| mixer.fill(samples), lost);
        let stream: Stream = stream.map_err(|fault| AudioError::from_pulse(role, &fault))?;
        Ok(Opened { name, rate_hz: RATE_HZ, stream: Box::new(stream) })
    }
}

fn loss(role: Role, name: &str, losses: &LossSink) -> impl FnOnce(&Fault) + Send + 'static {
    let (losses, device) = (Arc::clone(losses), name.to_owned());
    move |fault| {
        tracing::warn!(%role, device, %fault, "a sound device went away");
        losses(DeviceLost { role, device });
    }
}
