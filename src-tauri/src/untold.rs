//! Problems that came up before there was a page to tell: at the start, or while the app sat in the tray.

use mobilecall_ipc::{Event, Failure};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// More are no help to anybody; the oldest give way.
const MOST: usize = 8;

/// Keeps problems until a page has asked for the first time.
pub(crate) struct Untold(Mutex<Option<Vec<Failure>>>);

impl Untold {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// Takes a problem that no page would hear; says whether it did.
    pub(crate) fn keeps(&self, event: &Event) -> bool {
        let Event::Problem { failure } = event else { return false };
        let mut kept = self.lock();
        let Some(kept) = kept.as_mut() else { return false };
        kept.retain(|known| known != failure);
        kept.push(failure.clone());
        let surplus = kept.len().saturating_sub(MOST);
        kept.drain(..surplus);
        true
    }

    /// A page listens from now on; what is to be told to it.
    pub(crate) fn tell(&self) -> Vec<Event> {
        let kept = self.lock().take().unwrap_or_default();
        kept.into_iter().map(|failure| Event::Problem { failure }).collect()
    }

    /// Nothing panics while it is held.
    fn lock(&self) -> MutexGuard<'_, Option<Vec<Failure>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_ipc::ErrorCode;

    fn problem(message: &str) -> Event {
        Event::Problem { failure: Failure::new(ErrorCode::HistoryDamaged, message) }
    }

    #[test]
    fn problems_wait_for_the_first_page_and_no_longer() {
        let untold = Untold::new();
        assert!(!untold.keeps(&Event::Lagged));
        for number in 0..10 {
            assert!(untold.keeps(&problem(&number.to_string())));
        }
        assert!(untold.keeps(&problem("5")));
        let told: Vec<_> = ["2", "3", "4", "6", "7", "8", "9", "5"].map(problem).into();
        assert_eq!(untold.tell(), told);
        assert!(!untold.keeps(&problem("later")), "whoever listens hears it at once");
        assert_eq!(untold.tell(), []);
    }
}
