//! Signing in, staying signed in, signing out.

use crate::{
    announce::Announcement,
    convert,
    error::ApiError,
    passwords::MAX_PASSWORD_BYTES,
    state::State,
    tokens::{random_text, refresh_hash},
};
use mobilecall_api::auth::LoginResponse;
use mobilecall_domain::{SessionId, Timestamp};
use mobilecall_store::{NewSession, Principal, RefreshPolicy, Refreshed, User};
use std::{net::IpAddr, time::Duration};

/// A client whose answer was lost on the way may present its refresh token again for this long.
const REFRESH_GRACE: Duration = Duration::from_secs(60);

/// A session in use gets some hundred refresh tokens a day; a copy of a used one is recognized for this long.
const USED_TOKENS_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

const MAX_USERNAME_CHARS: usize = 64;

impl State {
    /// Checks user name and password and opens a session.
    pub(crate) async fn sign_in(
        &self,
        username: &str,
        password: String,
        address: IpAddr,
    ) -> Result<LoginResponse, ApiError> {
        if password.len() > MAX_PASSWORD_BYTES {
            return Err(ApiError::unprocessable("the password is longer than 1024 bytes"));
        }
        let username = username.trim().to_lowercase();
        // A text that is no user name is counted as one and the same, so that the limiter keeps no strange keys.
        let known_form = is_username(&username);
        let key = if known_form { username.as_str() } else { "" };
        if let Some(wait) = self.directory.count_sign_in(key, address).await? {
            return Err(ApiError::too_many_requests(wait));
        }
        let user = if known_form { self.store.user_by_username(&username).await? } else { None };
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let fits = self.passwords.fits(password, hash).await;
        match user {
            Some(user) if fits => {
                tracing::info!(user.id = %user.id, "signed in");
                self.open_session(&user).await
            }
            Some(_) | None => {
                tracing::info!("a sign-in was refused");
                Err(ApiError::wrong_credentials())
            }
        }
    }

    /// Opens a session for a person whose identity is proved otherwise.
    pub(crate) async fn open_session(&self, user: &User) -> Result<LoginResponse, ApiError> {
        let refresh_token = random_text();
        let session = NewSession {
            id: SessionId::generate(),
            company_id: user.company_id,
            user_id: user.id,
            refresh: refresh_hash(&refresh_token),
            created_at: Timestamp::now(),
        };
        self.store.create_session(&session).await?;
        let principal = self.store.principal(user.company_id, session.id).await?;
        let principal = principal.ok_or_else(ApiError::unauthenticated)?;
        self.login_response(&principal, refresh_token)
    }

    /// Exchanges a refresh token for a new pair.
    pub(crate) async fn refresh(&self, presented: &str) -> Result<LoginResponse, ApiError> {
        let next = random_text();
        let policy = RefreshPolicy { idle: self.config.session_idle, grace: REFRESH_GRACE, remember: USED_TOKENS_KEPT };
        let now = Timestamp::now();
        match self.store.refresh(refresh_hash(presented), refresh_hash(&next), policy, now).await? {
            Refreshed::Rotated(principal) => self.login_response(&principal, next),
            Refreshed::Reused(session) => {
                tracing::warn!(session.id = %session, "a refresh token was used twice, so its session was ended");
                self.session_ended(session).await;
                Err(ApiError::unauthenticated())
            }
            Refreshed::Ended | Refreshed::Unknown => Err(ApiError::unauthenticated()),
        }
    }

    /// Ends the session behind the request.
    pub(crate) async fn sign_out(&self, principal: &Principal) -> Result<(), ApiError> {
        self.store.revoke_session(principal.company.id, principal.session_id, Timestamp::now()).await?;
        self.session_ended(principal.session_id).await;
        tracing::info!(user.id = %principal.user.id, "signed out");
        Ok(())
    }

    /// Everybody who serves the session hears of its end at once.
    async fn session_ended(&self, session: SessionId) {
        self.announcer.announce(Announcement::SessionEnded { session });
        self.edge.session_ended(session).await;
    }

    /// Who sends this bearer token.
    pub(crate) async fn authenticate(&self, token: &str) -> Result<Principal, ApiError> {
        let claims =
            self.tokens.check_session(token, Timestamp::now()).map_err(|_invalid| ApiError::unauthenticated())?;
        let principal = self.store.principal(claims.company, claims.session).await?;
        principal.filter(|principal| principal.user.id == claims.sub).ok_or_else(ApiError::unauthenticated)
    }

    fn login_response(&self, principal: &Principal, refresh_token: String) -> Result<LoginResponse, ApiError> {
        let life = self.config.session_token_life;
        let token = self.tokens.sign_session(principal, life, Timestamp::now()).map_err(ApiError::internal)?;
        Ok(LoginResponse { token, expires_in: life.as_secs(), refresh_token, user: convert::user(principal) })
    }
}

/// User names are voice identities too, so they keep to the characters that are safe there.
pub(crate) fn is_username(text: &str) -> bool {
    (1..=MAX_USERNAME_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
