//! `/api/calls/{id}` and the reports of clients. The company and the agent of a record always come from the session.

use crate::{
    call_times,
    error::ApiError,
    extract::{Caller, Json, Path, check_company},
    permissions,
    routes::report_bodies::{FactsBody, ReportBody},
    state::Shared,
};
use axum::{extract::State, http::StatusCode};
use mobilecall_api::{
    calls::{CallFacts, CallRecord, CallReport, Direction},
    error::ErrorBody,
};
use mobilecall_domain::{CallId, CallRecord as Record, CallReport as Report, CallStart, CallStatus, Timestamp, names};
use mobilecall_store::{ChangeKind, Principal, StoreError};

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
    Json(body): Json<ReportBody>,
) -> Result<(StatusCode, axum::Json<CallRecord>), ApiError> {
    let now = Timestamp::now();
    let mut report = CallReport::from(body);
    check_company(&principal, report.company_id)?;
    check(&mut report, now)?;
    let change = state.store.save_call(&record_of(report, &principal, now), now).await?;
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
    Json(body): Json<FactsBody>,
) -> Result<axum::Json<CallRecord>, ApiError> {
    let now = Timestamp::now();
    let mut facts = CallFacts::from(body);
    clean_texts(&mut facts)?;
    let known = state.store.call(permissions::visible(&principal), id).await?.ok_or(StoreError::NotFound("call"))?;
    // A colleague's call is refused as what it is only to those who may see it.
    if known.agent_id != Some(principal.user.id) {
        return Err(ApiError::forbidden("this is a colleague's call: only its own agent reports about it"));
    }
    call_times::of_facts(&mut facts, &known, now)?;
    let change = state.store.amend_call(permissions::own(&principal), id, &facts.into(), now).await?;
    Ok(axum::Json(change.call.record.into()))
}

/// The record as it began; what happened since is applied by the same rule as every later report.
fn record_of(report: CallReport, principal: &Principal, now: Timestamp) -> Record {
    let CallReport { id, from_number, to_number, direction, line, created_at, company_id: _, facts } = report;
    let facts = Report::from(facts);
    let company_id = principal.company.id;
    let start = CallStart { id, company_id, line: line.into(), from_number, to_number, at: created_at };
    let begun = match direction {
        Direction::Inbound => Record::incoming(start),
        Direction::Outbound => Record::outgoing(start),
    };
    let begun = begun.of_agent(principal.user.id, Some(names::clean(&principal.user.name)));
    let mut record = Record { status: CallStatus::Queued, updated_at: now, ..begun };
    record.apply(&facts, now);
    record
}

/// Refuses what cannot be, and takes away what cannot be seen.
fn check(report: &mut CallReport, now: Timestamp) -> Result<(), ApiError> {
    if !report.id.is_v7() {
        return Err(ApiError::unprocessable("id must be a UUIDv7"));
    }
    clean_text("fromNumber", &mut report.from_number)?;
    clean_text("toNumber", &mut report.to_number)?;
    if report.to_number.is_empty() {
        return Err(ApiError::unprocessable("toNumber is empty: say who was called"));
    }
    clean_texts(&mut report.facts)?;
    call_times::of_report(report, now)
}

fn clean_texts(facts: &mut CallFacts) -> Result<(), ApiError> {
    for (name, text) in [("twilioCallSid", &mut facts.twilio_call_sid), ("customerName", &mut facts.customer_name)] {
        if let Some(sent) = text {
            clean_text(name, sent)?;
        }
        // A name of which nothing can be seen is none.
        *text = text.take().filter(|text| !text.is_empty());
    }
    Ok(())
}

fn clean_text(name: &str, text: &mut String) -> Result<(), ApiError> {
    *text = names::of_call(text).map_err(|unfit| ApiError::unprocessable(format!("{name} {unfit}")))?;
    Ok(())
}
