//! Which notification a change of a call asks for: pure bookkeeping, the showing is in [`crate::notify`].

use mobilecall_domain::CallId;
use mobilecall_ipc::{CallState, CallView, Direction, EndReason};
use std::collections::HashSet;

/// What to show or withdraw.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Notice {
    /// A call rings here.
    Ring(CallView),
    /// It rings no longer.
    Withdraw(CallId),
    /// It rang and nobody took it.
    Missed(CallView),
}

/// The calls that ring.
#[derive(Debug, Default)]
pub(crate) struct CallNotices {
    ringing: HashSet<CallId>,
}

impl CallNotices {
    /// A call began or changed. Repeating an event asks for nothing new.
    pub(crate) fn changed(&mut self, call: &CallView) -> Vec<Notice> {
        if call.state == CallState::Offered {
            return if self.ringing.insert(call.id) { vec![Notice::Ring(call.clone())] } else { Vec::new() };
        }
        if !self.ringing.remove(&call.id) {
            return Vec::new();
        }
        let mut notices = vec![Notice::Withdraw(call.id)];
        if was_missed(call) {
            notices.push(Notice::Missed(call.clone()));
        }
        notices
    }

    /// A call is gone.
    pub(crate) fn removed(&mut self, call: CallId) -> Vec<Notice> {
        if self.ringing.remove(&call) { vec![Notice::Withdraw(call)] } else { Vec::new() }
    }

    /// Takes over the calls of a snapshot, after events were lost.
    pub(crate) fn resync(&mut self, calls: &[CallView]) -> Vec<Notice> {
        let gone: Vec<_> = self.ringing.iter().copied().filter(|id| !calls.iter().any(|call| call.id == *id)).collect();
        let gone = gone.into_iter().flat_map(|call| self.removed(call)).collect::<Vec<_>>();
        gone.into_iter().chain(calls.iter().flat_map(|call| self.changed(call)).collect::<Vec<_>>()).collect()
    }
}

fn was_missed(call: &CallView) -> bool {
    call.direction == Direction::Incoming
        && call.answered_at_ms.is_none()
        && matches!(call.end, Some(EndReason::RemoteCancel | EndReason::NoAnswer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_ipc::{LineCapabilities, LineKind};

    fn call(state: CallState, end: Option<EndReason>) -> CallView {
        CallView {
            id: "019ac000-0000-7000-8000-000000000001".parse().unwrap(),
            direction: Direction::Incoming,
            state,
            address: "104".to_owned(),
            name: Some("Sara".to_owned()),
            line: LineKind::Direct,
            line_id: "019ac000-0000-7000-8000-000000000002".parse().unwrap(),
            capabilities: LineCapabilities::NONE,
            started_at_ms: 0,
            answered_at_ms: None,
            muted: false,
            held: false,
            digits: String::new(),
            post_dial: None,
            quality: None,
            warnings: Vec::new(),
            path: None,
            verified: None,
            parameters: std::collections::BTreeMap::new(),
            end,
            why: None,
            setup_ms: None,
            first_audio_ms: None,
        }
    }

    #[test]
    fn a_call_rings_once_however_often_it_changes() {
        let mut call_notices = CallNotices::default();
        let offered = call(CallState::Offered, None);
        assert_eq!(call_notices.changed(&offered), [Notice::Ring(offered.clone())]);
        assert_eq!(call_notices.changed(&offered), []);
    }

    #[test]
    fn answering_withdraws_and_misses_nothing() {
        let mut call_notices = CallNotices::default();
        let offered = call(CallState::Offered, None);
        call_notices.changed(&offered);
        assert_eq!(call_notices.changed(&call(CallState::Connecting, None)), [Notice::Withdraw(offered.id)]);
        assert_eq!(call_notices.changed(&call(CallState::Ended, Some(EndReason::RemoteHangup))), []);
    }

    #[test]
    fn only_calls_that_nobody_took_are_missed() {
        for (end, missed) in [
            (EndReason::RemoteCancel, true),
            (EndReason::NoAnswer, true),
            (EndReason::LocalDecline, false),
            (EndReason::AnsweredElsewhere, false),
            (EndReason::SignalingLost, false),
        ] {
            let mut call_notices = CallNotices::default();
            call_notices.changed(&call(CallState::Offered, None));
            let notices = call_notices.changed(&call(CallState::Ended, Some(end)));
            assert_eq!(notices.iter().any(|notice| matches!(notice, Notice::Missed(_))), missed, "{end:?}");
        }
    }

    #[test]
    fn after_lost_events_the_snapshot_decides() {
        let mut call_notices = CallNotices::default();
        let offered = call(CallState::Offered, None);
        call_notices.changed(&offered);
        assert_eq!(call_notices.resync(&[]), [Notice::Withdraw(offered.id)]);
        assert_eq!(call_notices.resync(std::slice::from_ref(&offered)), [Notice::Ring(offered)]);
    }
}
