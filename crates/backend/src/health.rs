//! Whether the database answers and takes writes.

use mobilecall_store::{Result, Store, StoreError};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How long a good answer holds: whoever asks often does not make the disk work.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Tries a small read and a small write. Those who ask while a try is under way get its outcome, good or bad.
pub(crate) struct DatabaseCheck {
    store: Arc<dyn Store>,
    last: Mutex<Option<Try>>,
}

/// A try that is over.
struct Try {
    ended: Instant,
    outcome: Outcome,
}

type Outcome = std::result::Result<(), Arc<StoreError>>;

impl DatabaseCheck {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, last: Mutex::default() }
    }

    /// Whether a write reaches the disk, or did a moment ago. Cancel-safe: if whoever made the try goes away, the next
    /// who waits makes another.
    pub(crate) async fn run(&self) -> Outcome {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(last) = &*last
            && (last.ended >= asked || last.outcome.is_ok() && last.ended + GOOD_FOR > Instant::now())
        {
            return last.outcome.clone();
        }
        let outcome = self.attempt().await.map_err(Arc::new);
        *last = Some(Try { ended: Instant::now(), outcome: outcome.clone() });
        outcome
    }

    async fn attempt(&self) -> Result<()> {
        self.store.ping().await?;
        self.store.check_writable().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use mobilecall_store_sqlite::SqliteStore;
    use mobilecall_testkit::{Fault, FaultyStore, eventually};

    #[tokio::test]
    async fn those_who_wait_share_one_try() {
        let sqlite = SqliteStore::in_memory().await.unwrap();
        let store = FaultyStore::over(Arc::new(sqlite.clone()));
        let check = DatabaseCheck::new(Arc::new(store.clone()));
        store.set(Fault::Hang);
        let all = join_all((0..50).map(|_| check.run()));
        let one_hangs = eventually("the first try", async || (store.hanging() == 1).then(|| store.set(Fault::Busy(1))));
        let (outcomes, ()) = tokio::join!(all, one_hangs);
        assert!(outcomes.iter().all(|outcome| outcome.is_err()), "all get the outcome of the try that failed");
        assert_eq!((store.fault(), sqlite.statistics().writes), (Fault::None, 0), "and there was no other");
        assert!(check.run().await.is_ok(), "a bad outcome does not hold");
        assert!(check.run().await.is_ok());
        assert_eq!(sqlite.statistics().writes, 1, "a good one does");
    }
}
