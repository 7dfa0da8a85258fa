//! What a relay is reached with.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How the relay is reached (RFC 8656 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Carrier {
    /// Datagrams: the best, since a lost packet holds up no other.
    Udp,
    /// A plain stream.
    Tcp,
    /// A stream in TLS, which passes where only web pages do.
    Tls,
}

impl fmt::Display for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        })
    }
}

/// A relay and the long-term credential for it (RFC 8489 §9.2).
#[derive(Clone)]
pub struct RelayConfig {
    /// Name or address. With [`Carrier::Tls`] the certificate must be for it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How it is reached.
    pub carrier: Carrier,
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// Whom to trust; needed for [`Carrier::Tls`].
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// How long everything until the relayed address may take, name and connection included.
    pub answer_within: Duration,
}

impl Default for RelayConfig {
    /// No relay yet; five seconds for the answer.
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 3478,
            carrier: Carrier::Udp,
            username: String::new(),
            password: String::new(),
            tls: None,
            answer_within: Duration::from_secs(5),
        }
    }
}

impl fmt::Debug for RelayConfig {
    /// Without the credential.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelayConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("carrier", &self.carrier)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credential_is_not_printed() {
        let config =
            RelayConfig { username: "who".to_owned(), password: "secret".to_owned(), ..RelayConfig::default() };
        let printed = format!("{config:?}");
        assert!(!printed.contains("who") && !printed.contains("secret"), "{printed}");
    }
}
