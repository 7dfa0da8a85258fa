//! The line as a pure state machine: what happened and the time go in, what to do comes out.
//!
//! ```text
//!          needed                 token            opened             connected
//!   Idle ─────────▶ Fetching ─────────▶ Connecting ─────▶ Listening ───────────▶ Online
//!    ▲                 │ failed            │ failed, 5 s     │ silent 15 s, lost    │ silent 15 s, lost, close
//!    │ not needed      ▼                   ▼                 ▼                      ▼
//!    └────────────── Waiting ◀────────────────────────────────────────────────────────
//!                      └─▶ Fetching or Connecting when the delay is over, or at once on `Reconnect`
//! ```
//!
//! A connection is needed while the line shall be registered or has legs. Inputs are the methods [`Signaling::command`],
//! [`Signaling::opened`], [`Signaling::received`], [`Signaling::lost`], [`Signaling::token`], [`Signaling::tick`] and
//! [`Signaling::shutdown`]; after each of them the outputs are drained with [`Signaling::poll_output`], and
//! [`Signaling::deadline`] says when the next `tick` is due.

mod calls;
mod connection;
mod frames;
mod messages;

use crate::{backoff::Backoff, legs::Legs, line::capabilities, urls::Urls};
use calls::Placing;
use mobilecall_domain::{LineKind, Private, Registration, call::RegistrationFailure};
use mobilecall_line::{LineCommand, LineError, LineEvent};
use mobilecall_pstream::ClientFrame;
use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};
use url::Url;

/// How long one attempt to connect may take, as in the SDK.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for `offline` before leaving without it.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a server may stay silent after the network changed, when it was asked for a sign of life.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long after a loss the line tries again quickly: a network that was gone for less is met within seconds of its
/// return.
const RECENT_LOSS: Duration = Duration::from_secs(120);
/// Pause after the server closed the connection without a reason, and after a token could not be refreshed.
const REFUSAL_PAUSE: Duration = Duration::from_secs(5);
/// The longest delay a server may ask for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How long an offer within a call may wait for its answer before it is given up.
const REOFFER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long before its end a token is replaced even in a call.
const TOKEN_RESERVE: Duration = Duration::from_secs(10);

/// What the driver shall do, in order.
#[derive(Debug)]
pub(crate) enum Output {
    /// Ask the token source, and give [`Signaling::token`] the result. Never asked twice at a time.
    FetchToken,
    /// Connect; the outcome is [`Signaling::opened`] or [`Signaling::lost`].
    Connect(Url),
    /// Send a frame on the connection.
    Send(ClientFrame),
    /// Send the heartbeat back.
    Echo,
    /// Close the connection, or stop connecting. Nothing more is reported of it.
    CloseSocket,
    /// Tell the engine.
    Event(LineEvent),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Loss {
    /// Could not connect.
    #[error("could not connect: {0}")]
    Unreachable(String),
    /// The server answered the request to connect with an HTTP status.
    #[error("the server answered with HTTP status {status}")]
    Refused { status: u16, retry_after: Option<Duration> },
    /// Was up and broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The server closed it in an orderly way.
    #[error("the server closed the connection with code {0}")]
    Closed(u16),
}

/// What does not change.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) kind: LineKind,
    pub(crate) platform: String,
    pub(crate) user_agent: String,
    pub(crate) call_signaling_timeout: Duration,
}

/// Where the connection stands; drawn at the top of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Idle,
    Waiting { until: Instant },
    Fetching,
    Connecting { until: Instant },
    Listening,
    Online,
}

/// The voice token and when it needs attention.
#[derive(Debug, Default)]
struct Tokens {
    current: Option<Private<String>>,
    /// The server took the current one before.
    is_proven: bool,
    is_fetching: bool,
    /// Tokens refused in a row.
    refusals: u32,
    /// Replace it from here on if no call is up.
    refresh_at: Option<Instant>,
    /// Replace it from here on in any case.
    must_refresh_at: Option<Instant>,
}

/// A frame about a call that ended here while the connection was down.
#[derive(Debug)]
struct PendingClose {
    frame: ClientFrame,
    expires_at: Instant,
}

/// See the module.
pub(crate) struct Signaling {
    settings: Settings,
    urls: Urls,
    link: Link,
    tokens: Tokens,
    legs: Legs,
    /// Somebody asked to be registered.
    wanted: bool,
    /// Waiting for `offline` until then.
    leaving: Option<Instant>,
    /// Trying again cannot mend this; cleared when somebody asks again.
    failure: Option<RegistrationFailure>,
    /// What was last reported.
    standing: Registration,
    /// Attempts that failed since the line was last registered.
    attempt: u32,
    primary: Backoff,
    urgent: Backoff,
    recent: Backoff,
    /// The line was online, and has not been registered again since then.
    lost_at: Option<Instant>,
    /// The server asked for this delay.
    retry_after: Option<Duration>,
    /// The last frame came then.
    heard_at: Instant,
    register_at: Option<Instant>,
    probe_at: Option<Instant>,
    /// Ever opened a connection to the URL in use, and connections that broke since.
    has_opened: bool,
    breaks: u32,
    /// Named by `connected`.
    edge: Option<String>,
    pending_closes: Vec<PendingClose>,
    outputs: VecDeque<Output>,
    random: Box<dyn FnMut() -> f64 + Send>,
}

impl Signaling {
    /// A state machine that does nothing yet. `random` gives numbers uniform in [0, 1).
    pub(crate) fn new(
        settings: Settings,
        urls: Urls,
        mut random: Box<dyn FnMut() -> f64 + Send>,
        now: Instant,
    ) -> Self {
        // With one URL its server is tried again soon; with several the load is spread.
        let min = if urls.is_single() { 100.0 } else { 1000.0 + 4000.0 * random() };
        Self {
            settings,
            urls,
            link: Link::Idle,
            tokens: Tokens::default(),
            legs: Legs::default(),
            wanted: false,
            leaving: None,
            failure: None,
            standing: Registration::Unregistered,
            attempt: 0,
            primary: Backoff::primary(Duration::from_millis(min as u64)),
            urgent: Backoff::urgent(),
            recent: Backoff::recent(),
            lost_at: None,
            retry_after: None,
            heard_at: now,
            register_at: None,
            probe_at: None,
            has_opened: false,
            breaks: 0,
            edge: None,
            pending_closes: Vec::new(),
            outputs: VecDeque::new(),
            random,
        }
    }

    /// Takes a command of the engine.
    pub(crate) fn command(&mut self, command: LineCommand, now: Instant) -> Result<(), LineError> {
        let lacks = command.lacks(capabilities(self.settings.kind));
        let taken = match command {
            LineCommand::Register => {
                self.register(now);
                Ok(())
            }
            LineCommand::Unregister => {
                self.unregister(now);
                Ok(())
            }
            LineCommand::Reconnect { slept } => {
                self.reconnect(slept, now);
                Ok(())
            }
            LineCommand::Invite { leg, call, destination, offer, parameters } => {
                self.invite(Placing { leg, call, destination: &destination, offer, parameters: &parameters }, now);
                Ok(())
            }
            LineCommand::Accept { leg, answer } => self.accept(leg, answer),
            LineCommand::Reject { leg } => self.reject(leg),
            LineCommand::Ignore { leg } => self.ignore(leg),
            LineCommand::HangUp { leg } => self.hang_up(leg, now),
            LineCommand::Reoffer { leg, offer } => self.reoffer(leg, offer, now),
            LineCommand::Digits { leg, ref digits } if lacks.is_none() => self.send_digits(leg, digits),
            LineCommand::SendMessage { leg, id, message } if lacks.is_none() => {
                self.send_message(leg, id, message, now)
            }
            LineCommand::Transfer { .. }
            | LineCommand::Join { .. }
            | LineCommand::Digits { .. }
            | LineCommand::SendMessage { .. } => {
                Err(LineError::Unsupported { kind: self.settings.kind, what: lacks.unwrap_or("this") })
            }
        };
        self.settle(now);
        taken
    }

    /// The next thing to do.
    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Self::tick`] is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let of_link = match self.link {
            Link::Idle | Link::Fetching => None,
            Link::Waiting { until } | Link::Connecting { until } => Some(until),
            Link::Listening | Link::Online => Some(self.heard_at + mobilecall_pstream::WATCHDOG),
        };
        let probe_at = if self.link == Link::Listening { self.probe_at } else { None };
        let of_online = if self.link == Link::Online {
            let refresh_at = if self.legs.is_empty() { self.tokens.refresh_at } else { None };
            [self.register_at, self.probe_at, refresh_at, self.tokens.must_refresh_at]
        } else {
            [None; 4]
        };
        let of_legs = self.legs.iter().filter_map(crate::legs::Leg::deadline);
        let of_pending_closes = self.pending_closes.iter().map(|pending_close| pending_close.expires_at);
        let others = [of_link, self.leaving, probe_at].into_iter().chain(of_online).flatten();
        others.chain(of_legs).chain(of_pending_closes).min()
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.tick_legs(now);
        self.tick_connection(now);
        self.settle(now);
    }

    /// The last handle is gone: ends what is live, leaves and closes.
    pub(crate) fn shutdown(&mut self) {
        for leg in self.legs.drain_if(|_| true) {
            self.end_locally(leg, None);
        }
        if self.link == Link::Online && self.wanted {
            self.send(ClientFrame::Register(mobilecall_pstream::client::Register::OFF));
        }
        self.wanted = false;
        self.leaving = None;
        self.pending_closes.clear();
        self.disconnect();
        self.report();
    }

    fn send(&mut self, frame: ClientFrame) {
        self.outputs.push_back(Output::Send(frame));
    }

    fn emit(&mut self, event: LineEvent) {
        self.outputs.push_back(Output::Event(event));
    }
}

#[cfg(test)]
mod tests;
