//! Whether the database takes writes.

use mobilecall_store::{Result, Store};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, time::Instant};

/// How long a good answer holds: whoever asks often does not make the disk work.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// Tries a small write; those who ask at the same time wait for the same try.
pub(crate) struct WriteCheck {
    store: Arc<dyn Store>,
    good_until: Mutex<Option<Instant>>,
}

impl WriteCheck {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store, good_until: Mutex::default() }
    }

    /// Whether a write reaches the disk, or did a moment ago.
    pub(crate) async fn run(&self) -> Result<()> {
        let mut good_until = self.good_until.lock().await;
        if good_until.is_some_and(|until| Instant::now() < until) {
            return Ok(());
        }
        *good_until = None;
        self.store.check_writable().await?;
        *good_until = Some(Instant::now() + GOOD_FOR);
        Ok(())
    }
}
