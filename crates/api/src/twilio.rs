//! A company's account at Twilio, recordings, and calls that begin at the agent's own phone.

use mobilecall_domain::{CompanyId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::{IntoParams, ToSchema};

/// Answer of `GET` and `PUT /api/company/twilio`: what the company's calls over Twilio are made with. Secrets are never told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TwilioAccount {
    /// Whose account it is.
    pub source: TwilioSource,
    /// `AC…`; of the server's account the last digits only.
    pub account_sid: Option<String>,
    /// The account's auth token.
    pub auth_token: SecretState,
    /// The number that the called see.
    pub phone_number: Option<String>,
    /// `SK…`; of the server's account the last digits only.
    pub api_key: Option<String>,
    /// Its secret.
    pub api_secret: SecretState,
    /// `AP…`; of the server's account the last digits only.
    pub twiml_app_sid: Option<String>,
    /// Where Twilio reaches this server.
    pub public_base_url: Option<String>,
    /// The region of the account.
    pub region: Option<String>,
    /// Where traffic enters Twilio's network.
    pub edge: Option<String>,
    /// What is missing, each with what to do.
    pub missing: Vec<String>,
    /// Calls by way of agents' own phones that wait for their turn: Twilio begins one a second of an account.
    pub waiting_calls: u32,
}

/// Whose account a company's calls are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TwilioSource {
    /// The company's own.
    Company,
    /// The server's.
    Server,
    /// None is set up.
    None,
}

/// All that is told of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecretState {
    /// Whether it is set.
    pub set: bool,
    /// Its last characters, by which people recognize it.
    pub ends_in: Option<String>,
}

/// Body of `PUT /api/company/twilio`. A secret that is left out stays as it is. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TwilioSettings {
    /// `TWILIO_ACCOUNT_SID`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_sid: Option<String>,
    /// `TWILIO_AUTH_TOKEN`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_token: Option<String>,
    /// `TWILIO_PHONE_NUMBER`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// `TWILIO_API_KEY`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
    /// `TWILIO_API_SECRET`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_secret: Option<String>,
    /// `TWILIO_TWIML_APP_SID`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub twiml_app_sid: Option<String>,
    /// `PUBLIC_BASE_URL`; the server's own if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_base_url: Option<String>,
    /// `TWILIO_REGION`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `TWILIO_EDGE`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edge: Option<String>,
}

impl fmt::Debug for TwilioSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioSettings").finish_non_exhaustive()
    }
}

/// A recording, in the shape that old pages read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    /// `RE…`
    pub sid: String,
    /// The call's `twilioCallSid`.
    pub call_sid: String,
    /// Whole seconds, null until it is finished.
    pub duration: Option<u32>,
    /// Where it can be fetched from this server.
    pub url: String,
    /// When it began, RFC 3339 with milliseconds.
    #[schema(value_type = String, format = "date-time")]
    pub date_created: Timestamp,
    /// `in-progress`, `processing`, `completed`, `absent` or `deleted`.
    pub status: String,
}

/// Query of `GET /api/calls/recordings`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct RecordingsQuery {
    /// How many at most, 1 to 500, default 50.
    pub limit: Option<u32>,
    /// May only repeat the session's own company.
    #[param(value_type = Option<String>)]
    pub company_id: Option<CompanyId>,
}

/// Body of `POST /api/calls/make-call`: Twilio calls the agent's own phone, then the customer, and connects both. `Debug`
/// leaves out the numbers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MakeCall {
    /// The customer.
    pub to: String,
    /// May only repeat the company's number, as old pages do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The agent's own phone, which rings first.
    pub agent_phone: String,
}

impl fmt::Debug for MakeCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MakeCall").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_spelled_as_the_rest_and_print_nothing() {
        let json = r#"{"accountSid":"AC1","authToken":"t","phoneNumber":"+1","apiKey":"SK1","apiSecret":"s","twimlAppSid":"AP1"}"#;
        let settings: TwilioSettings = serde_json::from_str(json).expect("settings");
        assert_eq!(serde_json::to_string(&settings).expect("JSON"), json);
        assert_eq!(format!("{settings:?}"), "TwilioSettings { .. }");
        serde_json::from_str::<TwilioSettings>(r#"{"accountSID":"AC1"}"#).expect_err("another spelling");
    }

    #[test]
    fn recordings_have_the_fields_that_old_pages_read() {
        let recording = Recording {
            sid: "RE1".to_owned(),
            call_sid: "CA1".to_owned(),
            duration: Some(31),
            url: "/api/recordings/RE1/media".to_owned(),
            date_created: Timestamp::from_millis(1_700_000_000_000),
            status: "completed".to_owned(),
        };
        let json = r#"{"sid":"RE1","callSid":"CA1","duration":31,"url":"/api/recordings/RE1/media","dateCreated":"2023-11-14T22:13:20.000Z","status":"completed"}"#;
        assert_eq!(serde_json::to_string(&recording).expect("JSON"), json);
    }

    #[test]
    fn an_old_page_s_call_is_read() {
        let json = r#"{"to":"+966501234567","from":"+966112345678","agentPhone":"+966559902557"}"#;
        let call: MakeCall = serde_json::from_str(json).expect("a call");
        assert_eq!((call.to.as_str(), call.agent_phone.as_str()), ("+966501234567", "+966559902557"));
        assert_eq!(format!("{call:?}"), "MakeCall { .. }");
    }
}
