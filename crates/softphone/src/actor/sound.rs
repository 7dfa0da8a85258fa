//! Devices and voices of calls, the level meter and the test tone.

use super::{Core, devices::shown_backend};
use crate::{
    calls::{Call, CallEvent, Devices, Opening, VoiceTask, add},
    failure,
    message::{ReplyTo, answer},
    post::CallPost,
    sound::{DeviceOpened, End, Meter, SoundChoice, Voice, Wanted, failure_of, failure_of_fallback, open_device, play},
};
use mobilecall_audio::{DeviceInfo, DeviceList, DeviceLost, LossSink, PlayoutSink, Role};
use mobilecall_domain::{CallId, CallQuality};
use mobilecall_ipc::{AudioDevice, AudioDevices, Failure, Reply, Settings};
use mobilecall_media::{
    codec::Codec as VoiceCodec,
    tones::Tone,
    voice::{StreamPosition, VoiceConfig, VoiceOutputs},
};
use mobilecall_transport::{Codec, MediaDirection, NegotiatedAudio};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::task::AbortOnDropHandle;

/// Packets from the voice to the network: a third of a second; more would only be late.
const PACKETS: usize = 16;
/// Events of the voice: digits come ten a second at most.
const EVENTS: usize = 16;
/// How long the next device waits for the one before to be closed.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// Length of the test tone, and a moment for the device to play it to the end.
const TEST_TONE: Duration = Duration::from_millis(1_300);

impl Core {
    /// The devices that are wanted now.
    pub(crate) fn sound_choice(&self) -> SoundChoice {
        SoundChoice::new(&self.settings, self.config.capture.as_ref(), self.config.playout.as_ref())
    }

    /// Opens the devices of a call that nobody has asked for yet.
    pub(crate) fn open_call_devices(&mut self, call: CallId) {
        for role in Devices::ROLES {
            if self.calls.get(call).is_some_and(|known| known.media.devices.slot(role).is_closed()) {
                self.open_device(call, role);
            }
        }
    }

    pub(crate) fn open_device(&mut self, call: CallId, role: Role) {
        let wanted = self.sound_choice().wanted(role);
        let system = Arc::clone(&self.parts.sound);
        let Some(post) = self.call_post(call) else { return };
        let own = self.own_file(&wanted);
        let Some(known) = self.calls.get_mut(call) else { return };
        let Opening { number: opening, after } = known.media.devices.slot_mut(role).open();
        let losses = losses_of(opening, post.clone());
        tokio::spawn(async move {
            if let Some(closing) = after
                && tokio::time::timeout(CLOSE_LIMIT, closing).await.is_err()
            {
                tracing::warn!(%role, "the device before is still not closed");
            }
            let work = move || {
                let outcome = open_device(system.as_ref(), &own, &losses);
                DeviceOpened { opening, wanted, outcome }
            };
            match tokio::task::spawn_blocking(work).await {
                Ok(opened) => post.tell(CallEvent::Device(opened)).await,
                Err(error) => tracing::error!(%error, "opening a sound device panicked"),
            }
        });
    }

    /// No two recordings go to the same file: a second call would overwrite the first, or write into it at once.
    fn own_file(&mut self, wanted: &Wanted) -> Wanted {
        match wanted {
            Wanted::Speaker(sink) => Wanted::Speaker(self.own_sink(sink.clone())),
            Wanted::Microphone(_) => wanted.clone(),
        }
    }

    /// As [`Self::own_file`], for whatever sounds there.
    pub(crate) fn own_sink(&mut self, sink: PlayoutSink) -> PlayoutSink {
        let PlayoutSink::Wav(path) = &sink else { return sink };
        self.recordings += 1;
        PlayoutSink::Wav(numbered(path, self.recordings))
    }

    /// A device is open, or is not there: hands it to the voice, or keeps it until there is one.
    pub(crate) fn device_opened(&mut self, call: CallId, opened: DeviceOpened) {
        let DeviceOpened { opening, wanted, outcome } = opened;
        let role = wanted.role();
        let is_chosen = self.sound_choice().wanted(role) == wanted;
        let Some(known) = self.calls.get_mut(call) else {
            self.closing_tasks.spawn_blocking(move || drop(outcome));
            return;
        };
        let is_wanted = known.is_alive() && !known.machine.talk().held;
        let voice = known.media.voice();
        let slot = known.media.devices.slot_mut(role);
        if !is_wanted || !is_chosen || !slot.is_of(opening) {
            slot.closed_by(self.closing_tasks.spawn_blocking(move || drop(outcome)));
            if is_wanted {
                self.open_device(call, role);
            }
            return;
        }
        let (wrong, tried) = match outcome {
            Ok(device) => {
                let instead = device.instead.as_ref().map(|instead| failure_of_fallback(role, instead));
                let given = slot.opened(device, voice.as_deref());
                (given.map_or_else(|error| Some(failure::internal(&error)), |()| instead), Ok(()))
            }
            Err(error) => {
                slot.missing();
                (Some(failure_of(&error, role)), Err(error))
            }
        };
        // Trying again in the background says nothing new.
        let news = slot.is_news(wrong.as_ref().map(|failure| failure.code));
        match tried {
            Ok(()) => self.sound_mended(role),
            Err(error) => self.sound_tried(role, Err(&error)),
        }
        if let Some(failure) = wrong.filter(|_| news) {
            self.shown.problem(failure);
        }
    }

    /// A device went away: the sound system chooses another.
    pub(crate) fn device_lost(&mut self, call: CallId, lost: &DeviceLost, opening: u32) {
        let Some(known) = self.calls.get_mut(call).filter(|known| known.is_alive()) else { return };
        let slot = known.media.devices.slot_mut(lost.role);
        if !slot.is_of(opening) {
            return;
        }
        slot.lost();
        self.tell_lost(lost);
        self.reopen_device(call, lost.role);
    }

    /// Tries again to open what was missing, and looks for chosen devices that others stand in for. What is there is
    /// left alone.
    pub(crate) fn complete_devices(&mut self) {
        let Some(talking) = self.calls.talking() else { return };
        let call = talking.id;
        let slots = Devices::ROLES.map(|role| (role, talking.media.devices.slot(role)));
        let lacking = slots.map(|(role, slot)| (role, slot.is_missing(), slot.substitute()));
        for (role, is_missing, substitute) in lacking {
            if is_missing {
                self.open_device(call, role);
            } else if let Some(opening) = substitute {
                self.look_for_device(call, role, opening);
            }
        }
    }

    fn look_for_device(&self, call: CallId, role: Role, opening: u32) {
        let Some(post) = self.call_post(call) else { return };
        let (system, wanted) = (Arc::clone(&self.parts.sound), self.sound_choice().wanted(role));
        tokio::spawn(async move {
            match tokio::task::spawn_blocking(move || wanted.is_in(&system.devices())).await {
                Ok(true) => post.tell(CallEvent::DeviceBack(role, opening)).await,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "looking for a sound device panicked"),
            }
        });
    }

    /// The device that was chosen is there again.
    pub(crate) fn device_back(&mut self, call: CallId, role: Role, opening: u32) {
        if self.calls.get(call).is_some_and(|known| known.media.devices.slot(role).is_of(opening)) {
            self.reopen_device(call, role);
        }
    }

    pub(crate) fn reopen_device(&mut self, call: CallId, role: Role) {
        self.release_device(call, role);
        let is_wanted = |call: &Call| !call.machine.talk().held && call.media.devices.slot(role).is_closed();
        if self.calls.get(call).is_some_and(is_wanted) {
            self.open_device(call, role);
        }
    }

    fn release_devices(&mut self, call: CallId) {
        for role in Devices::ROLES {
            self.release_device(call, role);
        }
    }

    /// Closes a device beside the owner: that waits for the sound server, which may not answer.
    fn release_device(&mut self, call: CallId, role: Role) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let voice = known.media.voice();
        let slot = known.media.devices.slot_mut(role);
        let Some(open) = slot.take() else { return };
        if let Some(voice) = voice
            && let Err(error) = End::none(role).give_to(voice.as_ref())
        {
            tracing::warn!(%error, "the voice keeps its device");
        }
        slot.closed_by(self.closing_tasks.spawn_blocking(move || drop(open)));
    }

    /// Offer and answer are agreed on, for the first time or anew.
    pub(crate) fn negotiated(&mut self, call: CallId, negotiated: NegotiatedAudio) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let before = known.media.negotiated.replace(negotiated);
        let same_voice = before.is_some_and(|before| {
            (before.codec, before.payload_type, before.telephone_event)
                == (negotiated.codec, negotiated.payload_type, negotiated.telephone_event)
        });
        if !same_voice {
            self.start_voice(call);
        }
    }

    /// Starts the voice of a call, in place of the one before if there was one.
    fn start_voice(&mut self, call: CallId) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = &mut known.media;
        if media.restarting {
            return;
        }
        let Some(before) = media.voice() else { return self.begin_voice(call, StreamPosition::random()) };
        media.restarting = true;
        self.release_devices(call);
        self.stop_voice(call, before);
    }

    /// Stops a voice beside the owner: that waits for its thread.
    fn stop_voice(&mut self, call: CallId, voice: Arc<dyn Voice>) {
        let Some(post) = self.call_post(call) else { return };
        let Some(known) = self.calls.get_mut(call) else { return };
        known.media.voice.send_replace(None);
        let task = known.media.voice_task.take();
        let stop = move || {
            drop(task);
            let stats = voice.stop();
            CallEvent::VoiceStopped(stats.position, voice.quality(None))
        };
        self.closing_tasks.spawn(async move {
            match tokio::task::spawn_blocking(stop).await {
                Ok(event) => post.tell(event).await,
                Err(error) => tracing::error!(%error, "stopping the voice of a call panicked"),
            }
        });
    }

    /// The voice has ended to make way for another one, which goes on in the same stream.
    pub(crate) fn voice_stopped(&mut self, call: CallId, position: StreamPosition, counted: CallQuality) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = &mut known.media;
        media.counted = Some(add(counted, media.counted));
        media.restarting = false;
        let talks = known.is_up() && !known.machine.talk().held;
        self.begin_voice(call, position);
        if talks {
            self.open_call_devices(call);
        }
    }

    fn begin_voice(&mut self, call: CallId, start: StreamPosition) {
        let choice = self.sound_choice();
        let processing = choice.processing(&self.settings, self.config.process_files);
        let audible_digits = choice.is_devices();
        let windows = self.shown.events().clone();
        let Some(post) = self.call_post(call) else { return };
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = &mut known.media;
        let (Some(transport), Some(negotiated)) = (media.transport.clone(), media.negotiated) else { return };
        let config = VoiceConfig {
            codec: match negotiated.codec {
                Codec::Opus => VoiceCodec::Opus,
                Codec::Pcmu => VoiceCodec::Pcmu,
            },
            payload_type: negotiated.payload_type,
            telephone_event: negotiated.telephone_event,
            processing,
            audible_digits,
            start,
        };
        let (packets, outgoing) = mpsc::channel(PACKETS);
        let (events, happened) = mpsc::channel(EVENTS);
        let voice = match self.parts.sound.start_voice(config, VoiceOutputs { packets, events }) {
            Ok(voice) => voice,
            Err(error) => return self.shown.problem(failure::internal(&error)),
        };
        let talk = known.machine.talk();
        voice.set_muted(talk.muted);
        voice.set_held(talk.held);
        let given = media.devices.give_to(voice.as_ref());
        let task = VoiceTask {
            voice: Arc::clone(&voice),
            transport,
            packets: outgoing,
            events: happened,
            counted: media.counted,
            post,
            windows,
        };
        media.voice_task = Some(AbortOnDropHandle::new(tokio::spawn(task.run(self.parts.media.clone()))));
        media.voice.send_replace(Some(voice));
        if let Err(error) = given {
            self.shown.problem(failure::internal(&error));
        }
    }

    pub(crate) fn hold_voice(&mut self, call: CallId, held: bool) {
        let release = held && self.sound_choice().is_devices();
        let Some(known) = self.calls.get_mut(call) else { return };
        if let Some(transport) = &known.media.transport {
            transport.set_direction(if held { MediaDirection::SendOnly } else { MediaDirection::SendRecv });
        }
        if let Some(voice) = known.media.voice() {
            voice.set_held(held);
        }
        if release {
            self.release_devices(call);
        }
    }

    /// Closes the media of a call in the background.
    pub(crate) fn stop_call_media(&mut self, call: CallId) {
        let Some(post) = self.call_post(call) else { return };
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = std::mem::take(&mut known.media);
        self.closing_tasks.spawn(async move {
            let last = media.stop().await;
            post.tell(CallEvent::Stopped(last)).await;
        });
    }

    /// Takes over changed settings of sound, also within a call.
    pub(crate) fn apply_sound_settings(&mut self, before: &Settings) {
        let (capture, playout) = (self.config.capture.as_ref(), self.config.playout.as_ref());
        let old = SoundChoice::new(before, capture, playout);
        let new = self.sound_choice();
        let files = self.config.process_files;
        let restart = old.processing(before, files) != new.processing(&self.settings, files);
        let live: Vec<CallId> = self.calls.iter().filter(|call| call.is_up()).map(|call| call.id).collect();
        for call in live {
            if restart {
                self.start_voice(call);
            } else if self.calls.talking().is_some_and(|talking| talking.id == call) {
                for role in Devices::ROLES.into_iter().filter(|role| old.wanted(*role) != new.wanted(*role)) {
                    self.choose_device(call, role);
                }
            }
        }
        if old.wanted(Role::Speaker) != new.wanted(Role::Speaker) {
            self.move_recording();
        }
        self.show_sound();
        if self.known_devices.is_unwatched() {
            self.watch_devices();
        }
        if self.meter.is_some() && old.capture != new.capture {
            self.start_meter();
        }
    }

    /// Another device was chosen in the call.
    fn choose_device(&mut self, call: CallId, role: Role) {
        if let Some(known) = self.calls.get_mut(call) {
            known.media.devices.slot_mut(role).forget_told();
        }
        self.reopen_device(call, role);
    }

    pub(crate) fn set_level_meter(&mut self, on: bool) {
        if on {
            self.start_meter();
        } else {
            self.meter = None;
        }
    }

    fn start_meter(&mut self) {
        let meter = Meter {
            system: Arc::clone(&self.parts.sound),
            source: self.sound_choice().capture,
            events: self.shown.events().clone(),
            post: self.post(),
        };
        self.meter = Some(AbortOnDropHandle::new(tokio::spawn(meter.run())));
    }

    pub(crate) fn play_test_tone(&self) {
        let playing = play(&self.parts.sound, self.sound_choice().beside, Tone::Test, self.post());
        tokio::spawn(async move {
            tokio::time::sleep(TEST_TONE).await;
            drop(playing);
        });
    }

    /// Lists the devices beside the owner: asking the sound system takes a moment.
    pub(crate) fn audio_devices(&self, reply: ReplyTo) {
        let system = Arc::clone(&self.parts.sound);
        tokio::spawn(async move {
            let list = tokio::task::spawn_blocking(move || system.devices()).await;
            let outcome = match list {
                Ok(list) => Ok(Reply::Devices { devices: shown_devices(list) }),
                Err(error) => Err::<_, Failure>(failure::internal(&error)),
            };
            answer(reply, outcome);
        });
    }
}

/// `heard.wav`, `heard-2.wav`, `heard-3.wav` and so on.
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number < 2 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Reports the loss of a device from the sound system's own thread.
fn losses_of(opening: u32, post: CallPost) -> LossSink {
    let runtime = Handle::current();
    Arc::new(move |lost| {
        let post = post.clone();
        let event = CallEvent::DeviceLost(lost, opening);
        runtime.spawn(async move { post.tell(event).await });
    })
}

fn shown_devices(list: DeviceList) -> AudioDevices {
    let shown = |devices: Vec<DeviceInfo>| {
        let device = |info: DeviceInfo| AudioDevice { id: info.id, name: info.name, default: info.default };
        devices.into_iter().map(device).collect()
    };
    AudioDevices { backend: shown_backend(list.backend), inputs: shown(list.inputs), outputs: shown(list.outputs) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_after_the_first_have_a_number() {
        for (path, number, expected) in [
            ("heard.wav", 1, "heard.wav"),
            ("heard.wav", 2, "heard-2.wav"),
            ("calls/a.b.wav", 10, "calls/a.b-10.wav"),
            ("heard", 3, "heard-3"),
        ] {
            assert_eq!(numbered(Path::new(path), number), Path::new(expected));
        }
    }
}
