//! What to do with a call: answered with TwiML.

use crate::{
    error::ApiError,
    state::Shared,
    twilio::{
        documents::{self, Place, Twiml},
        opening::{Asked, not_in_service, reject},
        webhook::Signed,
    },
};
use axum::extract::State;
use mobilecall_api::error::ErrorBody;
use mobilecall_domain::{CallStatus, Direction, Timestamp};
use mobilecall_store::{LegFacts, LegReport, Scope};
use mobilecall_twilio::webhook::{DialAction, VoiceRequest};

/// A softphone calls over Twilio.
#[utoipa::path(
    post, path = "/api/calls/webhook/outbound", tag = "twilio", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio"),
    responses(
        (status = 200, description = "TwiML", content_type = "text/xml", body = String),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
    )
)]
pub(crate) async fn outbound(state: State<Shared>, signed: Signed) -> Result<Twiml, ApiError> {
    dial_out(&state, &signed).await
}

/// The same at the address of old TwiML apps.
#[utoipa::path(
    post, path = "/api/calls/twiml/outbound", tag = "twilio", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio"),
    responses(
        (status = 200, description = "TwiML", content_type = "text/xml", body = String),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
    )
)]
pub(crate) async fn outbound_of_old_apps(state: State<Shared>, signed: Signed) -> Result<Twiml, ApiError> {
    dial_out(&state, &signed).await
}

async fn dial_out(state: &Shared, signed: &Signed) -> Result<Twiml, ApiError> {
    let request = VoiceRequest::read(&signed.pairs)?;
    let Some((user, company, account)) = state.calling_agent(signed, request.client().as_ref()).await? else {
        tracing::warn!("a call of nobody known here was rejected");
        return Ok(reject());
    };
    let asked = Asked { user: &user, company: &company, account: &account };
    state.dial_out(asked, &request, &signed.base).await
}

/// Somebody calls the company's number.
#[utoipa::path(
    post, path = "/api/calls/webhook/incoming", tag = "twilio", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio"),
    responses(
        (status = 200, description = "TwiML", content_type = "text/xml", body = String),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
    )
)]
pub(crate) async fn incoming(State(state): State<Shared>, signed: Signed) -> Result<Twiml, ApiError> {
    let request = VoiceRequest::read(&signed.pairs)?;
    let number = request.to.as_ref().map_or("", |to| to.expose().as_str());
    match state.called_company(&signed, number).await? {
        Some((company, account)) => state.take_in(&company, &account, &request, &signed.base).await,
        None => {
            tracing::warn!(
                "a call to a number of no company was refused: set the company that the server's number is of"
            );
            Ok(not_in_service())
        }
    }
}

/// Dialing is over: what became of it, and what is next.
#[utoipa::path(
    post, path = "/api/calls/webhook/dial", tag = "twilio", security(()),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "Signed by Twilio"),
    responses(
        (status = 200, description = "TwiML", content_type = "text/xml", body = String),
        (status = 403, description = "Not signed by an account of this server", body = ErrorBody),
    )
)]
pub(crate) async fn dial(State(state): State<Shared>, signed: Signed) -> Result<Twiml, ApiError> {
    let action = DialAction::read(&signed.pairs)?;
    let Some((company, _)) = state.named_company(&signed).await? else { return Ok(documents::nothing()) };
    let status = action.dialed.call_status();
    let report = LegReport {
        company: company.id,
        sid: action.call.to_string(),
        call: signed.named.call,
        parent: None,
        agent: None,
        facts: LegFacts::dialed(status, action.seconds),
    };
    super::told::report(&state, &report, Timestamp::now()).await?;
    let Some(call) = signed.named.call else { return Ok(documents::nothing()) };
    let record = state.store.call(Scope::everybody(company.id), call).await?;
    match record.map(|record| record.direction) {
        Some(Direction::Incoming) if status != CallStatus::Completed => {
            let place = Place { base: &signed.base, call, company: company.id };
            state.ring(&company, place, signed.named.group).await
        }
        Some(Direction::Outgoing) => Ok(documents::after_dialing(status)),
        Some(Direction::Incoming) | None => Ok(documents::nothing()),
    }
}
