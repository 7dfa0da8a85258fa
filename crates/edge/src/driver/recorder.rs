//! Reports to call records: in order for each call, tried again when the host fails, and never waited for.

use crate::host::EdgeHost;
use mobilecall_domain::{CallId, CallReport, CompanyId};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// A call has three reports in its life: ringing, answered, ended.
const CAPACITY: usize = 8;
/// Pauses between attempts; together longer than a database restart takes.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

pub(crate) struct Recorder {
    host: Arc<dyn EdgeHost>,
    calls: HashMap<CallId, mpsc::Sender<CallReport>>,
    tasks: TaskTracker,
}

impl Recorder {
    pub(crate) fn new(host: Arc<dyn EdgeHost>) -> Self {
        Self { host, calls: HashMap::new(), tasks: TaskTracker::new() }
    }

    pub(crate) fn report(&mut self, company: CompanyId, call: CallId, report: CallReport) {
        let last = report.status.is_some_and(mobilecall_domain::CallStatus::is_final);
        let (host, tasks) = (&self.host, &self.tasks);
        let queue = self.calls.entry(call).or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(CAPACITY);
            tasks.spawn(write(Arc::clone(host), company, call, receiver));
            sender
        });
        if queue.try_send(report).is_err() {
            tracing::error!(call.id = %call, "a call report is lost: the host does not take reports");
        }
        if last {
            self.calls.remove(&call);
        }
    }

    /// Waits until every report is written or given up.
    pub(crate) async fn finish(mut self) {
        self.calls.clear();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn write(host: Arc<dyn EdgeHost>, company: CompanyId, call: CallId, mut reports: mpsc::Receiver<CallReport>) {
    while let Some(report) = reports.recv().await {
        let mut pauses = PAUSES.iter();
        while let Err(error) = host.report_call(company, call, report.clone()).await {
            match pauses.next() {
                Some(pause) => {
                    tracing::warn!(call.id = %call, %error, "a call report was not written, trying again");
                    tokio::time::sleep(*pause).await;
                }
                None => {
                    tracing::error!(call.id = %call, %error, status = ?report.status, "a call report is lost");
                    break;
                }
            }
        }
    }
}
