//! From Twilio's question what to do with a call to the call's record and the answer.

use super::{
    accounts::Account,
    announcements::{Announcement, Language},
    dial_policy::{Callee, DialPolicy, LONGEST_CALL, RATE_SPAN, Refusal, callee},
    documents::{self, Place, Twiml},
    webhook::Signed,
};
use crate::{error::ApiError, sign_in::is_username, state::State};
use mobilecall_domain::{
    CallId, CallRecord, CallStart, CallStatus, CompanyId, LineKind, PresenceState, Region, Timestamp, names,
};
use mobilecall_store::{Company, LegFacts, LegReport, NewLeg, StoreError, User};
use mobilecall_twilio::{identity::Identity, sid::CallSid, twiml, webhook::VoiceRequest};

/// The parameter in which a softphone says the id that it gave to its call.
const CALL_ID: &str = "CallId";

/// Longest address that is kept as it was dialed.
const MAX_DIALED_CHARS: usize = 256;

/// An agent's call, as it was asked for.
pub(crate) struct Asked<'a> {
    pub(crate) user: &'a User,
    pub(crate) company: &'a Company,
    pub(crate) account: &'a Account,
}

/// Where a call goes.
enum Route {
    Number(mobilecall_domain::PhoneNumber),
    Colleague(Box<User>, Identity),
}

impl State {
    /// A softphone calls somebody: the record first, then whether and how.
    pub(crate) async fn dial_out(
        &self,
        asked: Asked<'_>,
        request: &VoiceRequest,
        base: &str,
    ) -> Result<Twiml, ApiError> {
        let Asked { user, company, account } = asked;
        let now = Timestamp::now();
        let dialed = request.to.as_ref().map_or("", |to| to.expose().as_str());
        let route = self.route(company, dialed).await?;
        let given = request.extra.get(CALL_ID).and_then(|id| id.parse().ok()).filter(CallId::is_v7);
        let record = CallRecord::outgoing(CallStart {
            id: given.unwrap_or_else(CallId::generate),
            company_id: company.id,
            line: LineKind::Twilio,
            from_number: caller_of(account),
            to_number: address_of(&route, dialed),
            at: now,
        });
        let record = record.of_agent(user.id, Some(names::clean(&user.name)));
        let leg = NewLeg { sid: request.call.to_string(), facts: LegFacts::of(request.status) };
        let call = self.store.open_leg(&record, &leg, now).await?.call.record.id;
        let language = Language::of(company);
        let allowed = match route {
            Ok(route) => self.allowed(company, user, route, now).await?,
            Err(refusal) => Err(refusal),
        };
        let place = Place { base, call, company: company.id };
        match allowed {
            Ok(Route::Colleague(colleague, identity)) => {
                Ok(documents::only(documents::dial_colleague(place, &colleague, identity)))
            }
            Ok(Route::Number(number)) => match &account.settings.phone_number {
                Some(caller) => Ok(documents::only(documents::dial_number(place, &number, caller))),
                None => {
                    tracing::warn!(company.id = %company.id, "a call was refused: Missing TWILIO_PHONE_NUMBER");
                    self.refuse(company.id, request.call, now).await?;
                    Ok(documents::say(language, "Missing TWILIO_PHONE_NUMBER"))
                }
            },
            Err(refusal) => {
                tracing::info!(call.id = %call, user.id = %user.id, %refusal, "a call was refused");
                self.refuse(company.id, request.call, now).await?;
                Ok(documents::say(Language::English, &refusal.to_string()))
            }
        }
    }

    /// What a call's record says of whom a dialed text means.
    pub(crate) async fn dialed_address(&self, company: &Company, dialed: &str) -> Result<String, ApiError> {
        Ok(address_of(&self.route(company, dialed).await?, dialed))
    }

    /// Whom a dialed text means.
    async fn route(&self, company: &Company, dialed: &str) -> Result<Result<Route, Refusal>, ApiError> {
        let name = match callee(dialed, region_of(company)?) {
            Ok(Callee::Number(number)) => return Ok(Ok(Route::Number(number))),
            Ok(Callee::Colleague(name)) => name,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let user = if is_username(&name) { self.store.user_by_username(&name).await? } else { None };
        let colleague = user.filter(|user| user.company_id == company.id);
        let named = colleague.and_then(|user| Some((Identity::of_name(&user.username).ok()?, user)));
        Ok(named.map(|(identity, user)| Route::Colleague(Box::new(user), identity)).ok_or(Refusal::Nobody))
    }

    /// Whether the company's rules let the call be made, which is counted already.
    async fn allowed(
        &self,
        company: &Company,
        user: &User,
        route: Route,
        now: Timestamp,
    ) -> Result<Result<Route, Refusal>, ApiError> {
        let policy = match DialPolicy::of(company) {
            Ok(policy) => policy,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Route::Number(number) = &route
            && let Err(refusal) = policy.check_number(number)
        {
            return Ok(Err(refusal));
        }
        let (since, alive) = (now.minus(RATE_SPAN), now.minus(LONGEST_CALL));
        let dialed = self.store.dialed(company.id, user.id, since, alive).await?;
        Ok(policy.check_load(dialed, now).map(|()| route))
    }

    /// Notes that nobody was dialed.
    async fn refuse(&self, company: CompanyId, leg: CallSid, now: Timestamp) -> Result<(), StoreError> {
        let facts = LegFacts::dialed(CallStatus::Failed, Some(0));
        let report = LegReport { company, sid: leg.to_string(), call: None, parent: None, agent: None, facts };
        self.store.report_leg(&report, now).await.map(drop)
    }

    /// Somebody calls the company: the record first, then its people ring.
    pub(crate) async fn take_in(
        &self,
        company: &Company,
        account: &Account,
        request: &VoiceRequest,
        base: &str,
    ) -> Result<Twiml, ApiError> {
        let now = Timestamp::now();
        let start = CallStart {
            id: CallId::generate(),
            company_id: company.id,
            line: LineKind::Twilio,
            from_number: as_dialed(request.from.expose()),
            to_number: request.to.as_ref().map_or_else(|| caller_of(account), |to| as_dialed(to.expose())),
            at: now,
        };
        let name = request.caller_name.as_ref().map(|name| names::clean(name.expose()));
        let record = CallRecord { customer_name: name.filter(|name| !name.is_empty()), ..CallRecord::incoming(start) };
        let leg = NewLeg { sid: request.call.to_string(), facts: LegFacts::of(request.status) };
        let call = self.store.open_leg(&record, &leg, now).await?.call.record.id;
        self.ring(company, Place { base, call, company: company.id }, 0).await
    }

    /// Rings a group of the company's people; when all have been rung, says that nobody answers.
    pub(crate) async fn ring(&self, company: &Company, place: Place<'_>, group: usize) -> Result<Twiml, ApiError> {
        let agents = self.reachable(company.id).await?;
        Ok(match documents::ring_group(place, &agents, group) {
            Some(dial) => documents::only(dial),
            None => documents::announce(Language::of(company), Announcement::NobodyAnswers),
        })
    }

    /// Who does not talk just now, those whose program runs first.
    async fn reachable(&self, company: CompanyId) -> Result<Vec<User>, ApiError> {
        let present = self.directory.present(company).await?;
        let mut users = self.store.users(company).await?;
        let state = |user: &User| present.get(&user.id).copied().unwrap_or(PresenceState::Offline);
        users.retain(|user| state(user) != PresenceState::Busy);
        users.sort_by_key(|user| state(user) != PresenceState::Available);
        Ok(users)
    }

    /// A call whose end is told though it was never asked about here, as after an hour in which this server did not run.
    pub(crate) async fn open_late(
        &self,
        signed: &Signed,
        told: &mobilecall_twilio::webhook::StatusCallback,
        facts: LegFacts,
    ) -> Result<bool, ApiError> {
        let now = Timestamp::now();
        let address = |party: &Option<mobilecall_domain::Private<String>>| {
            party.as_ref().map_or_else(String::new, |address| as_dialed(address.expose()))
        };
        let (from, to) = (address(&told.from), address(&told.to));
        let begun_at = facts.ended_at.unwrap_or(now).minus(seconds(told.seconds));
        let start = |company: CompanyId, from_number: String| CallStart {
            id: CallId::generate(),
            company_id: company,
            line: LineKind::Twilio,
            from_number,
            to_number: to.clone(),
            at: begun_at,
        };
        let client = from.strip_prefix("client:").and_then(|name| name.parse::<Identity>().ok());
        let record = if let Some((user, company, account)) = self.calling_agent(signed, client.as_ref()).await? {
            let name = Some(names::clean(&user.name));
            CallRecord::outgoing(start(company.id, caller_of(&account))).of_agent(user.id, name)
        } else if let Some((company, _)) = self.called_company(signed, &to).await? {
            CallRecord::incoming(start(company.id, from))
        } else {
            return Ok(false);
        };
        self.store.open_leg(&record, &NewLeg { sid: told.call.to_string(), facts }, now).await?;
        Ok(true)
    }
}

fn address_of(route: &Result<Route, Refusal>, dialed: &str) -> String {
    match route {
        Ok(Route::Number(number)) => number.as_e164().to_owned(),
        Ok(Route::Colleague(colleague, _)) => format!("client:{}", colleague.username),
        Err(_) => as_dialed(dialed),
    }
}

fn seconds(seconds: Option<u32>) -> std::time::Duration {
    std::time::Duration::from_secs(seconds.unwrap_or(0).into())
}

/// The number that the called see.
pub(crate) fn caller_of(account: &Account) -> String {
    account.settings.phone_number.as_ref().map_or_else(String::new, |number| number.as_e164().to_owned())
}

/// An address as it is kept.
pub(crate) fn as_dialed(text: &str) -> String {
    names::clean(text).chars().take(MAX_DIALED_CHARS).collect()
}

pub(crate) fn region_of(company: &Company) -> Result<Region, ApiError> {
    Region::parse(&company.region).map_err(ApiError::internal)
}

/// What an unknown caller of a signed address hears.
pub(crate) fn not_in_service() -> Twiml {
    documents::announce(Language::English, Announcement::NotInService)
}

/// Nothing is said and nothing costs.
pub(crate) fn reject() -> Twiml {
    Twiml(twiml::Response(vec![twiml::Verb::Reject(twiml::Reject::default())]))
}
