//! The wall clock, exchangeable for tests.

use mobilecall_domain::Timestamp;
use std::sync::Arc;

/// Tells the time of records.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub(crate) fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// A clock that follows tokio's, which tests can pause and move.
    #[cfg(test)]
    pub(crate) fn paused(start: Timestamp) -> Self {
        let begun = tokio::time::Instant::now();
        Self(Arc::new(move || start.plus(begun.elapsed())))
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.0)()
    }
}
