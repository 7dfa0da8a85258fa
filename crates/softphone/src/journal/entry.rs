//! What can be written.

use crate::failure;
use mobilecall_cache::{Account, Cache, CacheError, StaleCall};
use mobilecall_domain::{CallId, CallRecord, CallReport, EndReason, LineKind, Timestamp};
use serde_json::Value;
use std::{collections::HashSet, time::Duration};

/// A call of another run is taken for cut off when it has given no sign of life for three heartbeats.
const CUT_OFF_AFTER: Duration = Duration::from_secs(15);

/// One entry. Not to be printed: a stored value says who is signed in.
#[derive(Clone)]
pub(crate) enum Entry {
    /// Of a call that this run takes part in.
    Call(Box<CallEntry>),
    /// The agent looked at the missed calls.
    Seen { account: Account },
    /// Calls of other runs that were cut off are closed.
    CutOff { account: Account, run: String, caught_up: bool, at: Timestamp },
    /// A stored value.
    Setting { cache: Cache, name: String, value: Value },
}

/// A step of a call.
#[derive(Clone, Debug)]
pub(crate) struct CallEntry {
    pub(crate) account: Account,
    /// As it stands after the step.
    pub(crate) record: CallRecord,
    /// This run of the program.
    pub(crate) run: String,
    pub(crate) step: Step,
    pub(crate) at: Timestamp,
}

/// What happened to a call.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Begin,
    Report(CallReport),
    LeaveToOthers,
    LeaveToServer,
    Forget,
}

/// What came of closing calls that were cut off, beyond one try and one entry.
#[derive(Default)]
pub(super) struct CutOffs {
    /// Some were closed, in a try that could not close others; nobody was told.
    closed: bool,
    /// Those that the database refuses for good. Each is in the log once.
    refused: HashSet<CallId>,
}

impl Entry {
    /// Whether that changed anything that is shown. Harmless when repeated.
    pub(super) async fn write(&self, cut_offs: &mut CutOffs) -> Result<bool, CacheError> {
        match self {
            Self::Call(entry) => entry.write().await.map(|()| true),
            Self::Seen { account } => account.mark_seen().await,
            Self::CutOff { account, run, caught_up, at } => {
                close_cut_off(account, run, *caught_up, *at, cut_offs).await
            }
            Self::Setting { cache, name, value } => cache.store_setting(name, value).await.map(|()| false),
        }
    }
}

impl CallEntry {
    async fn write(&self) -> Result<(), CacheError> {
        let Self { account, record, run, step, at } = self;
        let call = record.id;
        match step {
            Step::Begin => account.begin(record, run, *at).await.map(drop),
            Step::Report(report) => match account.report(call, report, *at).await {
                // Its beginning was in a file that has been set aside as damaged.
                Err(CacheError::NoSuchCall(_)) => {
                    account.begin(record, run, *at).await?;
                    account.report(call, report, *at).await.map(drop)
                }
                outcome => outcome.map(drop),
            },
            Step::LeaveToOthers => account.leave_to_others(call).await,
            Step::LeaveToServer => account.leave_to_server(call, *at).await,
            Step::Forget => account.forget(call).await,
        }
    }
}

/// Calls that were up when an earlier run was killed, or whose ringing broke off with the connection, each on its own: one
/// that cannot be closed keeps no other from it. Says whether any was closed.
async fn close_cut_off(
    account: &Account,
    run: &str,
    caught_up: bool,
    now: Timestamp,
    cut_offs: &mut CutOffs,
) -> Result<bool, CacheError> {
    let mut later = None;
    for call in account.stale_calls(run, now.minus(CUT_OFF_AFTER)).await? {
        match close(account, &call, caught_up, now).await {
            Ok(closed) => cut_offs.closed |= closed,
            // Those behind it need not wait for the next try.
            Err(error) if error.is_retryable() => later = Some(error),
            Err(error) => {
                if cut_offs.refused.insert(call.record.id) {
                    tracing::error!(error = %failure::chain(&error), "a call that was cut off cannot be closed");
                }
            }
        }
    }
    match later {
        Some(error) => Err(error),
        None => Ok(std::mem::take(&mut cut_offs.closed)),
    }
}

/// A direct call passes through the server, which says how it ended and meanwhile may have it alive, even on another device
/// of the agent. Others, and those that the server never had, are closed with the time they were last known to be alive.
async fn close(account: &Account, call: &StaleCall, caught_up: bool, now: Timestamp) -> Result<bool, CacheError> {
    match call.record.line {
        LineKind::Direct if call.on_server => {
            return account.leave_to_others(call.record.id).await.map(|()| false);
        }
        // Whether the server has it is not known yet.
        LineKind::Direct if !caught_up => return Ok(false),
        LineKind::Direct | LineKind::Twilio | LineKind::Sip => {}
    }
    let answered = call.record.answered_at.is_some();
    let report = CallReport {
        status: Some(EndReason::Interrupted.status(answered)),
        ended_at: Some(call.alive_at),
        ..CallReport::default()
    };
    account.report(call.record.id, &report, now).await?;
    tracing::info!(call.id = %call.record.id, "a call that was cut off is closed");
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_cache::AccountKey;
    use mobilecall_domain::{CompanyId, UserId};

    #[tokio::test]
    async fn what_an_earlier_try_closed_is_told_with_the_last() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let key = AccountKey { server: "https://a".into(), company: CompanyId::generate(), user: UserId::generate() };
        let at = Timestamp::from_millis(1_000_000);
        let account = cache.account(&key, at).await.unwrap();
        let entry = Entry::CutOff { account, run: "this".to_owned(), caught_up: true, at };
        let mut cut_offs = CutOffs { closed: true, ..CutOffs::default() };
        for told in [true, false] {
            assert_eq!(entry.write(&mut cut_offs).await.unwrap(), told);
        }
    }
}
