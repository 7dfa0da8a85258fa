//! Session tokens and voice tokens: JWTs signed with the server's own secrets (HS256), time passed in.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use mobilecall_domain::{CompanyId, SessionId, Timestamp, UserId};
use mobilecall_store::{Principal, RefreshHash, ServerIdentity};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// Tells our session tokens from any other JWT.
const SESSION_AUDIENCE: &str = "mobile-call";

/// Twilio's content type of access tokens, exactly.
const VOICE_CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// Bytes of randomness in a refresh token or secret.
const SECRET_BYTES: usize = 32;

/// Signs and checks.
pub(crate) struct Tokens {
    identity: ServerIdentity,
    session: Keys,
    voice: Keys,
}

struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Keys {
    fn new(secret: &str) -> Self {
        let secret = secret.as_bytes();
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret) }
    }
}

/// What a session token says.
#[derive(Serialize, Deserialize)]
pub(crate) struct SessionClaims {
    aud: String,
    /// The person.
    pub(crate) sub: UserId,
    /// The company.
    pub(crate) company: CompanyId,
    /// The session.
    pub(crate) session: SessionId,
    iat: i64,
    exp: i64,
}

/// What a voice token says, in Twilio's shape.
#[derive(Serialize, Deserialize)]
pub(crate) struct VoiceClaims {
    jti: String,
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    pub(crate) grants: Grants,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Grants {
    /// The user name.
    pub(crate) identity: String,
    pub(crate) voice: VoiceGrant,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct VoiceGrant {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) incoming: Option<IncomingGrant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outgoing: Option<OutgoingGrant>,
    /// Tells endpoints of one identity apart; ours is the session, so that its end ends the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint_id: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct IncomingGrant {
    pub(crate) allow: bool,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct OutgoingGrant {
    pub(crate) application_sid: String,
}

impl VoiceClaims {
    /// Time until the token ends; `None` once it has.
    pub(crate) fn remaining(&self, now: Timestamp) -> Option<Duration> {
        unexpired(self.exp, now).ok()?;
        Some(Timestamp::from_millis(self.exp.saturating_mul(1000)).since(now))
    }
}

/// Why a token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Invalid {
    Malformed,
    BadSignature,
    Expired,
}

impl Tokens {
    pub(crate) fn new(identity: ServerIdentity) -> Self {
        let (session, voice) = (Keys::new(&identity.session_secret), Keys::new(&identity.voice_secret));
        Self { identity, session, voice }
    }

    pub(crate) fn sign_session(
        &self,
        principal: &Principal,
        life: Duration,
        now: Timestamp,
    ) -> jsonwebtoken::errors::Result<String> {
        let (iat, exp) = span(now, life);
        let claims = SessionClaims {
            aud: SESSION_AUDIENCE.to_owned(),
            sub: principal.user.id,
            company: principal.company.id,
            session: principal.session_id,
            iat,
            exp,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.session.encoding)
    }

    pub(crate) fn check_session(&self, token: &str, now: Timestamp) -> Result<SessionClaims, Invalid> {
        let mut validation = validation();
        validation.set_audience(&[SESSION_AUDIENCE]);
        validation.validate_aud = true;
        let claims: SessionClaims = decode(token, &self.session.decoding, &validation)?;
        unexpired(claims.exp, now)?;
        Ok(claims)
    }

    pub(crate) fn sign_voice(
        &self,
        principal: &Principal,
        life: Duration,
        now: Timestamp,
    ) -> jsonwebtoken::errors::Result<String> {
        let (iat, exp) = span(now, life);
        let claims = VoiceClaims {
            jti: format!("{}-{iat}", self.identity.key_sid),
            iss: self.identity.key_sid.clone(),
            sub: self.identity.account_sid.clone(),
            iat,
            exp,
            grants: Grants {
                identity: principal.user.username.clone(),
                voice: VoiceGrant {
                    incoming: Some(IncomingGrant { allow: true }),
                    outgoing: Some(OutgoingGrant { application_sid: self.identity.app_sid.clone() }),
                    endpoint_id: Some(principal.session_id.to_string()),
                },
            },
        };
        let mut header = Header::new(Algorithm::HS256);
        header.cty = Some(VOICE_CONTENT_TYPE.to_owned());
        jsonwebtoken::encode(&header, &claims, &self.voice.encoding)
    }

    /// Says nothing of the token's time, see [`VoiceClaims::remaining`].
    pub(crate) fn check_voice(&self, token: &str) -> Result<VoiceClaims, Invalid> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Invalid::Malformed)?;
        if header.cty.as_deref() != Some(VOICE_CONTENT_TYPE) {
            return Err(Invalid::Malformed);
        }
        let claims: VoiceClaims = decode(token, &self.voice.decoding, &validation())?;
        if claims.iss != self.identity.key_sid || claims.sub != self.identity.account_sid {
            return Err(Invalid::BadSignature);
        }
        Ok(claims)
    }

    /// The application of outgoing calls that voice tokens name.
    pub(crate) fn app_sid(&self) -> &str {
        &self.identity.app_sid
    }
}

/// Issue and end in whole seconds.
fn span(now: Timestamp, life: Duration) -> (i64, i64) {
    let iat = now.as_millis().div_euclid(1000);
    (iat, iat.saturating_add(i64::try_from(life.as_secs()).unwrap_or(i64::MAX)))
}

/// Checks the algorithm and the signature; time and meaning are checked by ours.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims::<&str>(&[]);
    validation
}

fn decode<T: DeserializeOwned>(token: &str, key: &DecodingKey, validation: &Validation) -> Result<T, Invalid> {
    let decoded = jsonwebtoken::decode::<T>(token, key, validation);
    decoded.map(|token| token.claims).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => Invalid::BadSignature,
        _ => Invalid::Malformed,
    })
}

fn unexpired(exp: i64, now: Timestamp) -> Result<(), Invalid> {
    if now.as_millis() < exp.saturating_mul(1000) { Ok(()) } else { Err(Invalid::Expired) }
}

/// A fresh identity for a server that has none.
pub(crate) fn fresh_identity() -> ServerIdentity {
    let sid = |prefix: &str| format!("{prefix}{}", uuid::Uuid::new_v4().simple());
    ServerIdentity {
        account_sid: sid("AC"),
        key_sid: sid("SK"),
        app_sid: sid("AP"),
        voice_secret: random_text(),
        session_secret: random_text(),
    }
}

/// 256 random bits as text, for refresh tokens and secrets.
pub(crate) fn random_text() -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut bytes = [0; SECRET_BYTES];
    rand::fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The form in which a refresh token is stored.
pub(crate) fn refresh_hash(token: &str) -> RefreshHash {
    RefreshHash(Sha256::digest(token.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_store::{Company, Role, User};

    fn principal() -> Principal {
        let now = Timestamp::from_millis(0);
        let company = Company::new("Acme", "SA", now);
        let user = User {
            id: UserId::generate(),
            company_id: company.id,
            username: "alice".to_owned(),
            name: "Alice".to_owned(),
            extension: None,
            password_hash: String::new(),
            role: Role::Agent,
            created_at: now,
        };
        Principal { session_id: SessionId::generate(), user, company }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
    }

    const LIFE: Duration = Duration::from_secs(900);

    #[test]
    fn a_session_token_holds_until_its_end() {
        let (tokens, principal) = (Tokens::new(fresh_identity()), principal());
        let token = tokens.sign_session(&principal, LIFE, at(0)).unwrap();
        let claims = tokens.check_session(&token, at(899)).ok().unwrap();
        assert_eq!((claims.sub, claims.session), (principal.user.id, principal.session_id));
        assert_eq!(tokens.check_session(&token, at(900)).err(), Some(Invalid::Expired));
    }

    #[test]
    fn neither_kind_of_token_passes_for_the_other() {
        let (tokens, principal) = (Tokens::new(fresh_identity()), principal());
        let session = tokens.sign_session(&principal, LIFE, at(0)).unwrap();
        let voice = tokens.sign_voice(&principal, LIFE, at(0)).unwrap();
        assert_eq!(tokens.check_session(&voice, at(1)).err(), Some(Invalid::BadSignature));
        assert_eq!(tokens.check_voice(&session).err(), Some(Invalid::Malformed));
        let other = Tokens::new(fresh_identity());
        assert_eq!(other.check_session(&session, at(1)).err(), Some(Invalid::BadSignature));
        assert_eq!(other.check_voice(&voice).err(), Some(Invalid::BadSignature));
        assert_eq!(tokens.check_voice("a.b.c").err(), Some(Invalid::Malformed));
        assert_eq!(tokens.check_voice(&voice).ok().unwrap().remaining(at(900)), None);
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let (tokens, principal) = (Tokens::new(fresh_identity()), principal());
        let token = tokens.sign_session(&principal, LIFE, at(0)).unwrap();
        let claims = token.split('.').nth(1).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        for forged in [format!("{header}.{claims}."), format!("{header}.{claims}")] {
            assert!(tokens.check_session(&forged, at(1)).is_err());
        }
    }

    #[test]
    fn a_voice_token_has_twilios_shape() {
        let identity = fresh_identity();
        let (tokens, principal) = (Tokens::new(identity.clone()), principal());
        let token = tokens.sign_voice(&principal, LIFE, at(0)).unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(
            serde_json::to_value(header).unwrap(),
            serde_json::json!({"typ": "JWT", "alg": "HS256", "cty": "twilio-fpa;v=1"})
        );
        let claims = tokens.check_voice(&token).ok().unwrap();
        assert_eq!(claims.remaining(at(1)), Some(Duration::from_secs(899)));
        let expected = serde_json::json!({
            "jti": format!("{}-1700000000", identity.key_sid),
            "iss": identity.key_sid,
            "sub": identity.account_sid,
            "iat": 1_700_000_000,
            "exp": 1_700_000_900,
            "grants": {
                "identity": "alice",
                "voice": {
                    "incoming": {"allow": true},
                    "outgoing": {"application_sid": identity.app_sid},
                    "endpoint_id": principal.session_id.to_string(),
                }
            }
        });
        assert_eq!(serde_json::to_value(claims).unwrap(), expected);
    }
}
