//! What can be set. The defaults serve 200 agents on a small machine.

use crate::{relays::RelayServers, twilio::TwilioConfig, web::WebPages};
use mobilecall_edge::EdgeConfig;
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use tokio::time::{self, Instant, Interval, MissedTickBehavior};

/// Configuration of a backend.
#[derive(Clone, Debug)]
pub struct BackendConfig {
    /// Origins of web pages that may use the API, for example `https://portal.example`.
    pub cors_origins: Vec<String>,
    /// Host names accepted besides the loopback ones on a loopback listener, as behind a reverse proxy. On any other
    /// listener every name is accepted unless this list names some.
    pub allowed_hosts: Vec<String>,
    /// Serve TLS; see [`crate::tls::load`].
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Tells this server from others over the same store, and is the same at each of its starts. What an earlier run of it
    /// carried is over once it starts again.
    pub instance: String,
    /// How it tells other servers over the same store that it is alive.
    pub lease: Lease,
    /// Sizes and times.
    pub limits: Limits,
    /// How often somebody may try to sign in.
    pub login: LoginLimits,
    /// Work of a password hash.
    pub password_cost: PasswordCost,
    /// Life of the bearer token; the session behind it lives on.
    pub session_token_life: Duration,
    /// A session whose refresh token was not used for longer is over.
    pub session_idle: Duration,
    /// Life of voice tokens; Twilio allows at most 24 h.
    pub voice_token_life: Duration,
    /// The direct line; its account is set by the backend. [`EdgeConfig::loopback`] suits a server that is reached from
    /// this machine only.
    pub edge: EdgeConfig,
    /// Relays (TURN) that softphones behind firewalls are told of.
    pub relays: Option<RelayServers>,
    /// What is set of Twilio; nothing by default.
    pub twilio: TwilioConfig,
    /// Web pages served beside the API; none unless the program brings some.
    pub pages: WebPages,
}

impl Default for BackendConfig {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            tls: None,
            instance: "main".to_owned(),
            lease: Lease::default(),
            limits: Limits::default(),
            login: LoginLimits::default(),
            password_cost: PasswordCost::default(),
            session_token_life: Duration::from_secs(15 * 60),
            session_idle: Duration::from_secs(30 * 24 * 60 * 60),
            voice_token_life: Duration::from_secs(60 * 60),
            edge: EdgeConfig::default(),
            relays: None,
            twilio: TwilioConfig::default(),
            pages: WebPages::default(),
        }
    }
}

/// How a server over a shared store tells the others that it is alive.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    /// It is renewed this often. A call that a killed server carried ends at the last renewal.
    pub renew_every: Duration,
    /// A server that has not renewed it for this long is dead: some renewals may fail, as those of a busy disk.
    pub lasts: Duration,
}

impl Default for Lease {
    fn default() -> Self {
        Self { renew_every: Duration::from_secs(5), lasts: Duration::from_secs(20) }
    }
}

impl Lease {
    /// When to renew what was taken just now. A renewal that was late puts off the next one.
    pub(crate) fn beats(&self) -> Interval {
        let mut beats = time::interval_at(Instant::now() + self.renew_every, self.renew_every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beats
    }
}

/// Sizes and times.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest body of a request; the largest honest one is a call report of about 1 KB.
    pub body_bytes: usize,
    /// Longest time for a request, waiting for its turn included. Opened WebSockets are not requests any more.
    pub request_timeout: Duration,
    /// Requests worked on at once; more wait for their turn.
    pub concurrent_requests: usize,
    /// Connections of one client address (of IPv6: of one /64) at once. A whole office may be behind one address, and
    /// everybody behind one reverse proxy; each agent has two or three.
    pub connections_per_address: usize,
    /// A connection over which no whole head of a request came within this time is closed.
    pub first_request: Duration,
    /// People who may be signing in at once; more are refused and may try again. Each needs some 20 ms of a core.
    pub concurrent_sign_ins: usize,
    /// Event sockets open at once on the whole server.
    pub event_sockets: usize,
    /// Of these, those of one company.
    pub event_sockets_per_company: usize,
    /// And those of one session: its softphone's, and those of some windows of a browser.
    pub event_sockets_per_session: usize,
    /// Signaling sockets of one client address that have shown no token yet.
    pub unknown_phones_per_address: usize,
    /// Events that a slow reader may fall behind before it misses some and is told so.
    pub event_queue: usize,
    /// A company's change log is looked at this often, while somebody listens, for what another process wrote, as a command
    /// that adds a person does beside a running server.
    pub look_at_log: Duration,
    /// An event socket is probed this often, and given up when it was silent for twice as long.
    pub event_ping: Duration,
    /// How long a shutdown waits for requests, sockets and calls to finish.
    pub shutdown_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024,
            request_timeout: Duration::from_secs(15),
            concurrent_requests: 256,
            connections_per_address: 2048,
            first_request: Duration::from_secs(15),
            concurrent_sign_ins: 64,
            event_sockets: 2048,
            event_sockets_per_company: 1024,
            event_sockets_per_session: 16,
            unknown_phones_per_address: 128,
            event_queue: 256,
            look_at_log: Duration::from_secs(2),
            event_ping: Duration::from_secs(20),
            shutdown_grace: Duration::from_secs(10),
        }
    }
}

/// How often somebody may try to sign in. Every try counts, also a good one.
#[derive(Clone, Copy, Debug)]
pub struct LoginLimits {
    /// Per user name and client address: stops guessing one person's password.
    pub per_person: Rate,
    /// Per user name from everywhere: stops guessing from many addresses. Looser, so that a stranger who guesses from
    /// one does not keep the person out.
    pub per_username: Rate,
    /// Per client address: stops trying many names, and lets a whole office behind one address sign in at nine.
    pub per_address: Rate,
}

impl Default for LoginLimits {
    fn default() -> Self {
        Self {
            per_person: Rate::new(10, Duration::from_secs(6)),
            per_username: Rate::new(100, Duration::from_secs(2)),
            per_address: Rate::new(100, Duration::from_millis(500)),
        }
    }
}

/// A number of tries at once, and the time after which one more is allowed.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Tries at once.
    pub burst: NonZeroU32,
    /// Time until one more is allowed.
    pub refill: Duration,
}

impl Rate {
    /// `burst` tries (at least one) at once, then one every `refill`.
    pub fn new(burst: u32, refill: Duration) -> Self {
        Self { burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN), refill }
    }
}

/// Work of an argon2id hash with one lane.
#[derive(Clone, Copy, Debug)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for PasswordCost {
    /// OWASP's recommendation: 19 MiB, two passes; about 20 ms.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

impl PasswordCost {
    /// The least that argon2 allows, for tests only.
    pub const FOR_TESTS: Self = Self { memory_kib: 8, passes: 1 };
}
