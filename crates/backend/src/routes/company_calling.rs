//! `/api/company/calling`: whom a company's people may call over Twilio, and what callers hear. Only for administrators.

use crate::{
    error::ApiError,
    extract::{Caller, Json},
    permissions,
    state::Shared,
    twilio::{announcements, dial_policy},
};
use axum::extract::State;
use mobilecall_api::{
    company_calling::{CallingHours, CompanyCalling, DialingRules},
    error::ErrorBody,
};
use mobilecall_domain::Region;
use mobilecall_store::{Company, Principal};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// What is set.
#[utoipa::path(
    get, path = "/api/company/calling", operation_id = "company_calling", tag = "company",
    responses(
        (status = 200, description = "As it stands; null where nothing is set", body = CompanyCalling),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
        (status = 422, description = "What is kept cannot be read, and allows no call: set it anew", body = ErrorBody),
    )
)]
pub(crate) async fn get(Caller(principal): Caller) -> Result<axum::Json<CompanyCalling>, ApiError> {
    check(&principal)?;
    Ok(axum::Json(shown(&principal.company)?))
}

/// Set all of it; what is left out is as it is by default from then on. Holds for the next call.
#[utoipa::path(
    put, path = "/api/company/calling", operation_id = "set_company_calling", tag = "company",
    request_body = CompanyCalling,
    responses(
        (status = 200, description = "As it stands", body = CompanyCalling),
        (status = 400, description = "Malformed", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "Not an administrator", body = ErrorBody),
        (status = 422, description = "A value is not acceptable", body = ErrorBody),
    )
)]
pub(crate) async fn set(
    State(state): State<Shared>,
    Caller(principal): Caller,
    Json(wanted): Json<CompanyCalling>,
) -> Result<axum::Json<CompanyCalling>, ApiError> {
    check(&principal)?;
    let CompanyCalling { language, dialing } = wanted;
    let dialing = dialing.map(checked).transpose()?;
    let changes: Map<_, _> =
        [(announcements::SETTING.to_owned(), kept(language)?), (dial_policy::SETTING.to_owned(), kept(dialing)?)]
            .into_iter()
            .collect();
    let company = state.store.change_company_settings(principal.company.id, &changes).await?;
    tracing::info!(company.id = %company.id, user.id = %principal.user.id, "what a company allows of calls was set");
    Ok(axum::Json(shown(&company)?))
}

fn check(principal: &Principal) -> Result<(), ApiError> {
    if permissions::changes_company(principal) {
        return Ok(());
    }
    Err(ApiError::forbidden("only an administrator of your company sees and sets what it allows of calls: ask one"))
}

fn shown(company: &Company) -> Result<CompanyCalling, ApiError> {
    Ok(CompanyCalling {
        language: read(company, announcements::SETTING)?,
        dialing: read(company, dial_policy::SETTING)?,
    })
}

fn read<T: DeserializeOwned>(company: &Company, setting: &str) -> Result<Option<T>, ApiError> {
    let Some(kept) = company.settings.get(setting) else { return Ok(None) };
    serde_json::from_value(kept.clone()).map_err(|_| {
        ApiError::unprocessable(format!("what is kept as '{setting}' of your company cannot be read: set it anew"))
    })
}

fn kept(value: Option<impl serde::Serialize>) -> Result<Value, ApiError> {
    value.map_or(Ok(Value::Null), |value| serde_json::to_value(value).map_err(ApiError::internal))
}

/// Countries as they are written everywhere, each once, and numbers that make sense.
fn checked(rules: DialingRules) -> Result<DialingRules, ApiError> {
    let country = |code: &String| Region::parse(code).map(|region| region.as_str().to_owned());
    let countries: Result<Vec<_>, _> = rules.countries.iter().map(country).collect();
    let mut countries = countries.map_err(|error| ApiError::unprocessable(format!("countries: {error}")))?;
    countries.sort();
    countries.dedup();
    within("perMinuteOfAgent", rules.per_minute_of_agent, 1..=1_000)?;
    within("perMinuteOfCompany", rules.per_minute_of_company, 1..=10_000)?;
    within("atOnce", rules.at_once, 1..=10_000)?;
    if let Some(CallingHours { from_minute, to_minute, utc_offset }) = rules.hours {
        within("hours.fromMinute", from_minute, 0..=1_439)?;
        within("hours.toMinute", to_minute, 0..=1_440)?;
        within("hours.utcOffset", utc_offset, -720..=840)?;
        if from_minute == to_minute {
            return Err(ApiError::unprocessable("hours begin and end at the same minute: leave them out to allow all"));
        }
    }
    Ok(DialingRules { countries, ..rules })
}

fn within<T: PartialOrd + std::fmt::Display>(name: &str, value: T, range: RangeInclusive<T>) -> Result<(), ApiError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ApiError::unprocessable(format!("{name} is from {} to {}", range.start(), range.end())))
}
