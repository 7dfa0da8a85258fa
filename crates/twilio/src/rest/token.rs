//! Credentials of Twilio's relays, for agents behind firewalls.

use super::{Request, value::number};
use crate::sid::AccountSid;
use mobilecall_domain::Private;
use serde::Deserialize;
use std::{fmt, time::Duration};

/// What a softphone reaches relays with, for as long as `ttl` says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RelayToken {
    /// The relays.
    pub ice_servers: Vec<IceServer>,
    /// Seconds that it holds.
    #[serde(default, deserialize_with = "number")]
    pub ttl: Option<u64>,
}

/// A relay, or a server that tells a client its address.
#[derive(Clone, PartialEq, Deserialize)]
pub struct IceServer {
    /// Such as `turn:global.turn.twilio.com:3478?transport=udp`.
    pub urls: String,
    /// For relays.
    #[serde(default)]
    pub username: Option<String>,
    /// For relays.
    #[serde(default)]
    pub credential: Option<String>,
}

impl fmt::Debug for IceServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username.as_ref().map(Private::new))
            .field("credential", &self.credential.as_ref().map(Private::new))
            .finish()
    }
}

/// Asks for credentials that hold for `life`; the answer is a [`RelayToken`]. Twice it makes two, which does no harm.
pub fn create_relay_token(account: AccountSid, life: Duration) -> Request {
    Request::set(account, "/Tokens").with("Ttl", life.as_secs())
}
