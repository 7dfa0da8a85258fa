//! Sound without devices.

use super::{FakeVoice, eventually};
use crate::sound::{SoundSystem, Voice};
use mobilecall_audio::{
    AudioError, CaptureSource, CaptureStream, DeviceInfo, DeviceList, DeviceLost, LossSink, PlayoutSink, PlayoutStream,
    Role, Sound, StreamGuard,
};
use mobilecall_media::voice::{VoiceConfig, VoiceError, VoiceOutputs};
use rtrb::{Consumer, RingBuffer};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

/// Samples that a speaker takes before somebody hears them: a tenth of a second.
const RING: usize = 4_800;

/// Told of the devices whenever they change.
type Watcher = Box<dyn FnMut(DeviceList) + Send>;

/// Sound without devices: voices that note what they are told.
#[derive(Default)]
pub(crate) struct FakeSound {
    voices: Mutex<Vec<Arc<FakeVoice>>>,
    /// Tones that were played beside calls; the flag says whether they still sound.
    played: Mutex<Vec<Arc<()>>>,
    /// Another program has the speaker.
    pub(crate) busy: AtomicBool,
    /// How often somebody tried to play a tone.
    tones_tried: AtomicUsize,
    /// Roles without a device.
    pub(crate) missing: Mutex<HashSet<Role>>,
    /// The wanted devices are not there; this one is used.
    pub(crate) instead: Mutex<Option<String>>,
    /// Locked while the sound server hangs: no device can be closed.
    pub(crate) hanging: Arc<tokio::sync::Mutex<()>>,
    losses: Mutex<HashMap<Role, LossSink>>,
    /// Who wants to know of changes.
    watching: Mutex<Option<Watcher>>,
    asked: Mutex<Vec<Role>>,
    opened: Mutex<Vec<Role>>,
    /// The other ends of the speakers that were opened.
    heard: Mutex<Vec<Consumer<f32>>>,
}

/// Waits for the sound server when it is dropped, as an open device does, and panics where that must not be done.
struct FakeStream(Arc<tokio::sync::Mutex<()>>);

impl Drop for FakeStream {
    fn drop(&mut self) {
        drop(self.0.blocking_lock());
    }
}

impl FakeSound {
    pub(crate) fn voice(&self, index: usize) -> Arc<FakeVoice> {
        Arc::clone(&self.voices.lock().unwrap()[index])
    }
    pub(crate) fn voices(&self) -> usize {
        self.voices.lock().unwrap().len()
    }
    /// How often a device was opened.
    pub(crate) fn opened(&self, role: Role) -> usize {
        self.opened.lock().unwrap().iter().filter(|opened| **opened == role).count()
    }
    /// How often somebody tried to.
    pub(crate) fn asked(&self, role: Role) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == role).count()
    }
    /// What went to speakers since the last time, up to their rings: as many samples as somebody listens for.
    pub(crate) fn hear(&self) -> Vec<f32> {
        let mut heard = Vec::new();
        for ring in self.heard.lock().unwrap().iter_mut() {
            heard.extend(std::iter::from_fn(|| ring.pop().ok()));
        }
        heard
    }
    /// Tones that sound beside calls.
    pub(crate) fn sounding(&self) -> usize {
        self.played.lock().unwrap().iter().filter(|tone| Arc::strong_count(tone) > 1).count()
    }
    /// Tones that were played beside calls, also those that ended.
    pub(crate) fn played(&self) -> usize {
        self.played.lock().unwrap().len()
    }
    /// How often somebody tried to play one.
    pub(crate) fn tones_tried(&self) -> usize {
        self.tones_tried.load(Ordering::SeqCst)
    }
    /// Where the sound system tells of the loss of the device that was opened last.
    pub(crate) fn losses(&self, role: Role) -> LossSink {
        self.losses.lock().unwrap().get(&role).cloned().unwrap()
    }
    /// The sound system tells that the devices are these now.
    pub(crate) async fn devices_are(self: &Arc<Self>, list: DeviceList) {
        let sound = Arc::clone(self);
        let tell = move || (sound.watching.lock().unwrap().as_mut().expect("the engine watches"))(list);
        tokio::task::spawn_blocking(tell).await.unwrap();
    }
    /// The device that was opened last goes away.
    pub(crate) async fn lose(&self, role: Role, device: &str) {
        eventually("an open device", || self.losses.lock().unwrap().contains_key(&role)).await;
        self.losses(role)(DeviceLost { role, device: device.into() });
    }
    fn open(&self, role: Role, losses: &LossSink) -> Result<StreamGuard, AudioError> {
        self.asked.lock().unwrap().push(role);
        self.check(role)?;
        self.losses.lock().unwrap().insert(role, Arc::clone(losses));
        self.opened.lock().unwrap().push(role);
        Ok(StreamGuard::new(FakeStream(Arc::clone(&self.hanging))))
    }
    fn check(&self, role: Role) -> Result<(), AudioError> {
        if self.missing.lock().unwrap().contains(&role) { Err(AudioError::NoDevice { role }) } else { Ok(()) }
    }
}

impl SoundSystem for FakeSound {
    fn devices(&self) -> DeviceList {
        let device = |name: &str| DeviceInfo { id: name.into(), name: name.into(), default: name != "headset" };
        let headset = self.instead.lock().unwrap().is_none().then(|| device("headset"));
        let list = |name: &str| std::iter::once(device(name)).chain(headset.clone()).collect();
        DeviceList { inputs: list("microphone"), outputs: list("speaker"), ..DeviceList::default() }
    }
    fn watch(&self, changed: Box<dyn FnMut(DeviceList) + Send>) -> std::io::Result<Box<dyn Send>> {
        *self.watching.lock().unwrap() = Some(changed);
        Ok(Box::new(()))
    }
    fn open_capture(&self, _: &CaptureSource, losses: &LossSink) -> Result<CaptureStream, AudioError> {
        let guard = self.open(Role::Microphone, losses)?;
        let instead = self.instead.lock().unwrap().clone();
        Ok(CaptureStream { samples: RingBuffer::new(1).1, rate_hz: 48_000, misses: Arc::default(), instead, guard })
    }
    fn open_playout(&self, _: &PlayoutSink, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
        let guard = self.open(Role::Speaker, losses)?;
        let instead = self.instead.lock().unwrap().clone();
        let (samples, heard) = RingBuffer::new(RING);
        self.heard.lock().unwrap().push(heard);
        Ok(PlayoutStream { samples, rate_hz: 48_000, misses: Arc::default(), instead, guard })
    }
    fn play(&self, _: &PlayoutSink, _: Sound, _: &LossSink) -> Result<Box<dyn Send>, AudioError> {
        self.tones_tried.fetch_add(1, Ordering::SeqCst);
        if self.busy.load(Ordering::SeqCst) {
            return Err(AudioError::Busy { role: Role::Speaker });
        }
        self.check(Role::Speaker)?;
        let tone = Arc::new(());
        self.played.lock().unwrap().push(Arc::clone(&tone));
        Ok(Box::new(tone))
    }
    fn start_voice(&self, config: VoiceConfig, outputs: VoiceOutputs) -> Result<Arc<dyn Voice>, VoiceError> {
        let voice = Arc::new(FakeVoice::new(config, outputs));
        self.voices.lock().unwrap().push(Arc::clone(&voice));
        Ok(voice)
    }
}
