//! Whether an account at Twilio is set up as this server needs it, by asking Twilio's REST API. What is asked is here, what the
//! answers mean is in [`judge`].

mod judge;

use super::{
    TwilioConfig,
    accounts::Account as Settings,
    rest::{Rest, RestError},
};
use crate::{error::ApiError, state::State};
use judge::{Answer, Facts};
use mobilecall_api::twilio_check::TwilioCheck;
use mobilecall_domain::Region;
use mobilecall_store::{Company, Store, StoreError};
use mobilecall_twilio::{
    rest::{
        Account, Application, Balance, CountryPermissions, IncomingPhoneNumber, Key, Listed, OutgoingCallerId, Request,
        get_account, get_application, get_balance, get_country, get_key, list_incoming_numbers,
        list_outgoing_caller_ids,
    },
    settings::{Credentials, RestSettings, TwilioSettings},
};
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time;

/// Time for one answer. Two come one after the other, and whoever asks waits for both.
const PATIENCE: Duration = Duration::from_secs(6);

/// Why an account cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum TwilioCheckError {
    /// The store refused.
    #[error("the company's account cannot be read")]
    Store(#[from] StoreError),
    /// What is kept of the account cannot be used.
    #[error("{0}")]
    Account(String),
}

/// Checks an account against Twilio: that of a company's calls, or the server's.
pub async fn check_twilio(
    config: &TwilioConfig,
    of: Option<(&dyn Store, &Company)>,
) -> Result<TwilioCheck, TwilioCheckError> {
    let own = match of {
        Some((store, company)) => store.twilio_account(company.id).await?,
        None => None,
    };
    let account = match own {
        Some(own) => config.opened(&own).map_err(|error| TwilioCheckError::Account(error.message().to_owned()))?,
        None => config.server_account(),
    };
    let home = of.map(|(_, company)| company.region.as_str());
    Ok(check(&Rest::new(config), config, &account, home).await)
}

impl State {
    /// Checks the account of a company's calls.
    pub(crate) async fn check_twilio(&self, company: &Company) -> Result<TwilioCheck, ApiError> {
        let account = self.twilio_account(company.id).await?;
        Ok(check(&self.rest, &self.config.twilio, &account, Some(&company.region)).await)
    }
}

/// `home` is the country whose numbers are called most; without it, that of the account's number.
async fn check(rest: &Rest, config: &TwilioConfig, account: &Settings, home: Option<&str>) -> TwilioCheck {
    let settings = &account.settings;
    let of_number = || settings.phone_number.as_ref().and_then(|number| number.country());
    let home = home.map(str::to_owned).or_else(of_number);
    let asker = Asker { rest, settings };
    let (account, by_key) = tokio::join!(asker.account(), asker.by_key());
    let mut facts = Facts::new(settings, config.api_url.is_none(), home, account, by_key);
    if let Some(known_as) = facts.works(asker.by_token(), asker.with_key()) {
        Box::pin(asker.look(&known_as, &mut facts)).await;
    }
    TwilioCheck::of(judge::judge(&facts))
}

struct Asker<'a> {
    rest: &'a Rest,
    settings: &'a TwilioSettings,
}

impl Asker<'_> {
    fn by_token(&self) -> Option<RestSettings> {
        let (account, token) = self.settings.account_sid.zip(self.settings.auth_token.clone())?;
        self.known_as(Credentials::AuthToken(account, token))
    }

    fn with_key(&self) -> Option<RestSettings> {
        let (key, secret) = self.settings.api_key.zip(self.settings.api_secret.clone())?;
        self.known_as(Credentials::ApiKey(key, secret))
    }

    fn known_as(&self, credentials: Credentials) -> Option<RestSettings> {
        let TwilioSettings { account_sid, region, edge, .. } = self.settings;
        Some(RestSettings { account: (*account_sid)?, credentials, region: region.clone(), edge: edge.clone() })
    }

    /// Only the token may ask for the account: a standard key may not.
    async fn account(&self) -> Answer<Account> {
        match self.by_token() {
            Some(known_as) => self.one(&known_as, get_account(known_as.account)).await,
            None => Answer::NotAsked,
        }
    }

    /// Something that any standard key may see.
    async fn by_key(&self) -> Answer<()> {
        match self.with_key() {
            Some(known_as) => {
                let numbers = list_incoming_numbers(known_as.account, None);
                self.first::<IncomingPhoneNumber>(&known_as, numbers).await.map(drop)
            }
            None => Answer::NotAsked,
        }
    }

    /// Everything else, by whichever credentials are good.
    async fn look(&self, known_as: &RestSettings, facts: &mut Facts<'_>) {
        let (key, balance, number, verified, app, country) = tokio::join!(
            self.key(),
            self.one::<Balance>(known_as, get_balance(known_as.account)),
            self.number(known_as),
            self.verified(known_as),
            self.app(known_as),
            self.country(known_as, facts.home()),
        );
        facts.look(key, balance, number, verified, app, country);
    }

    async fn key(&self) -> Answer<Key> {
        match self.by_token().zip(self.settings.api_key) {
            Some((known_as, key)) => self.one(&known_as, get_key(known_as.account, key)).await,
            None => Answer::NotAsked,
        }
    }

    async fn number(&self, known_as: &RestSettings) -> Answer<Option<IncomingPhoneNumber>> {
        match &self.settings.phone_number {
            Some(number) => {
                let list = list_incoming_numbers(known_as.account, Some(number));
                self.first(known_as, list).await
            }
            None => Answer::NotAsked,
        }
    }

    async fn verified(&self, known_as: &RestSettings) -> Answer<Option<OutgoingCallerId>> {
        match &self.settings.phone_number {
            Some(number) => {
                let list = list_outgoing_caller_ids(known_as.account, Some(number));
                self.first(known_as, list).await
            }
            None => Answer::NotAsked,
        }
    }

    async fn app(&self, known_as: &RestSettings) -> Answer<Application> {
        match self.settings.twiml_app_sid {
            Some(app) => self.one(known_as, get_application(known_as.account, app)).await,
            None => Answer::NotAsked,
        }
    }

    async fn country(&self, known_as: &RestSettings, home: Option<&str>) -> Answer<CountryPermissions> {
        match home.and_then(|home| Region::parse(home).ok()) {
            Some(country) => self.one(known_as, get_country(country)).await,
            None => Answer::NotAsked,
        }
    }

    async fn one<T: DeserializeOwned>(&self, known_as: &RestSettings, request: Request) -> Answer<T> {
        in_time(self.rest.send(known_as, &request)).await
    }

    /// The first entry of a list that was narrowed to one.
    async fn first<T: Listed>(&self, known_as: &RestSettings, request: Request) -> Answer<Option<T>> {
        in_time(self.rest.page::<T>(known_as, &request)).await.map(|page| page.items.into_iter().next())
    }
}

async fn in_time<T>(answer: impl Future<Output = Result<T, RestError>>) -> Answer<T> {
    match time::timeout(PATIENCE, answer).await {
        Ok(Ok(found)) => Answer::Got(found),
        Ok(Err(error)) => match error.status().filter(|_| error.is_refusal()) {
            Some(status) => Answer::Refused { status, words: error.words() },
            None => Answer::Unreached(error.words()),
        },
        Err(_) => Answer::Unreached("Twilio does not answer in time: try again in a moment".to_owned()),
    }
}
