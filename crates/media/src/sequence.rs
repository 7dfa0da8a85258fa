//! The wrapping counters of RTP.

/// Continues a wrapping counter of the wire without wrapping (RFC 3550 §A.1).
#[derive(Default)]
pub(crate) struct Unwrapped<const BITS: u32> {
    last: Option<i64>,
}

impl<const BITS: u32> Unwrapped<BITS> {
    pub(crate) fn extend(&mut self, value: u32) -> i64 {
        let modulus = 1i64 << BITS;
        let extended = match self.last {
            None => i64::from(value),
            Some(last) => {
                let mut step = (i64::from(value) - last).rem_euclid(modulus);
                if step >= modulus / 2 {
                    step -= modulus;
                }
                last + step
            }
        };
        self.last = Some(self.last.map_or(extended, |last| last.max(extended)));
        extended
    }
}

/// What a sequence number says of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It goes on.
    Continues,
    /// Far behind: a packet that was kept somewhere for long, or the first of a sender that began again.
    Stray,
    /// The sender began again here.
    Restarts,
}

/// Steps back that the network may cause (RFC 3550 §A.1: MAX_MISORDER).
const MOST_BACK: i16 = 100;

/// Tells packets of a stream from those of one that began again.
pub(crate) struct Continuity {
    most_ahead: i16,
    highest: Option<u16>,
    stray: Option<u16>,
}

impl Continuity {
    /// A step ahead by more than `most_ahead` is not loss but a new beginning.
    pub(crate) fn new(most_ahead: i16) -> Self {
        Self { most_ahead, highest: None, stray: None }
    }

    /// Judges a number and takes it into account.
    pub(crate) fn step(&mut self, sequence: u16) -> Step {
        let Some(highest) = self.highest else {
            self.highest = Some(sequence);
            return Step::Continues;
        };
        let step = sequence.wrapping_sub(highest) as i16;
        if step > self.most_ahead {
            self.restart_at(sequence);
            return Step::Restarts;
        }
        if step < -MOST_BACK {
            // One may be a straggler; two in a row are a sender that began again.
            if self.stray == Some(sequence) {
                self.restart_at(sequence);
                return Step::Restarts;
            }
            self.stray = Some(sequence.wrapping_add(1));
            return Step::Stray;
        }
        self.stray = None;
        if step > 0 {
            self.highest = Some(sequence);
        }
        Step::Continues
    }

    /// Forgets the stream; the next number begins one.
    pub(crate) fn restart(&mut self) {
        self.highest = None;
        self.stray = None;
    }

    fn restart_at(&mut self, sequence: u16) {
        self.highest = Some(sequence);
        self.stray = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_pass_their_wrap_in_both_directions() {
        let mut sequence = Unwrapped::<16>::default();
        let seen: Vec<i64> = [65_534, 65_535, 0, 65_533, 2, 1].into_iter().map(|v| sequence.extend(v)).collect();
        assert_eq!(seen, [65_534, 65_535, 65_536, 65_533, 65_538, 65_537]);
        let mut timestamp = Unwrapped::<32>::default();
        assert_eq!(timestamp.extend(u32::MAX), i64::from(u32::MAX));
        assert_eq!(timestamp.extend(959), i64::from(u32::MAX) + 960);
    }

    #[test]
    fn a_sender_that_begins_again_is_told_from_stragglers() {
        use Step::{Continues, Restarts, Stray};
        let mut continuity = Continuity::new(1_000);
        let steps = [
            (65_500, Continues),
            (65_535, Continues),
            (900, Continues), // across the wrap, with loss
            (850, Continues), // reordered
            (100, Stray),     // far behind, once
            (901, Continues),
            (3_000, Restarts), // far ahead
            (3_001, Continues),
            (40_000, Stray), // behind by the shorter way round
            (40_001, Restarts),
            (40_002, Continues),
        ];
        for (sequence, expected) in steps {
            assert_eq!(continuity.step(sequence), expected, "{sequence}");
        }
    }
}
