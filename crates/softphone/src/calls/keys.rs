//! Keys that are still to be pressed in a call.

use mobilecall_domain::{
    DtmfDigit,
    dtmf::{KEY_TIME, KeyStep},
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// Keys behind a pause, and until when the ones before it take.
#[derive(Default)]
pub(crate) struct Keys {
    waiting: VecDeque<KeyStep>,
    pressed_until: Option<Instant>,
}

/// What is to be done now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Press {
    /// To press one after the other.
    pub(crate) keys: Vec<DtmfDigit>,
    /// When to look again.
    pub(crate) next: Option<Instant>,
}

impl Keys {
    /// Whether a pause is going on, so that what comes now has to wait.
    pub(crate) fn pauses(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn push(&mut self, steps: Vec<KeyStep>) {
        self.waiting.extend(steps);
    }

    /// Takes the keys up to the next pause.
    pub(crate) fn take(&mut self, now: Instant) -> Press {
        let mut keys = Vec::new();
        while let Some(KeyStep::Key(key)) = self.waiting.front() {
            keys.push(*key);
            self.waiting.pop_front();
        }
        let mut pause = Duration::ZERO;
        while let Some(KeyStep::Pause(more)) = self.waiting.front() {
            pause += *more;
            self.waiting.pop_front();
        }
        let begin = self.pressed_until.map_or(now, |until| until.max(now));
        let until = begin + KEY_TIME * u32::try_from(keys.len()).unwrap_or(u32::MAX) + pause;
        self.pressed_until = Some(until);
        Press { keys, next: (!self.waiting.is_empty()).then_some(until) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::dtmf::read_keys;

    /// Pressed keys with the milliseconds until the next look.
    fn play(keys: &mut Keys, now: Instant) -> (String, Option<u128>) {
        let Press { keys, next } = keys.take(now);
        (keys.iter().map(|key| key.as_char()).collect(), next.map(|at| at.duration_since(now).as_millis()))
    }

    #[tokio::test(start_paused = true)]
    async fn keys_come_in_runs_between_pauses() {
        let now = Instant::now();
        let mut keys = Keys::default();
        keys.push(read_keys("12,w3w4").unwrap());
        assert_eq!(play(&mut keys, now), ("12".into(), Some(2 * 230 + 2_500)));
        assert!(keys.pauses());
        keys.push(read_keys("5").unwrap());
        let later = now + Duration::from_millis(2_960);
        assert_eq!(play(&mut keys, later), ("3".into(), Some(230 + 500)));
        assert_eq!(play(&mut keys, later + Duration::from_millis(730)), ("45".into(), None));
        assert!(!keys.pauses());
        // A pause counts from the end of what is still being pressed.
        keys.push(read_keys(",6").unwrap());
        assert_eq!(play(&mut keys, later + Duration::from_millis(730)), (String::new(), Some(2 * 230 + 2_000)));
    }
}
