//! Call records: how they are made, and what is reported of them.

use super::Switch;
use super::call::{Call, Record};
use super::ending::Ending;
use super::io::{CallKey, Output};
use super::party::Party;
use super::timers::Timer;
use crate::host::{Agent, HostError};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Direction, EndReason, LineKind, Timestamp};
use mobilecall_pstream::CallSid;

/// The address under which a person is stored and called back.
fn address(agent: &Agent) -> String {
    format!("client:{}", agent.username)
}

pub(super) fn outgoing(call: &Call, id: CallId, sid: &CallSid, callee: Option<&Agent>) -> CallRecord {
    CallRecord {
        to_number: call.dialed.clone(),
        customer_name: callee.map(|agent| agent.name.clone()),
        ..blank(call, id, sid, Direction::Outgoing, &call.caller.agent)
    }
}

pub(super) fn incoming(call: &Call, id: CallId, sid: &CallSid, callee: &Agent) -> CallRecord {
    CallRecord {
        to_number: address(callee),
        customer_name: Some(call.caller.agent.name.clone()),
        ..blank(call, id, sid, Direction::Incoming, callee)
    }
}

fn blank(call: &Call, id: CallId, sid: &CallSid, direction: Direction, owner: &Agent) -> CallRecord {
    CallRecord {
        id,
        company_id: call.company,
        twilio_call_sid: Some(sid.0.clone()),
        from_number: address(&call.caller.agent),
        to_number: String::new(),
        direction,
        status: CallStatus::Initiated,
        duration_seconds: None,
        recording_url: None,
        agent_id: Some(owner.user),
        agent_name: Some(owner.name.clone()),
        customer_name: None,
        created_at: call.started,
        answered_at: None,
        ended_at: None,
        line: LineKind::Direct,
        updated_at: call.started,
    }
}

pub(super) fn ringing() -> CallReport {
    CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() }
}

pub(super) fn answered(now: Timestamp) -> CallReport {
    CallReport { status: Some(CallStatus::InProgress), answered_at: Some(now), ..CallReport::default() }
}

pub(super) fn ended(reason: EndReason, answered: bool, now: Timestamp) -> CallReport {
    CallReport { status: Some(reason.status(answered)), ended_at: Some(now), ..CallReport::default() }
}

impl Switch {
    pub(super) fn open_record(&mut self, key: CallKey, party: Party, record: CallRecord) {
        if let Some(call) = self.calls.get_mut(&key) {
            call.set_record(party, Record::Opening);
            self.output(Output::OpenRecord(key, party, Box::new(record)));
        }
    }

    pub(super) fn record_opened(&mut self, key: CallKey, party: Party, result: Result<CallId, HostError>) {
        let late = self.late_reports.remove(&(key, party));
        match (result, late) {
            (Ok(id), Some((company, report))) => self.output(Output::Report(company, id, report)),
            (Ok(id), None) => {
                if let Some(call) = self.calls.get_mut(&key) {
                    call.set_record(party, Record::Open(id));
                    self.prepared(key);
                }
            }
            (Err(error), Some(_)) => tracing::error!(call.key = key.0, ?party, %error, "call record was not written"),
            (Err(error), None) => {
                tracing::error!(call.key = key.0, ?party, %error, "call record was not written, the call is refused");
                if let Some(call) = self.calls.get_mut(&key) {
                    call.set_record(party, Record::None);
                    self.end_call(key, Ending::Internal, None);
                }
            }
        }
    }

    /// Reports the same of both records.
    pub(super) fn report_both(&mut self, key: CallKey, report: &CallReport) {
        let Some(call) = self.calls.get(&key) else { return };
        let company = call.company;
        for record in [call.record(Party::Caller), call.record(Party::Callee)] {
            match record {
                Record::Open(id) => self.output(Output::Report(company, id, report.clone())),
                Record::None | Record::Opening => {}
            }
        }
    }

    pub(super) fn report_alive(&mut self) {
        self.start_timer(Timer::Alive, self.rules.alive_interval);
        let mut alive: Vec<CallId> = self
            .calls
            .values()
            .flat_map(|call| [call.record(Party::Caller), call.record(Party::Callee)])
            .filter_map(|record| match record {
                Record::Open(id) => Some(id),
                Record::None | Record::Opening => None,
            })
            .collect();
        if !alive.is_empty() {
            alive.sort_unstable();
            self.output(Output::Alive(alive));
        }
    }
}
