//! Follows calls through the engine's events and says what happens to them.

use crate::{
    control::Control,
    exit::{self, Exit},
    report::{Line, MediaFigures, Report, Summary},
};
use mobilecall_domain::{CallId, names};
use mobilecall_ipc::{CallState, CallView, Direction, EndReason};

/// Calls that are not over.
#[derive(Default)]
pub(crate) struct Tracker {
    calls: Vec<CallView>,
}

/// A step of a call that the command may act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It rings here.
    Offered,
    /// Both sides can talk.
    Connected,
    /// It is over.
    Ended(Exit),
}

impl Tracker {
    /// The call that a command is meant for: to answer or decline the one that rings here, for anything else the one that
    /// is not held, or else the last.
    pub(crate) fn meant_by(&self, control: &Control) -> Option<CallId> {
        let rings = |call: &&CallView| call.state == CallState::Offered;
        let found = match control {
            Control::Answer | Control::Decline | Control::Ignore => self.calls.iter().find(rings),
            Control::HangUp
            | Control::Mute(_)
            | Control::Hold(_)
            | Control::Digits(_)
            | Control::Message(_)
            | Control::Quit => None,
        };
        let own = || self.calls.iter().filter(|call| !rings(call));
        let call = found.or_else(|| own().find(|call| !call.held)).or_else(|| own().next_back()).or(self.calls.last());
        call.map(|call| call.id)
    }

    /// Calls that are not over.
    pub(crate) fn alive(&self) -> Vec<CallId> {
        self.calls.iter().map(|call| call.id).collect()
    }

    /// A call that vanished, as one that is over.
    pub(crate) fn given_up(&self, call: CallId) -> Option<CallView> {
        let known = self.calls.iter().find(|known| known.id == call)?.clone();
        Some(CallView { state: CallState::Ended, end: known.end.or(Some(EndReason::Interrupted)), ..known })
    }

    /// Prints what is new about a call and returns the step it took, if any.
    pub(crate) fn take(&mut self, call: CallView, report: Report) -> Option<Step> {
        let index = self.calls.iter().position(|known| known.id == call.id);
        if index.is_none() && call.state == CallState::Ended {
            return None;
        }
        let before = index.map(|index| self.calls[index].clone());
        let step = changed_state(before.as_ref(), &call, report);
        print_facts(before.as_ref(), &call, report);
        match (index, call.state) {
            (Some(index), CallState::Ended) => drop(self.calls.remove(index)),
            (Some(index), _) => self.calls[index] = call,
            (None, _) => self.calls.push(call),
        }
        step
    }
}

fn changed_state(before: Option<&CallView>, call: &CallView, report: Report) -> Option<Step> {
    if before.is_some_and(|before| before.state == call.state) {
        return None;
    }
    let call_id = call.id;
    let ringing = |direction| Line::Ringing {
        call_id,
        direction,
        address: names::clean(&call.address),
        name: call.name.as_deref().map(names::clean),
    };
    match call.state {
        CallState::Dialing => {
            report.print(&Line::Dialing { call_id, address: names::clean(&call.address) });
            None
        }
        CallState::Alerting => {
            report.print(&ringing(Direction::Outgoing));
            None
        }
        CallState::Offered => {
            report.print(&ringing(Direction::Incoming));
            Some(Step::Offered)
        }
        CallState::Active => {
            if before.is_some_and(|before| before.state == CallState::Reconnecting) {
                report.print(&Line::Reconnected { call_id });
                return None;
            }
            report.print(&Line::Connected { call_id, setup_ms: call.setup_ms });
            Some(Step::Connected)
        }
        CallState::Reconnecting => {
            report.print(&Line::Reconnecting { call_id });
            None
        }
        CallState::Connecting | CallState::Ending => None,
        CallState::Ended => {
            let reason = call.end.unwrap_or(EndReason::Failed);
            let answered = call.answered_at_ms.is_some();
            let status = exit::status(reason, answered);
            let code = call.why.as_ref().and_then(|why| why.params.get("code")?.parse().ok());
            let why = call.why.as_ref().map(|why| why.message.clone());
            report.print(&Line::Ended { call_id, reason, status, code, why });
            report.print(&Line::Summary(Summary {
                call_id,
                status,
                setup_ms: call.setup_ms,
                first_audio_ms: call.first_audio_ms,
                media: call.quality.map_or_else(MediaFigures::default, Into::into),
            }));
            Some(Step::Ended(Exit::of_end(reason, answered)))
        }
    }
}

fn print_facts(before: Option<&CallView>, call: &CallView, report: Report) {
    let call_id = call.id;
    let Some(before) = before else { return };
    if before.held != call.held {
        report.print(&Line::Held { call_id, held: call.held });
    }
    if before.muted != call.muted {
        report.print(&Line::Muted { call_id, muted: call.muted });
    }
    for warning in call.warnings.iter().filter(|warning| !before.warnings.contains(warning)) {
        report.print(&Line::Warning { call_id, warning: *warning });
    }
    if let Some(quality) = call.quality
        && before.quality != call.quality
        && call.state != CallState::Ended
    {
        report.print(&Line::Quality { call_id, quality: quality.into() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::LineId;
    use mobilecall_ipc::{LineCapabilities, LineKind};

    fn call(state: CallState, held: bool) -> CallView {
        CallView {
            id: CallId::generate(),
            direction: Direction::Outgoing,
            state,
            address: "102".to_owned(),
            name: None,
            line: LineKind::Direct,
            line_id: LineId::generate(),
            capabilities: LineCapabilities::NONE,
            started_at_ms: 0,
            answered_at_ms: None,
            muted: false,
            held,
            digits: String::new(),
            post_dial: None,
            quality: None,
            warnings: Vec::new(),
            path: None,
            verified: None,
            parameters: std::collections::BTreeMap::new(),
            end: None,
            why: None,
            setup_ms: None,
            first_audio_ms: None,
        }
    }

    #[test]
    fn each_command_goes_to_the_call_it_is_meant_for() {
        use CallState::{Active, Dialing, Offered};
        let (answer, hang_up) = (Control::Answer, Control::HangUp);
        for (calls, control, expected) in [
            (vec![], &answer, None),
            (vec![call(Dialing, false), call(Offered, false)], &answer, Some(1)),
            (vec![call(Dialing, false), call(Offered, false)], &Control::Decline, Some(1)),
            (vec![call(Dialing, false), call(Offered, false)], &hang_up, Some(0)),
            (vec![call(Offered, false), call(Active, false)], &hang_up, Some(1)),
            (vec![call(Offered, false), call(Active, true)], &Control::Hold(false), Some(1)),
            (vec![call(Active, true), call(Active, false)], &hang_up, Some(1)),
            (vec![call(Active, true), call(Active, true)], &hang_up, Some(1)),
            (vec![call(Offered, false)], &hang_up, Some(0)),
            // Nothing rings: the engine says so.
            (vec![call(Dialing, false)], &answer, Some(0)),
        ] {
            let tracker = Tracker { calls };
            let meant = tracker.meant_by(control).map(|id| tracker.calls.iter().position(|call| call.id == id));
            assert_eq!(meant.flatten(), expected, "{control:?}");
        }
    }
}
