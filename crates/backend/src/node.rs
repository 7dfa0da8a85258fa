//! This server among those over the same store: its lease, and the calls that nobody carries any more.

use crate::{config::Lease, error::chain};
use mobilecall_domain::{CallReport, CallStatus, NodeId, Timestamp};
use mobilecall_store::{AbandonedCall, Node, Result, Scope, ScopedReport, Store};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Keeps this server's lease.
#[derive(Clone)]
pub(crate) struct NodeLease {
    store: Arc<dyn Store>,
    node: Node,
    times: Lease,
}

impl NodeLease {
    /// Takes a lease for a fresh start of this instance.
    pub(crate) async fn take(store: Arc<dyn Store>, instance: &str, times: Lease) -> Result<Self> {
        let lease = Self { store, node: Node { id: NodeId::generate(), instance: instance.to_owned() }, times };
        lease.renew().await?;
        Ok(lease)
    }

    pub(crate) fn id(&self) -> NodeId {
        self.node.id
    }

    async fn renew(&self) -> Result<()> {
        let now = Timestamp::now();
        self.store.renew_lease(&self.node, now, now.plus(self.times.lasts)).await
    }

    /// Ends the direct calls that nobody carries any more: those of an earlier run of this server, and those of other
    /// servers whose lease has run out. The media of direct calls runs through the server, so none of them is alive.
    pub(crate) async fn close_abandoned_calls(&self) -> Result<()> {
        let now = Timestamp::now();
        let abandoned = self.store.abandoned_calls(&self.node, now).await?;
        self.close(&abandoned, now).await?;
        self.store.forget_dead_nodes(&self.node, now).await
    }

    /// Ends the calls of other servers that have died meanwhile.
    async fn close_orphaned_calls(&self) -> Result<()> {
        let now = Timestamp::now();
        self.close(&self.store.orphaned_calls(self.node.id, now).await?, now).await
    }

    async fn close(&self, abandoned: &[AbandonedCall], now: Timestamp) -> Result<()> {
        if abandoned.is_empty() {
            return Ok(());
        }
        let endings: Vec<_> = abandoned.iter().map(ending).collect();
        self.store.report_calls(&endings, now).await?;
        tracing::info!(calls = abandoned.len(), "ended calls that were open when their server stopped");
        Ok(())
    }

    /// Renews the lease, and looks after calls that lost their server, until told to stop.
    pub(crate) async fn keep(&self, stop: &CancellationToken) {
        let mut beats = self.times.beats();
        while stop.run_until_cancelled(beats.tick()).await.is_some() {
            let Some(kept) = stop.run_until_cancelled(self.beat()).await else { return };
            if let Err(error) = kept {
                tracing::warn!(cause = chain(&error), "the lease of this server could not be kept");
            }
        }
    }

    async fn beat(&self) -> Result<()> {
        self.renew().await?;
        self.close_orphaned_calls().await
    }

    /// Gives the lease back, once every call has ended. A failure costs a row until the next start.
    pub(crate) async fn end(&self) {
        if let Err(error) = self.store.end_lease(self.node.id).await {
            tracing::warn!(cause = chain(&error), "the lease of this server could not be ended");
        }
    }
}

/// A call that somebody answered was a call, up to the moment when it was last known to be alive.
fn ending(abandoned: &AbandonedCall) -> ScopedReport {
    let record = &abandoned.record;
    let answered = record.status == CallStatus::InProgress || record.answered_at.is_some();
    let status = if answered { CallStatus::Completed } else { CallStatus::Failed };
    let last_seen = abandoned.last_alive_at.map_or(record.updated_at, |alive| alive.max(record.updated_at));
    let report = CallReport { status: Some(status), ended_at: Some(last_seen), ..CallReport::default() };
    ScopedReport { scope: Scope::everybody(record.company_id), call: record.id, report }
}
