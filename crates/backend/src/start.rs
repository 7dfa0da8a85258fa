//! What a starting server puts in order before it serves.

use crate::{call_log::CallLog, error::chain};
use mobilecall_domain::{CallReport, CallStatus, Timestamp};
use mobilecall_store::{CallScope, OpenCall, Result, Store};

/// Ends the direct calls that a killed server left open. The media of direct calls runs through the server, so none of
/// them is alive any more.
pub(crate) async fn close_dangling_calls(store: &dyn Store, calls: &CallLog) -> Result<()> {
    for open in store.open_direct_calls().await? {
        let scope = CallScope { company: open.record.company_id, agent: None };
        let call = open.record.id;
        calls.report(scope, call, ending(&open), Timestamp::now()).await?;
        tracing::info!(call.id = %call, "ended a call that was open when the server last stopped");
    }
    Ok(())
}

/// A call that somebody answered was a call, up to the moment when it was last seen alive.
fn ending(open: &OpenCall) -> CallReport {
    let answered = open.record.status == CallStatus::InProgress || open.record.answered_at.is_some();
    let status = if answered { CallStatus::Completed } else { CallStatus::Failed };
    let last_seen = open.last_alive_at.map_or(open.record.updated_at, |alive| alive.max(open.record.updated_at));
    CallReport { status: Some(status), ended_at: Some(last_seen), ..CallReport::default() }
}

/// Forgets sessions that nobody can use any more. A failure costs space, nothing else.
pub(crate) async fn prune_sessions(store: &dyn Store, idle: std::time::Duration) {
    match store.prune_sessions(Timestamp::now().minus(idle)).await {
        Ok(0) => {}
        Ok(sessions) => tracing::info!(sessions, "removed old sessions"),
        Err(error) => tracing::warn!(cause = chain(&error), "old sessions could not be removed"),
    }
}
