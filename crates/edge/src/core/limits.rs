//! A token bucket with the time passed in.

use std::time::Duration;

/// Lets `burst` through at once and `per_second` for long.
pub(super) struct Bucket {
    burst: f64,
    per_second: f64,
    level: f64,
    at: Duration,
}

impl Bucket {
    /// Full at `now`.
    pub(super) fn new(burst: u32, per_second: u32, now: Duration) -> Self {
        Self { burst: burst.into(), per_second: per_second.into(), level: burst.into(), at: now }
    }

    /// Takes one token if there is one.
    pub(super) fn take(&mut self, now: Duration) -> bool {
        let earned = now.saturating_sub(self.at).as_secs_f64() * self.per_second;
        self.level = (self.level + earned).min(self.burst);
        self.at = now;
        let granted = self.level >= 1.0;
        if granted {
            self.level -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_a_burst_through_and_then_the_rate() {
        let mut bucket = Bucket::new(3, 2, Duration::ZERO);
        let taken =
            |bucket: &mut Bucket, millis| (0..10).filter(|_| bucket.take(Duration::from_millis(millis))).count();
        assert_eq!(taken(&mut bucket, 0), 3);
        assert_eq!(taken(&mut bucket, 400), 0);
        assert_eq!(taken(&mut bucket, 1000), 2);
        assert_eq!(taken(&mut bucket, 60_000), 3);
    }
}
