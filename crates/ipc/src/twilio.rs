use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The account at Twilio that calls to the telephone network go over, as its administrator sees it: of secrets only their
/// ends. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TwilioAccountView {
    /// Whose it is.
    pub source: TwilioSource,
    /// `AC…`
    pub account_sid: Option<String>,
    /// The account's auth token.
    pub auth_token: SecretView,
    /// The number that the called see.
    pub phone_number: Option<String>,
    /// `SK…`
    pub api_key: Option<String>,
    /// The secret of that key.
    pub api_secret: SecretView,
    /// `AP…`
    pub twiml_app_sid: Option<String>,
    /// Where Twilio reaches the server.
    pub public_base_url: Option<String>,
    /// The region of the account.
    pub region: Option<String>,
    /// Where traffic enters Twilio's network.
    pub edge: Option<String>,
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum TwilioSource {
    /// The company's own.
    Company,
    /// The server's.
    Server,
    /// None is set up.
    None,
}

/// All that is told of a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SecretView {
    /// Whether it is set.
    pub set: bool,
    /// Its last characters, by which people recognize it.
    pub ends_in: Option<String>,
}

/// An account at Twilio as it is to be. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TwilioValues {
    /// `AC…`
    pub account_sid: String,
    /// The account's auth token; none leaves it as it is.
    pub auth_token: Option<String>,
    /// The number that the called see.
    pub phone_number: String,
    /// `SK…`
    pub api_key: String,
    /// The secret of that key; none leaves it as it is.
    pub api_secret: Option<String>,
    /// `AP…`
    pub twiml_app_sid: String,
    /// Where Twilio reaches the server.
    pub public_base_url: String,
    /// The region of the account.
    pub region: Option<String>,
    /// Where traffic enters Twilio's network.
    pub edge: Option<String>,
}
