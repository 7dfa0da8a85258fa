//! Deadlines, at most one for each thing that waits.

use super::io::SocketId;
use mobilecall_twilio::{CallSid, RecordingSid};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// The socket's token ends.
    Token(SocketId),
    /// A call that the API made has waited for its turn.
    Start(CallSid),
    /// The phone does what its script says after it has rung.
    PhoneActs(CallSid),
    /// The phone's owner hangs up.
    PhoneLeaves(CallSid),
    /// Nobody has answered.
    NoAnswer(CallSid),
    /// `<Pause>` is over, or the time that `<Dial>` gives a conversation.
    Wait(CallSid),
    /// The call has lasted as long as it may.
    Limit(CallSid),
    /// The client whose socket was lost has not come back.
    Grace(CallSid),
    /// `<Record>` has recorded enough.
    Record(RecordingSid),
}

#[derive(Default)]
pub(crate) struct Timers {
    by_time: BTreeSet<(Duration, Timer)>,
    by_timer: HashMap<Timer, Duration>,
}

impl Timers {
    /// Sets a deadline in place of the one before.
    pub(crate) fn set(&mut self, timer: Timer, at: Duration) {
        self.clear(timer);
        self.by_time.insert((at, timer));
        self.by_timer.insert(timer, at);
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        if let Some(at) = self.by_timer.remove(&timer) {
            self.by_time.remove(&(at, timer));
        }
    }

    /// Of a call that is over nothing waits any more.
    pub(crate) fn clear_of(&mut self, call: CallSid) {
        let kinds: [fn(CallSid) -> Timer; 7] = [
            Timer::Start,
            Timer::PhoneActs,
            Timer::PhoneLeaves,
            Timer::NoAnswer,
            Timer::Wait,
            Timer::Limit,
            Timer::Grace,
        ];
        for kind in kinds {
            self.clear(kind(call));
        }
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes the earliest deadline that is not after `now`.
    pub(crate) fn pop_due(&mut self, now: Duration) -> Option<Timer> {
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
        let (seconds, call) = (Duration::from_secs, CallSid::from_bits(1));
        let mut timers = Timers::default();
        timers.set(Timer::NoAnswer(call), seconds(5));
        timers.set(Timer::Grace(call), seconds(3));
        timers.set(Timer::NoAnswer(call), seconds(2));
        timers.set(Timer::Wait(call), seconds(1));
        timers.clear(Timer::Wait(call));
        assert_eq!(timers.pop_due(seconds(1)), None);
        assert_eq!(timers.pop_due(seconds(9)), Some(Timer::NoAnswer(call)));
        assert_eq!(timers.pop_due(seconds(9)), Some(Timer::Grace(call)));
        assert_eq!((timers.pop_due(seconds(9)), timers.next()), (None, None));
    }
}
