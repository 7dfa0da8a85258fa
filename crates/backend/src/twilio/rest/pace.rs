//! One call a second for each account, as Twilio takes them, in the order in which they were asked for.

use super::RestError;
use mobilecall_twilio::sid::AccountSid;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::Mutex as Queue,
    time::{self, Instant},
};

/// From one call to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// More would wait for longer than whoever asks for a call does.
const MOST_WAITING: usize = 6;

/// The queues of all accounts.
#[derive(Default)]
pub(super) struct Pace(Mutex<HashMap<AccountSid, Arc<Lane>>>);

#[derive(Default)]
struct Lane {
    /// When the next call may begin; held by whoever is first.
    next: Queue<Option<Instant>>,
    waiting: AtomicUsize,
}

/// Counts itself as long as it lives, also when whoever waits goes away.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pace {
    /// How many wait.
    pub(super) fn waiting(&self, account: AccountSid) -> usize {
        self.lane(account).waiting.load(Ordering::SeqCst)
    }

    /// Waits for the account's turn.
    pub(super) async fn turn(&self, account: AccountSid) -> Result<(), RestError> {
        let lane = self.lane(account);
        let before = lane.waiting.fetch_add(1, Ordering::SeqCst);
        let place = Place(&lane.waiting);
        if before >= MOST_WAITING {
            return Err(RestError::Queue { waiting: before });
        }
        let mut next = lane.next.lock().await;
        if let Some(next) = *next {
            time::sleep_until(next).await;
        }
        *next = Some(Instant::now() + PAUSE);
        drop(next);
        drop(place);
        Ok(())
    }

    /// Nothing panics while it is held.
    fn lane(&self, account: AccountSid) -> Arc<Lane> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(account).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;

    #[tokio::test(start_paused = true)]
    async fn calls_of_an_account_begin_one_a_second() {
        let (pace, one, other) = (Pace::default(), AccountSid::from_bits(1), AccountSid::from_bits(2));
        let begun = Instant::now();
        let at = async |account| {
            pace.turn(account).await.ok()?;
            Some(begun.elapsed().as_secs())
        };
        let mut of_one: Vec<_> = join_all((0..8).map(|_| at(one))).await;
        of_one.sort();
        let expected: Vec<_> = [None].into_iter().chain((0..=6).map(Some)).collect();
        assert_eq!(of_one, expected, "one waits behind too many");
        assert_eq!((at(other).await, pace.waiting(one)), (Some(6), 0));
        let waits = async {
            pace.turn(one).await.unwrap();
            pace.turn(one).await.unwrap();
        };
        assert!(time::timeout(Duration::from_millis(1), waits).await.is_err());
        assert_eq!(pace.waiting(one), 0, "whoever goes away leaves the queue");
    }
}
