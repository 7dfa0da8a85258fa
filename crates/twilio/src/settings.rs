//! The Twilio account as people enter it: nine named values, checked before Twilio sees them.
//!
//! [`TwilioSettings::read`] finds what is wrong in what was given, all of it at once. What is missing depends on the task:
//! each `for_…` says everything that it needs and does not have.

mod base_url;
mod fault;
mod place;
mod shape;
mod tasks;

pub use base_url::{PublicBaseUrl, PublicBaseUrlError};
pub use fault::{SettingFault, SettingFaults};
pub use place::{Edge, PlaceError, Region};
pub use tasks::{CallSettings, Credentials, RestSettings, TokenSettings, WebhookSettings};

use crate::sid::{AccountSid, ApiKeySid, AppSid};
use mobilecall_domain::{PhoneNumber, Private};
use std::fmt;

/// A value that must reach neither a log nor a client; `Debug` shows its length.
pub type Secret = Private<String>;

macro_rules! settings {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $advice:literal;)+) => {
        /// The name of a value.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Setting { $($(#[$doc])* $variant),+ }

        impl Setting {
            /// Every one, in the order in which they are asked for.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Its name in the environment.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),+ } }
            /// Where it is found, and what to do.
            pub const fn advice(self) -> &'static str { match self { $(Self::$variant => $advice),+ } }
        }
    };
}

settings! {
    /// The account.
    AccountSid = "TWILIO_ACCOUNT_SID", "copy the Account SID (AC…) from the first page of Twilio's console";
    /// The key of webhooks' signatures, and of REST calls where there is no API key.
    AuthToken = "TWILIO_AUTH_TOKEN", "copy the Auth Token from the first page of Twilio's console, below the Account SID";
    /// The company's number.
    PhoneNumber = "TWILIO_PHONE_NUMBER",
        "enter the number that you bought at Twilio (console: Phone Numbers, Active numbers), written as +15017122661";
    /// The API key that signs access tokens.
    ApiKey = "TWILIO_API_KEY", "create a standard API key in Twilio's console (Account, API keys & tokens) and copy its SID (SK…)";
    /// Its secret.
    ApiSecret = "TWILIO_API_SECRET",
        "enter the secret that Twilio showed once when the API key was created; if it is lost, create another key";
    /// The TwiML application of outgoing calls.
    TwimlAppSid = "TWILIO_TWIML_APP_SID",
        "create a TwiML app in Twilio's console (Voice, TwiML apps) and copy its SID (AP…)";
    /// Where Twilio reaches this server.
    PublicBaseUrl = "PUBLIC_BASE_URL",
        "enter the address under which Twilio reaches this server, such as https://calls.example.com, or a tunnel's";
    /// The region that keeps the account's data.
    Region = "TWILIO_REGION", "leave it out, or enter the region of the API key, such as ie1";
    /// Where traffic enters Twilio's network.
    Edge = "TWILIO_EDGE", "leave it out, or enter the edge nearest to you, such as dublin";
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is set of an account. Every value may be missing; none is malformed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct TwilioSettings {
    /// [`Setting::AccountSid`]
    pub account_sid: Option<AccountSid>,
    /// [`Setting::AuthToken`]
    pub auth_token: Option<Secret>,
    /// [`Setting::PhoneNumber`]
    pub phone_number: Option<PhoneNumber>,
    /// [`Setting::ApiKey`]
    pub api_key: Option<ApiKeySid>,
    /// [`Setting::ApiSecret`]
    pub api_secret: Option<Secret>,
    /// [`Setting::TwimlAppSid`]
    pub twiml_app_sid: Option<AppSid>,
    /// [`Setting::PublicBaseUrl`]
    pub public_base_url: Option<PublicBaseUrl>,
    /// [`Setting::Region`]
    pub region: Option<Region>,
    /// [`Setting::Edge`]
    pub edge: Option<Edge>,
}

impl TwilioSettings {
    /// Reads the values that `value_of` knows by their names in the environment. Space around a value is not part of it,
    /// and a value of nothing else is none.
    ///
    /// The error has every malformed value, not only the first.
    pub fn read<'a>(value_of: impl Fn(&str) -> Option<&'a str>) -> Result<Self, SettingFaults> {
        let mut reader = shape::Reader::new(value_of);
        let settings = Self {
            account_sid: reader.read(Setting::AccountSid, shape::sid),
            auth_token: reader.read(Setting::AuthToken, shape::secret),
            phone_number: reader.read(Setting::PhoneNumber, shape::number),
            api_key: reader.read(Setting::ApiKey, shape::sid),
            api_secret: reader.read(Setting::ApiSecret, shape::secret),
            twiml_app_sid: reader.read(Setting::TwimlAppSid, shape::sid),
            public_base_url: reader.read(Setting::PublicBaseUrl, shape::parsed),
            region: reader.read(Setting::Region, shape::parsed),
            edge: reader.read(Setting::Edge, shape::parsed),
        };
        reader.finish(settings)
    }

    /// Whether nothing at all is set: the server works without Twilio, and its line says "not set up".
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// A value so far that a log or an administrator may see it, such as `AC…9f3c` or `ends in …12`; `None` if it is not set.
    pub fn shortened(&self, setting: Setting) -> Option<String> {
        match setting {
            Setting::AccountSid => self.account_sid.map(AccountSid::shortened),
            Setting::AuthToken => self.auth_token.as_ref().map(shape::ending),
            Setting::PhoneNumber => self.phone_number.as_ref().map(|number| shape::last_two(number.as_e164())),
            Setting::ApiKey => self.api_key.map(ApiKeySid::shortened),
            Setting::ApiSecret => self.api_secret.as_ref().map(shape::ending),
            Setting::TwimlAppSid => self.twiml_app_sid.map(AppSid::shortened),
            Setting::PublicBaseUrl => self.public_base_url.as_ref().map(ToString::to_string),
            Setting::Region => self.region.as_ref().map(ToString::to_string),
            Setting::Edge => self.edge.as_ref().map(ToString::to_string),
        }
    }

    /// A line for each value, for the log of a start: `TWILIO_ACCOUNT_SID set, AC…9f3c`, `TWILIO_API_KEY not set`.
    pub fn log_lines(&self) -> impl Iterator<Item = String> {
        Setting::ALL.iter().map(|setting| match self.shortened(*setting) {
            Some(shortened) => format!("{setting} set, {shortened}"),
            None => format!("{setting} not set"),
        })
    }
}

#[cfg(test)]
mod tests;
