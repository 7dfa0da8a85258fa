//! The engine's exchangeable parts: the clock, the sound system, the media transport and what makes lines.

use crate::{
    EngineConfig,
    clock::Clock,
    lines::LineFactories,
    network::Network,
    sound::{SoundSystem, SystemSound},
};
use async_trait::async_trait;
use mobilecall_transport::{
    IceServer, MediaRuntime, MediaTransport, RelayTrust, TransportConfig, TransportError, TransportStreams,
    WebRtcTransport,
};
use std::{num::NonZeroUsize, sync::Arc, time::Duration};

/// How often live calls are stamped and calls cut off by a kill are looked for.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(5);

/// What tests replace.
pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) sound: Arc<dyn SoundSystem>,
    pub(crate) transports: Arc<dyn Transports>,
    /// Where calls' packets are carried.
    pub(crate) media: MediaRuntime,
    pub(crate) lines: LineFactories,
    pub(crate) network: Network,
    /// See [`HEARTBEAT`].
    pub(crate) heartbeat: Duration,
}

/// Makes media sessions.
#[async_trait]
pub(crate) trait Transports: Send + Sync {
    async fn open(
        &self,
        reach: Reach,
        relays: Relays,
    ) -> Result<(Arc<dyn MediaTransport>, TransportStreams), TransportError>;
}

/// What a line's server says of relays (TURN), for agents behind firewalls.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relays {
    pub(crate) servers: Vec<IceServer>,
    /// As that server itself is trusted.
    pub(crate) trust: Option<RelayTrust>,
}

/// Where the other end of a media session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// On this machine, as the server inside the app is. It is reached at the loopback address alone, also while there
    /// is no network.
    ThisMachine,
    /// Somewhere else.
    Network,
}

impl Parts {
    /// The real ones.
    pub(crate) fn real(config: &EngineConfig) -> Self {
        Self {
            clock: Clock::system(),
            sound: Arc::new(SystemSound),
            transports: Arc::new(WebRtc(config.transport.clone())),
            // A call or two need a hundredth of one.
            media: MediaRuntime::with_threads(NonZeroUsize::MIN),
            lines: LineFactories::real(),
            network: Network::system(),
            heartbeat: HEARTBEAT,
        }
    }
}

struct WebRtc(Option<TransportConfig>);

#[async_trait]
impl Transports for WebRtc {
    async fn open(
        &self,
        reach: Reach,
        relays: Relays,
    ) -> Result<(Arc<dyn MediaTransport>, TransportStreams), TransportError> {
        let mut config = match (&self.0, reach) {
            (Some(config), _) => config.clone(),
            (None, Reach::ThisMachine) => TransportConfig::loopback(),
            (None, Reach::Network) => TransportConfig::default(),
        };
        // What this machine is told to use comes before what the server says.
        if config.ice_servers.is_empty() {
            (config.ice_servers, config.relay_trust) = (relays.servers, relays.trust);
        }
        let (transport, streams) = Box::pin(WebRtcTransport::new(config)).await?;
        Ok((Arc::new(transport), streams))
    }
}
