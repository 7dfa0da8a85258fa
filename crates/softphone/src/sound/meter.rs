//! The level meter of the settings: a microphone that is listened to without a call.

use super::{SoundSystem, failure_of, failure_of_fallback, failure_of_loss};
use crate::{post::Post, shown::tell};
use mobilecall_audio::{CaptureSource, CaptureStream, DeviceLost, LossSink, Role, StreamGuard};
use mobilecall_ipc::{ErrorCode, Event, Failure, LevelSource, Levels};
use mobilecall_media::level::perceived;
use rtrb::Consumer;
use std::{sync::Arc, time::Duration};
use tokio::{
    runtime::Handle,
    sync::{broadcast, mpsc},
    time::MissedTickBehavior,
};

/// Ten levels a second are as many as the eye follows.
const LEVEL_INTERVAL: Duration = Duration::from_millis(100);
/// How soon a microphone that is not there is looked for again.
const RETRY: Duration = Duration::from_secs(2);

/// The meter, from the moment it is switched on.
pub(crate) struct Meter {
    pub(crate) system: Arc<dyn SoundSystem>,
    pub(crate) source: CaptureSource,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) post: Post,
}

/// An open microphone that may be dropped anywhere: it is closed where waiting for the sound server holds nobody up.
struct Listening {
    samples: Consumer<f32>,
    guard: Option<StreamGuard>,
}

impl From<CaptureStream> for Listening {
    fn from(capture: CaptureStream) -> Self {
        Self { samples: capture.samples, guard: Some(capture.guard) }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let guard = self.guard.take();
        // Without a runtime the program ends, and nobody is held up.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || drop(guard));
        }
    }
}

impl Meter {
    /// Tells the microphone's level until the task is aborted. One that goes away is told and replaced.
    pub(crate) async fn run(self) {
        let mut told = None;
        loop {
            let (lost, mut losses) = mpsc::channel(1);
            let wrong = match self.open(lost).await {
                Ok((mut listening, instead)) => {
                    self.post.sound_mended(Role::Microphone).await;
                    let fallback = instead.map(|instead| failure_of_fallback(Role::Microphone, &instead));
                    self.tell_once(&mut told, fallback).await;
                    let lost = self.listen(&mut listening, &mut losses).await;
                    self.show(0.0);
                    self.post.problem(failure_of_loss(&lost)).await;
                    // That another one takes its place is said by this as well.
                    told = Some(ErrorCode::DeviceMissing);
                    continue;
                }
                Err(failure) => failure,
            };
            self.tell_once(&mut told, Some(wrong)).await;
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn tell_once(&self, told: &mut Option<ErrorCode>, wrong: Option<Failure>) {
        let before = std::mem::replace(told, wrong.as_ref().map(|failure| failure.code));
        if let Some(failure) = wrong
            && before != Some(failure.code)
        {
            self.post.problem(failure).await;
        }
    }

    /// The microphone, and its name if it is not the chosen one.
    async fn open(&self, lost: mpsc::Sender<DeviceLost>) -> Result<(Listening, Option<String>), Failure> {
        let (system, source) = (Arc::clone(&self.system), self.source.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let losses: LossSink = Arc::new(move |loss| {
                if lost.try_send(loss).is_err() {
                    tracing::trace!("the microphone of the level meter is lost already");
                }
            });
            let mut capture = system.open_capture(&source, &losses)?;
            let instead = capture.instead.take();
            Ok((Listening::from(capture), instead))
        });
        match opened.await {
            Ok(outcome) => outcome.map_err(|error| failure_of(&error, Role::Microphone)),
            Err(panicked) => Err(crate::failure::internal(&panicked)),
        }
    }

    /// Until the microphone is lost.
    async fn listen(&self, listening: &mut Listening, losses: &mut mpsc::Receiver<DeviceLost>) -> DeviceLost {
        let mut ticks = tokio::time::interval(LEVEL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut samples = Vec::new();
        loop {
            tokio::select! {
                Some(lost) = losses.recv() => return lost,
                _ = ticks.tick() => {}
            }
            samples.clear();
            if let Ok(chunk) = listening.samples.read_chunk(listening.samples.slots()) {
                samples.extend(chunk);
            }
            self.show(if samples.is_empty() { 0.0 } else { perceived(&samples) });
        }
    }

    fn show(&self, input: f32) {
        tell(&self.events, Event::Levels { source: LevelSource::Meter, levels: Levels { input, output: 0.0 } });
    }
}
