//! Call records: how they are made, and what is reported of them.

use super::Switch;
use super::call::{Call, RecordIds, Records};
use super::ending::Ending;
use super::io::{CallKey, Output, Reports};
use super::party::Party;
use crate::host::{Agent, CallReported, HostError};
use mobilecall_domain::{
    CallId, CallRecord, CallReport, CallStart, CallStatus, CompanyId, EndReason, LineKind, Timestamp,
};
use mobilecall_pstream::CallSid;

/// The address under which a person is stored and called back.
fn address(agent: &Agent) -> String {
    format!("client:{}", agent.username)
}

/// The caller's record.
fn outgoing(call: &Call, id: CallId, sid: &CallSid, callee: Option<&Agent>) -> CallRecord {
    let agent = &call.caller.agent;
    CallRecord {
        twilio_call_sid: Some(sid.0.clone()),
        customer_name: callee.map(|agent| agent.name.clone()),
        ..CallRecord::outgoing(start(call, id, call.dialed.clone())).of_agent(agent.user, Some(agent.name.clone()))
    }
}

/// The called person's record.
fn incoming(call: &Call, id: CallId, sid: &CallSid, agent: &Agent) -> CallRecord {
    CallRecord {
        twilio_call_sid: Some(sid.0.clone()),
        customer_name: Some(call.caller.agent.name.clone()),
        ..CallRecord::incoming(start(call, id, address(agent))).of_agent(agent.user, Some(agent.name.clone()))
    }
}

fn start(call: &Call, id: CallId, to_number: String) -> CallStart {
    CallStart {
        id,
        company_id: call.company,
        line: LineKind::Direct,
        from_number: address(&call.caller.agent),
        to_number,
        at: call.started,
    }
}

pub(super) fn ringing() -> CallReport {
    CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() }
}

pub(super) fn answered(now: Timestamp) -> CallReport {
    CallReport { status: Some(CallStatus::InProgress), answered_at: Some(now), ..CallReport::default() }
}

fn ended(reason: EndReason, answered: bool, now: Timestamp) -> CallReport {
    CallReport { status: Some(reason.status(answered)), ended_at: Some(now), ..CallReport::default() }
}

impl RecordIds {
    /// The caller's record comes first, and the callee's is second if there is one.
    fn in_order(ids: &[CallId]) -> Option<Self> {
        let (caller, others) = ids.split_first()?;
        Some(Self { caller: *caller, callee: others.first().copied() })
    }

    fn each(self) -> impl Iterator<Item = (Party, CallId)> {
        let callee = self.callee.map(|id| (Party::Callee, id));
        std::iter::once((Party::Caller, self.caller)).chain(callee)
    }

    /// One report for each record.
    fn report(self, company: CompanyId, report: impl Fn(Party) -> CallReport) -> Vec<CallReported> {
        self.each().map(|(party, call)| CallReported { company, call, report: report(party) }).collect()
    }
}

/// How a call ended whose records are still being written.
pub(super) struct LateEnd {
    company: CompanyId,
    ending: Ending,
    answered: bool,
    at: Timestamp,
}

impl LateEnd {
    fn reports(&self, ids: RecordIds) -> Reports {
        let report = |party| ended(self.ending.reason(party), self.answered, self.at);
        Reports { records: ids.report(self.company, report), last: true }
    }
}

impl Switch {
    /// Has the records of both parties written, together and before anybody is told of the call.
    pub(super) fn open_records(&mut self, key: CallKey) {
        let Some(call) = self.calls.get_mut(&key) else { return };
        let Some(leg) = self.legs.get(&call.caller.leg) else { return };
        let id = call.caller.wanted.unwrap_or_else(|| self.ids.call_id());
        let called = call.called();
        let mut records = vec![outgoing(call, id, &leg.sid, called.map(|called| &called.agent))];
        records.extend(called.map(|called| incoming(call, self.ids.call_id(), &called.sid, &called.agent)));
        call.records = Records::Opening;
        self.output(Output::OpenRecords(key, records));
    }

    pub(super) fn records_opened(&mut self, key: CallKey, result: Result<Vec<CallId>, HostError>) {
        let late = self.late_ends.remove(&key);
        let result = result.and_then(|ids| {
            RecordIds::in_order(&ids).ok_or_else(|| HostError::Failed("it named no id of a record".to_owned()))
        });
        match (result, late) {
            (Ok(ids), Some(late)) => self.output(Output::Report(key, late.reports(ids))),
            (Ok(ids), None) => {
                if let Some(call) = self.calls.get_mut(&key) {
                    call.records = Records::Open(ids);
                    self.prepared(key);
                }
            }
            (Err(error), Some(_)) => tracing::error!(call.key = key.0, %error, "call records were not written"),
            (Err(error), None) => {
                tracing::error!(call.key = key.0, %error, "call records were not written, the call is refused");
                if let Some(call) = self.calls.get_mut(&key) {
                    call.records = Records::None;
                    self.end_call(key, Ending::Internal, None);
                }
            }
        }
    }

    /// Reports the same of both records.
    pub(super) fn report_both(&mut self, key: CallKey, report: &CallReport) {
        let Some(call) = self.calls.get(&key) else { return };
        if let Records::Open(ids) = call.records {
            let records = ids.report(call.company, |_| report.clone());
            self.output(Output::Report(key, Reports { records, last: false }));
        }
    }

    /// Reports the end of a call that was just taken out; if its records are still being written, once they are.
    pub(super) fn report_end(&mut self, key: CallKey, call: &Call, ending: Ending) {
        let end = LateEnd { company: call.company, ending, answered: call.answered(), at: self.now.wall };
        match call.records {
            Records::None => {}
            Records::Opening => {
                self.late_ends.insert(key, end);
            }
            Records::Open(ids) => self.output(Output::Report(key, end.reports(ids))),
        }
    }
}
