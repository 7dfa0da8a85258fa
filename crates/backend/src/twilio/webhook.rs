//! What comes with Twilio's signature, and for which company it may speak.

use super::accounts::Account;
use crate::{
    error::ApiError,
    extract::Query,
    occasional::Occasional,
    state::{Shared, State},
};
use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts as _, Request},
    http::{HeaderMap, header, request::Parts},
};
use mobilecall_domain::{CallId, CompanyId, UserId};
use mobilecall_store::{Company, User};
use mobilecall_twilio::{
    identity::Identity,
    signature::{HEADER, Payload, SignatureFault, Signer},
    webhook::WebhookError,
};
use serde::Deserialize;
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";

/// What somebody sent who knows the auth token of an account.
pub(crate) struct Signed {
    /// Accounts that it may come from: several if companies entered the same one.
    accounts: Vec<Account>,
    /// Names and values, from whatever form they came in.
    pub(crate) pairs: Vec<(String, String)>,
    /// What we put into the address ourselves.
    pub(crate) named: Named,
    /// The address of this server as Twilio called it, without a slash at its end.
    pub(crate) base: String,
}

/// What addresses that we give to Twilio carry in their query, which is signed with the rest.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    pub(crate) call: Option<CallId>,
    pub(crate) company: Option<CompanyId>,
    /// Whose phone a leg reaches.
    pub(crate) agent: Option<UserId>,
    /// How many groups of agents have been rung before.
    pub(crate) group: usize,
}

impl FromRequest<Shared> for Signed {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        // How much may come is settled before, for every request.
        let body = to_bytes(body, usize::MAX).await.map_err(|error| ApiError::broken_body(&error))?;
        Self::check(state, &mut parts, &body).await
    }
}

impl Signed {
    /// Whether a request says that it is signed.
    pub(crate) fn claims(headers: &HeaderMap) -> bool {
        headers.contains_key(HEADER)
    }

    pub(crate) async fn check(state: &Shared, parts: &mut Parts, body: &Bytes) -> Result<Self, ApiError> {
        let signature = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).ok_or_else(unsigned)?;
        let signature = signature.to_owned();
        let is_form = is_form(&parts.headers);
        let pairs = if is_form { form(body)? } else { fields(body)? };
        let payload = if is_form { Payload::Form(&pairs) } else { Payload::Body(body) };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let sid = pairs.iter().find(|(name, _)| name == "AccountSid").map(|(_, sid)| sid.as_str());
        let candidates = state.twilio_accounts_of(sid.ok_or_else(unsigned)?).await?;
        let (mut accounts, mut base, mut fault) = (Vec::new(), None, None);
        for account in candidates {
            let Some(called) = called_at(state, &account, parts) else {
                fault.get_or_insert_with(no_address);
                continue;
            };
            match check(&account, &signature, &format!("{called}{path}"), payload) {
                Ok(()) => {
                    accounts.push(account);
                    base.get_or_insert(called);
                }
                Err(refused) => fault = Some(ApiError::forbidden(refused.to_string())),
            }
        }
        let Some(base) = base else { return Err(refused(fault.unwrap_or_else(foreign_account))) };
        let Query(named) = Query::from_request_parts(parts, state).await?;
        Ok(Self { accounts, pairs, named, base })
    }
}

fn check(account: &Account, signature: &str, url: &str, payload: Payload<'_>) -> Result<(), SignatureFault> {
    let token = account.settings.auth_token.as_ref().ok_or(SignatureFault::Mismatch)?;
    Signer::new(token).verify(signature, url, payload)
}

/// The address under which Twilio called: as it is set, or, if that is allowed, as a proxy says.
fn called_at(state: &State, account: &Account, parts: &Parts) -> Option<String> {
    if let Some(base) = account.base_url() {
        return Some(base.as_str().to_owned());
    }
    if !state.config.twilio.trust_forwarded {
        return None;
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let own_scheme = if state.config.tls.is_some() { "https" } else { "http" };
    let scheme = header("x-forwarded-proto").unwrap_or(own_scheme);
    let host = header("x-forwarded-host").or_else(|| header(header::HOST.as_str()));
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()))?;
    Some(format!("{scheme}://{host}"))
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(FORM))
}

fn form(body: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    serde_urlencoded::from_bytes(body).map_err(|_| ApiError::bad_request("the body is no form: send names and values"))
}

/// The fields of a JSON object that have one value.
pub(crate) fn fields(body: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let object: serde_json::Map<String, Value> = serde_json::from_slice(body)
        .map_err(|_| ApiError::bad_request("the body is neither a form nor a JSON object: send one of them"))?;
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(word) => Some(word.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    Ok(object.into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect())
}

fn unsigned() -> ApiError {
    ApiError::forbidden("this address is for Twilio: what comes here must be signed by it and name its account")
}

fn foreign_account() -> ApiError {
    ApiError::forbidden("this is no account of this server: enter it in the settings first")
}

fn no_address() -> ApiError {
    ApiError::forbidden(
        "the signature cannot be checked, because the address under which Twilio reaches this server is not set: set \
         PUBLIC_BASE_URL",
    )
}

/// Somebody who tries signatures fills no log.
fn refused(error: ApiError) -> ApiError {
    static REFUSED: Occasional = Occasional::new();
    if let Some(others) = REFUSED.due() {
        tracing::warn!(others, "a webhook was refused: check TWILIO_AUTH_TOKEN and PUBLIC_BASE_URL if it was Twilio's");
    }
    error
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        Self::unprocessable(error.to_string())
    }
}

impl State {
    /// The account by which what was signed speaks for a company: the company's own, or the server's if it has none.
    pub(crate) async fn speaks_for(&self, signed: &Signed, company: CompanyId) -> Result<Option<Account>, ApiError> {
        if let Some(own) = signed.accounts.iter().find(|account| account.owner == Some(company)) {
            return Ok(Some(own.clone()));
        }
        let Some(servers) = signed.accounts.iter().find(|account| account.owner.is_none()) else { return Ok(None) };
        let has_own = self.store.twilio_account(company).await?.is_some();
        Ok((!has_own).then(|| servers.clone()))
    }

    /// The company that the address names, if what was signed speaks for it.
    pub(crate) async fn named_company(&self, signed: &Signed) -> Result<Option<(Company, Account)>, ApiError> {
        match signed.named.company {
            Some(company) => self.spoken_for(signed, company).await,
            None => Ok(None),
        }
    }

    /// The person whose softphone calls, if what was signed speaks for their company.
    pub(crate) async fn calling_agent(
        &self,
        signed: &Signed,
        client: Option<&Identity>,
    ) -> Result<Option<(User, Company, Account)>, ApiError> {
        let Some(username) = client.and_then(Identity::name) else { return Ok(None) };
        let Some(user) = self.store.user_by_username(&username).await? else { return Ok(None) };
        let spoken = self.spoken_for(signed, user.company_id).await?;
        Ok(spoken.map(|(company, account)| (user, company, account)))
    }

    /// The company whose number was called.
    pub(crate) async fn called_company(
        &self,
        signed: &Signed,
        number: &str,
    ) -> Result<Option<(Company, Account)>, ApiError> {
        match self.company_of_number(&signed.accounts, number).await? {
            Some(company) => self.spoken_for(signed, company).await,
            None => Ok(None),
        }
    }

    /// The company that has this number, of those that share an account.
    pub(crate) async fn company_of_number(
        &self,
        sharing: &[Account],
        number: &str,
    ) -> Result<Option<CompanyId>, ApiError> {
        let has_number =
            |account: &&Account| account.settings.phone_number.as_ref().is_some_and(|own| own.as_e164() == number);
        let owners = || sharing.iter().filter_map(|account| account.owner);
        match sharing.iter().filter(has_number).find_map(|account| account.owner) {
            Some(owner) => Ok(Some(owner)),
            None if sharing.iter().any(|account| account.owner.is_none()) => self.servers_company().await,
            None if owners().count() == 1 => Ok(owners().next()),
            None => Ok(None),
        }
    }

    async fn spoken_for(&self, signed: &Signed, company: CompanyId) -> Result<Option<(Company, Account)>, ApiError> {
        let Some(account) = self.speaks_for(signed, company).await? else { return Ok(None) };
        Ok(self.store.company(company).await?.map(|company| (company, account)))
    }

    /// The company that calls to the server's own number are for: the one that is set, or the only one.
    async fn servers_company(&self) -> Result<Option<CompanyId>, ApiError> {
        if let Some(name) = &self.config.twilio.company {
            return Ok(self.store.company_by_name(name).await?.map(|company| company.id));
        }
        match self.store.companies().await?.as_slice() {
            [only] => Ok(Some(only.id)),
            _ => Ok(None),
        }
    }
}
