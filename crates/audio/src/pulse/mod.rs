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

use crate::{
    AudioError, Backend, DeviceInfo, DeviceList, DeviceLost, LossSink, Role, callback::CaptureTap, mixer::Mixer,
    system::Opened,
};
use connection::{Connection, Fault};
use pulseaudio::protocol::PulseError;
use std::{
    ffi::CStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
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

/// A server that went away is waited for so long: it is restarted, and would not get the sound cards back from us.
const RESTART_LIMIT: Duration = Duration::from_secs(10);
/// The server that was reached last.
static LAST_REACHED: Mutex<Reached> = Mutex::new(Reached { at: None, backend: Backend::PulseAudio });

/// When a server was reached, and which one.
#[derive(Clone, Copy)]
struct Reached {
    at: Option<Instant>,
    /// What it said it is, at this time or before.
    backend: Backend,
}

/// Whether there is a server.
pub(crate) enum Found {
    Server(Server),
    /// There was one a moment ago.
    Away,
    None,
}

/// The server, if there is one. One that is there but cannot be used is told in the log, for then the sound cards
/// themselves are used.
pub(crate) fn server() -> Found {
    match Connection::open() {
        Ok(connection) => {
            reached();
            return Found::Server(Server(connection));
        }
        Err(Fault::NoServer) => {}
        Err(fault) => tell_unusable(&fault),
    }
    if is_away() { Found::Away } else { Found::None }
}

/// Whether a server that cannot be reached was there a moment ago.
pub(crate) fn is_away() -> bool {
    is_lately(last_reached().at, Instant::now())
}

fn last_reached() -> MutexGuard<'static, Reached> {
    LAST_REACHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server is there and lets us in, or did until now.
fn reached() {
    last_reached().at = Some(Instant::now());
}

/// As [`reached`], and the server said which one it is.
fn reached_as(backend: Backend) {
    *last_reached() = Reached { at: Some(Instant::now()), backend };
}

fn is_lately(reached: Option<Instant>, now: Instant) -> bool {
    reached.is_some_and(|reached| now.saturating_duration_since(reached) < RESTART_LIMIT)
}

/// What there is while the server is away.
pub(crate) fn no_devices() -> DeviceList {
    DeviceList { backend: last_reached().backend, ..DeviceList::default() }
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
        match devices::list(&mut self.0) {
            Ok(list) => {
                reached_as(list.backend);
                list
            }
            Err(fault) => {
                tracing::warn!(%fault, "the sound server does not name its devices");
                no_devices()
            }
        }
    }

    /// How to reach a device, and its name for people.
    fn choose(&mut self, id: Option<&str>, role: Role) -> Result<(Target, String), AudioError> {
        let list = devices::list(&mut self.0).map_err(|fault| AudioError::from_pulse(role, &fault))?;
        let (target, device) = target_among(list.of(role), id).ok_or(AudioError::NoDevice { role })?;
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
        let stream = stream::record(self.0, &target, move |samples| tap.take(samples), may_record, lost);
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

/// The device with this id, or the system's choice. Where that is no device for people, another one stands in.
fn target_among<'a>(found: &'a [DeviceInfo], id: Option<&str>) -> Option<(Target, &'a DeviceInfo)> {
    let device = match id {
        Some(id) => found.iter().find(|device| device.id == id),
        None => found.iter().find(|device| device.default).or(found.first()),
    }?;
    let target = match (devices::name_of(&device.id), id) {
        (Some(name), Some(_)) => Target::Named(name),
        (Some(name), None) if !device.default => Target::StandIn(name),
        (Some(_) | None, _) => Target::Default,
    };
    Some((target, device))
}

/// Whether a recording may go on from this. When the last microphone goes the server moves a recording to what a speaker
/// plays, and the other side would hear itself.
fn may_record(name: &CStr) -> bool {
    let answer = Connection::open().and_then(|mut connection| devices::may_record(&mut connection, name));
    answer.unwrap_or_else(|fault| {
        // The recording will end with the server.
        tracing::debug!(%fault, "the sound server does not say what a recording was moved to");
        true
    })
}

fn loss(role: Role, name: &str, losses: &LossSink) -> impl FnOnce(&Fault) + Send + 'static {
    let (losses, device) = (Arc::clone(losses), name.to_owned());
    move |fault| {
        reached();
        tracing::warn!(%role, device, %fault, "a sound device went away");
        losses(DeviceLost { role, device });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_went_away_is_waited_for_a_while() {
        let then = Instant::now();
        for (reached, now, expected) in [
            (None, then, false),
            (Some(then), then, true),
            (Some(then), then + RESTART_LIMIT / 2, true),
            (Some(then), then + RESTART_LIMIT, false),
        ] {
            assert_eq!(is_lately(reached, now), expected);
        }
    }

    #[test]
    fn only_a_device_that_was_chosen_cannot_be_moved() {
        let device = |name: &str, default| DeviceInfo {
            id: devices::id_of(&connection::name(name)),
            name: name.into(),
            default,
        };
        let chosen = [device("mic", false), device("headset", true)];
        // The system's choice is what a speaker plays, and so none of these.
        let none_chosen = [device("mic", false), device("headset", false)];
        for (found, id, expected, is_fixed) in [
            (&chosen[..], Some("pulseaudio:mic"), Some(Target::Named(c"mic".into())), true),
            (&chosen, Some("pulseaudio:headset"), Some(Target::Named(c"headset".into())), true),
            (&chosen, Some("pulseaudio:gone"), None, false),
            (&chosen, None, Some(Target::Default), false),
            (&none_chosen, None, Some(Target::StandIn(c"mic".into())), false),
            (&none_chosen, Some("pulseaudio:headset"), Some(Target::Named(c"headset".into())), true),
            (&[], None, None, false),
        ] {
            let target = target_among(found, id).map(|(target, _)| target);
            assert_eq!(target, expected, "{id:?}");
            assert_eq!(target.is_some_and(|target| target.flags().no_move), is_fixed, "{id:?}");
        }
    }
}
