//! Access tokens: what a softphone shows to Twilio's signaling edge (`twilio.com/docs/iam/access-tokens`).
//!
//! A JWT signed with the secret of an API key, so it is made on the server and never by the softphone.

mod debug;

use crate::{
    identity::Identity,
    settings::TokenSettings,
    sid::{AccountSid, ApiKeySid, AppSid},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use mobilecall_domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

/// Life of a token unless another is asked for; as in Twilio's libraries.
pub const DEFAULT_LIFE: Duration = Duration::from_secs(3600);
/// Longest life that Twilio accepts (its error 20104 otherwise).
pub const MAX_LIFE: Duration = Duration::from_secs(24 * 3600);

/// Twilio's content type of access tokens, exactly.
const CONTENT_TYPE: &str = "twilio-fpa;v=1";
/// Header field of the home region.
const REGION: &str = "twr";

/// What the holder of a token may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// Who it is.
    pub identity: Identity,
    /// Whether calls to the identity ring there.
    pub incoming: bool,
    /// What the TwiML app is given with each outgoing call.
    pub params: BTreeMap<String, String>,
    /// Tells endpoints of one identity apart.
    pub endpoint_id: Option<String>,
}

impl Grant {
    /// To call and be called as `identity`.
    pub const fn full(identity: Identity) -> Self {
        Self { identity, incoming: true, params: BTreeMap::new(), endpoint_id: None }
    }
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Shorter than a second or longer than Twilio accepts.
    #[error("an access token lives from 1 second to 24 hours, not {} seconds", life.as_secs())]
    Life {
        /// What was asked for.
        life: Duration,
    },
    /// The JWT could not be written.
    #[error("the access token could not be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

/// What a token says, in the order in which Twilio's library writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// Key SID, `-`, issue time in seconds.
    pub jti: String,
    /// What is allowed.
    pub grants: Grants,
    /// Issue time in seconds since 1970.
    pub iat: i64,
    /// Not valid before, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// End, in seconds since 1970.
    pub exp: i64,
    /// The API key.
    pub iss: ApiKeySid,
    /// The account.
    pub sub: AccountSid,
}

/// Identity and grants.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Grants {
    /// The client name.
    pub identity: String,
    /// What it may do with calls.
    pub voice: Option<VoiceGrant>,
}

/// Calls in and out.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct VoiceGrant {
    /// Whether calls come in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incoming: Option<IncomingGrant>,
    /// Who decides on calls out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outgoing: Option<OutgoingGrant>,
    /// Tells endpoints of one identity apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
}

/// Calls in.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct IncomingGrant {
    /// Whether they are allowed.
    pub allow: bool,
}

/// Calls out.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct OutgoingGrant {
    /// The TwiML app that decides.
    pub application_sid: AppSid,
    /// What it is given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

/// Makes a token that holds from `now` for `life`.
pub fn sign(settings: &TokenSettings, grant: Grant, life: Duration, now: Timestamp) -> Result<String, TokenError> {
    if life < Duration::from_secs(1) || life > MAX_LIFE {
        return Err(TokenError::Life { life });
    }
    let iat = seconds(now);
    let claims = Claims {
        jti: format!("{}-{iat}", settings.key),
        grants: grants(settings.app, grant),
        iat,
        nbf: None,
        exp: seconds(now.plus(life)),
        iss: settings.key,
        sub: settings.account,
    };
    let mut header = Header::new(Algorithm::HS256);
    header.cty = Some(CONTENT_TYPE.to_owned());
    if let Some(region) = &settings.region {
        header.extras.insert(REGION, region.as_str());
    }
    Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(settings.secret.expose().as_bytes()))?)
}

fn grants(application_sid: AppSid, grant: Grant) -> Grants {
    let voice = VoiceGrant {
        incoming: grant.incoming.then_some(IncomingGrant { allow: true }),
        outgoing: Some(OutgoingGrant { application_sid, params: grant.params }),
        endpoint_id: grant.endpoint_id,
    };
    Grants { identity: grant.identity.as_str().to_owned(), voice: Some(voice) }
}

/// Why Twilio's edge, or its stand-in, takes no token; each has Twilio's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not such a JWT, or for later.
    #[error("the access token is not valid")]
    Invalid,
    /// Signed with another secret.
    #[error("the access token was signed with another secret")]
    Signature,
    /// Of another key or account.
    #[error("the access token is of another account or API key")]
    Account,
    /// Past its end.
    #[error("the access token has expired")]
    Expired,
    /// Ends too far ahead.
    #[error("the access token lives longer than 24 hours")]
    TooLong,
    /// Twilio does not take such a client name.
    #[error("the identity has characters that are not allowed")]
    Identity,
}

impl TokenFault {
    /// The code on the signaling socket.
    pub const fn code(self) -> u32 {
        match self {
            Self::Invalid => 31204,
            Self::Signature => 31202,
            Self::Account => 31203,
            Self::Expired => 31205,
            Self::TooLong => 31207,
            Self::Identity => 31105,
        }
    }
}

/// Checks a token as Twilio does and says what is in it.
pub fn verify(settings: &TokenSettings, token: &str, now: Timestamp) -> Result<Claims, TokenFault> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::Invalid)?;
    if header.cty.as_deref() != Some(CONTENT_TYPE) || header.typ.as_deref() != Some("JWT") {
        return Err(TokenFault::Invalid);
    }
    let key = DecodingKey::from_secret(settings.secret.expose().as_bytes());
    let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation()).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => TokenFault::Signature,
        _ => TokenFault::Invalid,
    })?;
    check(settings, &decoded.claims, seconds(now))?;
    Ok(decoded.claims)
}

fn check(settings: &TokenSettings, claims: &Claims, now: i64) -> Result<(), TokenFault> {
    if claims.iss != settings.key || claims.sub != settings.account {
        return Err(TokenFault::Account);
    }
    if claims.exp <= now {
        return Err(TokenFault::Expired);
    }
    if claims.exp.saturating_sub(claims.iat) > MAX_LIFE.as_secs().cast_signed() {
        return Err(TokenFault::TooLong);
    }
    if claims.nbf.is_some_and(|start| start > now) {
        return Err(TokenFault::Invalid);
    }
    claims.grants.identity.parse::<Identity>().map(|_| ()).map_err(|_| TokenFault::Identity)
}

/// Algorithm and signature; time and meaning are checked by [`check`], with the time that was passed in.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims::<&str>(&[]);
    validation
}

fn seconds(time: Timestamp) -> i64 {
    time.as_millis().div_euclid(1000)
}

#[cfg(test)]
mod tests;
