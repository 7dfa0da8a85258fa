//! Connecting, registering, and the tokens for it.

use super::{
    CONNECT_TIMEOUT, LEAVE_TIMEOUT, Link, Loss, MAX_RETRY_AFTER, Output, PROBE_TIMEOUT, RECENT_LOSS, REFUSAL_PAUSE,
    Signaling, TOKEN_RESERVE,
};
use crate::{
    config::{TokenError, VoiceToken},
    endings::Credential,
};
use mobilecall_domain::{Registration, call::RegistrationFailure};
use mobilecall_line::LineEvent;
use mobilecall_pstream::{
    ClientFrame, REGISTER_INTERVAL, WATCHDOG,
    client::{Browser, BrowserInfo, Listen, Register},
    server::Connected,
};
use std::time::{Duration, Instant};

/// Tokens are replaced no more often than this, however short they live: the server counts frames.
const LEAST_TOKEN_LIFE: Duration = Duration::from_secs(1);
/// The SDK version whose behavior this line follows; servers may look at it.
const SDK_VERSION: &str = "2.18.5";

impl Signaling {
    pub(super) fn register(&mut self, now: Instant) {
        if self.failure.take().is_some() {
            self.tokens.refusals = 0;
        }
        let was_wanted = std::mem::replace(&mut self.wanted, true);
        self.leaving = None;
        if self.link == Link::Online && !was_wanted {
            self.send_register(now);
        }
        self.report();
    }

    pub(super) fn unregister(&mut self, now: Instant) {
        let was_wanted = std::mem::take(&mut self.wanted);
        self.failure = None;
        self.register_at = None;
        if self.link == Link::Online && was_wanted {
            self.send(ClientFrame::Register(Register::OFF));
            self.leaving = Some(now + LEAVE_TIMEOUT);
        } else if self.leaving.is_none() {
            self.report();
        }
    }

    pub(super) fn reconnect(&mut self, slept: Duration, now: Instant) {
        self.failure = None;
        self.tokens_slept(slept, now);
        match self.link {
            Link::Idle | Link::Fetching | Link::Connecting { .. } => {}
            // The server's word on the token may be lost with the old network.
            Link::Listening => self.probe_at = Some(now + PROBE_TIMEOUT),
            Link::Waiting { .. } => {
                self.primary.reset();
                self.urgent.reset();
                self.recent.reset();
                self.retry_after = None;
                self.link = Link::Idle;
            }
            // Only the client's registration draws a reply, so without one a new connection is the only probe.
            Link::Online if self.wanted => {
                self.send_register(now);
                self.probe_at = Some(now + PROBE_TIMEOUT);
            }
            Link::Online => {
                self.outputs.push_back(Output::CloseSocket);
                self.dropped(now);
                self.link = Link::Idle;
            }
        }
        self.report();
    }

    /// Tokens age while the machine sleeps, though its clocks stand. One that has ended meanwhile is not worth showing.
    fn tokens_slept(&mut self, slept: Duration, now: Instant) {
        let earlier = |at: Option<Instant>| at.map(|at| at.checked_sub(slept).unwrap_or(now));
        self.tokens.refresh_at = earlier(self.tokens.refresh_at);
        self.tokens.must_refresh_at = earlier(self.tokens.must_refresh_at);
        if self.tokens.must_refresh_at.is_some_and(|at| at <= now) && slept > Duration::ZERO {
            self.tokens.refresh_at = None;
            self.tokens.must_refresh_at = None;
            self.tokens.current = None;
            match self.link {
                Link::Connecting { .. } | Link::Listening | Link::Online => self.request_token(),
                Link::Idle | Link::Waiting { .. } | Link::Fetching => {}
            }
        }
    }

    /// The connection is open.
    pub(crate) fn opened(&mut self, now: Instant) {
        self.link = Link::Listening;
        self.heard_at = now;
        self.has_opened = true;
        self.breaks = 0;
        self.send_listen();
    }

    /// There is no connection, or none any more.
    pub(crate) fn lost(&mut self, loss: Loss, now: Instant) {
        tracing::info!(%loss, line.kind = %self.settings.kind, "signaling connection lost");
        let refused = matches!(loss, Loss::Refused { .. });
        match loss {
            Loss::Refused { status, retry_after } => {
                self.retry_after = retry_after.map(|delay| delay.min(MAX_RETRY_AFTER));
                // Overload and time-outs pass; any other refusal means that this is no signaling server.
                if (400..500).contains(&status) && status != 408 && status != 429 {
                    self.link = Link::Idle;
                    return self.fail(RegistrationFailure::Protocol);
                }
            }
            Loss::Unreachable(_) | Loss::Broken(_) => {
                self.breaks += 1;
                if !self.has_opened || self.breaks >= 2 {
                    self.move_on();
                }
            }
            Loss::Closed(_) => {}
        }
        // A server that is there and refuses has its reasons.
        if refused {
            self.lost_at = None;
        }
        self.dropped(now);
        self.settle(now);
    }

    /// The token source answered.
    pub(crate) fn token(&mut self, result: Result<VoiceToken, TokenError>, now: Instant) {
        self.tokens.is_fetching = false;
        match result {
            Ok(token) => {
                self.tokens.current = Some(token.token);
                self.tokens.is_proven = false;
                match self.link {
                    Link::Fetching => self.connect(now),
                    Link::Listening | Link::Online => self.send_listen(),
                    Link::Idle | Link::Waiting { .. } | Link::Connecting { .. } => {}
                }
            }
            Err(error) => {
                tracing::warn!(%error, retryable = error.retryable, line.kind = %self.settings.kind, "no voice token");
                if self.link == Link::Fetching {
                    if !error.retryable {
                        self.link = Link::Idle;
                        return self.fail(RegistrationFailure::CredentialsRefused);
                    }
                    self.dropped(now);
                } else if error.retryable {
                    self.tokens.must_refresh_at = Some(now + REFUSAL_PAUSE);
                }
            }
        }
        self.settle(now);
    }

    pub(super) fn connected(&mut self, connected: Connected, now: Instant) {
        let is_new = self.link == Link::Listening;
        self.link = Link::Online;
        self.edge = connected.edge;
        self.tokens.is_proven = true;
        let ttl = connected.token.ttl.map(Duration::from_secs);
        let soon = ttl.map(|ttl| (ttl * 4 / 5).max(LEAST_TOKEN_LIFE));
        let late = ttl.zip(soon).map(|(ttl, soon)| ttl.saturating_sub(TOKEN_RESERVE).max(soon));
        self.tokens.refresh_at = soon.map(|after| now + after);
        self.tokens.must_refresh_at = late.map(|after| now + after);
        self.ask_to_reconnect(is_new);
        // A token that ended took the registration with it.
        if self.wanted && (is_new || self.register_at.is_none() || self.standing != Registration::Registered) {
            self.send_register(now);
        }
        if !self.wanted {
            self.settled();
        }
        self.send_waiting();
    }

    pub(super) fn ready(&mut self) {
        if self.wanted {
            self.settled();
            self.set_standing(Registration::Registered);
        }
    }

    /// The server gives what was asked of it: what failed before counts no more.
    fn settled(&mut self) {
        self.attempt = 0;
        self.primary.reset();
        self.urgent.reset();
        self.recent.reset();
        self.lost_at = None;
        self.retry_after = None;
        self.tokens.refusals = 0;
    }

    pub(super) fn offline(&mut self, now: Instant) {
        if self.leaving.take().is_some() {
            self.report();
        } else if self.wanted {
            // The server took the registration back: because the token ended, and then the next one registers again;
            // or for another device, and two devices must not take it from each other in a tight loop.
            self.set_standing(Registration::Registering { attempt: self.attempt });
            self.register_at = Some(now + REGISTER_INTERVAL);
        }
    }

    pub(super) fn credential_refused(&mut self, credential: Credential, code: u32) {
        if self.tokens.is_fetching {
            return;
        }
        let is_first = self.tokens.refusals == 0;
        self.tokens.refusals += 1;
        self.tokens.current = None;
        self.register_at = None;
        let failure = match credential {
            Credential::Expired => RegistrationFailure::CredentialsExpired,
            Credential::Refused => RegistrationFailure::CredentialsRefused,
        };
        // A token that was good before, or that may have lain around, deserves a fresh one; a fresh one does not.
        if is_first && (self.tokens.is_proven || credential == Credential::Expired) {
            self.request_token();
        } else {
            self.emit(LineEvent::Trouble { code });
            self.disconnect();
            self.fail(failure);
        }
    }

    /// The server will not serve us.
    pub(super) fn closed_by_server(&mut self, now: Instant) {
        // After a refused token the fresh one may come at once; otherwise the server means what it says.
        if self.tokens.current.is_some() {
            self.retry_after.get_or_insert(REFUSAL_PAUSE);
        }
        self.outputs.push_back(Output::CloseSocket);
        self.dropped(now);
    }

    pub(super) fn tick_connection(&mut self, now: Instant) {
        if self.leaving.is_some_and(|until| now >= until) {
            self.leaving = None;
            self.report();
        }
        match self.link {
            Link::Idle | Link::Fetching => {}
            Link::Waiting { until } if now >= until => self.link = Link::Idle,
            Link::Connecting { until } if now >= until => {
                tracing::info!(line.kind = %self.settings.kind, "connecting took too long");
                self.outputs.push_back(Output::CloseSocket);
                self.move_on();
                self.dropped(now);
            }
            Link::Waiting { .. } | Link::Connecting { .. } => {}
            Link::Listening | Link::Online
                if now >= self.heard_at + WATCHDOG || self.probe_at.is_some_and(|until| now >= until) =>
            {
                tracing::info!(line.kind = %self.settings.kind, "signaling server silent, connecting again");
                self.outputs.push_back(Output::CloseSocket);
                self.dropped(now);
            }
            Link::Listening => {}
            Link::Online => self.tick_online(now),
        }
    }

    fn tick_online(&mut self, now: Instant) {
        let is_due = |at: Option<Instant>| at.is_some_and(|at| now >= at);
        if is_due(self.register_at) {
            if self.tokens.current.is_some() {
                self.send_register(now);
            } else {
                // The next token registers.
                self.register_at = None;
            }
        }
        let may_refresh = self.legs.is_empty() && is_due(self.tokens.refresh_at);
        if may_refresh || is_due(self.tokens.must_refresh_at) {
            self.tokens.refresh_at = None;
            self.tokens.must_refresh_at = None;
            self.request_token();
        }
    }

    /// Connects if a connection is needed, closes it if none is.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.legs.is_empty() {
            self.urls.forget_preferred();
        }
        let has_business =
            self.wanted || self.leaving.is_some() || !self.legs.is_empty() || !self.pending_closes.is_empty();
        if !has_business || self.failure.is_some() {
            return self.disconnect();
        }
        if self.link == Link::Idle {
            if self.urls.is_empty() {
                self.fail(RegistrationFailure::Protocol);
            } else if self.tokens.current.is_some() {
                self.connect(now);
            } else {
                self.link = Link::Fetching;
                self.request_token();
            }
        }
    }

    fn request_token(&mut self) {
        if !std::mem::replace(&mut self.tokens.is_fetching, true) {
            self.outputs.push_back(Output::FetchToken);
        }
    }

    fn connect(&mut self, now: Instant) {
        if let Some(url) = self.urls.current().cloned() {
            self.link = Link::Connecting { until: now + CONNECT_TIMEOUT };
            self.outputs.push_back(Output::Connect(url));
        }
    }

    /// Closes the connection, because none is needed or none will be served.
    pub(super) fn disconnect(&mut self) {
        match self.link {
            Link::Connecting { .. } | Link::Listening | Link::Online => self.outputs.push_back(Output::CloseSocket),
            Link::Idle | Link::Waiting { .. } | Link::Fetching => {}
        }
        self.link = Link::Idle;
        self.register_at = None;
        self.probe_at = None;
    }

    /// The connection, or the attempt, is over: waits for the next one.
    fn dropped(&mut self, now: Instant) {
        if self.link == Link::Online {
            self.lost_at.get_or_insert(now);
        } else {
            self.attempt = self.attempt.saturating_add(1);
        }
        let is_recent = self.lost_at.is_some_and(|at| now < at + RECENT_LOSS);
        self.lose_legs(now);
        self.register_at = None;
        self.probe_at = None;
        if self.leaving.take().is_some() {
            self.report();
        }
        let delay = self.retry_after.take().unwrap_or_else(|| {
            let random = (self.random)();
            if self.urls.has_preferred() {
                self.urgent.next(random)
            } else if is_recent {
                self.recent.next(random)
            } else {
                self.primary.next(random)
            }
        });
        self.link = Link::Waiting { until: now + delay };
        self.report();
    }

    fn move_on(&mut self) {
        self.urls.advance();
        self.has_opened = false;
        self.breaks = 0;
    }

    fn fail(&mut self, failure: RegistrationFailure) {
        tracing::error!(line.kind = %self.settings.kind, reason = %failure, "signaling refused for good");
        self.failure = Some(failure);
        self.leaving = None;
        self.pending_closes.clear();
        self.end_all_lost();
        self.report();
    }

    fn send_listen(&mut self) {
        let Some(token) = self.tokens.current.clone() else { return };
        let browser =
            Browser { platform: self.settings.platform.clone(), user_agent: self.settings.user_agent.clone() };
        let timeout = self.settings.call_signaling_timeout;
        self.send(ClientFrame::Listen(Listen {
            token,
            browser_info: BrowserInfo { browser, p: "browser".into(), plugin: "rtc".into(), v: SDK_VERSION.into() },
            reconnect_timeout: timeout.as_secs() + u64::from(timeout.subsec_nanos() > 0),
        }));
    }

    fn send_register(&mut self, now: Instant) {
        self.send(ClientFrame::Register(Register::ON));
        self.register_at = Some(now + REGISTER_INTERVAL);
    }

    /// Reports the standing that follows from the rest, unless the server's word makes it `Registered`.
    pub(super) fn report(&mut self) {
        let standing = match self.failure {
            _ if self.leaving.is_some() => return,
            Some(failure) => Registration::Failed(failure),
            None if !self.wanted => Registration::Unregistered,
            None if self.link == Link::Online && self.standing == Registration::Registered => return,
            None => Registration::Registering { attempt: self.attempt },
        };
        self.set_standing(standing);
    }

    fn set_standing(&mut self, standing: Registration) {
        if self.standing != standing {
            self.standing = standing.clone();
            self.emit(LineEvent::Registration(standing));
        }
    }
}
