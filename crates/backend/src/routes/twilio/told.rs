//! What Twilio tells of a call or a recording: answered with nothing.

use crate::{
    convert::recording_status,
    error::ApiError,
    permissions,
    state::{Shared, State},
    twilio::webhook::{Signed, fields},
};
use axum::{
    body::to_bytes,
    extract::{FromRequest, FromRequestParts as _, Request, State as Extracted},
    http::StatusCode,
};
use mobilecall_api::error::ErrorBody;
use mobilecall_domain::{CallStatus, Timestamp};
use mobilecall_store::{LegFacts, LegReport, Principal, RecordingReport, StoreError};
use mobilecall_twilio::webhook::{RecordingCallback, StatusCallback};

/// Who tells of a call.
pub(crate) enum Teller {
    Twilio(Box<Signed>),
    /// An old client, of a call of its own.
    Client(Box<Principal>, Vec<(String, String)>),
}

impl FromRequest<Shared> for Teller {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, ApiError> {
        if Signed::claims(request.headers()) || !request.headers().contains_key(axum::http::header::AUTHORIZATION) {
            return Ok(Self::Twilio(Box::new(Signed::from_request(request, state).await?)));
        }
        let (mut parts, body) = request.into_parts();
        let crate::extract::Caller(principal) = crate::extract::Caller::from_request_parts(&mut parts, state).await?;
        let body = to_bytes(body, usize::MAX).await.map_err(|error| ApiError::broken_body(&error))?;
        Ok(Self::Client(Box::new(principal), fields(&body)?))
    }
}

/// How a leg of a call goes.
///
/// Signed by Twilio; or, as old clients send it, JSON with `CallSid`, `CallStatus` and `CallDuration` from somebody who is
/// signed in, about a call of their own.
#[utoipa::path(
    post, path = "/api/calls/webhook/status", tag = "twilio", security((), ("bearer" = [])),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio, or JSON with a session"),
    responses(
        (status = 204, description = "Noted"),
        (status = 401, description = "Neither signed nor signed in", body = ErrorBody),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
        (status = 404, description = "No such call of one's own", body = ErrorBody),
    )
)]
pub(crate) async fn status(Extracted(state): Extracted<Shared>, teller: Teller) -> Result<StatusCode, ApiError> {
    let now = Timestamp::now();
    match teller {
        Teller::Twilio(signed) => told_by_twilio(&state, &signed, now).await?,
        Teller::Client(principal, pairs) => {
            let told = StatusCallback::read(&pairs)?;
            let sid = told.call.to_string();
            let call = state.store.call_of_leg(principal.company.id, &sid).await?;
            let call = call.ok_or(StoreError::NotFound("call"))?;
            state.store.amend_call(permissions::own(&principal), call, &told.as_report(), now).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn told_by_twilio(state: &State, signed: &Signed, now: Timestamp) -> Result<(), ApiError> {
    let told = StatusCallback::read(&signed.pairs)?;
    let facts = facts(&told);
    for company in companies(state, signed).await? {
        let report = LegReport {
            company,
            sid: told.call.to_string(),
            call: signed.named.call,
            parent: told.parent.map(|parent| parent.to_string()),
            agent: signed.named.agent,
            facts,
        };
        if report_known(state, &report, now).await? {
            return Ok(());
        }
    }
    // A leg that was dialed belongs to a call that somebody else began.
    if told.parent.is_some() || !state.open_late(signed, &told, facts).await? {
        tracing::warn!("a status of a call that is not known here was passed over");
    }
    Ok(())
}

/// Whose call it may be: the company that the address names, else everyone for whom the sender may speak.
async fn companies(state: &State, signed: &Signed) -> Result<Vec<mobilecall_domain::CompanyId>, ApiError> {
    if signed.named.company.is_some() {
        return Ok(state.named_company(signed).await?.map(|(company, _)| company.id).into_iter().collect());
    }
    let from = signed.pairs.iter().find(|(name, _)| name == "From").map_or("", |(_, from)| from.as_str());
    let client = from.strip_prefix("client:").and_then(|name| name.parse().ok());
    if let Some((_, company, _)) = state.calling_agent(signed, client.as_ref()).await? {
        return Ok(vec![company.id]);
    }
    let to = signed.pairs.iter().find(|(name, _)| name == "To").map_or("", |(_, to)| to.as_str());
    Ok(state.called_company(signed, to).await?.map(|(company, _)| company.id).into_iter().collect())
}

fn facts(told: &StatusCallback) -> LegFacts {
    let is_final = told.status.is_final();
    LegFacts {
        status: Some(told.status),
        answered_at: told.at.filter(|_| told.status == CallStatus::InProgress),
        ended_at: told.at.filter(|_| is_final),
        duration_seconds: told.seconds.filter(|_| is_final),
        outcome: None,
    }
}

/// How a recording stands.
#[utoipa::path(
    post, path = "/api/calls/webhook/recording", tag = "twilio", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio"),
    responses(
        (status = 204, description = "Noted"),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
    )
)]
pub(crate) async fn recording(Extracted(state): Extracted<Shared>, signed: Signed) -> Result<StatusCode, ApiError> {
    let told = RecordingCallback::read(&signed.pairs)?;
    let Some(leg) = told.call else { return Ok(StatusCode::NO_CONTENT) };
    for company in companies(&state, &signed).await? {
        let report = RecordingReport {
            company,
            sid: told.recording.to_string(),
            call_sid: leg.to_string(),
            status: recording_status(told.status),
            duration_seconds: told.seconds,
            started_at: told.started_at,
        };
        match state.store.save_recording(&report, Timestamp::now()).await {
            Ok(_) => return Ok(StatusCode::NO_CONTENT),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    tracing::warn!("a recording of a call that is not known here was passed over");
    Ok(StatusCode::NO_CONTENT)
}

/// Joins what is said of a leg with what is known; of a call that is not known nothing is kept.
pub(crate) async fn report(state: &State, report: &LegReport, now: Timestamp) -> Result<(), ApiError> {
    if !report_known(state, report, now).await? {
        tracing::warn!("what was told of a call that is not known here was passed over");
    }
    Ok(())
}

async fn report_known(state: &State, report: &LegReport, now: Timestamp) -> Result<bool, ApiError> {
    match state.store.report_leg(report, now).await {
        Ok(_) => Ok(true),
        Err(StoreError::NotFound(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
