//! Changing call records: written first, then announced.

use crate::announce::{Announcement, Announcer};
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, NodeId, Timestamp};
use mobilecall_store::{CallChange, ChangeKind, Result, Scope, ScopedReport, Store, StoreError};
use std::{collections::HashMap, sync::Arc};
use tracing::Instrument as _;

/// Writes calls and tells who listens. Every change is cancel-safe: once begun it is finished and announced.
#[derive(Clone)]
pub(crate) struct CallLog {
    store: Arc<dyn Store>,
    announcer: Arc<dyn Announcer>,
    /// Carries the calls that are opened here.
    node: NodeId,
}

impl CallLog {
    pub(crate) fn new(store: Arc<dyn Store>, announcer: Arc<dyn Announcer>, node: NodeId) -> Self {
        Self { store, announcer, node }
    }

    /// Calls that this node carries from now on: [`Calls::open_calls`](mobilecall_store::Calls::open_calls).
    pub(crate) async fn open(&self, records: Vec<CallRecord>, now: Timestamp) -> Result<Vec<CallChange>> {
        let (store, node) = (Arc::clone(&self.store), self.node);
        self.write(async move { store.open_calls(&records, node, now).await }).await
    }

    /// A softphone's own record of a call: [`Calls::save_call`](mobilecall_store::Calls::save_call).
    pub(crate) async fn save(&self, record: CallRecord, now: Timestamp) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        one(self.write(async move { Ok(vec![store.save_call(&record, now).await?]) }).await)
    }

    /// What a softphone adds to a call: [`Calls::amend_call`](mobilecall_store::Calls::amend_call).
    pub(crate) async fn amend(
        &self,
        scope: Scope,
        call: CallId,
        facts: CallReport,
        now: Timestamp,
    ) -> Result<CallChange> {
        let store = Arc::clone(&self.store);
        one(self.write(async move { Ok(vec![store.amend_call(scope, call, &facts, now).await?]) }).await)
    }

    /// What is known of calls: [`Calls::report_calls`](mobilecall_store::Calls::report_calls).
    pub(crate) async fn report(&self, reports: Vec<ScopedReport>, now: Timestamp) -> Result<Vec<CallChange>> {
        let store = Arc::clone(&self.store);
        self.write(async move { store.report_calls(&reports, now).await }).await
    }

    async fn write(
        &self,
        write: impl Future<Output = Result<Vec<CallChange>>> + Send + 'static,
    ) -> Result<Vec<CallChange>> {
        let announcer = Arc::clone(&self.announcer);
        let task = async move {
            let changes = write.await?;
            announce(announcer.as_ref(), &changes);
            Ok(changes)
        };
        // A task of its own, because a caller who goes away between the two would leave the change unannounced.
        let done = tokio::spawn(task.in_current_span()).await;
        done.unwrap_or_else(|panicked| Err(StoreError::Internal(panicked.into())))
    }
}

fn announce(announcer: &dyn Announcer, changes: &[CallChange]) {
    let mut reached: HashMap<CompanyId, u64> = HashMap::new();
    for change in changes {
        match change.kind {
            ChangeKind::Created | ChangeKind::Updated => {
                let furthest = reached.entry(change.call.record.company_id).or_default();
                *furthest = change.call.sequence.max(*furthest);
            }
            ChangeKind::Unchanged => {}
        }
    }
    for (company, sequence) in reached {
        announcer.announce(Announcement::Reached { company, sequence });
    }
}

/// The change of one call.
fn one(changes: Result<Vec<CallChange>>) -> Result<CallChange> {
    changes?.pop().ok_or(StoreError::NotFound("call"))
}
