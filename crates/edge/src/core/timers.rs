//! Deadlines, at most one for each thing that waits.

use super::io::{CallKey, LegKey, SocketId};
use mobilecall_pstream::CallSid;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// What a deadline is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Timer {
    /// The socket's first `listen` must be here.
    Listen(SocketId),
    /// Check the socket's token again.
    Recheck(SocketId),
    /// Host or media must have answered.
    Setup(CallKey),
    /// Somebody must have answered.
    Ring(CallKey),
    /// The client must be back.
    Grace(LegKey),
    /// Media must flow.
    Media(LegKey),
    /// An ended leg need not be remembered any more.
    Forget(CallSid),
}

#[derive(Default)]
pub(super) struct Timers {
    by_time: BTreeSet<(Duration, Timer)>,
    by_timer: HashMap<Timer, Duration>,
}

impl Timers {
    /// Sets a deadline in place of the one before.
    pub(super) fn set(&mut self, timer: Timer, at: Duration) {
        self.clear(&timer);
        self.by_time.insert((at, timer.clone()));
        self.by_timer.insert(timer, at);
    }

    pub(super) fn clear(&mut self, timer: &Timer) {
        if let Some(at) = self.by_timer.remove(timer) {
            self.by_time.remove(&(at, timer.clone()));
        }
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest deadline that is not after `now`.
    pub(super) fn pop_due(&mut self, now: Duration) -> Option<Timer> {
        if self.next()? > now {
            return None;
        }
        let (_, timer) = self.by_time.pop_first()?;
        self.by_timer.remove(&timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_replaces_the_one_before_and_can_be_cleared() {
        let seconds = Duration::from_secs;
        let mut timers = Timers::default();
        timers.set(Timer::Ring(CallKey(1)), seconds(5));
        timers.set(Timer::Media(LegKey(1)), seconds(3));
        timers.set(Timer::Ring(CallKey(1)), seconds(2));
        timers.set(Timer::Grace(LegKey(1)), seconds(1));
        timers.clear(&Timer::Grace(LegKey(1)));
        assert_eq!(timers.next(), Some(seconds(2)));
        assert_eq!(timers.pop_due(seconds(1)), None);
        assert_eq!(timers.pop_due(seconds(9)), Some(Timer::Ring(CallKey(1))));
        assert_eq!(timers.pop_due(seconds(9)), Some(Timer::Media(LegKey(1))));
        assert_eq!(timers.pop_due(seconds(9)), None);
        assert_eq!(timers.next(), None);
    }
}
