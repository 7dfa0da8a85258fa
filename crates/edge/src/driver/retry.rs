//! Tries until the host has taken something: the one place where that is decided.

use crate::host::HostError;
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A busy database is free again after a moment; one that is full or away is not asked more often than need be.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Tries go on until one succeeds or fails for good, or everything is given up: a record must not be lost because the
/// disk was full or another process held the database for a while. Once given up there is one more try, without a
/// pause.
pub(super) struct Retry<'a> {
    what: &'static str,
    giving_up: &'a CancellationToken,
    /// Doubling from the first to the longest, without end, each up to twice as long by chance, so that calls which
    /// failed together do not come back together.
    pauses: ExponentialBackoff,
    /// The try under way began after everything was given up.
    last: bool,
}

impl<'a> Retry<'a> {
    /// `what` is tried, for the log.
    pub(super) fn new(what: &'static str, giving_up: &'a CancellationToken) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .with_jitter()
            .build();
        Self { what, giving_up, pauses, last: giving_up.is_cancelled() }
    }

    /// Waits before the next try, or gives the error back when there is none.
    pub(super) async fn pause_after(&mut self, error: HostError) -> Result<(), HostError> {
        let Some(pause) = self.pauses.next().filter(|_| error.may_pass() && !self.last) else { return Err(error) };
        tracing::warn!(%error, "{} failed, trying again", self.what);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.giving_up.cancelled() => {}
        }
        self.last = self.giving_up.is_cancelled();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    fn busy() -> HostError {
        HostError::Unavailable("busy".to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_without_end_and_never_too_often() {
        let giving_up = CancellationToken::new();
        let (began, mut retry, mut tries) = (Instant::now(), Retry::new("it", &giving_up), 1);
        while began.elapsed() < Duration::from_secs(3600) {
            retry.pause_after(busy()).await.unwrap();
            tries += 1;
        }
        assert!((360..=740).contains(&tries), "{tries} tries in an hour, five to ten seconds apart");
    }

    #[tokio::test(start_paused = true)]
    async fn what_failed_for_good_is_not_tried_again() {
        let giving_up = CancellationToken::new();
        let refused = Retry::new("it", &giving_up).pause_after(HostError::Failed("no such call".to_owned())).await;
        assert!(matches!(refused, Err(HostError::Failed(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn giving_up_cuts_a_pause_short_and_leaves_one_try() {
        let giving_up = CancellationToken::new();
        let (began, mut retry) = (Instant::now(), Retry::new("it", &giving_up));
        retry.pause_after(busy()).await.unwrap();
        giving_up.cancel();
        retry.pause_after(busy()).await.unwrap();
        assert!(began.elapsed() <= 2 * FIRST_PAUSE, "one pause, at most doubled");
        assert!(retry.pause_after(busy()).await.is_err());
        assert!(Retry::new("it", &giving_up).pause_after(busy()).await.is_err(), "begun after all was given up");
    }
}
