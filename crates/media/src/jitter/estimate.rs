//! How long audio must wait so that nearly every packet is there in time.

use crate::SAMPLES_PER_MS;

/// Packets that the estimate looks back at: 2 s at 10 ms.
const CAPACITY: usize = 200;
/// How far it looks back.
const WINDOW: i64 = 2_000 * MS;
/// Added to the percentile for scheduling on both ends.
const MARGIN: i64 = 10 * MS;
/// Added besides while packets are lost: the copy of a lost packet comes with the next one, half a packet of waiting
/// later most of the time.
const LOSS_MARGIN: i64 = 10 * MS;
/// A lost packet matters for so many that follow: one in fifty is 2 %.
const LOSS_MEMORY: u32 = 50;
/// The least and the most that audio waits.
const FLOOR: i64 = 20 * MS;
pub(super) const CEILING: i64 = 400 * MS;
/// Before anything is known.
const INITIAL: i64 = 30 * MS;
/// Part of the target that is given back with each packet.
const DECAY: f64 = 0.005;

const MS: i64 = SAMPLES_PER_MS as i64;

/// Everything is in samples at 48 kHz. The relative delay of a packet is its arrival less its timestamp; only
/// differences between packets mean something, and the smallest of the last 2 s counts as no delay.
pub(super) struct DelayEstimate {
    /// (arrival, relative delay), a ring.
    recent: Vec<(i64, i64)>,
    oldest: usize,
    scratch: Vec<i64>,
    base: i64,
    target: f64,
    /// Packets until the last loss is forgotten.
    lossy: u32,
}

impl DelayEstimate {
    pub(super) fn new() -> Self {
        Self {
            recent: Vec::with_capacity(CAPACITY),
            oldest: 0,
            scratch: Vec::with_capacity(CAPACITY),
            base: 0,
            target: INITIAL as f64,
            lossy: 0,
        }
    }

    /// Forgets the network, when the stream starts afresh.
    pub(super) fn reset(&mut self) {
        self.recent.clear();
        self.oldest = 0;
        self.target = INITIAL as f64;
        self.lossy = 0;
    }

    /// Takes note that a packet was lost whose copy comes with the next.
    pub(super) fn observe_loss(&mut self) {
        self.lossy = LOSS_MEMORY;
    }

    /// Whether a packet fits the clock of those before it, within 2 s.
    pub(super) fn fits(&self, arrival: i64, timestamp: i64) -> bool {
        self.recent.is_empty() || (arrival - timestamp - self.base).abs() <= WINDOW
    }

    /// Takes a packet into account, and says by how much what counts as no delay has changed.
    pub(super) fn observe(&mut self, arrival: i64, timestamp: i64) -> i64 {
        let is_first = self.recent.is_empty();
        let delay = arrival - timestamp;
        if self.recent.len() < CAPACITY {
            self.recent.push((arrival, delay));
        } else {
            self.recent[self.oldest] = (arrival, delay);
            self.oldest = (self.oldest + 1) % CAPACITY;
        }
        self.scratch.clear();
        self.scratch.extend(self.recent.iter().filter(|(at, _)| arrival - at <= WINDOW).map(|(_, delay)| delay));
        let before = self.base;
        self.base = self.scratch.iter().copied().min().unwrap_or(delay);
        let shift = if is_first { 0 } else { self.base - before };
        let rank = self.scratch.len() * 97 / 100;
        let rank = rank.min(self.scratch.len() - 1);
        let (_, percentile, _) = self.scratch.select_nth_unstable(rank);
        self.lossy = self.lossy.saturating_sub(1);
        let margin = if self.lossy > 0 { MARGIN + LOSS_MARGIN } else { MARGIN };
        let wanted = (*percentile - self.base + margin).clamp(FLOOR, CEILING) as f64;
        // Before half a second is seen the percentile says little, and the first guess stays the least.
        let wanted = if self.scratch.len() < 25 { wanted.max(INITIAL as f64) } else { wanted };
        // When the network has become slower for all packets, less than before of their delay is to be waited for.
        let decayed = (self.target - shift.max(0) as f64) * (1.0 - DECAY);
        self.target = wanted.max(decayed);
        shift
    }

    /// Arrival less timestamp of a packet that was not delayed.
    pub(super) fn base(&self) -> i64 {
        self.base
    }

    /// How long audio should wait.
    pub(super) fn target(&self) -> i64 {
        self.target as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: i64 = 20 * MS;

    #[test]
    fn the_target_follows_the_97th_percentile_and_decays_slowly() {
        let mut estimate = DelayEstimate::new();
        for n in 0..500 {
            estimate.observe(n * PACKET + 1_000_000, n * PACKET);
        }
        assert_eq!(estimate.target(), FLOOR);
        assert_eq!(estimate.base(), 1_000_000);
        // Every tenth packet is 60 ms late.
        for n in 500..700 {
            let late = if n % 10 == 0 { 60 * MS } else { 0 };
            estimate.observe(n * PACKET + 1_000_000 + late, n * PACKET);
        }
        assert_eq!(estimate.target(), 70 * MS);
        // One in a hundred does not matter; the target decays after the window passed.
        for n in 700..900 {
            estimate.observe(n * PACKET + 1_000_000, n * PACKET);
        }
        assert!((25 * MS..45 * MS).contains(&estimate.target()), "{}", estimate.target() / MS);
        for n in 900..1_200 {
            estimate.observe(n * PACKET + 1_000_000, n * PACKET);
        }
        assert_eq!(estimate.target(), FLOOR);
    }

    #[test]
    fn a_longer_way_is_no_jitter_once_it_is_known() {
        let mut estimate = DelayEstimate::new();
        let step = |n: i64| if n < 300 { 0 } else { 50 * MS };
        let mut shifts = 0;
        for n in 0..500 {
            shifts += estimate.observe(n * PACKET + step(n), n * PACKET);
            if n == 350 {
                assert_eq!(estimate.target(), 60 * MS, "the old way is still in the window");
            }
        }
        assert_eq!((estimate.base(), shifts), (50 * MS, 50 * MS));
        assert_eq!(estimate.target(), FLOOR);
    }

    #[test]
    fn a_jump_of_the_clock_does_not_fit() {
        let mut estimate = DelayEstimate::new();
        assert!(estimate.fits(0, 77_000_000));
        estimate.observe(0, 77_000_000);
        assert!(estimate.fits(PACKET, 77_000_000 + PACKET));
        assert!(!estimate.fits(PACKET, 0));
        assert!(!estimate.fits(2_100 * MS, 77_000_000));
    }
}
