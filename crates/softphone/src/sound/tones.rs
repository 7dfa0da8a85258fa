//! Ringing and the test tone, beside any call and whatever speaker that has.

use super::{SoundSystem, Wanted, failure_of};
use crate::post::Post;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use mobilecall_audio::{DeviceList, LossSink, PlayoutSink, Role, Sound};
use mobilecall_media::{SAMPLE_RATE_HZ, tones::Tone, tones::ToneGenerator};
use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::Duration,
};
use tokio::runtime::Handle;

/// How soon a device that could not be opened is tried again, at first and after a while.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// A tone that sounds until this is dropped.
pub(crate) struct Playing {
    tone: Tone,
    wanted: Wanted,
    signals: Sender<Signal>,
}

enum Signal {
    Stop,
    /// The device went away.
    Lost,
    /// Devices came or went: one that could not be opened may be there now.
    Changed,
    /// It belongs to another device now.
    Moved,
}

impl Playing {
    pub(crate) fn tone(&self) -> Tone {
        self.tone
    }

    /// Devices came, went, or others are the system's choice.
    pub(crate) fn devices_changed(&self, before: Option<&DeviceList>, now: &DeviceList) {
        let moves = before.is_some_and(|before| self.belongs_elsewhere(before, now));
        if self.signals.send(if moves { Signal::Moved } else { Signal::Changed }).is_err() {
            tracing::trace!("the tone had ended");
        }
    }

    /// The device that was chosen is there again, or another one is the system's choice and nobody moves what is open. Of a
    /// device that goes its stream tells.
    fn belongs_elsewhere(&self, before: &DeviceList, now: &DeviceList) -> bool {
        let (Some(used), Some(next)) = (self.wanted.among(before), self.wanted.among(now)) else { return false };
        let is_there = now.of(self.wanted.role()).iter().any(|device| device.id == used.id);
        is_there && used.id != next.id && (self.wanted.is(next) || !now.backend.moves_streams())
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if self.signals.send(Signal::Stop).is_err() {
            tracing::trace!("the tone had ended");
        }
    }
}

/// Plays a tone, repeating those that repeat. Without a device for it there is a problem to show, once, and no sound until
/// one can be opened; when the device goes away it goes on on another.
pub(crate) fn play(system: &Arc<dyn SoundSystem>, sink: PlayoutSink, tone: Tone, post: Post) -> Playing {
    let system = Arc::clone(system);
    let (signals, received) = channel();
    let playing = Playing { tone, wanted: Wanted::Speaker(sink.clone()), signals: signals.clone() };
    tokio::task::spawn_blocking(move || sound(system.as_ref(), &sink, tone, &signals, &received, &post));
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
) {
    let mut told = None;
    let mut pauses = pauses();
    loop {
        let lost = signals.clone();
        let losses: LossSink = Arc::new(move |_| {
            if lost.send(Signal::Lost).is_err() {
                tracing::trace!("the tone had ended when its device went away");
            }
        });
        let post = post.clone();
        let goes_on = match system.play(sink, sound_of(tone), &losses) {
            Ok(_player) => {
                told = None;
                pauses = self::pauses();
                Handle::current().spawn(async move { post.sound_mended(Role::Speaker).await });
                until_it_has_to_move(received)
            }
            Err(error) => {
                let failure = failure_of(&error, Role::Speaker);
                if told.replace(failure.code) != Some(failure.code) {
                    Handle::current().spawn(async move { post.problem(failure).await });
                }
                until_next_try(received, pauses.next().unwrap_or(LONGEST_PAUSE))
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// `false` when it is to stop.
fn until_it_has_to_move(received: &Receiver<Signal>) -> bool {
    loop {
        match received.recv() {
            Ok(Signal::Changed) => {}
            Ok(Signal::Lost | Signal::Moved) => return true,
            Ok(Signal::Stop) | Err(_) => return false,
        }
    }
}

/// `false` when it is to stop.
fn until_next_try(received: &Receiver<Signal>, pause: Duration) -> bool {
    match received.recv_timeout(pause) {
        Ok(Signal::Changed | Signal::Lost | Signal::Moved) | Err(RecvTimeoutError::Timeout) => true,
        Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => false,
    }
}

fn pauses() -> ExponentialBackoff {
    let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
    pauses.without_max_times().build()
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
