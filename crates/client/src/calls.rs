//! The requests of a signed-in softphone.

use crate::{ClientError, Session, http::Request};
use mobilecall_api::{
    SEQUENCE_HEADER,
    calls::{CallFacts, CallRecord as ApiRecord, CallReport, VoiceToken},
    events::Presence,
};
use mobilecall_domain::CallRecord;
use reqwest::header::{HeaderMap, LINK};

/// Records of one page of changes. The server allows at most 500; a page is one transaction here.
const PAGE_SIZE: u32 = 200;

/// A page of changes, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct CallPage {
    /// The records as they stand.
    pub records: Vec<CallRecord>,
    /// The change sequence up to which this page brings the reader.
    pub sequence: u64,
    /// There are more.
    pub more: bool,
}

impl Session {
    /// `GET /api/calls/token`: a credential for the line. Cancel-safe.
    pub async fn voice_token(&self) -> Result<VoiceToken, ClientError> {
        Ok(self.request(&Request::get("/api/calls/token")).await?.1)
    }

    /// `GET /api/team`. Cancel-safe.
    pub async fn team(&self) -> Result<Vec<Presence>, ClientError> {
        Ok(self.request(&Request::get("/api/team")).await?.1)
    }

    /// `GET /api/calls?since=…`: what changed after `since`. Cancel-safe.
    pub async fn changes(&self, since: u64) -> Result<CallPage, ClientError> {
        let request = Request::get(format!("/api/calls?since={since}&limit={PAGE_SIZE}"));
        let (headers, records) = self.request_once::<(), Vec<ApiRecord>>(&request).await?;
        let sequence = sequence(&headers).ok_or_else(|| ClientError::Garbled {
            what: "GET /api/calls".to_owned(),
            source: format!("the header {SEQUENCE_HEADER} is missing").into(),
        })?;
        Ok(CallPage { records: records.into_iter().map(Into::into).collect(), sequence, more: has_next(&headers) })
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

    /// `PATCH /api/calls/{id}`: facts about a call that the server has. Idempotent. Returns the server's record.
    pub async fn add_facts(&self, record: &CallRecord) -> Result<CallRecord, ClientError> {
        let path = format!("/api/calls/{}", record.id);
        let (_, stored) = self.request_once::<_, ApiRecord>(&Request::patch(path, &facts(record))).await?;
        Ok(stored.into())
    }
}

fn facts(record: &CallRecord) -> CallFacts {
    CallFacts {
        status: Some(record.status.into()),
        twilio_call_sid: record.twilio_call_sid.clone(),
        answered_at: record.answered_at,
        ended_at: record.ended_at,
        duration_seconds: record.duration_seconds,
        customer_name: record.customer_name.clone(),
    }
}

fn sequence(headers: &HeaderMap) -> Option<u64> {
    headers.get(SEQUENCE_HEADER)?.to_str().ok()?.parse().ok()
}

/// Whether a `Link` header names a next page (RFC 8288).
fn has_next(headers: &HeaderMap) -> bool {
    headers.get_all(LINK).iter().filter_map(|link| link.to_str().ok()).any(|link| link.contains("rel=\"next\""))
}
