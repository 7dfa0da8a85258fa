//! Open speakers, each opened once however many sounds go to it.
//!
//! Opening and closing are done one after the other: a speaker that is being closed may not be there for the next one yet.

use crate::{
    AudioError, DeviceLost, LossSink, Role,
    callback::Misses,
    mixer::{MixedInput, MixerControl, mixer},
    system,
};
use rtrb::Consumer;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

static OPEN: Mutex<Vec<Weak<Speaker>>> = Mutex::new(Vec::new());

struct Speaker {
    /// As it was asked for; the system's choice is another one than the same device by name.
    id: Option<String>,
    control: Mutex<MixerControl>,
    listeners: Arc<Listeners>,
    rate_hz: u32,
    /// For people.
    name: String,
    /// Keeps the device open.
    _stream: Mutex<Box<dyn Send>>,
}

/// Who is told when the speaker goes away.
#[derive(Default)]
struct Listeners(Mutex<Told>);

#[derive(Default)]
struct Told {
    sinks: Vec<(u64, LossSink)>,
    next: u64,
    /// It went away: nobody can use it any more.
    lost: Option<DeviceLost>,
}

impl Listeners {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, sink: &LossSink) -> u64 {
        let mut told = self.told();
        told.next += 1;
        let number = told.next;
        match told.lost.clone() {
            Some(lost) => sink(lost),
            None => told.sinks.push((number, Arc::clone(sink))),
        }
        number
    }

    fn tell(&self, lost: &DeviceLost) {
        let sinks = {
            let mut told = self.told();
            told.lost = Some(lost.clone());
            std::mem::take(&mut told.sinks)
        };
        for (_, sink) in sinks {
            sink(lost.clone());
        }
    }
}

/// A place on an open speaker.
pub(crate) struct Place {
    /// Taken when the place is given up.
    speaker: Option<Arc<Speaker>>,
    listener: u64,
}

/// What sounds on a speaker; it falls silent when this is dropped. The last one closes the device.
pub(crate) struct Sounding {
    // Fields drop in order: the sound first, then its place.
    _input: MixedInput,
    _place: Place,
}

/// A place on the speaker with this id, or on the system's choice, which is opened if it is not yet.
pub(crate) fn place(id: Option<&str>, losses: &LossSink) -> Result<Place, AudioError> {
    let mut open = open_speakers();
    open.retain(|speaker| speaker.strong_count() > 0);
    let mut living = open.iter().filter_map(Weak::upgrade);
    let known = living.find(|speaker| speaker.id.as_deref() == id && !speaker.is_lost());
    let speaker = match known {
        Some(speaker) => speaker,
        None => {
            let speaker = Arc::new(open_speaker(id)?);
            open.push(Arc::downgrade(&speaker));
            speaker
        }
    };
    let listener = speaker.listeners.add(losses);
    Ok(Place { speaker: Some(speaker), listener })
}

fn open_speakers() -> MutexGuard<'static, Vec<Weak<Speaker>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open_speaker(id: Option<&str>) -> Result<Speaker, AudioError> {
    let listeners = Arc::new(Listeners::default());
    let told = Arc::clone(&listeners);
    let losses: LossSink = Arc::new(move |lost| told.tell(&lost));
    let mut control = None;
    let device = system::open_speaker(id, &losses, |channels| {
        let (kept, mixer) = mixer(channels);
        control = Some(kept);
        mixer
    })?;
    let control = Mutex::new(control.expect("an open speaker has its mixer"));
    let system::Opened { name, rate_hz, stream } = device;
    Ok(Speaker { id: id.map(str::to_owned), control, listeners, rate_hz, name, _stream: Mutex::new(stream) })
}

impl Speaker {
    fn is_lost(&self) -> bool {
        self.listeners.told().lost.is_some()
    }
}

impl Place {
    fn speaker(&self) -> &Speaker {
        self.speaker.as_ref().expect("a place is on a speaker until it is given up")
    }

    pub(crate) fn rate_hz(&self) -> u32 {
        self.speaker().rate_hz
    }

    /// The speaker's name for people.
    pub(crate) fn name(&self) -> &str {
        &self.speaker().name
    }

    /// Adds what comes through the ring to what sounds already.
    pub(crate) fn play(self, ring: Consumer<f32>, misses: Arc<Misses>) -> Result<Sounding, AudioError> {
        let input = self.speaker().control.lock().unwrap_or_else(PoisonError::into_inner).add(ring, misses);
        let too_many =
            || AudioError::Failed { role: Role::Speaker, detail: "too many sounds are on it already".to_owned() };
        Ok(Sounding { _input: input.ok_or_else(too_many)?, _place: self })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let listener = self.listener;
        self.speaker().listeners.told().sinks.retain(|(number, _)| *number != listener);
        let open = open_speakers();
        drop(self.speaker.take());
        drop(open);
    }
}
