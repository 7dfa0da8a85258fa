//! What is set of Twilio: on the command line, in the environment, in the file.

use crate::{database::DatabaseUrl, usage::UsageError};
use clap::Args;
use mobilecall_backend::{SecretKeyStore, ServiceUrl, Setting, SettingFaults, TwilioConfig, TwilioSettings};
use serde::Deserialize;
use std::{fmt, path::PathBuf};

/// The options. Their values are secrets or close to one, so no help text shows those of the environment.
#[derive(Default, Args)]
pub(crate) struct TwilioOptions {
    /// Account at Twilio, AC… [calls over Twilio need the first six of these]
    #[arg(long, env = "TWILIO_ACCOUNT_SID", value_name = "SID", hide_env_values = true, global = true)]
    pub(crate) twilio_account_sid: Option<String>,
    /// The account's auth token
    #[arg(long, env = "TWILIO_AUTH_TOKEN", value_name = "TOKEN", hide_env_values = true, global = true)]
    pub(crate) twilio_auth_token: Option<String>,
    /// Number that the called see, bought at Twilio
    #[arg(long, env = "TWILIO_PHONE_NUMBER", value_name = "NUMBER", hide_env_values = true, global = true)]
    pub(crate) twilio_phone_number: Option<String>,
    /// API key of the account, SK…
    #[arg(long, env = "TWILIO_API_KEY", value_name = "SID", hide_env_values = true, global = true)]
    pub(crate) twilio_api_key: Option<String>,
    /// Secret of the API key
    #[arg(long, env = "TWILIO_API_SECRET", value_name = "SECRET", hide_env_values = true, global = true)]
    pub(crate) twilio_api_secret: Option<String>,
    /// TwiML app of outgoing calls, AP…
    #[arg(long, env = "TWILIO_TWIML_APP_SID", value_name = "SID", hide_env_values = true, global = true)]
    pub(crate) twilio_twiml_app_sid: Option<String>,
    /// Region of the account, such as ie1
    #[arg(long, env = "TWILIO_REGION", value_name = "REGION", global = true)]
    pub(crate) twilio_region: Option<String>,
    /// Edge of Twilio's network, such as dublin [default: the nearest]
    #[arg(long, env = "TWILIO_EDGE", value_name = "EDGE", global = true)]
    pub(crate) twilio_edge: Option<String>,
    /// Company that calls to the number are for [default: the only one there is]
    #[arg(long, env = "TWILIO_COMPANY", value_name = "NAME", global = true)]
    pub(crate) twilio_company: Option<String>,
    /// Where Twilio's REST API is, for a stand-in [default: Twilio's]
    #[arg(long, env = "TWILIO_API_URL", value_name = "URL", global = true)]
    pub(crate) twilio_api_url: Option<String>,
    /// Where softphones signal over Twilio, for a stand-in [default: Twilio's]
    #[arg(long, env = "TWILIO_SIGNALING_URL", value_name = "URL", global = true)]
    pub(crate) twilio_signaling_url: Option<String>,
    /// Address under which Twilio reaches this server, as `https://calls.example.com`
    #[arg(long, env = "PUBLIC_BASE_URL", value_name = "URL", global = true)]
    pub(crate) public_base_url: Option<String>,
    /// Where no public base URL is set, take it from what a proxy says (X-Forwarded-Proto, X-Forwarded-Host)
    #[arg(long, env = "MOBILE_CALL_TRUST_FORWARDED", value_name = "true", num_args = 0..=1, default_missing_value = "true", global = true)]
    pub(crate) trust_forwarded: Option<bool>,
    /// File of the keys that companies' secrets are sealed with [default: beside the database]
    #[arg(long, env = "MOBILE_CALL_SECRET_KEY_FILE", value_name = "FILE", global = true)]
    pub(crate) secret_key_file: Option<PathBuf>,
}

impl fmt::Debug for TwilioOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioOptions").finish_non_exhaustive()
    }
}

/// The table `[twilio]` of the file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TwilioTable {
    account_sid: Option<String>,
    auth_token: Option<String>,
    phone_number: Option<String>,
    api_key: Option<String>,
    api_secret: Option<String>,
    twiml_app_sid: Option<String>,
    region: Option<String>,
    edge: Option<String>,
    company: Option<String>,
    api_url: Option<String>,
    signaling_url: Option<String>,
}

impl fmt::Debug for TwilioTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioTable").finish_non_exhaustive()
    }
}

impl TwilioOptions {
    /// What the command line and the environment leave open comes from the file.
    pub(crate) fn over(self, table: TwilioTable) -> Self {
        Self {
            twilio_account_sid: self.twilio_account_sid.or(table.account_sid),
            twilio_auth_token: self.twilio_auth_token.or(table.auth_token),
            twilio_phone_number: self.twilio_phone_number.or(table.phone_number),
            twilio_api_key: self.twilio_api_key.or(table.api_key),
            twilio_api_secret: self.twilio_api_secret.or(table.api_secret),
            twilio_twiml_app_sid: self.twilio_twiml_app_sid.or(table.twiml_app_sid),
            twilio_region: self.twilio_region.or(table.region),
            twilio_edge: self.twilio_edge.or(table.edge),
            twilio_company: self.twilio_company.or(table.company),
            twilio_api_url: self.twilio_api_url.or(table.api_url),
            twilio_signaling_url: self.twilio_signaling_url.or(table.signaling_url),
            ..self
        }
    }

    /// Checks the shape of everything.
    pub(crate) fn config(self, database: &DatabaseUrl) -> Result<TwilioConfig, UsageError> {
        let settings = TwilioSettings::read(|name| self.value(name)).map_err(|faults| wrong(&faults))?;
        Ok(TwilioConfig {
            settings,
            company: self.twilio_company,
            api_url: url("--twilio-api-url", self.twilio_api_url.as_deref())?,
            signaling_url: url("--twilio-signaling-url", self.twilio_signaling_url.as_deref())?,
            trust_forwarded: self.trust_forwarded.unwrap_or(false),
            secret_keys: self.secret_key_file.or_else(|| database.beside("key")).map(SecretKeyStore::in_file),
            look_every: Some(TwilioConfig::LOOK_EVERY),
        })
    }

    fn value(&self, name: &str) -> Option<&str> {
        let setting = Setting::ALL.iter().find(|setting| setting.name() == name)?;
        match setting {
            Setting::AccountSid => self.twilio_account_sid.as_deref(),
            Setting::AuthToken => self.twilio_auth_token.as_deref(),
            Setting::PhoneNumber => self.twilio_phone_number.as_deref(),
            Setting::ApiKey => self.twilio_api_key.as_deref(),
            Setting::ApiSecret => self.twilio_api_secret.as_deref(),
            Setting::TwimlAppSid => self.twilio_twiml_app_sid.as_deref(),
            Setting::PublicBaseUrl => self.public_base_url.as_deref(),
            Setting::Region => self.twilio_region.as_deref(),
            Setting::Edge => self.twilio_edge.as_deref(),
        }
    }
}

/// Says what is set and what is not, if anything is; never so much that it is of use to whoever reads the log.
pub(crate) fn log(config: &TwilioConfig) {
    if config.settings.is_empty() {
        return;
    }
    for line in config.settings.log_lines() {
        tracing::info!("{line}");
    }
}

fn wrong(faults: &SettingFaults) -> UsageError {
    let lines: Vec<_> = faults.iter().map(|fault| format!("{fault}: {}", fault.advice())).collect();
    UsageError::new(lines.join("\n"))
}

fn url(option: &str, text: Option<&str>) -> Result<Option<ServiceUrl>, UsageError> {
    let read = text.filter(|text| !text.trim().is_empty()).map(|text| text.parse::<ServiceUrl>()).transpose();
    read.map_err(|error| UsageError::new(format!("{option} cannot be used: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set() -> TwilioOptions {
        let sid = |prefix: &str| Some(format!("{prefix}{:032x}", 0x9f3c));
        TwilioOptions {
            twilio_account_sid: sid("AC"),
            twilio_auth_token: Some("0123456789abcdef0123456789abcdef".to_owned()),
            twilio_phone_number: Some("+966112345678".to_owned()),
            twilio_api_key: sid("SK"),
            twilio_api_secret: Some("abcdefghijklmnopqrstuvwxyzABCDEF".to_owned()),
            twilio_twiml_app_sid: sid("AP"),
            public_base_url: Some("https://calls.example.com".to_owned()),
            ..TwilioOptions::default()
        }
    }

    fn config(options: TwilioOptions) -> Result<TwilioConfig, String> {
        options.config(&DatabaseUrl::File("data/backend.sqlite".into())).map_err(|error| error.to_string())
    }

    #[test]
    fn all_of_it_may_be_missing() {
        let config = config(TwilioOptions::default()).unwrap();
        assert!(config.settings.is_empty() && config.secret_keys.is_some());
    }

    #[test]
    fn what_is_set_is_read_and_printed_shortened() {
        let config = config(set()).unwrap();
        config.settings.for_calls().unwrap();
        let lines: Vec<_> = config.settings.log_lines().collect();
        assert!(lines.contains(&"TWILIO_ACCOUNT_SID set, AC…9f3c".to_owned()), "{lines:?}");
        let printed = format!("{lines:?} {config:?} {:?}", set());
        for secret in ["0123456789abcdef", "abcdefghij", "966112345678"] {
            assert!(!printed.contains(secret), "{secret} in {printed}");
        }
    }

    #[test]
    fn wrong_shapes_are_said_all_at_once() {
        let options = TwilioOptions {
            twilio_account_sid: Some("SK00000000000000000000000000009f3c".to_owned()),
            twilio_phone_number: Some("0112345678".to_owned()),
            public_base_url: Some("http://calls.example.com".to_owned()),
            ..set()
        };
        let said = config(options).unwrap_err();
        for name in ["TWILIO_ACCOUNT_SID is wrong", "TWILIO_PHONE_NUMBER is wrong", "PUBLIC_BASE_URL is wrong"] {
            assert!(said.contains(name), "{name} in {said}");
        }
        let options = TwilioOptions { twilio_api_url: Some("http://api.example.com".to_owned()), ..set() };
        assert!(config(options).unwrap_err().starts_with("--twilio-api-url cannot be used"));
    }

    #[test]
    fn the_table_fills_what_is_open() {
        let table: TwilioTable = toml::from_str("edge = \"dublin\"\nregion = \"ie1\"\ncompany = \"Acme\"").unwrap();
        let options = TwilioOptions { twilio_region: Some("au1".to_owned()), ..set() }.over(table);
        let config = config(options).unwrap();
        assert_eq!(config.settings.edge.map(|edge| edge.to_string()).as_deref(), Some("dublin"));
        assert_eq!(config.settings.region.map(|region| region.to_string()).as_deref(), Some("au1"));
        assert_eq!(config.company.as_deref(), Some("Acme"));
        toml::from_str::<TwilioTable>("sid = \"AC\"").unwrap_err();
    }
}
