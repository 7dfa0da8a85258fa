//! The one place of this crate that reads a clock.

use std::time::{Duration, Instant};

/// Counts from its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    epoch: Instant,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { epoch: Instant::now() }
    }

    pub(super) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// A moment on this clock; moments before its start count as the start.
    pub(super) fn at(&self, instant: Instant) -> Duration {
        instant.saturating_duration_since(self.epoch)
    }

    pub(super) fn instant(&self, time: Duration) -> Instant {
        self.epoch + time
    }
}
