//! The requests of a signed-in softphone.

use crate::{ClientError, Session, http::Request};
use mobilecall_api::{
    calls::{CallFacts, CallRecord as ApiRecord, CallReport, VoiceToken},
    changes::{ChangePage, Entity},
    company::Company,
    events::Presence,
    people::Person,
    twilio::MakeCall,
};
use mobilecall_domain::{CallRecord, LineKind, Timestamp};
use std::time::Duration;

/// Changes of one page. The server allows at most 500; a page is one transaction here.
const PAGE_SIZE: u32 = 200;

/// A page of the company's change log, oldest change first, as far as this device keeps what changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// Calls as they stand.
    pub calls: Vec<CallRecord>,
    /// People as they stand, of whom this device keeps no more than the extensions: it asks for the team when it connects.
    pub people: Vec<Person>,
    /// The company as it stands, if it changed.
    pub company: Option<Company>,
    /// The change sequence up to which this page brings the reader.
    pub sequence: u64,
    /// There are more.
    pub more: bool,
}

impl From<ChangePage> for Changes {
    fn from(page: ChangePage) -> Self {
        let (mut calls, mut people, mut company) = (Vec::new(), Vec::new(), None);
        for change in page.changes {
            match change.entity {
                Entity::Call { call } => calls.push((*call).into()),
                Entity::Person { person } => people.push(person),
                Entity::Company { company: changed } => company = Some(*changed),
                // Of a newer server; nothing here shows it.
                Entity::Unknown => {}
            }
        }
        Self { calls, people, company, sequence: page.sequence, more: page.more }
    }
}

impl Session {
    /// `GET /api/calls/token`: a credential for the line of this kind that the server gives out. Cancel-safe.
    pub async fn voice_token(&self, line: LineKind) -> Result<VoiceToken, ClientError> {
        Ok(self.request(&Request::get(format!("/api/calls/token?line={line}"))).await?.1)
    }

    /// `GET /api/team`, asked once: the sync, which asks, repeats it by its own rule. Cancel-safe.
    pub async fn team(&self) -> Result<Vec<Presence>, ClientError> {
        Ok(self.request_once::<(), _>(&Request::get("/api/team")).await?.1)
    }

    /// `GET /api/company`. Cancel-safe.
    pub async fn company(&self) -> Result<Company, ClientError> {
        Ok(self.request(&Request::get("/api/company")).await?.1)
    }

    /// `GET /api/changes`: what changed after `since`, in whatever area. Cancel-safe.
    pub async fn changes(&self, since: u64) -> Result<Changes, ClientError> {
        let request = Request::get(format!("/api/changes?since={since}&limit={PAGE_SIZE}"));
        Ok(self.request_once::<(), ChangePage>(&request).await?.1.into())
    }

    /// `POST /api/calls`: a call as this device saw it. Idempotent. Returns the server's record.
    pub async fn report_call(&self, record: &CallRecord) -> Result<CallRecord, ClientError> {
        let report = CallReport {
            id: record.id,
            from_number: record.from_number.clone(),
            to_number: record.to_number.clone(),
            direction: record.direction.into(),
            line: record.line.into(),
            created_at: record.created_at,
            company_id: None,
            facts: facts(record),
        };
        let (_, stored) = self.request_once::<_, ApiRecord>(&Request::post("/api/calls", &report)).await?;
        Ok(stored.into())
    }

    /// `POST /api/calls/make-call`: Twilio calls the agent's own phone, then `to`. Repeated where that can help; under the same
    /// `key` it is one call. Returns the server's record.
    pub async fn make_call(&self, to: &str, agent_phone: &str, key: &str) -> Result<CallRecord, ClientError> {
        let wanted = MakeCall { to: to.to_owned(), from: None, agent_phone: agent_phone.to_owned() };
        let request = Request::post("/api/calls/make-call", &wanted).once(key);
        Ok(self.request::<_, ApiRecord>(&request).await?.1.into())
    }

    /// `PATCH /api/calls/{id}`: facts about a call that the server has. Idempotent. Returns the server's record.
    pub async fn add_facts(&self, record: &CallRecord) -> Result<CallRecord, ClientError> {
        let path = format!("/api/calls/{}", record.id);
        let (_, stored) = self.request_once::<_, ApiRecord>(&Request::patch(path, &facts(record))).await?;
        Ok(stored.into())
    }
}

/// No call is longer, so the clock of this device was set while it went on. The server refuses such times.
const LONGEST_CALL: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of the call. Times that contradict each other, because the clock was set between them or another one told
/// the first, are left out: the server then takes its own. So is an answer of which the status knows nothing, as that on
/// another device after the call was given up here.
fn facts(record: &CallRecord) -> CallFacts {
    let agree = times_agree(record);
    CallFacts {
        status: Some(record.status.into()),
        twilio_call_sid: record.twilio_call_sid.clone(),
        answered_at: record.answered_at.filter(|_| agree && !record.status.is_unanswered()),
        ended_at: record.ended_at.filter(|_| agree),
        duration_seconds: record.duration_seconds.filter(|seconds| fits(record, *seconds)),
        customer_name: record.customer_name.clone(),
    }
}

/// Whether the call can have taken as long, by those of its times that are known here.
fn fits(record: &CallRecord, seconds: u32) -> bool {
    let start = record.answered_at.unwrap_or(record.created_at);
    let longest = match record.ended_at {
        _ if record.status.is_unanswered() => Duration::ZERO,
        Some(end) => end.since(start).min(LONGEST_CALL),
        None => LONGEST_CALL,
    };
    Duration::from_secs(seconds.into()) <= longest
}

fn times_agree(record: &CallRecord) -> bool {
    let times = [Some(record.created_at), record.answered_at, record.ended_at];
    let times: Vec<Timestamp> = times.into_iter().flatten().collect();
    times.is_sorted() && times.last().is_none_or(|last| last.since(record.created_at) <= LONGEST_CALL)
}
