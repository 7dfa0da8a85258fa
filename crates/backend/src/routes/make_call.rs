//! `POST /api/calls/make-call`: Twilio calls the agent's own phone, then the customer.

use crate::{
    error::ApiError,
    extract::{Caller, Json},
    permissions,
    state::{Shared, State},
    twilio::{
        announcements::{Announcement, Language},
        dial_policy::{Callee, DialPolicy, LONGEST_CALL, RATE_SPAN, Refusal, callee},
        documents::{self, Place},
        opening::region_of,
    },
};
use axum::{
    extract::State as Extracted,
    http::{HeaderMap, StatusCode},
};
use mobilecall_api::{IDEMPOTENCY_HEADER, calls::CallRecord, error::ErrorBody, twilio::MakeCall};
use mobilecall_domain::{
    CallId, CallRecord as Record, CallReport, CallStart, CallStatus, LineKind, PhoneNumber, Private, Timestamp, names,
};
use mobilecall_store::{CallRequest, LegFacts, NewLeg, Principal};
use mobilecall_twilio::{
    callback::LegEvent,
    rest::{Call, CreateCall, InlineTwiml, Instructions, LegCallback},
    settings::CallSettings,
    twiml,
};
use std::time::Duration;

const MAX_KEY_BYTES: usize = 128;
/// A request is known again for this long.
const KEYS_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Seconds for which the agent's own phone rings.
const RING_AGENT: u32 = 30;

/// Call a customer by way of the agent's own phone.
///
/// With the header `Idempotency-Key`, the same request sent again gives the call that it has become.
#[utoipa::path(
    post, path = "/api/calls/make-call", tag = "calls", request_body = MakeCall,
    params(("idempotency-key" = Option<String>, Header, description = "A name of the sender's for this request, up to 128 characters")),
    responses(
        (status = 200, description = "Asked for before; the call as it stands", body = CallRecord),
        (status = 201, description = "Twilio calls the agent's phone", body = CallRecord),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "The company does not allow this call", body = ErrorBody),
        (status = 422, description = "A value is not acceptable, Twilio is not set up, or refused", body = ErrorBody),
    )
)]
pub(crate) async fn make_call(
    Extracted(state): Extracted<Shared>,
    Caller(principal): Caller,
    headers: HeaderMap,
    Json(wanted): Json<MakeCall>,
) -> Result<(StatusCode, axum::Json<CallRecord>), ApiError> {
    let settings = state.twilio_account(principal.company.id).await?.settings.for_calls()?;
    let (customer, phone) =
        (number(&principal, "to", &wanted.to)?, number(&principal, "agentPhone", &wanted.agent_phone)?);
    check_caller(&principal, wanted.from.as_deref(), &settings)?;
    let now = Timestamp::now();
    let id = match key(&headers)? {
        Some(key) => claimed(&state, &principal, key, now).await?,
        None => CallId::generate(),
    };
    if let Some(known) = state.store.call(permissions::own(&principal), id).await? {
        return Ok((StatusCode::OK, axum::Json(known.into())));
    }
    check_rules(&state, &principal, [&customer, &phone], now).await?;
    let record = record(&principal, id, &settings, &customer, now);
    state.store.save_call(&record, now).await?;
    place(&state, &principal, &record, &settings, &customer, &phone).await?;
    let record = state.store.call(permissions::own(&principal), id).await?.unwrap_or(record);
    Ok((StatusCode::CREATED, axum::Json(record.into())))
}

/// Has Twilio call. What it does not do is noted in the record, unless it may have done it all the same.
async fn place(
    state: &State,
    principal: &Principal,
    record: &Record,
    settings: &CallSettings,
    customer: &PhoneNumber,
    phone: &PhoneNumber,
) -> Result<(), ApiError> {
    let request = create(principal, record, settings, customer, phone)?.request(settings.rest.account);
    let sent = async {
        state.rest.turn_to_call(settings.rest.account).await?;
        state.rest.send::<Call>(&settings.rest, &request).await
    };
    let refused = match sent.await {
        Ok(call) => {
            let leg = NewLeg { sid: call.sid.to_string(), facts: LegFacts::of(call.status) };
            state.store.open_leg(record, &leg, Timestamp::now()).await?;
            return Ok(());
        }
        Err(refused) => refused,
    };
    if refused.did_nothing() {
        let failed = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
        state.store.report_call(permissions::own(principal), record.id, &failed, Timestamp::now()).await?;
    }
    Err(refused.into())
}

fn create(
    principal: &Principal,
    record: &Record,
    settings: &CallSettings,
    customer: &PhoneNumber,
    phone: &PhoneNumber,
) -> Result<CreateCall, ApiError> {
    let place = Place { base: settings.public_base_url.as_str(), call: record.id, company: principal.company.id };
    let language = Language::of(&principal.company);
    let document = twiml::Response(vec![
        language.say(Announcement::NowTheCustomer.text(language)),
        documents::dial_number(place, customer, &settings.caller),
    ]);
    Ok(CreateCall {
        to: Private::new(phone.as_e164().to_owned()),
        from: Private::new(settings.caller.as_e164().to_owned()),
        instructions: Instructions::Twiml(InlineTwiml::new(&document).map_err(ApiError::internal)?),
        status_callback: Some(LegCallback { url: place.url("status", ""), events: LegEvent::ALL.to_vec() }),
        timeout: Some(RING_AGENT),
        time_limit: None,
        // The talk with the customer is recorded by the document, and nothing before.
        recording_callback: None,
    })
}

fn record(
    principal: &Principal,
    id: CallId,
    settings: &CallSettings,
    customer: &PhoneNumber,
    now: Timestamp,
) -> Record {
    let start = CallStart {
        id,
        company_id: principal.company.id,
        line: LineKind::Twilio,
        from_number: settings.caller.as_e164().to_owned(),
        to_number: customer.as_e164().to_owned(),
        at: now,
    };
    let begun = Record::outgoing(start).of_agent(principal.user.id, Some(names::clean(&principal.user.name)));
    Record { status: CallStatus::Queued, ..begun }
}

/// Under which id the request is a call.
async fn claimed(state: &State, principal: &Principal, key: String, now: Timestamp) -> Result<CallId, ApiError> {
    let request =
        CallRequest { company: principal.company.id, agent: principal.user.id, key, call: CallId::generate() };
    Ok(state.store.claim_request(&request, now, now.minus(KEYS_KEPT)).await?)
}

async fn check_rules(
    state: &State,
    principal: &Principal,
    numbers: [&PhoneNumber; 2],
    now: Timestamp,
) -> Result<(), ApiError> {
    let company = &principal.company;
    let policy = DialPolicy::of(company)?;
    numbers.into_iter().try_for_each(|number| policy.check_number(number))?;
    let (since, alive) = (now.minus(RATE_SPAN), now.minus(LONGEST_CALL));
    let dialed = state.store.dialed(company.id, principal.user.id, since, alive).await?;
    Ok(policy.check_load(dialed.and_one(), now)?)
}

fn check_caller(principal: &Principal, from: Option<&str>, settings: &CallSettings) -> Result<(), ApiError> {
    match from {
        Some(from) if number(principal, "from", from)? != settings.caller => {
            Err(ApiError::unprocessable("from is not the company's number: leave it out"))
        }
        Some(_) | None => Ok(()),
    }
}

fn number(principal: &Principal, field: &str, text: &str) -> Result<PhoneNumber, ApiError> {
    match callee(text, region_of(&principal.company)?) {
        Ok(Callee::Number(number)) => Ok(number),
        Ok(Callee::Colleague(_)) => Err(ApiError::unprocessable(format!("{field} is not a phone number"))),
        Err(refusal) => Err(ApiError::unprocessable(format!("{field}: {refusal}"))),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get(IDEMPOTENCY_HEADER) else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=MAX_KEY_BYTES).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::unprocessable("Idempotency-Key has 1 to 128 plain characters")),
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::forbidden(refusal.to_string())
    }
}
