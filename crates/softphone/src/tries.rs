//! Trying to reach the server again and again, with growing pauses that a person can cut short.

use crate::{failure, post::Post};
use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use mobilecall_client::ClientError;
use mobilecall_ipc::{ErrorCode, Failure};
use std::time::Duration;
use tokio::sync::Notify;

/// Attempts at one thing.
pub(crate) struct Tries {
    pauses: ExponentialBackoff,
    longest: Duration,
    /// What the server asked for.
    asked: Option<Duration>,
    failed: u32,
    told: Option<ErrorCode>,
    why: Option<Failure>,
}

impl Tries {
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(first)
            .with_max_delay(longest)
            .without_max_times()
            .with_jitter()
            .build();
        Self { pauses, longest, asked: None, failed: 0, told: None, why: None }
    }

    /// Another attempt failed: how many that makes, or the failure if the server itself refuses for good. What answers
    /// in the server's place, such as the sign-in page of a network, is told once and outlasted.
    pub(crate) async fn failed(&mut self, error: ClientError, post: &Post) -> Result<u32, Failure> {
        let failure = failure::of_client(&error);
        if !error.is_retryable() && error.is_of_server() {
            return Err(failure);
        }
        tracing::debug!(%error, "the server is tried again");
        self.asked = error.retry_after();
        self.failed = self.failed.saturating_add(1);
        self.why = Some(failure.clone());
        if failure.code != ErrorCode::ServerUnreachable && self.told.replace(failure.code) != Some(failure.code) {
            post.problem(failure).await;
        }
        Ok(self.failed)
    }

    /// Why the last attempt failed.
    pub(crate) fn why(&self) -> Option<Failure> {
        self.why.clone()
    }

    /// Waits for the next attempt, or until somebody is in a hurry. Cancel-safe.
    pub(crate) async fn pause(&mut self, hurry: &Notify) {
        let pause = self.asked.take().or_else(|| self.pauses.next()).unwrap_or(self.longest);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = hurry.notified() => {}
        }
    }
}
