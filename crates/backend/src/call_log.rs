//! Changing call records: written first, then told, in the order of the change sequence.

use crate::hub::{Hub, News};
use mobilecall_domain::{CallId, CallRecord, CallReport, Timestamp};
use mobilecall_store::{CallChange, CallScope, ChangeKind, Result, Store, StoreError};
use std::sync::Arc;
use tokio::sync::Mutex;
use tracing::Instrument as _;

/// Writes calls and tells who listens.
#[derive(Clone)]
pub(crate) struct CallLog {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    /// Held over write and news, so that news come in the order of their sequence and a listener may take the newest
    /// number it saw as "I have everything up to here". Writes of one database come one at a time anyway.
    turn: Arc<Mutex<()>>,
}

impl CallLog {
    pub(crate) fn new(store: Arc<dyn Store>, hub: Arc<Hub>) -> Self {
        Self { store, hub, turn: Arc::default() }
    }

    /// [`Store::insert_call`]. Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn insert(&self, record: CallRecord) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        self.write(async move { store.insert_call(&record).await }).await
    }

    /// [`Store::save_call`]. Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn save(&self, record: CallRecord, now: Timestamp) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        self.write(async move { store.save_call(&record, now).await }).await
    }

    /// [`Store::report_call`]. Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn report(
        &self,
        scope: CallScope,
        call: CallId,
        report: CallReport,
        now: Timestamp,
    ) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        self.write(async move { store.report_call(scope, call, &report, now).await }).await
    }

    async fn write(&self, write: impl Future<Output = Result<CallChange>> + Send + 'static) -> Result<CallChange> {
        let log = self.clone();
        let task = async move {
            let _turn = log.turn.lock().await;
            let change = write.await?;
            match change.kind {
                ChangeKind::Created | ChangeKind::Updated => {
                    log.hub.tell(change.call.record.company_id, News::Call(Arc::new(change.call.clone())));
                }
                ChangeKind::Unchanged => {}
            }
            Ok(change)
        };
        // A task of its own, because a caller who goes away between write and news would leave the change untold.
        let done = tokio::spawn(task.in_current_span()).await;
        done.unwrap_or_else(|panicked| Err(StoreError::Internal(panicked.into())))
    }
}
