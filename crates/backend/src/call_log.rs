//! Changing call records: written first, then told, in the order of the change sequence.

use crate::hub::{Hub, News};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Timestamp};
use mobilecall_store::{CallChange, CallScope, ChangeKind, Result, Store, StoreError};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError},
};
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
    at_edge: Arc<AtEdge>,
}

/// Calls that the edge has opened and not ended. It sees both sides of them, a device only its own: one whose
/// connection broke may take a call for failed that rings on at the agent's other devices.
#[derive(Default)]
struct AtEdge(SyncMutex<HashSet<CallId>>);

impl AtEdge {
    fn ids(&self) -> MutexGuard<'_, HashSet<CallId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The edge is about to open this call; without [`Self::keep`] it was not.
pub(crate) struct Hold {
    at_edge: Arc<AtEdge>,
    call: Option<CallId>,
}

impl Hold {
    /// It is open.
    pub(crate) fn keep(mut self) {
        self.call = None;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(call) = self.call {
            self.at_edge.ids().remove(&call);
        }
    }
}

impl CallLog {
    pub(crate) fn new(store: Arc<dyn Store>, hub: Arc<Hub>) -> Self {
        Self { store, hub, turn: Arc::default(), at_edge: Arc::default() }
    }

    /// [`Store::insert_call`]. Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn insert(&self, record: CallRecord) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        self.write(async move { store.insert_call(&record).await }).await
    }

    /// A client's own record of a call: [`Store::save_call`]. Of a call at the edge it does not say how it goes.
    /// Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn save(&self, mut record: CallRecord, now: Timestamp) -> Result<CallChange> {
        let log = self.clone();
        self.write(async move {
            if log.is_at_edge(record.id) {
                record.status = CallStatus::Queued;
                (record.answered_at, record.ended_at, record.duration_seconds) = (None, None, None);
            }
            log.store.save_call(&record, now).await
        })
        .await
    }

    /// What a client adds to a call: [`Store::report_call`]. Of a call at the edge it does not say how it goes.
    /// Cancel-safe: a change once begun is finished and told.
    pub(crate) async fn amend(
        &self,
        scope: CallScope,
        call: CallId,
        mut facts: CallReport,
        now: Timestamp,
    ) -> Result<CallChange> {
        let log = self.clone();
        self.write(async move {
            if log.is_at_edge(call) {
                facts.status = None;
                (facts.answered_at, facts.ended_at, facts.duration_seconds) = (None, None, None);
            }
            log.store.report_call(scope, call, &facts, now).await
        })
        .await
    }

    /// From here on only the edge says how the call goes, until [`Self::let_go`] or unless the hold is dropped.
    pub(crate) fn hold(&self, call: CallId) -> Hold {
        let is_new = self.at_edge.ids().insert(call);
        Hold { at_edge: Arc::clone(&self.at_edge), call: is_new.then_some(call) }
    }

    /// The edge has said how the call ended.
    pub(crate) fn let_go(&self, call: CallId) {
        self.at_edge.ids().remove(&call);
    }

    fn is_at_edge(&self, call: CallId) -> bool {
        self.at_edge.ids().contains(&call)
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
