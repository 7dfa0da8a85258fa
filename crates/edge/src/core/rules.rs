//! The switch's times and limits.

use std::time::Duration;

/// Times and limits; [`Default`] is what the product promises.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// How long a call rings.
    pub(crate) ring_timeout: Duration,
    /// How long the host and the media may take before anybody rings, and between an answer and the first word.
    pub(crate) setup_timeout: Duration,
    /// How long a socket may stay without a `listen`.
    pub(crate) listen_timeout: Duration,
    /// The longest grace period for a lost socket, whatever the client asks for.
    pub(crate) max_grace: Duration,
    /// How long a leg may be without media.
    pub(crate) media_timeout: Duration,
    /// How often a token and the session behind it are checked again.
    pub(crate) recheck_interval: Duration,
    /// How long an ended leg is remembered for a client that was away.
    pub(crate) memory: Duration,
    /// Registered devices of one person; one more takes the place of the oldest.
    pub(crate) max_devices: usize,
    /// Calls of one person at once, ringing ones included.
    pub(crate) max_calls: usize,
    /// Frames a socket may send at once.
    pub(crate) frame_burst: u32,
    /// Frames a second that a socket may send for long.
    pub(crate) frame_rate: u32,
    /// Frames over the limit after which the socket is closed.
    pub(crate) max_excess: u32,
    /// Sent in every incoming invite.
    pub(crate) account_sid: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            ring_timeout: Duration::from_secs(30),
            setup_timeout: Duration::from_secs(10),
            listen_timeout: Duration::from_secs(10),
            max_grace: mobilecall_pstream::MAX_RECONNECT_TIMEOUT,
            media_timeout: Duration::from_secs(30),
            recheck_interval: Duration::from_secs(30),
            memory: Duration::from_secs(60),
            max_devices: 10,
            max_calls: 8,
            frame_burst: 60,
            frame_rate: 20,
            max_excess: 200,
            account_sid: "AC00000000000000000000000000000000".to_owned(),
        }
    }
}
