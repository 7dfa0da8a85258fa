//! Delays between attempts, as the SDK draws them.

use std::time::Duration;

/// Exponential delays with jitter.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    min: Duration,
    max: Duration,
    attempt: u32,
}

impl Backoff {
    /// Up to 20 s, without end; the first delay is `min`.
    pub(crate) fn primary(min: Duration) -> Self {
        Self { min, max: Duration::from_secs(20), attempt: 0 }
    }
    /// While a call waits for its server: up to 1 s.
    pub(crate) fn urgent() -> Self {
        Self { min: Duration::from_millis(100), max: Duration::from_secs(1), attempt: 0 }
    }
    /// Shortly after a connection was lost: up to 2 s, so that the network's return is met soon.
    pub(crate) fn recent() -> Self {
        Self { min: Duration::from_millis(100), max: Duration::from_secs(2), attempt: 0 }
    }
    /// Starts over.
    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }
    /// The next delay. `random` is uniform in [0, 1).
    ///
    /// `min · 2^attempt`, moved by up to 40 %, and never above the maximum.
    pub(crate) fn next(&mut self, random: f64) -> Duration {
        let base = self.min.as_millis() as f64 * f64::from(2u32.saturating_pow(self.attempt));
        self.attempt = self.attempt.saturating_add(1);
        let deviation = (random * 0.4 * base).floor();
        let moved = if (random * 10.0).floor() % 2.0 == 0.0 { base - deviation } else { base + deviation };
        // Saturates: a float too large for the integer is far above the maximum.
        Duration::from_millis(moved as u64).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(mut backoff: Backoff, random: f64, count: usize) -> Vec<u128> {
        (0..count).map(|_| backoff.next(random).as_millis()).collect()
    }

    #[test]
    fn delays_double_up_to_the_maximum() {
        let primary = || Backoff::primary(Duration::from_millis(100));
        assert_eq!(delays(primary(), 0.0, 10), [100, 200, 400, 800, 1600, 3200, 6400, 12800, 20000, 20000]);
        // floor(10 · 0.15) is odd, so the deviation is added; floor(10 · 0.25) is even, so it is taken away.
        assert_eq!(delays(primary(), 0.15, 3), [106, 212, 424]);
        assert_eq!(delays(primary(), 0.25, 3), [90, 180, 360]);
        assert_eq!(delays(primary(), 0.999, 3), [139, 279, 559]);
        assert_eq!(delays(Backoff::urgent(), 0.0, 6), [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(delays(Backoff::recent(), 0.0, 7), [100, 200, 400, 800, 1600, 2000, 2000]);
        assert_eq!(delays(primary(), 0.0, 100).last(), Some(&20000));
    }

    #[test]
    fn a_reset_starts_over() {
        let mut backoff = Backoff::urgent();
        for _ in 0..5 {
            backoff.next(0.5);
        }
        backoff.reset();
        assert_eq!(backoff.next(0.0), Duration::from_millis(100));
    }
}
