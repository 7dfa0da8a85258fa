//! One reader of live events: first what it missed, then what happens, until it leaves or its session ends.

use crate::{
    config::Limits,
    convert,
    error::ApiError,
    hub::{Changed, Listener, PAGE},
    permissions,
    slots::{Slot, Slots},
    state::Shared,
};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use mobilecall_api::events::{Event, Presence};
use mobilecall_domain::{CompanyId, SessionId};
use mobilecall_store::{Change, Principal, Scope};
use std::{ops::ControlFlow, sync::Arc, time::Duration};
use tokio::{
    sync::{
        OwnedSemaphorePermit, Semaphore,
        broadcast::{
            Receiver,
            error::{RecvError, TryRecvError},
        },
    },
    time::{self, Instant, MissedTickBehavior},
};

/// A reader that takes no frame for this long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// Close code of a socket whose session has ended; 4000 to 4999 are the application's (RFC 6455 §7.4.2).
const SESSION_ENDED: u16 = 4401;

/// Why the conversation is over; a frame to close with, or nothing if the reader is gone.
type End = ControlFlow<Option<CloseFrame>>;

/// A reader's socket and what it is subscribed to.
pub(crate) struct EventSocket {
    socket: WebSocket,
    state: Shared,
    principal: Principal,
    scope: Scope,
    /// Changes up to this one were sent or are none of this reader's.
    sent: u64,
    listener: Listener,
    ended_sessions: Receiver<SessionId>,
    heard_at: Instant,
}

impl EventSocket {
    /// `listener` and `ended_sessions` must be from before the session was checked, so that nothing falls between.
    pub(crate) fn new(
        socket: WebSocket,
        state: Shared,
        principal: Principal,
        listener: Listener,
        ended_sessions: Receiver<SessionId>,
    ) -> Self {
        let scope = permissions::visible(&principal);
        Self { socket, state, principal, scope, sent: 0, listener, ended_sessions, heard_at: Instant::now() }
    }

    /// Talks until the end.
    pub(crate) async fn run(mut self, since: Option<u64>) {
        let end = match self.greet(since).await {
            ControlFlow::Continue(()) => self.talk().await,
            ControlFlow::Break(end) => end,
        };
        if end.is_some() {
            // The reader may be gone already; then there is nobody to say goodbye to.
            let _ = time::timeout(SEND_TIMEOUT, self.socket.send(Message::Close(end))).await;
        }
    }

    async fn greet(&mut self, since: Option<u64>) -> End {
        let sequence = self.state.store.sequence(self.scope.company).await.map_err(|error| failed(&error));
        let sequence = match sequence {
            Ok(sequence) => sequence,
            Err(end) => return ControlFlow::Break(end),
        };
        self.sent = since.unwrap_or(sequence);
        self.send(&Event::Hello { sequence }).await?;
        if since.is_some() { self.replay().await } else { ControlFlow::Continue(()) }
    }

    /// Sends what is in the store after `sent`.
    async fn replay(&mut self) -> End {
        loop {
            self.may_go_on().await?;
            let page = match self.state.store.changes_since(self.scope, self.sent, PAGE).await {
                Ok(page) => page,
                Err(error) => return ControlFlow::Break(failed(&error)),
            };
            for change in &page.changes {
                self.send_change(change).await?;
            }
            self.sent = page.upto;
            if !page.more {
                return ControlFlow::Continue(());
            }
        }
    }

    /// A long replay must not keep a stopping server, nor go to somebody who has signed out.
    async fn may_go_on(&mut self) -> End {
        if self.state.closing.is_cancelled() {
            return ControlFlow::Break(stopping());
        }
        loop {
            match self.ended_sessions.try_recv() {
                Err(TryRecvError::Empty) => return ControlFlow::Continue(()),
                Err(TryRecvError::Closed) => return self.check_session().await,
                Err(TryRecvError::Lagged(missed)) => self.session_ended(Err(RecvError::Lagged(missed))).await?,
                Ok(session) => self.session_ended(Ok(session)).await?,
            }
        }
    }

    async fn talk(&mut self) -> Option<CloseFrame> {
        let closing = self.state.closing.clone();
        let period = self.state.config.limits.event_ping;
        let mut probes = time::interval_at(Instant::now() + period, period);
        probes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                () = closing.cancelled() => ControlFlow::Break(stopping()),
                ended = self.ended_sessions.recv() => self.session_ended(ended).await,
                changed = self.listener.changed.recv() => self.pass_on(changed).await,
                presence = self.listener.presence.recv() => self.tell_presence(presence).await,
                frame = self.socket.recv() => self.hear(frame),
                _ = probes.tick() => self.probe(period).await,
            };
            if let ControlFlow::Break(end) = step {
                return end;
            }
        }
    }

    async fn pass_on(&mut self, changed: Result<Arc<Changed>, RecvError>) -> End {
        match changed {
            Ok(page) if page.upto <= self.sent => ControlFlow::Continue(()),
            Ok(page) if page.from <= self.sent => {
                let (sent, scope) = (self.sent, self.scope);
                let news = page.changes.iter().filter(|change| change.sequence > sent);
                for change in news.filter(|change| change.audience.is_in(scope)) {
                    self.send_change(change).await?;
                }
                self.sent = page.upto;
                ControlFlow::Continue(())
            }
            // Something between is missing: it is in the store.
            Ok(_) | Err(RecvError::Lagged(_)) => self.replay().await,
            Err(RecvError::Closed) => ControlFlow::Break(connect_again()),
        }
    }

    async fn tell_presence(&mut self, presence: Result<Presence, RecvError>) -> End {
        match presence {
            Ok(presence) => self.send(&Event::Presence(presence)).await,
            Err(RecvError::Lagged(missed)) => {
                tracing::debug!(missed, "a reader of events was too slow");
                self.send(&Event::Lagged).await
            }
            Err(RecvError::Closed) => ControlFlow::Break(connect_again()),
        }
    }

    fn hear(&mut self, frame: Option<Result<Message, axum::Error>>) -> End {
        self.heard_at = Instant::now();
        match frame {
            // Nothing is expected of the reader but pongs; whatever else it says is a sign of life.
            Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => {
                ControlFlow::Continue(())
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => ControlFlow::Break(None),
        }
    }

    async fn session_ended(&mut self, ended: Result<SessionId, RecvError>) -> End {
        match ended {
            Ok(session) if session != self.principal.session_id => ControlFlow::Continue(()),
            Ok(_) => ControlFlow::Break(session_over()),
            Err(RecvError::Lagged(_) | RecvError::Closed) => self.check_session().await,
        }
    }

    /// Also another process may have ended the session or changed the person's role.
    async fn check_session(&mut self) -> End {
        match self.state.store.principal(self.scope.company, self.principal.session_id).await {
            Ok(Some(principal)) if permissions::visible(&principal) == self.scope => ControlFlow::Continue(()),
            Ok(Some(_) | None) => ControlFlow::Break(session_over()),
            Err(error) if error.is_retryable() => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(failed(&error)),
        }
    }

    async fn probe(&mut self, period: Duration) -> End {
        if self.heard_at.elapsed() > period * 2 {
            return ControlFlow::Break(None);
        }
        self.send_message(Message::Ping(Vec::new().into())).await?;
        self.check_session().await
    }

    async fn send_change(&mut self, change: &Change) -> End {
        self.send(&convert::event(change)).await
    }

    async fn send(&mut self, event: &Event) -> End {
        let text = serde_json::to_string(event).expect("an event has no map with keys that are not texts");
        self.send_message(Message::Text(text.into())).await
    }

    async fn send_message(&mut self, message: Message) -> End {
        match time::timeout(SEND_TIMEOUT, self.socket.send(message)).await {
            Ok(Ok(())) => ControlFlow::Continue(()),
            // Gone, or as good as gone.
            Ok(Err(_)) | Err(_) => ControlFlow::Break(None),
        }
    }
}

fn close(code: u16, reason: &'static str) -> Option<CloseFrame> {
    Some(CloseFrame { code, reason: reason.into() })
}

/// The hub drops a channel that nobody reads, which this reader's is not; a new one is had by connecting anew.
fn connect_again() -> Option<CloseFrame> {
    close(close_code::AWAY, "connect again")
}

fn stopping() -> Option<CloseFrame> {
    close(close_code::AWAY, "the server is stopping")
}

fn session_over() -> Option<CloseFrame> {
    close(SESSION_ENDED, "the session has ended")
}

fn failed(error: &mobilecall_store::StoreError) -> Option<CloseFrame> {
    tracing::error!(cause = crate::error::chain(error), "live events cannot be read");
    close(close_code::ERROR, "the server made a mistake, connect again")
}

/// Room for one more reader, which is made again when this is dropped.
pub(crate) struct SocketSlot {
    _of_server: OwnedSemaphorePermit,
    _of_company: Slot<CompanyId>,
    _of_session: Slot<SessionId>,
}

/// Readers that may listen at once: few of one session, and not all of the server's of one company.
pub(crate) struct SocketSlots {
    server: Arc<Semaphore>,
    companies: Slots<CompanyId>,
    sessions: Slots<SessionId>,
    limits: Limits,
}

impl SocketSlots {
    pub(crate) fn new(limits: Limits) -> Self {
        let server = Arc::new(Semaphore::new(limits.event_sockets));
        Self { server, companies: Slots::new(), sessions: Slots::new(), limits }
    }

    pub(crate) fn enter(&self, principal: &Principal) -> Result<SocketSlot, ApiError> {
        let session = self.sessions.enter(principal.session_id, self.limits.event_sockets_per_session);
        let session = session.ok_or_else(|| {
            ApiError::unavailable("this session has as many event sockets as it may: close one and try again")
        })?;
        let company = self.companies.enter(principal.company.id, self.limits.event_sockets_per_company);
        let company = company.ok_or_else(|| {
            ApiError::unavailable("your company has as many event sockets as it may: close some and try again")
        })?;
        let server = Arc::clone(&self.server).try_acquire_owned().map_err(|_full| {
            ApiError::unavailable("the server has no room for another event socket: try again later")
        })?;
        Ok(SocketSlot { _of_server: server, _of_company: company, _of_session: session })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Backend, BackendConfig, CancellationToken, PasswordCost, announce::Announcement};
    use futures_util::StreamExt as _;
    use mobilecall_api::events::Event;
    use mobilecall_domain::{Timestamp, UserId};
    use mobilecall_store::{Role, Store, User};
    use mobilecall_store_sqlite::SqliteStore;
    use std::sync::Arc;
    use tokio::net::TcpListener;
    use tokio_tungstenite::{connect_async, tungstenite::client::IntoClientRequest as _};

    /// Only from within can news be told so quickly that a reader falls behind for certain.
    #[tokio::test]
    async fn a_reader_who_falls_behind_is_told() {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
        let mut config = BackendConfig { password_cost: PasswordCost::FOR_TESTS, ..BackendConfig::default() };
        config.limits.event_queue = 1;
        let backend = Backend::new(Arc::clone(&store), config).await.unwrap();
        let session = backend.local_session().await.unwrap();
        let company = session.user.company_id;
        let mut people = vec![session.user.id];
        for username in ["basil", "carol"] {
            let user = User {
                id: UserId::generate(),
                company_id: company,
                username: username.to_owned(),
                name: username.to_owned(),
                extension: None,
                password_hash: "!".to_owned(),
                role: Role::Agent,
                created_at: Timestamp::now(),
            };
            store.create_user(&user).await.unwrap();
            people.push(user.id);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}/api/events", listener.local_addr().unwrap());
        let (serving, shutdown) = (backend.clone(), CancellationToken::new());
        let stop = shutdown.clone();
        let served = tokio::spawn(async move { serving.serve(listener, stop).await });
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {}", session.token).parse().unwrap());
        let (mut socket, _) = connect_async(request).await.unwrap();
        let mut next = async || serde_json::from_str::<Event>(socket.next().await.unwrap().unwrap().to_text().unwrap());
        let sequence = backend.state.store.sequence(company).await.unwrap();
        assert_eq!(next().await.unwrap(), Event::Hello { sequence });
        // Read together, and passed on in this order without a pause.
        people.sort();
        for user in &people {
            backend.state.announcer.announce(Announcement::Presence { company, user: *user });
        }
        assert_eq!(next().await.unwrap(), Event::Lagged);
        let Event::Presence(newest) = next().await.unwrap() else { panic!("no presence") };
        assert_eq!(Some(&newest.user_id), people.last(), "the newest is there");
        shutdown.cancel();
        served.await.unwrap().unwrap();
    }
}
