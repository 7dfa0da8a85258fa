//! Signing in and out, as the owner sees it.

use super::Core;
use crate::{
    failure,
    journal::Entry,
    message::{ReplyTo, answer},
    ports::RunningServer,
    post::Post,
    session::{
        How, Online, OpenedSession, Profile, SessionInput, SignInFlow, SignInState, SignedIn, keep, profile_setting,
        server_key,
    },
    shown::server_of,
};
use mobilecall_client::{Company, Http, Person, Sync};
use mobilecall_domain::Private;
use mobilecall_ipc::{ErrorCode, Failure, Reply, ServerChoice, ServerView, SessionView, SyncView};
use std::{sync::Arc, time::Duration};
use tokio_util::task::AbortOnDropHandle;

/// Time for telling the server that a session ends.
const LOG_OUT_LIMIT: Duration = Duration::from_secs(5);

impl Core {
    /// Connects to the chosen server and registers the lines, as far as that is not done. What waits for its next try
    /// waits no longer.
    pub(crate) async fn connect(&mut self) {
        self.connected = true;
        self.hurry.notify_waiters();
        match &self.sign_in {
            SignInState::SignedOut => self.begin_signing_in(How::ByItself),
            SignInState::SigningIn { .. } => {}
            SignInState::SignedIn(_) => self.register_lines().await,
        }
    }

    /// Leaves the lines but stays signed in.
    pub(crate) async fn disconnect(&mut self) {
        self.connected = false;
        self.hang_up_all().await;
        self.close_lines().await;
    }

    pub(crate) async fn sign_in(&mut self, username: String, password: String, reply: ReplyTo) {
        self.leave().await;
        self.connected = true;
        self.begin_signing_in(How::Password { username, password: Private::new(password) });
        self.signing_in = Some(reply);
    }

    /// Ends the session at the server too, and forgets it.
    pub(crate) async fn sign_out(&mut self) {
        let session = self.sign_in.online().map(|online| online.session.clone());
        // The server inside the app signs in without the keyring.
        let is_remote = matches!(self.settings.server, ServerChoice::Remote { .. });
        let kept = is_remote && self.sign_in.signed_in().is_some_and(|signed_in| signed_in.kept);
        let server = server_key(&self.settings.server);
        self.leave().await;
        let (cache, name, value) = (self.cache.clone(), profile_setting(&server), serde_json::Value::Null);
        if let Err(failure) = self.write(Entry::Setting { cache, name, value }).await {
            tracing::warn!(failure.message, "the person who signed out is still remembered on this device");
        }
        let (secrets, post) = (self.secrets.clone(), self.post());
        self.closing_tasks.spawn(async move {
            if let Err(error) = secrets.forget(&server).await {
                tracing::warn!(%error, "the session could not be removed from the keyring");
                // Where there is no keyring there is nothing to remove.
                if kept {
                    post.problem(failure::keyring_keeps_secret()).await;
                }
            }
            let Some(session) = session else { return };
            match tokio::time::timeout(LOG_OUT_LIMIT, session.log_out()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "the server was not told that the session ended"),
                Err(_) => tracing::debug!("the server was not told in time that the session ended"),
            }
        });
    }

    /// Ends calls, leaves the lines and forgets the session in memory. What waits for the server stays in the database.
    pub(crate) async fn leave(&mut self) {
        self.hang_up_all().await;
        self.close_lines().await;
        self.drop_calls();
        self.forget_recordings();
        self.forget_phone_call();
        self.epoch += 1;
        self.sign_in = SignInState::SignedOut;
        self.leave_when_idle = false;
        self.caught_up = false;
        self.answer_sign_in(Err(failure::not_now("another sign-in or a sign-out came in between")));
        self.lines.prefer(Vec::new());
        self.take_lines_given_out();
        self.team.clear();
        self.shown.team(Vec::new());
        self.shown.sync(SyncView::Offline { pending: 0 });
        self.shown.session(SessionView::SignedOut { why: None });
        self.shown.history(0);
    }

    fn begin_signing_in(&mut self, how: How) {
        self.epoch += 1;
        let flow = SignInFlow {
            server: self.settings.server.clone(),
            embedded: self.config.embedded.clone(),
            secrets: self.secrets.clone(),
            authority: self.config.authority.clone(),
            cache: self.cache.clone(),
            now: self.clock.now(),
            hurry: Arc::clone(&self.hurry),
            post: self.post(),
        };
        let task = AbortOnDropHandle::new(tokio::spawn(flow.run(how)));
        self.sign_in = SignInState::SigningIn { _task: task };
        self.shown.session(SessionView::SigningIn);
    }

    pub(crate) async fn session_input(&mut self, input: SessionInput) {
        match input {
            SessionInput::ServerStarted(running) => self.server_started(&running),
            SessionInput::Restored { profile, account } => {
                let reviving = match std::mem::replace(&mut self.sign_in, SignInState::SignedOut) {
                    SignInState::SigningIn { _task } => Some(_task),
                    SignInState::SignedOut | SignInState::SignedIn(_) => None,
                };
                self.signed_in(SignedIn { profile: *profile, account, kept: true, online: None, _reviving: reviving })
                    .await;
                self.lines_awaited(0, None);
                if self.connected {
                    self.open_lines();
                }
            }
            SessionInput::NotYet { attempt, why } => {
                self.shown.reachable(false);
                self.lines_awaited(attempt, why.as_ref());
            }
            SessionInput::Opened(opened) => self.opened(*opened).await,
            SessionInput::NoSession(http) => {
                self.sign_in = SignInState::SignedOut;
                self.shown.session(SessionView::SignedOut { why: None });
                self.answer_sign_in(Err(failure::not_signed_in()));
                tokio::spawn(probe(http, self.post()));
            }
            SessionInput::Probed(outcome) => {
                self.shown.reachable(outcome.is_ok());
                self.shown.session(SessionView::SignedOut { why: outcome.err() });
            }
            SessionInput::Failed(failure) => self.sign_in_failed(failure).await,
            SessionInput::Kept(kept) => {
                if let Some(signed_in) = self.sign_in.signed_in_mut() {
                    signed_in.kept = kept;
                    self.shown.session(signed_in.profile.view(kept));
                }
            }
            SessionInput::Ended => self.session_ended().await,
        }
    }

    fn server_started(&mut self, running: &RunningServer) {
        let RunningServer { url, port, wanted_port } = running;
        let port_taken = (port != wanted_port).then_some(*wanted_port);
        self.shown.server(ServerView { embedded: true, url: url.clone(), reachable: true, port_taken });
    }

    async fn opened(&mut self, opened: OpenedSession) {
        let OpenedSession { session, mut profile, account } = opened;
        // Which lines the server gives out it says a moment later; until then they are as it said the last time.
        if let Some(known) = self.sign_in.signed_in().map(|known| &known.profile).filter(|known| known.is_of(&profile))
        {
            profile.available.clone_from(&known.available);
        }
        self.remember(&profile).await;
        let post = self.post();
        let (sync, mut events) = Sync::start(session.clone(), account.clone());
        // It ends with the sync, which must not find the local database closed.
        self.closing_tasks.spawn(async move {
            while let Some(event) = events.recv().await {
                post.sync(event).await;
            }
        });
        // The server inside the app signs in by itself, so there is nothing to keep.
        let embedded = self.settings.server == ServerChoice::Embedded;
        let keeper = if embedded {
            tokio::spawn(watch(session.clone(), self.post()))
        } else {
            tokio::spawn(keep(session.clone(), self.secrets.clone(), profile.server.clone(), self.post()))
        };
        let online = Online { session, sync, _keeper: AbortOnDropHandle::new(keeper) };
        self.shown.reachable(true);
        self.signed_in(SignedIn { profile, account, kept: embedded, online: Some(online), _reviving: None }).await;
        self.answer_sign_in(Ok(Reply::Done));
        if self.connected {
            self.open_lines();
        }
    }

    /// Keeps who is signed in for the next run.
    async fn remember(&mut self, profile: &Profile) {
        let value = match serde_json::to_value(profile) {
            Ok(value) => value,
            Err(error) => return self.shown.problem(failure::internal(&error)),
        };
        let (cache, name) = (self.cache.clone(), profile_setting(&profile.server));
        if let Err(failure) = self.write(Entry::Setting { cache, name, value }).await {
            self.shown.problem(failure);
        }
    }

    /// The company is another now, in name or in the lines that it prefers.
    pub(crate) async fn company_changed(&mut self, company: Company) {
        let Some(signed_in) = self.sign_in.signed_in_mut() else { return };
        if !signed_in.profile.take_company(company) {
            return;
        }
        let (profile, kept) = (signed_in.profile.clone(), signed_in.kept);
        self.lines.prefer(profile.company_lines());
        self.shown.session(profile.view(kept));
        self.remember(&profile).await;
        self.take_lines_given_out();
    }

    /// Somebody has another name or number now: perhaps the agent.
    pub(crate) async fn person_changed(&mut self, person: &Person) {
        let Some(signed_in) = self.sign_in.signed_in_mut() else { return };
        if !signed_in.profile.take_person(person) {
            return;
        }
        let (profile, kept) = (signed_in.profile.clone(), signed_in.kept);
        self.shown.session(profile.view(kept));
        self.remember(&profile).await;
    }

    async fn signed_in(&mut self, signed_in: SignedIn) {
        self.lines.prefer(signed_in.profile.company_lines());
        self.shown.session(signed_in.profile.view(signed_in.kept));
        self.sign_in = SignInState::SignedIn(Box::new(signed_in));
        self.take_lines_given_out();
        self.recount_missed().await;
        self.settle_stale_calls().await;
    }

    async fn sign_in_failed(&mut self, failure: Failure) {
        // After a sign-out by the server it still answers; after anything else nobody knows.
        let answered = matches!(
            failure.code,
            ErrorCode::WrongCredentials
                | ErrorCode::SessionExpired
                | ErrorCode::TooManyTries
                | ErrorCode::ServerRefused
        );
        self.shown.reachable(answered);
        let asked = self.signing_in.is_some();
        self.answer_sign_in(Err(failure.clone()));
        self.leave().await;
        if !asked {
            self.must_sign_in(failure);
        }
    }

    /// Nobody is signed in any more, and the window says why for as long as that is so.
    fn must_sign_in(&mut self, why: Failure) {
        self.shown.session(SessionView::SignedOut { why: Some(why.clone()) });
        self.shown.problem(why);
    }

    /// The session was revoked or ran out. Calls go on to their end; then the engine signs in again if it can do so by
    /// itself, and otherwise says that somebody must.
    pub(crate) async fn session_ended(&mut self) {
        if self.calls.any_alive() {
            self.leave_when_idle = true;
            return;
        }
        self.leave().await;
        match self.settings.server {
            ServerChoice::Embedded => self.begin_signing_in(How::ByItself),
            ServerChoice::Remote { .. } => {
                self.must_sign_in(Failure::new(ErrorCode::SessionExpired, "the session has ended: sign in again"));
            }
        }
    }

    /// Does what the end of the session put off until the last call was over.
    pub(crate) async fn leave_if_session_ended(&mut self) {
        if self.leave_when_idle && !self.calls.any_alive() {
            self.session_ended().await;
        }
    }

    /// The chosen server changed: leaves the old one and connects to the new one if that is wanted.
    pub(crate) async fn change_server(&mut self, before: &ServerChoice) {
        let connect = self.connected || self.settings.auto_connect;
        self.leave().await;
        if let (ServerChoice::Embedded, Some(embedded)) = (before, self.config.embedded.clone()) {
            self.closing_tasks.spawn(async move { embedded.stop().await });
        }
        self.shown.server(server_of(&self.settings));
        if connect {
            self.connect().await;
        }
    }

    fn answer_sign_in(&mut self, outcome: Result<Reply, Failure>) {
        if let Some(reply) = self.signing_in.take() {
            answer(reply, outcome);
        }
    }
}

/// Asks whether the server answers, so that a wrong address shows before anybody types a password.
async fn probe(http: Http, post: Post) {
    let answer = http.health().await.map(drop).map_err(|error| failure::of_client(&error));
    post.session(SessionInput::Probed(answer)).await;
}

/// Reports the end of a session that needs no keeping.
async fn watch(session: mobilecall_client::Session, post: Post) {
    let mut state = session.state();
    if state.wait_for(|state| *state == mobilecall_client::SessionState::Ended).await.is_ok() {
        post.session(SessionInput::Ended).await;
    }
}
