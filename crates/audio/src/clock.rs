//! A steady tick for files that stand in for devices.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};
use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Length of a tick: the frame that voice processing works in.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Of 99, as that of the thread at the other end of the ring.
const PRIORITY: u8 = 80;

/// A thread that ticks until it is dropped, and is joined then.
#[derive(Debug)]
pub(crate) struct Ticker {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Calls `tick` every [`TICK`] on absolute deadlines, so that lateness does not add up, and `finish` at the end.
    /// `tick` is told how many ticks have passed: more than one after the thread was kept from running.
    pub(crate) fn start<S: Send + 'static>(
        name: &str,
        mut state: S,
        mut tick: impl FnMut(&mut S, u32) + Send + 'static,
        finish: impl FnOnce(S) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            raise_priority();
            let mut deadline = Instant::now() + TICK;
            while !wait_until(&stopped, deadline) {
                let missed = deadline.elapsed().as_millis() / TICK.as_millis();
                let passed = u32::try_from(missed).unwrap_or(u32::MAX).saturating_add(1);
                tick(&mut state, passed);
                deadline += TICK * passed;
            }
            finish(state);
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// Asks to run before ordinary threads, as the sound cards that are stood in for do.
pub(crate) fn raise_priority() {
    let wanted = ThreadPriorityValue::try_from(PRIORITY).map(ThreadPriority::Crossplatform);
    // Ordinary users of Linux are refused; then a very busy machine may make the sound uneven.
    if let Ok(Err(error)) = wanted.map(set_current_thread_priority) {
        tracing::debug!(?error, "a sound thread runs at ordinary priority");
    }
}

/// Waits for the deadline; `true` if the ticker was dropped meanwhile.
fn wait_until(stopped: &Receiver<()>, deadline: Instant) -> bool {
    let left = deadline.saturating_duration_since(Instant::now());
    !matches!(stopped.recv_timeout(left), Err(RecvTimeoutError::Timeout))
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of a sound file panicked");
        }
    }
}
