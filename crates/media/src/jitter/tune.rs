//! Keeps the wait near the target.

use super::stretch::{self, Care};
use super::{Content, JitterBuffer};
use crate::SAMPLES_PER_MS;

const MS: i64 = SAMPLES_PER_MS as i64;
/// Waits that differ less from the target are left alone.
const TOO_LONG: i64 = 15 * MS;
const TOO_SHORT: i64 = 5 * MS;
/// From here on speed matters more than finesse…
const FAR_TOO_LONG: i64 = 100 * MS;
/// …and from here on packets are dropped.
const HOPELESS: i64 = 500 * MS;
/// Frames between two changes, so that speech is not chopped.
const REST: usize = 5;

/// The waits of the last 320 ms. Decisions look at the shortest, so that a speaker that takes many frames at once is
/// given enough for the last of them.
pub(super) struct Waits {
    recent: [i64; 32],
    count: usize,
    since_change: usize,
}

impl Waits {
    pub(super) fn new() -> Self {
        Self { recent: [0; 32], count: 0, since_change: 0 }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    fn observe(&mut self, wait: i64) {
        self.recent[self.count % self.recent.len()] = wait;
        self.count += 1;
        self.since_change += 1;
    }

    pub(super) fn least(&self) -> Option<i64> {
        self.recent[..self.count.min(self.recent.len())].iter().copied().min()
    }

    fn settled(&self) -> bool {
        self.count >= self.recent.len() / 2 && self.since_change >= REST
    }

    /// All of them turned out to be longer or shorter.
    pub(super) fn shift(&mut self, samples: i64) {
        if samples != 0 {
            self.recent.iter_mut().for_each(|wait| *wait += samples);
        }
    }

    fn changed_by(&mut self, samples: i64) {
        self.shift(samples);
        self.since_change = 0;
    }
}

impl JitterBuffer {
    /// Observes the wait, and shortens or lengthens what is ready when it is off the target.
    pub(super) fn tune(&mut self, now: i64) {
        self.waits.observe(now + self.ready_length as i64 - self.end - self.stalled - self.estimate.base());
        let Some(least) = self.waits.least().filter(|_| self.waits.settled() && self.stalled == 0) else { return };
        let excess = least - self.estimate.target();
        if excess > HOPELESS {
            self.drop_packets(excess);
        } else if excess > TOO_LONG {
            let care = if excess > FAR_TOO_LONG { Care::Hurried } else { Care::Inaudible };
            self.decode_ahead();
            if let Some(length) = stretch::shorten(&mut self.ready, self.ready_length, care) {
                let removed = self.ready_length - length;
                self.ready_length = length;
                self.counters.removed_samples += removed as u64;
                self.waits.changed_by(-(removed as i64));
            }
        } else if excess < -TOO_SHORT {
            self.decode_ahead();
            if let Some(length) = stretch::lengthen(&mut self.ready, self.ready_length, Care::Inaudible) {
                let inserted = length - self.ready_length;
                self.ready_length = length;
                self.counters.inserted_samples += inserted as u64;
                self.waits.changed_by(inserted as i64);
            }
        }
    }

    /// Decodes packets that are here until there is enough to stretch.
    fn decode_ahead(&mut self) {
        while self.ready_length < stretch::NEEDED {
            match self.slots.get(self.next) {
                Some((Content::Audio { timestamp }, _)) if timestamp == self.end => self.play(0),
                _ => return,
            }
        }
    }

    /// Skips whole packets until the wait is right: the speaker had stopped, or the network held everything back.
    fn drop_packets(&mut self, excess: i64) {
        let mut dropped = 0;
        while dropped < excess {
            match self.slots.get(self.next) {
                Some((Content::Audio { timestamp }, _)) if timestamp == self.end => {
                    self.end += self.packet_samples as i64;
                    self.next += 1;
                    dropped += self.packet_samples as i64;
                }
                _ => break,
            }
        }
        self.counters.removed_samples += dropped as u64;
        self.waits.changed_by(-dropped);
    }
}
