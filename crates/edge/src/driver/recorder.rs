//! Reports to call records: in order for each call, tried again when the host fails, and never waited for.

use super::retry::Retry;
use crate::core::{CallKey, Reports};
use crate::host::{CallReported, EdgeHost, HostError};
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A call reports three times in its life: ringing, answered, ended.
const CAPACITY: usize = 8;

pub(crate) struct Recorder {
    writer: Writer,
    calls: HashMap<CallKey, mpsc::Sender<Vec<CallReported>>>,
    tasks: TaskTracker,
}

impl Recorder {
    /// Tries end soon after `giving_up` is cancelled.
    pub(crate) fn new(host: Arc<dyn EdgeHost>, giving_up: CancellationToken) -> Self {
        Self { writer: Writer { host, giving_up }, calls: HashMap::new(), tasks: TaskTracker::new() }
    }

    pub(crate) fn report(&mut self, key: CallKey, reports: Reports) {
        let (writer, tasks) = (&self.writer, &self.tasks);
        let queue = self.calls.entry(key).or_insert_with(|| {
            let (sender, receiver) = mpsc::channel(CAPACITY);
            tasks.spawn(writer.clone().run(receiver));
            sender
        });
        if let Err(error) = queue.try_send(reports.records) {
            let (mpsc::error::TrySendError::Full(records) | mpsc::error::TrySendError::Closed(records)) = error;
            lost(&records, "the host does not take reports");
        }
        if reports.last {
            self.calls.remove(&key);
        }
    }

    /// Waits until every report is written or given up.
    pub(crate) async fn finish(mut self) {
        self.calls.clear();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

#[derive(Clone)]
struct Writer {
    host: Arc<dyn EdgeHost>,
    giving_up: CancellationToken,
}

impl Writer {
    /// Writes one call's reports. What came while the host was busy with those before is written together.
    async fn run(self, mut queue: mpsc::Receiver<Vec<CallReported>>) {
        let mut waiting = Vec::with_capacity(CAPACITY);
        while queue.recv_many(&mut waiting, CAPACITY).await > 0 {
            let records: Vec<_> = waiting.drain(..).flatten().collect();
            match self.write(&records).await {
                Ok(()) => {}
                // One record that cannot be written must not cost the other party its own.
                Err(HostError::Failed(_)) if records.len() > 1 => self.write_each(&records).await,
                Err(error) => lost(&records, error),
            }
        }
    }

    async fn write_each(&self, records: &[CallReported]) {
        for record in records {
            let record = std::slice::from_ref(record);
            if let Err(error) = self.write(record).await {
                lost(record, error);
            }
        }
    }

    async fn write(&self, records: &[CallReported]) -> Result<(), HostError> {
        let mut retry = Retry::new("a call report", &self.giving_up);
        while let Err(error) = self.host.report_calls(records.to_vec()).await {
            retry.pause_after(error).await?;
        }
        Ok(())
    }
}

fn lost(records: &[CallReported], why: impl std::fmt::Display) {
    for CallReported { call, report, .. } in records {
        tracing::error!(call.id = %call, status = ?report.status, "a call report is lost: {why}");
    }
}
