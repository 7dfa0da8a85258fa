//! Which account a company's calls are made with: its own, else the server's.

use super::{
    TwilioConfig,
    sealing::{SecretKeys, Unreadable},
};
use crate::{
    error::{ApiError, chain},
    state::State,
};
use mobilecall_api::{
    calls::LineKind,
    twilio::{SecretState, TwilioAccount as Shown, TwilioSettings as Wanted, TwilioSource},
};
use mobilecall_domain::{CompanyId, Private, Timestamp};
use mobilecall_store::{StoreError, TwilioAccount};
use mobilecall_twilio::settings::{PublicBaseUrl, Setting, SettingFault, SettingFaults, TwilioSettings};
use std::collections::BTreeMap;

/// What every account needs before it is of use. The public base URL may be the server's.
const NEEDED: [Setting; 6] = [
    Setting::AccountSid,
    Setting::AuthToken,
    Setting::PhoneNumber,
    Setting::ApiKey,
    Setting::ApiSecret,
    Setting::TwimlAppSid,
];

/// Those that are sealed.
const SECRETS: [Setting; 2] = [Setting::AuthToken, Setting::ApiSecret];

/// An account, and whose it is.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) settings: TwilioSettings,
    /// The company whose own it is; `None` for the server's.
    pub(crate) owner: Option<CompanyId>,
}

impl Account {
    /// Where Twilio reaches this server, if that is set.
    pub(crate) fn base_url(&self) -> Option<&PublicBaseUrl> {
        self.settings.public_base_url.as_ref()
    }
}

impl State {
    /// The account of a company's calls; with nothing set if neither it nor the server has one.
    pub(crate) async fn twilio_account(&self, company: CompanyId) -> Result<Account, ApiError> {
        match self.store.twilio_account(company).await? {
            Some(own) => self.config.twilio.opened(&own),
            None => Ok(self.config.twilio.server_account()),
        }
    }

    /// Every account that has this SID: the server's first, then companies' own.
    pub(crate) async fn twilio_accounts_of(&self, sid: &str) -> Result<Vec<Account>, ApiError> {
        let of_server = self.config.twilio.server_account();
        let is_servers = of_server.settings.account_sid.is_some_and(|own| own.to_string() == sid);
        let mut accounts: Vec<_> = is_servers.then_some(of_server).into_iter().collect();
        for own in self.store.twilio_accounts_of(sid).await? {
            accounts.push(self.config.twilio.opened(&own)?);
        }
        Ok(accounts)
    }

    /// Which kinds of line this server gives a company's people credentials for. An account whose secrets cannot be read takes
    /// no other line away.
    pub(crate) async fn available_lines(&self, company: CompanyId) -> Result<Vec<LineKind>, ApiError> {
        let account = match self.store.twilio_account(company).await? {
            Some(own) => self.config.twilio.opened(&own).ok(),
            None => Some(self.config.twilio.server_account()),
        };
        let twilio = account.is_some_and(|account| account.settings.for_tokens().is_ok());
        Ok([LineKind::Direct].into_iter().chain(twilio.then_some(LineKind::Twilio)).collect())
    }

    /// What an administrator may see.
    pub(crate) async fn show_twilio(&self, company: CompanyId) -> Result<Shown, ApiError> {
        let account = self.twilio_account(company).await?;
        let waiting = account.settings.account_sid.map_or(0, |sid| self.rest.waiting(sid));
        Ok(Shown { waiting_calls: u32::try_from(waiting).unwrap_or(u32::MAX), ..shown(&account) })
    }

    /// Keeps an account of the company's own, once all of it has the right shape.
    pub(crate) async fn set_twilio(&self, company: CompanyId, wanted: Wanted) -> Result<Shown, ApiError> {
        let keys = self.config.twilio.secret_keys()?;
        let known = self.store.twilio_account(company).await?;
        let mut values = values(wanted);
        for setting in SECRETS {
            if let Some(known) = &known
                && !values.contains_key(setting.name())
                && let Some(secret) = self.config.twilio.secret(known, setting)?
            {
                values.insert(setting.name(), secret.into_inner());
            }
        }
        let settings = read(&values).map_err(|faults| refused(&faults.iter().cloned().collect::<Vec<_>>()))?;
        let missing = missing(&settings);
        if !missing.is_empty() {
            return Err(refused(&missing));
        }
        let secrets = SECRETS.iter().filter_map(|setting| {
            let value = values.remove(setting.name())?;
            Some((setting.name().to_owned(), keys.seal(&place(company, *setting), value.trim())))
        });
        let secrets = secrets.collect();
        let account = TwilioAccount {
            company_id: company,
            account_sid: settings.account_sid.map(|sid| sid.to_string()).unwrap_or_default(),
            settings: values.into_iter().map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect(),
            secrets,
            updated_at: Timestamp::now(),
        };
        self.store.set_twilio_account(&account).await?;
        tracing::info!(company.id = %company, "a company's own account at Twilio was set");
        self.show_twilio(company).await
    }
}

impl TwilioConfig {
    /// The account of every company without one of its own.
    pub(crate) fn server_account(&self) -> Account {
        Account { settings: self.settings.clone(), owner: None }
    }

    /// A company's own account, with its secrets.
    pub(crate) fn opened(&self, own: &TwilioAccount) -> Result<Account, ApiError> {
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        for setting in Setting::ALL {
            if let Some(value) = own.settings.get(setting.name()) {
                values.insert(setting.name(), value.clone());
            }
        }
        for setting in SECRETS {
            if let Some(secret) = self.secret(own, setting)? {
                values.insert(setting.name(), secret.into_inner());
            }
        }
        // They had the right shape when they were kept; a newer version may know better.
        let mut settings = read(&values).map_err(|faults| refused(&faults.iter().cloned().collect::<Vec<_>>()))?;
        if settings.public_base_url.is_none() {
            settings.public_base_url.clone_from(&self.settings.public_base_url);
        }
        Ok(Account { settings, owner: Some(own.company_id) })
    }

    fn secret_keys(&self) -> Result<&SecretKeys, ApiError> {
        let store = self.secret_keys.as_ref().ok_or_else(no_key)?;
        store.load().map_err(|error| {
            tracing::error!(cause = chain(&error), "the keys of companies' secrets cannot be had");
            no_key()
        })
    }

    fn secret(&self, own: &TwilioAccount, setting: Setting) -> Result<Option<Private<String>>, ApiError> {
        let Some(sealed) = own.secrets.get(setting.name()) else { return Ok(None) };
        let keys = self.secret_keys()?;
        keys.open(&place(own.company_id, setting), sealed).map(Some).map_err(|error| unreadable(&error))
    }
}

/// What a secret is sealed for.
fn place(company: CompanyId, setting: Setting) -> String {
    format!("{company}/{setting}")
}

fn values(wanted: Wanted) -> BTreeMap<&'static str, String> {
    let given = [
        (Setting::AccountSid, wanted.account_sid),
        (Setting::AuthToken, wanted.auth_token),
        (Setting::PhoneNumber, wanted.phone_number),
        (Setting::ApiKey, wanted.api_key),
        (Setting::ApiSecret, wanted.api_secret),
        (Setting::TwimlAppSid, wanted.twiml_app_sid),
        (Setting::PublicBaseUrl, wanted.public_base_url),
        (Setting::Region, wanted.region),
        (Setting::Edge, wanted.edge),
    ];
    let named = given.into_iter().filter_map(|(setting, value)| Some((setting.name(), value?)));
    // As a form sends a field that was left empty.
    named.filter(|(_, value)| !value.trim().is_empty()).collect()
}

fn read(values: &BTreeMap<&str, String>) -> Result<TwilioSettings, SettingFaults> {
    TwilioSettings::read(|name| values.get(name).map(String::as_str))
}

fn missing(settings: &TwilioSettings) -> Vec<SettingFault> {
    let unset = NEEDED.iter().filter(|setting| settings.shortened(**setting).is_none());
    unset.map(|setting| SettingFault::Missing(*setting)).collect()
}

/// Each fault in its own words, with what to do.
fn words(fault: &SettingFault) -> String {
    format!("{fault}: {}", fault.advice())
}

fn refused(faults: &[SettingFault]) -> ApiError {
    ApiError::unprocessable(faults.iter().map(words).collect::<Vec<_>>().join("\n"))
}

/// What something needs of an account and does not have, as a refusal.
pub(crate) fn not_set_up(faults: &SettingFaults) -> ApiError {
    refused(&faults.iter().cloned().collect::<Vec<_>>())
}

fn no_key() -> ApiError {
    ApiError::unavailable(
        "this server keeps no secrets of companies: its administrator has to give it a file of secret keys",
    )
}

fn unreadable(error: &Unreadable) -> ApiError {
    tracing::error!(cause = chain(error), "a company's secret cannot be read");
    ApiError::unavailable(
        "the secrets of your company's account at Twilio cannot be read: enter them again, or let the server's \
         administrator put back its file of secret keys",
    )
}

fn shown(account: &Account) -> Shown {
    let settings = &account.settings;
    let is_empty = TwilioSettings { public_base_url: None, ..settings.clone() }.is_empty();
    let source = match account.owner {
        Some(_) => TwilioSource::Company,
        None if is_empty => TwilioSource::None,
        None => TwilioSource::Server,
    };
    // The server's account is not the company's to know.
    let whole = |setting: Setting, value: Option<String>| match account.owner {
        Some(_) => value,
        None => settings.shortened(setting),
    };
    let secret = |setting: Setting| {
        let ending = settings.shortened(setting);
        SecretState { set: ending.is_some(), ends_in: ending.as_deref().and_then(last_characters) }
    };
    Shown {
        source,
        account_sid: whole(Setting::AccountSid, settings.account_sid.map(|sid| sid.to_string())),
        auth_token: secret(Setting::AuthToken),
        phone_number: settings.phone_number.as_ref().map(|number| number.as_e164().to_owned()),
        api_key: whole(Setting::ApiKey, settings.api_key.map(|sid| sid.to_string())),
        api_secret: secret(Setting::ApiSecret),
        twiml_app_sid: whole(Setting::TwimlAppSid, settings.twiml_app_sid.map(|sid| sid.to_string())),
        public_base_url: settings.public_base_url.as_ref().map(ToString::to_string),
        region: settings.region.as_ref().map(ToString::to_string),
        edge: settings.edge.as_ref().map(ToString::to_string),
        missing: missing(settings).iter().map(words).collect(),
        waiting_calls: 0,
    }
}

/// What stands behind the dots of a shortened secret; nothing is shown of a very short one.
fn last_characters(shortened: &str) -> Option<String> {
    shortened.rsplit_once('…').map(|(_, end)| end.to_owned())
}

impl From<SettingFaults> for ApiError {
    fn from(faults: SettingFaults) -> Self {
        not_set_up(&faults)
    }
}

/// That a company has no account any more, or never had one.
pub(crate) fn no_account() -> StoreError {
    StoreError::NotFound("account at Twilio")
}
