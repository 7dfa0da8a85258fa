//! Ringing and the test tone, beside any call and whatever speaker that has.

use super::{SoundSystem, failure_of};
use crate::post::Post;
use mobilecall_audio::{AudioError, LossSink, PlayoutSink, Role, Sound};
use mobilecall_media::{SAMPLE_RATE_HZ, tones::Tone, tones::ToneGenerator};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    time::Duration,
};
use tokio::runtime::Handle;

/// A tone that sounds until this is dropped.
pub(crate) struct Playing {
    tone: Tone,
    signals: Sender<Signal>,
    silent: Arc<AtomicBool>,
}

enum Signal {
    Stop,
    /// The device went away.
    Lost,
}

impl Playing {
    pub(crate) fn tone(&self) -> Tone {
        self.tone
    }

    /// It was meant to sound, but no device could be opened for it.
    pub(crate) fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if self.signals.send(Signal::Stop).is_err() {
            tracing::trace!("the tone had ended");
        }
    }
}

/// Plays a tone, repeating those that repeat. Without a device for it there is a problem to show and no sound; when the
/// device goes away it goes on on another.
pub(crate) fn play(system: &Arc<dyn SoundSystem>, sink: PlayoutSink, tone: Tone, post: Post) -> Playing {
    let system = Arc::clone(system);
    let (signals, received) = channel();
    let silent = Arc::new(AtomicBool::new(false));
    let playing = Playing { tone, signals: signals.clone(), silent: Arc::clone(&silent) };
    tokio::task::spawn_blocking(move || {
        if let Err(error) = sound(system.as_ref(), &sink, tone, &signals, &received, &post) {
            silent.store(true, Ordering::Relaxed);
            let failure = failure_of(&error, Role::Speaker);
            Handle::current().spawn(async move { post.problem(failure).await });
        }
    });
    playing
}

/// Until the tone is to stop.
fn sound(
    system: &dyn SoundSystem,
    sink: &PlayoutSink,
    tone: Tone,
    signals: &Sender<Signal>,
    received: &Receiver<Signal>,
    post: &Post,
) -> Result<(), AudioError> {
    loop {
        let lost = signals.clone();
        let losses: LossSink = Arc::new(move |_| {
            if lost.send(Signal::Lost).is_err() {
                tracing::trace!("the tone had ended when its device went away");
            }
        });
        let player = system.play(sink, sound_of(tone), &losses)?;
        let mended = post.clone();
        Handle::current().spawn(async move { mended.sound_mended(Role::Speaker).await });
        let signal = received.recv();
        drop(player);
        match signal {
            Ok(Signal::Lost) => {}
            Ok(Signal::Stop) | Err(_) => return Ok(()),
        }
    }
}

/// One period of a tone.
fn sound_of(tone: Tone) -> Sound {
    let (length, repeat) = match tone.period() {
        Some(period) => (period, true),
        None => (Duration::from_secs(1), false),
    };
    let mut samples = vec![0.0; (length.as_secs_f64() * f64::from(SAMPLE_RATE_HZ)) as usize];
    ToneGenerator::new(tone).mix(&mut samples);
    Sound { samples: samples.into(), rate_hz: SAMPLE_RATE_HZ, repeat }
}
