//! Relays (TURN) that softphones behind firewalls are told of.

use crate::usage::UsageError;
use clap::Args;
use mobilecall_backend::RelayServers;
use mobilecall_domain::Private;
use std::fmt;

/// The options.
#[derive(Default, Args)]
pub(crate) struct RelayOptions {
    /// Relay (TURN) for softphones that UDP does not reach: turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT; can be
    /// repeated
    #[arg(long, env = "MOBILE_CALL_RELAY", value_name = "URL", value_delimiter = ',', global = true)]
    pub(crate) relay: Option<Vec<String>>,
    /// Secret that the relays share with this server (coturn: use-auth-secret and static-auth-secret)
    #[arg(long, env = "MOBILE_CALL_RELAY_SECRET", value_name = "SECRET", hide_env_values = true, global = true)]
    pub(crate) relay_secret: Option<String>,
}

impl fmt::Debug for RelayOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayOptions").field("relay", &self.relay).finish_non_exhaustive()
    }
}

impl RelayOptions {
    /// Checks them; none is no error.
    pub(crate) fn servers(self) -> Result<Option<RelayServers>, UsageError> {
        let wrong = |error: mobilecall_backend::RelayServersError| UsageError::new(format!("--relay: {error}"));
        match (self.relay.filter(|urls| !urls.is_empty()), self.relay_secret) {
            (None, None) => Ok(None),
            (Some(urls), Some(secret)) => RelayServers::new(urls, Private::new(secret)).map(Some).map_err(wrong),
            (Some(_), None) => Err(UsageError::new("relays need the secret that they share: add --relay-secret")),
            (None, Some(_)) => Err(UsageError::new("a relay secret needs relays: add --relay turn:HOST:PORT")),
        }
    }
}
