//! Why there is no relayed address, or no more.

use std::fmt;
use std::io;
use std::time::Duration;

/// What the client was doing when the time for it ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking its name up.
    Resolving,
    /// Opening the connection.
    Connecting,
    /// The TLS handshake.
    Securing,
    /// Waiting for the answer to a request.
    Allocating,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resolving => "its name was being looked up",
            Self::Connecting => "the connection was being opened",
            Self::Securing => "TLS was being set up",
            Self::Allocating => "it was asked for an address",
        })
    }
}

/// Why there is no relayed address.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Its name says no address.
    #[error("the relay's name could not be resolved")]
    Unresolved(#[source] io::Error),
    /// No connection, or it broke before the answer.
    #[error("the relay could not be reached")]
    Unreachable(#[source] io::Error),
    /// TLS failed: most likely its certificate is not trusted.
    #[error("TLS with the relay failed")]
    Tls(#[source] io::Error),
    /// A TLS relay without [`crate::RelayConfig::tls`], or a host that no certificate can be for.
    #[error("TLS with the relay cannot be set up: {0}")]
    TlsConfig(&'static str),
    /// No answer in time.
    #[error("the relay did not answer within {limit:?}, while {stage}")]
    Silent {
        /// What was going on.
        stage: Stage,
        /// The limit.
        limit: Duration,
    },
    /// User name or password is wrong (401), or ran out.
    #[error("the relay refuses the user name or password")]
    Credentials,
    /// Another error code of RFC 8656 §18 or RFC 8489 §14.8: no room, not allowed.
    #[error("the relay refused: {code} {reason}")]
    Refused {
        /// The code.
        code: u16,
        /// Its own words.
        reason: String,
    },
    /// What it says is not TURN.
    #[error("what answers is no relay: {0}")]
    NoRelay(&'static str),
}

/// Why an allocation is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// We ended it.
    #[error("it was closed here")]
    Closed,
    /// The relay ended the connection, or it broke.
    #[error("the connection to the relay is gone: {0}")]
    Connection(String),
    /// It could not be refreshed in time.
    #[error("the relay let the address run out")]
    Expired,
    /// What it says is not TURN any more.
    #[error("the relay broke the protocol: {0}")]
    Protocol(&'static str),
}
