//! Ringing and the test tone, on a device of their own beside any call.

use super::{SoundSystem, failure_of};
use crate::post::Post;
use mobilecall_audio::{LossSink, PlayoutSink, Role, Sound};
use mobilecall_media::{SAMPLE_RATE_HZ, tones::Tone, tones::ToneGenerator};
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// A tone that sounds until this is dropped.
pub(crate) struct Playing {
    tone: Tone,
    _stop: oneshot::Sender<()>,
}

impl Playing {
    pub(crate) fn tone(&self) -> Tone {
        self.tone
    }
}

/// Plays a tone, repeating those that repeat. Without a device for it there is a problem to show and no sound.
pub(crate) fn play(system: &Arc<dyn SoundSystem>, sink: PlayoutSink, tone: Tone, post: Post) -> Playing {
    let system = Arc::clone(system);
    let (stop, stopped) = oneshot::channel();
    tokio::task::spawn_blocking(move || {
        // A ringing device that goes away is noticed by the next call at the latest.
        let ignore: LossSink = Arc::new(|_| {});
        match system.play(&sink, sound_of(tone), &ignore) {
            Ok(player) => {
                // The sender is never used: its end, which is an error here, is the signal.
                let _ended = stopped.blocking_recv();
                drop(player);
            }
            Err(error) => {
                let failure = failure_of(&error, Role::Speaker);
                tokio::runtime::Handle::current().spawn(async move { post.problem(failure).await });
            }
        }
    });
    Playing { tone, _stop: stop }
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
