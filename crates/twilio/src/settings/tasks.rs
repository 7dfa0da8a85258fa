//! What each task needs of the settings.

use super::{Edge, PublicBaseUrl, Region, Secret, Setting, SettingFault, SettingFaults, TwilioSettings, place};
use crate::sid::{AccountSid, ApiKeySid, AppSid};
use mobilecall_domain::PhoneNumber;

/// What signs access tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenSettings {
    /// The account that the key belongs to.
    pub account: AccountSid,
    /// The key.
    pub key: ApiKeySid,
    /// Its secret.
    pub secret: Secret,
    /// The TwiML app that decides on outgoing calls.
    pub app: AppSid,
    /// The key's region, if it is not the default.
    pub region: Option<Region>,
}

/// What REST calls are sent with.
#[derive(Clone, Debug, PartialEq)]
pub struct RestSettings {
    /// Whose resources.
    pub account: AccountSid,
    /// User and password of HTTP Basic authentication.
    pub credentials: Credentials,
    /// Where the account's data is.
    pub region: Option<Region>,
    /// Where to enter Twilio's network.
    pub edge: Option<Edge>,
}

/// By what Twilio knows us. A key can be revoked by itself, so it is preferred where both are set.
#[derive(Clone, Debug, PartialEq)]
pub enum Credentials {
    /// API key and its secret.
    ApiKey(ApiKeySid, Secret),
    /// Account and its auth token.
    AuthToken(AccountSid, Secret),
}

impl Credentials {
    /// User and password of HTTP Basic authentication; the caller must not log the second.
    pub fn basic(&self) -> (String, &str) {
        match self {
            Self::ApiKey(key, secret) => (key.to_string(), secret.expose()),
            Self::AuthToken(account, token) => (account.to_string(), token.expose()),
        }
    }
}

impl RestSettings {
    /// The host of an API, such as `api` or `voice`.
    pub fn host(&self, api: &str) -> String {
        place::host(api, self.region.as_ref(), self.edge.as_ref())
    }
}

/// What checks webhooks.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookSettings {
    /// The key of the signatures.
    pub auth_token: Secret,
    /// Whose webhooks, if known.
    pub account: Option<AccountSid>,
    /// Under what address Twilio called, where the server stands behind a proxy.
    pub public_base_url: Option<PublicBaseUrl>,
}

/// What calls are placed with.
#[derive(Clone, Debug, PartialEq)]
pub struct CallSettings {
    /// REST.
    pub rest: RestSettings,
    /// Whom the called see.
    pub caller: PhoneNumber,
    /// Where Twilio reports.
    pub public_base_url: PublicBaseUrl,
}

impl TwilioSettings {
    /// For access tokens: account, key, secret and TwiML app.
    pub fn for_tokens(&self) -> Result<TokenSettings, SettingFaults> {
        match (self.account_sid, self.api_key, &self.api_secret, self.twiml_app_sid) {
            (Some(account), Some(key), Some(secret), Some(app)) => {
                Ok(TokenSettings { account, key, secret: secret.clone(), app, region: self.region.clone() })
            }
            _ => Err(self.missing(&[Setting::AccountSid, Setting::ApiKey, Setting::ApiSecret, Setting::TwimlAppSid])),
        }
    }

    /// For REST: the account, with an API key and its secret or with the auth token.
    pub fn for_rest(&self) -> Result<RestSettings, SettingFaults> {
        let Some((account, credentials)) = self.account_sid.zip(self.credentials()) else {
            return Err(self.missing(self.needed_for_rest()));
        };
        Ok(RestSettings { account, credentials, region: self.region.clone(), edge: self.edge.clone() })
    }

    /// For checking webhooks: the auth token.
    pub fn for_webhooks(&self) -> Result<WebhookSettings, SettingFaults> {
        let Some(auth_token) = self.auth_token.clone() else {
            return Err(self.missing(&[Setting::AuthToken]));
        };
        Ok(WebhookSettings { auth_token, account: self.account_sid, public_base_url: self.public_base_url.clone() })
    }

    /// For placing calls by REST: what that needs, the number to call from and the address to report to.
    pub fn for_calls(&self) -> Result<CallSettings, SettingFaults> {
        match (self.for_rest(), &self.phone_number, &self.public_base_url) {
            (Ok(rest), Some(caller), Some(public_base_url)) => {
                Ok(CallSettings { rest, caller: caller.clone(), public_base_url: public_base_url.clone() })
            }
            _ => {
                let own = [Setting::PhoneNumber, Setting::PublicBaseUrl];
                let rest = self.for_rest().is_err().then(|| self.needed_for_rest()).into_iter().flatten();
                Err(self.missing(&rest.copied().chain(own).collect::<Vec<_>>()))
            }
        }
    }

    fn credentials(&self) -> Option<Credentials> {
        let key = self.api_key.zip(self.api_secret.clone()).map(|(key, secret)| Credentials::ApiKey(key, secret));
        let token = || self.account_sid.zip(self.auth_token.clone());
        key.or_else(|| token().map(|(account, token)| Credentials::AuthToken(account, token)))
    }

    /// Who has begun with an API key is asked for the rest of it, anybody else for the auth token.
    const fn needed_for_rest(&self) -> &'static [Setting] {
        match (self.auth_token.is_some(), self.api_key.is_some(), self.api_secret.is_some()) {
            (false, true, false) => &[Setting::AccountSid, Setting::ApiSecret],
            (false, false, true) => &[Setting::AccountSid, Setting::ApiKey],
            (true, _, _) | (_, true, true) => &[Setting::AccountSid],
            (false, false, false) => &[Setting::AccountSid, Setting::AuthToken],
        }
    }

    fn missing(&self, needed: &[Setting]) -> SettingFaults {
        let missing = needed.iter().filter(|setting| self.shortened(**setting).is_none());
        SettingFaults::of(missing.map(|setting| SettingFault::Missing(*setting)).collect())
            .expect("asked only where something that is needed is missing")
    }
}
