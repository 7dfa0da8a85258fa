//! What has to be done, as a pure function of both sides.

use mobilecall_cache::PendingCall;
use mobilecall_domain::LineKind;

/// This side.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Local {
    /// The server's change sequence up to which its changes are here.
    pub position: u64,
    /// Calls with facts that the server has not got, the longest waiting first.
    pub pending: Vec<PendingCall>,
}

/// The other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remote {
    /// Its change sequence; `None` if it has to be asked.
    pub sequence: Option<u64>,
}

/// One step. Each is idempotent and complete in itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// Forget the position: the server's sequence was rewound.
    StartOver,
    /// Tell the server of a call that it has not got.
    Create(PendingCall),
    /// Tell the server what is new about a call that it has.
    Update(PendingCall),
    /// Take over a page of what changed.
    Pull {
        /// After this change sequence.
        since: u64,
    },
}

/// Decides the next steps, in order. Empty when both sides agree as far as is known.
///
/// Pushes come before pulls, so that a page that is pulled already holds what was pushed. Direct calls are the exception:
/// the server has most likely written of them all that is known here, and then the pull leaves nothing to push.
pub fn plan(local: &Local, remote: &Remote) -> Vec<Operation> {
    let mut operations = Vec::new();
    let mut since = local.position;
    if remote.sequence.is_some_and(|sequence| sequence < local.position) {
        operations.push(Operation::StartOver);
        since = 0;
    }
    let asks = remote.sequence.is_none_or(|sequence| sequence > since);
    let waits = |call: &PendingCall| asks && passes_through_server(call);
    for call in local.pending.iter().filter(|call| is_ready(call) && !waits(call)).cloned() {
        operations.push(if call.on_server { Operation::Update(call) } else { Operation::Create(call) });
    }
    if asks {
        operations.push(Operation::Pull { since });
    }
    operations
}

/// A direct call passes through the server, which writes its record as it goes and has the last word on when it began.
pub(super) fn passes_through_server(call: &PendingCall) -> bool {
    match call.record.line {
        LineKind::Direct => true,
        LineKind::Twilio | LineKind::Sip => false,
    }
}

/// What this device saw of a call that the server writes itself is of use once it is over. Other calls are told as they
/// go.
fn is_ready(call: &PendingCall) -> bool {
    !passes_through_server(call) || call.record.status.is_final()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::{CallId, CallRecord, CallStart, CallStatus, CompanyId, Timestamp};

    fn pending(line: LineKind, status: CallStatus, on_server: bool) -> PendingCall {
        let start = CallStart {
            id: CallId::generate(),
            company_id: CompanyId::generate(),
            line,
            from_number: "100".into(),
            to_number: "101".into(),
            at: Timestamp::from_millis(0),
        };
        let record = CallRecord { status, ..CallRecord::outgoing(start) };
        PendingCall { record, revision: 1, on_server }
    }

    /// Describes a plan in one line.
    fn check(position: u64, pending: Vec<PendingCall>, sequence: Option<u64>, expected: &str) {
        let steps: Vec<String> = plan(&Local { position, pending }, &Remote { sequence })
            .iter()
            .map(|operation| match operation {
                Operation::StartOver => "start over".to_owned(),
                Operation::Create(_) => "create".to_owned(),
                Operation::Update(_) => "update".to_owned(),
                Operation::Pull { since } => format!("pull {since}"),
            })
            .collect();
        assert_eq!(steps.join(", "), expected);
    }

    #[test]
    fn nothing_is_done_when_both_sides_agree() {
        check(0, vec![], Some(0), "");
        check(7, vec![], Some(7), "");
    }

    #[test]
    fn an_unknown_server_is_asked() {
        check(0, vec![], None, "pull 0");
        check(7, vec![], None, "pull 7");
    }

    #[test]
    fn only_what_is_newer_is_pulled() {
        check(7, vec![], Some(9), "pull 7");
    }

    #[test]
    fn a_rewound_server_is_pulled_from_the_beginning() {
        check(7, vec![], Some(3), "start over, pull 0");
        check(7, vec![], Some(0), "start over");
    }

    #[test]
    fn what_waits_is_pushed_before_anything_is_pulled() {
        let over = |on_server| pending(LineKind::Sip, CallStatus::Completed, on_server);
        check(7, vec![over(false), over(true)], None, "create, update, pull 7");
        check(7, vec![over(true)], Some(7), "update");
    }

    #[test]
    fn direct_calls_are_pushed_only_once_it_is_known_what_the_server_has() {
        let over = |on_server| pending(LineKind::Direct, CallStatus::Completed, on_server);
        check(7, vec![over(false), over(true)], None, "pull 7");
        check(7, vec![over(false), over(true)], Some(9), "pull 7");
        check(7, vec![over(false), over(true)], Some(7), "create, update");
    }

    #[test]
    fn a_direct_call_waits_until_it_is_over() {
        for status in [CallStatus::Queued, CallStatus::Initiated, CallStatus::Ringing, CallStatus::InProgress] {
            check(7, vec![pending(LineKind::Direct, status, false)], Some(7), "");
            check(7, vec![pending(LineKind::Twilio, status, false)], Some(7), "create");
            check(7, vec![pending(LineKind::Sip, status, true)], Some(7), "update");
        }
    }
}
