//! API keys.

use super::{Request, value::text};
use crate::sid::{AccountSid, ApiKeySid};
use serde::Deserialize;

/// An API key. Its secret is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Key {
    /// Its SID.
    pub sid: ApiKeySid,
    /// Its name in the console.
    #[serde(default, deserialize_with = "text")]
    pub friendly_name: Option<String>,
}

/// An API key; the answer is a [`Key`]. Standard keys may not ask for keys, so this needs the account's token or a main key
/// (<https://www.twilio.com/docs/iam/api-keys/keys-in-console>).
pub fn get_key(account: AccountSid, key: ApiKeySid) -> Request {
    Request::get(account, format_args!("/Keys/{key}"))
}
