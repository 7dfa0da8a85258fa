//! The level meter of the settings: a microphone that is listened to without a call.

use super::{SoundSystem, open::Role, open::failure_of};
use crate::{post::Post, shown::tell};
use mobilecall_audio::{CaptureSource, EventSink};
use mobilecall_ipc::{Event, Levels};
use mobilecall_media::level::perceived;
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast, time::MissedTickBehavior};

/// Ten levels a second are as many as the eye follows.
pub(crate) const LEVEL_INTERVAL: Duration = Duration::from_millis(100);

/// Tells the microphone's level until the task is aborted.
pub(crate) async fn run_meter(
    system: Arc<dyn SoundSystem>,
    source: CaptureSource,
    events: broadcast::Sender<Event>,
    post: Post,
) {
    let opened = tokio::task::spawn_blocking(move || {
        let ignore: EventSink = Arc::new(|_| {});
        system.open_capture(&source, &ignore)
    });
    let mut capture = match opened.await {
        Ok(Ok(capture)) => capture,
        Ok(Err(error)) => return post.problem(failure_of(&error, Role::Microphone)).await,
        Err(error) => {
            tracing::error!(%error, "opening the microphone for the level meter panicked");
            return;
        }
    };
    let mut ticks = tokio::time::interval(LEVEL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut samples = Vec::new();
    loop {
        ticks.tick().await;
        samples.clear();
        if let Ok(chunk) = capture.samples.read_chunk(capture.samples.slots()) {
            samples.extend(chunk);
        }
        let input = if samples.is_empty() { 0.0 } else { perceived(&samples) };
        tell(&events, Event::Levels { levels: Levels { input, output: 0.0 } });
    }
}
