//! Calls that ring before their records are on the disk, because another process holds the database for a while.

use crate::error::chain;
use mobilecall_domain::{CallId, CallRecord, NodeId, Timestamp};
use mobilecall_store::{CallChange, Result, ScopedReport, Store, StoreError};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;

/// A disk that is well takes some milliseconds. Nobody who waits for a ring notices this.
const FIRST_TRY_LIMIT: Duration = Duration::from_millis(250);

/// Pause before a database that was held is tried again; SQLite itself waits some seconds each time.
const PAUSE: Duration = Duration::from_millis(200);

/// Tries that are left to a server that is stopping.
const LAST_TRIES: u32 = 20;

/// Under which id a record was written in the end; `None` while it is being written.
type Written = watch::Receiver<Option<CallId>>;

/// Opens calls, and keeps the order of what is written of each.
#[derive(Clone)]
pub(crate) struct Openings {
    store: Arc<dyn Store>,
    /// Carries the calls that are opened here.
    node: NodeId,
    /// The server is stopping.
    closing: CancellationToken,
    /// By the id that was told to whoever takes part.
    late: Arc<Mutex<HashMap<CallId, Written>>>,
}

impl Openings {
    pub(crate) fn new(store: Arc<dyn Store>, node: NodeId, closing: CancellationToken) -> Self {
        Self { store, node, closing, late: Arc::default() }
    }

    /// Writes the records and gives their ids; those that are wished for if the database does not answer soon. Then the
    /// records are written as soon as it does.
    pub(crate) async fn open(&self, records: Vec<CallRecord>) -> Result<Vec<CallId>> {
        let now = Timestamp::now();
        let (store, node, copies) = (Arc::clone(&self.store), self.node, records.clone());
        let mut first = tokio::spawn(async move { store.open_calls(&copies, node, now).await });
        if let Ok(opened) = time::timeout(FIRST_TRY_LIMIT, &mut first).await {
            return Ok(ids(&opened.unwrap_or_else(|panicked| Err(StoreError::Internal(panicked.into())))?));
        }
        let (mut told, mut written) = (Vec::new(), Vec::new());
        for record in &records {
            let (sender, receiver) = watch::channel(None);
            self.lock().insert(record.id, receiver);
            told.push(record.id);
            written.push(sender);
        }
        tracing::warn!(calls = records.len(), "the database does not answer, so calls begin before they are recorded");
        tokio::spawn(self.clone().write_late(first, records, now, written));
        Ok(told)
    }

    async fn write_late(
        self,
        first: JoinHandle<Result<Vec<CallChange>>>,
        records: Vec<CallRecord>,
        now: Timestamp,
        written: Vec<watch::Sender<Option<CallId>>>,
    ) {
        let mut outcome = first.await.unwrap_or_else(|panicked| Err(StoreError::Internal(panicked.into())));
        let mut last_tries = LAST_TRIES;
        while outcome.as_ref().is_err_and(StoreError::is_retryable) && last_tries > 0 {
            time::sleep(PAUSE).await;
            last_tries -= u32::from(self.closing.is_cancelled());
            outcome = self.store.open_calls(&records, self.node, now).await;
        }
        let ids = match outcome {
            Ok(changes) => ids(&changes),
            Err(error) => {
                tracing::error!(cause = chain(&error), "calls that have begun could not be recorded");
                records.iter().map(|record| record.id).collect()
            }
        };
        for ((record, id), sender) in records.iter().zip(ids).zip(written) {
            sender.send_replace(Some(id));
            if record.id == id {
                self.lock().remove(&id);
            }
        }
    }

    /// Once their calls are written: reports under the ids that hold.
    pub(crate) async fn report(&self, mut reports: Vec<ScopedReport>, now: Timestamp) -> Result<Vec<CallChange>> {
        let mut over = Vec::new();
        for report in &mut reports {
            let late = self.lock().get(&report.call).cloned();
            let Some(mut late) = late else { continue };
            if report.report.status.is_some_and(|status| status.is_final()) {
                over.push(report.call);
            }
            // An error means that the writer is gone, which it is only once it has said the id.
            if let Ok(id) = late.wait_for(Option::is_some).await {
                report.call = id.unwrap_or(report.call);
            }
        }
        let store = Arc::clone(&self.store);
        // A task of its own, so that neither a panic nor a caller who goes away leaves it half done here.
        let reported = tokio::spawn(async move { store.report_calls(&reports, now).await }).await;
        let reported = reported.unwrap_or_else(|panicked| Err(StoreError::Internal(panicked.into())));
        // Unless the same is tried again, nothing more is said of them.
        if !reported.as_ref().is_err_and(StoreError::is_retryable) {
            for call in over {
                self.lock().remove(&call);
            }
        }
        reported
    }

    #[cfg(test)]
    pub(crate) fn is_settled(&self) -> bool {
        self.lock().is_empty()
    }

    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Written>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ids(changes: &[CallChange]) -> Vec<CallId> {
    changes.iter().map(|change| change.call.record.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Lease, node::NodeLease};
    use mobilecall_domain::{CallReport, CallStart, CallStatus, CompanyId, LineKind};
    use mobilecall_store::{Company, Scope, Store};
    use mobilecall_store_sqlite::SqliteStore;
    use mobilecall_testkit::{Fault, FaultyStore};

    fn record(company: CompanyId, to: &str) -> CallRecord {
        let (from_number, to_number, at) = ("101".to_owned(), to.to_owned(), Timestamp::now());
        let id = CallId::generate();
        CallRecord::outgoing(CallStart { id, company_id: company, line: LineKind::Direct, from_number, to_number, at })
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_call_whose_end_cannot_be_written() {
        let faults = FaultyStore::over(Arc::new(SqliteStore::in_memory().await.unwrap()));
        let store: Arc<dyn Store> = Arc::new(faults.clone());
        let now = Timestamp::now();
        let company = Company::new("Acme", "SA", now);
        store.create_company(&company).await.unwrap();
        let node = NodeLease::take(Arc::clone(&store), "one", Lease::default()).await.unwrap().id();
        let openings = Openings::new(Arc::clone(&store), node, CancellationToken::new());
        let taken = record(company.id, "102");
        store.save_call(&taken, now).await.unwrap();

        faults.set(Fault::Hang);
        let told = openings.open(vec![CallRecord { id: taken.id, ..record(company.id, "103") }]).await.unwrap();
        assert_eq!(told, [taken.id], "told before it is written, under an id that turns out to be another's");
        faults.set(Fault::None);
        let report = |status| {
            let report = CallReport { status: Some(status), ..CallReport::default() };
            vec![ScopedReport { scope: Scope::everybody(company.id), call: taken.id, report }]
        };
        openings.report(report(CallStatus::InProgress), now).await.unwrap();
        assert!(!openings.is_settled(), "the id is still needed");
        faults.set(Fault::Panic);
        let error = openings.report(report(CallStatus::Completed), now).await.unwrap_err();
        assert!(!error.is_retryable(), "{error}");
        assert!(openings.is_settled());
    }
}
