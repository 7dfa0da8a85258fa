//! What a softphone's access token allows.

use super::device::wire_error;
use crate::account::Account;
use mobilecall_domain::Timestamp;
use mobilecall_pstream::{WireError, code};
use mobilecall_twilio::AppSid;
use mobilecall_twilio::settings::TokenSettings;
use mobilecall_twilio::token::verify;
use std::time::Duration;

/// What is left of a token once it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Admission {
    pub(super) identity: String,
    /// Calls to the identity ring here.
    pub(super) may_receive: bool,
    /// Calls are placed through this application.
    pub(super) may_dial: Option<AppSid>,
    /// What the application is given with each call.
    pub(super) params: Vec<(String, String)>,
    /// Until the token ends.
    pub(super) remaining: Duration,
}

/// Checks a token as Twilio's edge does.
pub(super) fn admit(account: &Account, token: &str, now: Timestamp) -> Result<Admission, WireError> {
    if account.permissions.suspended {
        return Err(wire_error(code::ACCOUNT_INVALID));
    }
    let claims =
        verify(&settings(account), token, now).map_err(|fault| WireError::new(fault.code(), fault.to_string()))?;
    let voice = claims.grants.voice.unwrap_or_default();
    let end = Timestamp::from_millis(claims.exp.saturating_mul(1000));
    Ok(Admission {
        identity: claims.grants.identity,
        may_receive: voice.incoming.is_some_and(|incoming| incoming.allow),
        may_dial: voice.outgoing.as_ref().map(|outgoing| outgoing.application_sid),
        params: voice.outgoing.into_iter().flat_map(|outgoing| outgoing.params).collect(),
        remaining: end.since(now),
    })
}

/// What tokens are checked against. The application in it decides nothing: a token names its own.
fn settings(account: &Account) -> TokenSettings {
    TokenSettings {
        account: account.sid,
        key: account.key.sid,
        secret: account.key.secret.clone(),
        app: account.applications.first().map_or(AppSid::from_bits(0), |application| application.sid),
        region: None,
    }
}
