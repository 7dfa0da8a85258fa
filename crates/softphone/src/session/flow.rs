//! Signing in, step by step, away from the engine's own task.

use super::{Profile, Secrets, SessionInput, profile_setting, remembered, server_key};
use crate::{
    failure,
    ports::{EmbeddedServer, EmbeddedServerError},
    post::Post,
    tries::Tries,
};
use mobilecall_cache::{Account, Cache};
use mobilecall_client::{ClientError, Http, ServerUrl, Session, trust};
use mobilecall_domain::{Private, Timestamp};
use mobilecall_ipc::{Failure, ServerChoice};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// First pause between attempts to revive a session at a server that does not answer.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How to sign in.
pub(crate) enum How {
    /// As the server inside the app allows, or with the session of an earlier run.
    ByItself,
    /// With a password.
    Password { username: String, password: Private<String> },
}

/// A session that was just opened.
pub(crate) struct OpenedSession {
    pub(crate) session: Session,
    pub(crate) profile: Profile,
    pub(crate) account: Account,
}

/// What a sign-in came to.
enum Found {
    Session(Box<OpenedSession>),
    /// Nobody was signed in at this server.
    Nobody(Http),
}

/// Everything signing in needs.
#[derive(Clone)]
pub(crate) struct SignInFlow {
    pub(crate) server: ServerChoice,
    pub(crate) embedded: Option<Arc<dyn EmbeddedServer>>,
    pub(crate) secrets: Secrets,
    pub(crate) authority: Option<PathBuf>,
    pub(crate) cache: Cache,
    pub(crate) now: Timestamp,
    /// Cuts the pauses between attempts short.
    pub(crate) hurry: Arc<Notify>,
    pub(crate) post: Post,
}

impl SignInFlow {
    /// Runs to the end and reports it as exactly one of `Opened`, `NoSession` and `Failed`.
    pub(crate) async fn run(self, how: How) {
        let end = match self.open(how).await {
            Ok(Found::Session(opened)) => SessionInput::Opened(opened),
            Ok(Found::Nobody(http)) => SessionInput::NoSession(http),
            Err(failure) => SessionInput::Failed(failure),
        };
        self.post.session(end).await;
    }

    async fn open(&self, how: How) -> Result<Found, Failure> {
        let http = self.reach().await?;
        let session = match how {
            How::Password { username, password } => {
                let outcome = Session::log_in(&http, &username, password.expose()).await;
                outcome.map_err(|error| failure::of_client(&error))?
            }
            How::ByItself => match self.server {
                ServerChoice::Embedded => self.sign_in_embedded(&http).await?,
                ServerChoice::Remote { .. } => match self.revive(&http).await? {
                    Some(session) => session,
                    None => return Ok(Found::Nobody(http)),
                },
            },
        };
        let profile = Profile { server: server_key(&self.server), user: session.user().clone(), available: Vec::new() };
        let account = self.account(&profile).await?;
        Ok(Found::Session(Box::new(OpenedSession { session, profile, account })))
    }

    /// The connection to the chosen server, which is started if it is ours.
    async fn reach(&self) -> Result<Http, Failure> {
        let url = match &self.server {
            ServerChoice::Remote { url } => url.clone(),
            ServerChoice::Embedded => {
                let running = self.embedded()?.start().await.map_err(|error| failure::of_embedded(&error))?;
                let url = running.url.clone();
                self.post.session(SessionInput::ServerStarted(running)).await;
                url
            }
        };
        let url = ServerUrl::parse(&url).map_err(|error| failure::of_url(&error))?;
        let tls = trust(self.authority.as_deref()).map_err(|error| failure::of_tls(&error))?;
        Http::new(url, tls).map_err(|error| failure::of_tls(&error))
    }

    async fn sign_in_embedded(&self, http: &Http) -> Result<Session, Failure> {
        let login = self.embedded()?.sign_in().await.map_err(|error| failure::of_embedded(&error))?;
        Ok(Session::start(http, login))
    }

    /// Revives the session of an earlier run, for as long as it takes to reach the server. `None` if there is none.
    async fn revive(&self, http: &Http) -> Result<Option<Session>, Failure> {
        let server = server_key(&self.server);
        let profile = self.known(&server).await?;
        let token = match self.secrets.read(&server).await {
            Ok(Some(token)) => token,
            // A keyring that is locked may say the same as one without a session.
            Ok(None) if profile.is_some() && self.secrets.are_kept() => return Err(failure::keyring_unreadable()),
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::warn!(%error, "the keyring cannot be read");
                return if profile.is_some() { Err(failure::keyring_unreadable()) } else { Ok(None) };
            }
        };
        if let Some(profile) = profile {
            let account = self.account(&profile).await?;
            self.post.session(SessionInput::Restored { profile: Box::new(profile), account }).await;
        }
        let mut tries = Tries::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            match Session::resume(http, &token).await {
                Ok(session) => return Ok(Some(session)),
                Err(ClientError::SessionEnded) => {
                    self.forget(&server).await;
                    return Err(failure::of_client(&ClientError::SessionEnded));
                }
                Err(error) => {
                    let attempt = tries.failed(error, &self.post).await?;
                    self.post.session(SessionInput::NotYet { attempt, why: tries.why() }).await;
                    tries.pause(&self.hurry).await;
                }
            }
        }
    }

    /// The person who was signed in at the end of the last run.
    async fn known(&self, server: &str) -> Result<Option<Profile>, Failure> {
        remembered(&self.cache, server).await.map_err(|error| failure::of_cache(&error))
    }

    /// The session of an earlier run has ended, and nobody is signed in any more.
    async fn forget(&self, server: &str) {
        if let Err(error) = self.secrets.forget(server).await {
            tracing::warn!(%error, "a session that has ended stays in the keyring");
        }
        if let Err(error) = self.cache.store_setting(&profile_setting(server), &None::<Profile>).await {
            tracing::warn!(%error, "the person whose session has ended is still remembered");
        }
    }

    async fn account(&self, profile: &Profile) -> Result<Account, Failure> {
        let key = mobilecall_cache::AccountKey {
            server: profile.server.clone(),
            company: profile.user.company_id,
            user: profile.user.id,
        };
        self.cache.account(&key, self.now).await.map_err(|error| failure::of_cache(&error))
    }

    fn embedded(&self) -> Result<&Arc<dyn EmbeddedServer>, Failure> {
        let none = || failure::of_embedded(&EmbeddedServerError::Other("this program has none".to_owned()));
        self.embedded.as_ref().ok_or_else(none)
    }
}
