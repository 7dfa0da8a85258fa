//! A sign-in at the server: one task owns the tokens, refreshes them before they run out, and hands them to requests.

use crate::{
    ClientError, Http,
    http::{Request, honor_retry_after, pauses},
};
use backon::Retryable as _;
use mobilecall_api::auth::{LoginRequest, LoginResponse, RefreshRequest, User};
use mobilecall_cache::AccountKey;
use mobilecall_domain::Private;
use reqwest::header::HeaderMap;
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::Instant,
};

/// A token is replaced when this share of its life is over, so that it never runs out under a request.
const REFRESH_AT: f64 = 0.8;
/// Pause after a refresh that failed for a passing reason.
const REFRESH_PAUSE: Duration = Duration::from_secs(10);
/// Requests that may wait for the owner of the tokens at once; it answers at once unless it refreshes.
const ASKS: usize = 32;

/// Where a session stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Usable. The refresh token revives it after a restart; each works once, so it must be kept anew at every change.
    Valid {
        /// For [`Session::resume`].
        refresh_token: Private<String>,
    },
    /// Revoked or run out.
    Ended,
}

/// A sign-in; cheap to clone. The tokens are forgotten when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Session {
    http: Http,
    user: User,
    asks: mpsc::Sender<Ask>,
    state: watch::Receiver<SessionState>,
}

#[derive(Debug)]
enum Ask {
    /// A usable token that is not `instead_of`, which the server refused.
    Token { instead_of: Option<Private<String>>, reply: oneshot::Sender<Result<Private<String>, ClientError>> },
    /// No more refreshing; the session is being ended.
    End,
}

impl Session {
    /// Signs in with a password. Not repeated by itself: failed tries are counted by the server.
    pub async fn log_in(http: &Http, username: &str, password: &str) -> Result<Self, ClientError> {
        let body = LoginRequest { username: username.to_owned(), password: password.to_owned() };
        let (_, login) = http.send(&Request::post("/api/auth/login", &body), None).await?;
        Ok(Self::start(http, login))
    }

    /// Revives a session of an earlier run.
    pub async fn resume(http: &Http, refresh_token: &Private<String>) -> Result<Self, ClientError> {
        let login = refresh(http, refresh_token)
            .await
            .map_err(|error| if error.is_unauthenticated() { ClientError::SessionEnded } else { error })?;
        Ok(Self::start(http, login))
    }

    /// Takes over a sign-in that was made by other means, as by the server inside the app.
    pub fn start(http: &Http, login: LoginResponse) -> Self {
        let (asks, asked) = mpsc::channel(ASKS);
        let valid = SessionState::Valid { refresh_token: Private::new(login.refresh_token.clone()) };
        let (published, state) = watch::channel(valid);
        let user = login.user.clone();
        tokio::spawn(Owner::new(http.clone(), login, published).run(asked));
        Self { http: http.clone(), user, asks, state }
    }

    /// Who signed in.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// The connection.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// Changes of the session.
    pub fn state(&self) -> watch::Receiver<SessionState> {
        self.state.clone()
    }

    /// The key of this person's local data; `server` names the server.
    pub fn account_key(&self, server: &str) -> AccountKey {
        AccountKey { server: server.to_owned(), company: self.user.company_id, user: self.user.id }
    }

    /// Ends the session at the server. The session is not used afterwards even if the server cannot be told.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        let token = self.token(None).await?;
        // The owner may be gone already; either way nobody refreshes from here on.
        if self.asks.send(Ask::End).await.is_err() {
            tracing::debug!("nobody refreshed the session any more when it was ended");
        }
        self.http.send_for_nothing(&Request::post("/api/auth/logout", &()), Some(token.expose())).await
    }

    /// A usable bearer token; a fresh one if the server refused `instead_of`. Cancel-safe.
    pub(crate) async fn token(&self, instead_of: Option<Private<String>>) -> Result<Private<String>, ClientError> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(Ask::Token { instead_of, reply }).await.map_err(|_| ClientError::SessionEnded)?;
        answer.await.map_err(|_| ClientError::SessionEnded)?
    }

    /// Sends an idempotent request and repeats it where that can help.
    pub(crate) async fn request<B: Serialize + ?Sized, A: DeserializeOwned>(
        &self,
        request: &Request<'_, B>,
    ) -> Result<(HeaderMap, A), ClientError> {
        let attempt = || self.request_once(request);
        attempt.retry(pauses()).when(ClientError::is_retryable).adjust(honor_retry_after).await
    }

    /// Sends a request, and once more with a fresh token if the first is refused.
    pub(crate) async fn request_once<B: Serialize + ?Sized, A: DeserializeOwned>(
        &self,
        request: &Request<'_, B>,
    ) -> Result<(HeaderMap, A), ClientError> {
        let token = self.token(None).await?;
        match self.http.send(request, Some(token.expose())).await {
            Err(error) if error.is_unauthenticated() => {
                let fresh = self.token(Some(token)).await?;
                self.http.send(request, Some(fresh.expose())).await
            }
            outcome => outcome,
        }
    }
}

impl Session {
    /// Sends a request whose answer has no content, and once more with a fresh token if the first is refused.
    pub(crate) async fn request_for_nothing<B: Serialize + ?Sized>(
        &self,
        request: &Request<'_, B>,
    ) -> Result<(), ClientError> {
        let token = self.token(None).await?;
        match self.http.send_for_nothing(request, Some(token.expose())).await {
            Err(error) if error.is_unauthenticated() => {
                let fresh = self.token(Some(token)).await?;
                self.http.send_for_nothing(request, Some(fresh.expose())).await
            }
            outcome => outcome,
        }
    }
}

async fn refresh(http: &Http, refresh_token: &Private<String>) -> Result<LoginResponse, ClientError> {
    let body = RefreshRequest { refresh_token: refresh_token.expose().clone() };
    Ok(http.send(&Request::post("/api/auth/refresh", &body), None).await?.1)
}

/// Owns the tokens.
struct Owner {
    http: Http,
    token: Private<String>,
    refresh_token: Private<String>,
    refresh_at: Instant,
    expires_at: Instant,
    published: watch::Sender<SessionState>,
}

impl Owner {
    fn new(http: Http, login: LoginResponse, published: watch::Sender<SessionState>) -> Self {
        let now = Instant::now();
        let mut owner = Self {
            http,
            token: Private::default(),
            refresh_token: Private::default(),
            refresh_at: now,
            expires_at: now,
            published,
        };
        owner.take(login);
        owner
    }

    fn take(&mut self, login: LoginResponse) {
        let life = Duration::from_secs(login.expires_in);
        let now = Instant::now();
        self.refresh_at = now + life.mul_f64(REFRESH_AT);
        self.expires_at = now + life;
        self.token = Private::new(login.token);
        self.refresh_token = Private::new(login.refresh_token);
    }

    async fn run(mut self, mut asked: mpsc::Receiver<Ask>) {
        loop {
            tokio::select! {
                ask = asked.recv() => match ask {
                    Some(Ask::Token { instead_of, reply }) => {
                        let outcome = self.usable(instead_of.as_ref()).await;
                        let ended = matches!(outcome, Err(ClientError::SessionEnded));
                        // Whoever asked may have given up meanwhile.
                        if reply.send(outcome).is_err() {
                            tracing::trace!("who asked for a token did not wait for it");
                        }
                        if ended {
                            break;
                        }
                    }
                    Some(Ask::End) | None => return,
                },
                () = tokio::time::sleep_until(self.refresh_at) => {
                    if let Err(ClientError::SessionEnded) = self.renew().await {
                        break;
                    }
                }
            }
        }
        self.published.send_replace(SessionState::Ended);
    }

    /// The token, renewed first if the server refused it or its time is over.
    async fn usable(&mut self, instead_of: Option<&Private<String>>) -> Result<Private<String>, ClientError> {
        let refused = instead_of == Some(&self.token);
        if refused || Instant::now() >= self.expires_at {
            self.renew().await?;
        }
        Ok(self.token.clone())
    }

    async fn renew(&mut self) -> Result<(), ClientError> {
        match refresh(&self.http, &self.refresh_token).await {
            Ok(login) => {
                self.take(login);
                self.published.send_replace(SessionState::Valid { refresh_token: self.refresh_token.clone() });
                Ok(())
            }
            Err(error) if error.is_unauthenticated() => Err(ClientError::SessionEnded),
            Err(error) => {
                tracing::debug!(%error, "the session could not be refreshed yet");
                self.refresh_at = Instant::now() + error.retry_after().unwrap_or(REFRESH_PAUSE);
                Err(error)
            }
        }
    }
}
