//! Devices and voices of calls, the level meter and the test tone.

use super::Core;
use crate::{
    calls::{CallEvent, CallInput, VoiceTask, add},
    failure,
    message::{ReplyTo, answer},
    sound::{OpenDevices, SoundChoice, failure_of_event, no_devices, open_devices, play, run_meter},
};
use mobilecall_audio::{DeviceEvent, DeviceInfo, DeviceList, EventSink};
use mobilecall_domain::CallId;
use mobilecall_ipc::{AudioDevice, AudioDevices, Failure, Reply, Settings};
use mobilecall_media::{
    codec::Codec as VoiceCodec,
    tones::Tone,
    voice::{StreamPosition, VoiceConfig, VoiceOutputs},
};
use mobilecall_transport::{Codec, MediaDirection, NegotiatedAudio};
use std::{sync::Arc, time::Duration};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::task::AbortOnDropHandle;

/// Packets from the voice to the network: a third of a second; more would only be late.
const PACKETS: usize = 16;
/// Events of the voice: digits come ten a second at most.
const EVENTS: usize = 16;
/// Length of the test tone, and a moment for the device to play it to the end.
const TEST_TONE: Duration = Duration::from_millis(1_300);

impl Core {
    /// The devices that are wanted now.
    pub(crate) fn sound_choice(&self) -> SoundChoice {
        SoundChoice::new(&self.settings, self.config.capture.as_ref(), self.config.playout.as_ref())
    }

    /// Opens the devices of a call unless they are open or being opened.
    pub(crate) fn open_call_devices(&mut self, call: CallId) {
        let choice = self.sound_choice();
        let (system, post) = (Arc::clone(&self.parts.sound), self.post());
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = &mut known.media;
        if media.opening || media.guards.is_some() || media.devices.is_some() {
            return;
        }
        media.opening = true;
        let (runtime, sink_post) = (Handle::current(), post.clone());
        let events: EventSink = Arc::new(move |event| {
            let post = sink_post.clone();
            runtime.spawn(async move { post.call(CallInput { call, event: CallEvent::Device(event) }).await });
        });
        tokio::spawn(async move {
            let opening = tokio::task::spawn_blocking(move || open_devices(system.as_ref(), &choice, &events));
            match opening.await {
                Ok(opened) => post.call(CallInput { call, event: CallEvent::Devices(opened) }).await,
                Err(error) => tracing::error!(%error, "opening the sound devices panicked"),
            }
        });
    }

    /// Devices are open: hands them to the voice, or keeps them until there is one.
    pub(crate) fn devices_opened(&mut self, call: CallId, opened: OpenDevices) {
        let choice = self.sound_choice();
        let Some(known) = self.calls.get_mut(call) else { return };
        let is_wanted = known.is_alive() && !known.machine.talk().held;
        let media = &mut known.media;
        media.opening = false;
        if !is_wanted {
            return;
        }
        if opened.choice != choice {
            return self.open_call_devices(call);
        }
        // Trying again in the background says nothing new.
        let failures = if media.incomplete { Vec::new() } else { opened.failures.clone() };
        media.incomplete = !opened.failures.is_empty();
        match media.voice() {
            Some(voice) => match voice.swap_devices(opened.devices) {
                Ok(()) => media.guards = Some(opened.guards),
                Err(error) => self.shown.problem(failure::internal(&error)),
            },
            None => media.devices = Some(opened),
        }
        for failure in failures {
            self.shown.problem(failure);
        }
    }

    /// A device went away, or was not there: the sound system chooses another.
    pub(crate) fn device_event(&mut self, call: CallId, event: &DeviceEvent) {
        let Some(known) = self.calls.get_mut(call) else { return };
        if !known.is_alive() {
            return;
        }
        self.shown.problem(failure_of_event(event));
        if let DeviceEvent::Lost { .. } = event {
            self.release_devices(call);
            self.open_call_devices(call);
        }
    }

    /// Tries again to open a device that was missing.
    pub(crate) fn complete_devices(&mut self) {
        let Some(call) = self.calls.talking().filter(|call| call.media.incomplete).map(|call| call.id) else { return };
        self.release_devices(call);
        self.open_call_devices(call);
    }

    fn release_devices(&mut self, call: CallId) {
        let Some(known) = self.calls.get_mut(call) else { return };
        if let Some(voice) = known.media.voice()
            && let Err(error) = voice.swap_devices(no_devices())
        {
            tracing::warn!(%error, "the voice keeps its devices");
        }
        known.media.guards = None;
        known.media.devices = None;
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
        let choice = self.sound_choice();
        let processing = choice.processing(&self.settings);
        let audible_digits = choice.is_devices();
        let (post, windows) = (self.post(), self.shown.events().clone());
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = &mut known.media;
        let (Some(transport), Some(negotiated)) = (media.transport.clone(), media.negotiated) else { return };
        let before = media.voice().map(|voice| (voice.stop(), voice.quality(None)));
        if let Some((_, quality)) = before {
            media.counted = Some(add(quality, media.counted));
            media.guards = None;
        }
        let config = VoiceConfig {
            codec: match negotiated.codec {
                Codec::Opus => VoiceCodec::Opus,
                Codec::Pcmu => VoiceCodec::Pcmu,
            },
            payload_type: negotiated.payload_type,
            telephone_event: negotiated.telephone_event,
            processing,
            audible_digits,
            start: before.map_or_else(StreamPosition::random, |(stats, _)| stats.position),
        };
        let (packets, outgoing) = mpsc::channel(PACKETS);
        let (events, happened) = mpsc::channel(EVENTS);
        let opened = media.devices.take();
        let (devices, guards) = match opened {
            Some(opened) => (opened.devices, Some(opened.guards)),
            None => (no_devices(), None),
        };
        let voice = match self.parts.sound.start_voice(config, devices, VoiceOutputs { packets, events }) {
            Ok(voice) => voice,
            Err(error) => return self.shown.problem(failure::internal(&error)),
        };
        let talk = known.machine.talk();
        voice.set_muted(talk.muted);
        voice.set_held(talk.held);
        media.guards = guards;
        let counted = media.counted;
        let task = VoiceTask {
            call,
            voice: Arc::clone(&voice),
            transport,
            packets: outgoing,
            events: happened,
            counted,
            post,
            windows,
        };
        media.voice_task = Some(AbortOnDropHandle::new(tokio::spawn(task.run())));
        media.voice.send_replace(Some(voice));
        if before.is_some() && !talk.held {
            self.open_call_devices(call);
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
        let post = self.post();
        let Some(known) = self.calls.get_mut(call) else { return };
        let media = std::mem::take(&mut known.media);
        self.farewells.spawn(async move {
            let last = media.stop().await;
            post.call(CallInput { call, event: CallEvent::Stopped(last) }).await;
        });
    }

    /// Takes over changed settings of sound, also within a call.
    pub(crate) fn apply_sound_settings(&mut self, before: &Settings) {
        let (capture, playout) = (self.config.capture.as_ref(), self.config.playout.as_ref());
        let old = SoundChoice::new(before, capture, playout);
        let new = self.sound_choice();
        let restart = old.processing(before) != new.processing(&self.settings);
        let reopen = (&old.capture, &old.playout) != (&new.capture, &new.playout);
        let live: Vec<CallId> = self.calls.iter().filter(|call| call.is_up()).map(|call| call.id).collect();
        for call in live {
            if restart {
                self.start_voice(call);
            } else if reopen && self.calls.talking().is_some_and(|talking| talking.id == call) {
                self.release_devices(call);
                self.open_call_devices(call);
            }
        }
        if self.meter.is_some() && old.capture != new.capture {
            self.start_meter();
        }
    }

    pub(crate) fn set_level_meter(&mut self, on: bool) {
        if on {
            self.start_meter();
        } else {
            self.meter = None;
        }
    }

    fn start_meter(&mut self) {
        let source = self.sound_choice().capture;
        let meter = run_meter(Arc::clone(&self.parts.sound), source, self.shown.events().clone(), self.post());
        self.meter = Some(AbortOnDropHandle::new(tokio::spawn(meter)));
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

fn shown_devices(list: DeviceList) -> AudioDevices {
    let shown = |devices: Vec<DeviceInfo>| {
        let device = |info: DeviceInfo| AudioDevice { id: info.id, name: info.name, default: info.default };
        devices.into_iter().map(device).collect()
    };
    AudioDevices { inputs: shown(list.inputs), outputs: shown(list.outputs) }
}
