//! What happens a thousand times in a minute is logged once.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// From one line to the next.
const PAUSE: Duration = Duration::from_secs(60);

/// Says when the next line is due.
pub(crate) struct Occasional(Mutex<Since>);

struct Since {
    line: Option<Instant>,
    passed_over: u64,
}

impl Occasional {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Since { line: None, passed_over: 0 }))
    }

    /// Whether to log this time, and how many times were passed over since the last.
    pub(crate) fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if since.line.is_some_and(|line| now.saturating_duration_since(line) < PAUSE) {
            since.passed_over += 1;
            return None;
        }
        since.line = Some(now);
        Some(std::mem::take(&mut since.passed_over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_a_minute() {
        let (lines, begun) = (Occasional::new(), Instant::now());
        let due: Vec<_> = (0..1200).filter_map(|n| lines.due_at(begun + Duration::from_millis(100 * n))).collect();
        assert_eq!(due, [0, 599]);
    }
}
