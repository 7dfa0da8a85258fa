//! `/api/calls/{id}` and the reports of clients. The company and the agent of a record always come from the session.

use crate::{
    error::ApiError,
    extract::{Caller, Json, Path, check_company},
    permissions,
    state::Shared,
};
use axum::{extract::State, http::StatusCode};
use mobilecall_api::{
    calls::{CallFacts, CallRecord, CallReport},
    error::ErrorBody,
};
use mobilecall_domain::{CallId, CallRecord as Record, CallReport as Report, CallStatus, Timestamp};
use mobilecall_store::{ChangeKind, Principal, StoreError};
use serde::Deserialize;
use std::time::Duration;

/// Longest number, address, name or provider's id.
const MAX_TEXT_CHARS: usize = 256;

/// A client's clock may be ahead by this much; a call from further ahead would stand above all others for days.
const MAX_CLOCK_SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// [`CallFacts`] and nothing else: a misspelled fact must not pass for one that changes nothing. The API's own type
/// cannot say so, because a report contains it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Amendment {
    #[serde(flatten)]
    facts: CallFacts,
}

/// One call.
#[utoipa::path(
    get, path = "/api/calls/{id}", tag = "calls", params(("id" = String, Path, format = "uuid", description = "Key of the call")),
    responses(
        (status = 200, description = "The call", body = CallRecord),
        (status = 400, description = "Not an id", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such call among those the caller may see", body = ErrorBody),
    )
)]
pub(crate) async fn get(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Path(id): Path<CallId>,
) -> Result<axum::Json<CallRecord>, ApiError> {
    let record = state.store.call(permissions::visible(&principal), id).await?;
    Ok(axum::Json(record.ok_or(StoreError::NotFound("call"))?.into()))
}

/// Report a call of one's own; again with the same id it only adds what is new.
#[utoipa::path(
    post, path = "/api/calls", tag = "calls", request_body = CallReport,
    responses(
        (status = 200, description = "Known already; the record as it stands", body = CallRecord),
        (status = 201, description = "New", body = CallRecord),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Another company's id", body = ErrorBody),
        (status = 409, description = "The id is another call's", body = ErrorBody),
        (status = 422, description = "A value is not acceptable", body = ErrorBody),
    )
)]
pub(crate) async fn report(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Json(report): Json<CallReport>,
) -> Result<(StatusCode, axum::Json<CallRecord>), ApiError> {
    let now = Timestamp::now();
    check_company(&principal, report.company_id)?;
    check(&report, now)?;
    let change = state.calls.save(record_of(report, &principal, now), now).await?;
    let status = match change.kind {
        ChangeKind::Created => StatusCode::CREATED,
        ChangeKind::Updated | ChangeKind::Unchanged => StatusCode::OK,
    };
    Ok((status, axum::Json(change.call.record.into())))
}

/// Add facts about a call of one's own.
#[utoipa::path(
    patch, path = "/api/calls/{id}", tag = "calls", params(("id" = String, Path, format = "uuid", description = "Key of the call")),
    request_body = CallFacts,
    responses(
        (status = 200, description = "The record as it stands", body = CallRecord),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "A colleague's call", body = ErrorBody),
        (status = 404, description = "No such call among those the caller may see", body = ErrorBody),
        (status = 422, description = "A value is not acceptable", body = ErrorBody),
    )
)]
pub(crate) async fn amend(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Path(id): Path<CallId>,
    Json(Amendment { facts }): Json<Amendment>,
) -> Result<axum::Json<CallRecord>, ApiError> {
    let now = Timestamp::now();
    check_facts(&facts, now)?;
    match state.calls.amend(permissions::own(&principal), id, facts.into(), now).await {
        Ok(change) => Ok(axum::Json(change.call.record.into())),
        Err(StoreError::NotFound(_)) => {
            // A colleague's call is refused as what it is only to those who may see it.
            state.store.call(permissions::visible(&principal), id).await?.ok_or(StoreError::NotFound("call"))?;
            Err(ApiError::forbidden("this is a colleague's call: only its own agent reports about it"))
        }
        Err(other) => Err(other.into()),
    }
}

/// The record as it began; what happened since is applied by the same rule as every later report.
fn record_of(report: CallReport, principal: &Principal, now: Timestamp) -> Record {
    let CallReport { id, from_number, to_number, direction, line, created_at, company_id: _, facts } = report;
    let facts = Report::from(facts);
    let mut record = Record {
        id,
        company_id: principal.company.id,
        twilio_call_sid: None,
        from_number,
        to_number,
        direction: direction.into(),
        status: CallStatus::Queued,
        duration_seconds: None,
        recording_url: None,
        agent_id: Some(principal.user.id),
        agent_name: Some(principal.user.name.clone()),
        customer_name: None,
        created_at,
        answered_at: None,
        ended_at: None,
        line: line.into(),
        updated_at: now,
    };
    record.apply(&facts, now);
    record
}

fn check(report: &CallReport, now: Timestamp) -> Result<(), ApiError> {
    if !report.id.is_v7() {
        return Err(ApiError::unprocessable("id must be a UUIDv7"));
    }
    check_text("fromNumber", &report.from_number)?;
    check_text("toNumber", &report.to_number)?;
    check_time("createdAt", Some(report.created_at), now)?;
    check_facts(&report.facts, now)
}

fn check_facts(facts: &CallFacts, now: Timestamp) -> Result<(), ApiError> {
    check_time("answeredAt", facts.answered_at, now)?;
    check_time("endedAt", facts.ended_at, now)?;
    let texts = [("twilioCallSid", &facts.twilio_call_sid), ("customerName", &facts.customer_name)];
    let sent = texts.into_iter().filter_map(|(name, text)| Some((name, text.as_deref()?)));
    sent.into_iter().try_for_each(|(name, text)| check_text(name, text))
}

fn check_time(name: &str, time: Option<Timestamp>, now: Timestamp) -> Result<(), ApiError> {
    let plausible = Timestamp::from_millis(0)..=now.plus(MAX_CLOCK_SKEW);
    if time.is_none_or(|time| plausible.contains(&time)) {
        return Ok(());
    }
    Err(ApiError::unprocessable(format!("{name} cannot be: set the clock of this machine right")))
}

fn check_text(name: &str, text: &str) -> Result<(), ApiError> {
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err(ApiError::unprocessable(format!("{name} has more than {MAX_TEXT_CHARS} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(ApiError::unprocessable(format!("{name} has a control character")));
    }
    Ok(())
}
