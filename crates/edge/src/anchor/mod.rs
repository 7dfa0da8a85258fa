//! The media anchor: every leg is a WebRTC session with this server, and packets are forwarded between the two legs of a
//! call without being decoded.
//!
//! One task for each leg speaks with its transport, and one forwards what the leg sends. They share nothing with other
//! calls, so that no packet ever waits for another call.

mod leg;
mod legs;
mod pump;
mod rewrite;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use leg::COMMAND_CAPACITY;
pub(crate) use legs::Legs;

use mobilecall_transport::{MediaTransport, TransportConfig, TransportError, TransportStreams, WebRtcTransport};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A session of one leg.
pub(crate) type Transport = Arc<dyn MediaTransport>;
type Opening = Pin<Box<dyn Future<Output = Result<(Transport, TransportStreams), TransportError>> + Send>>;

/// Opens transports: over UDP, or in memory for tests.
pub(crate) type TransportFactory = Arc<dyn Fn(TransportConfig) -> Opening + Send + Sync>;

/// Real transports.
pub(crate) fn over_udp() -> TransportFactory {
    Arc::new(|config| {
        Box::pin(async move {
            let (transport, streams) = WebRtcTransport::new(config).await?;
            let transport: Transport = Arc::new(transport);
            Ok((transport, streams))
        })
    })
}

/// Transports in memory.
#[cfg(test)]
pub(crate) fn over(network: mobilecall_transport::fake::FakeNetwork) -> TransportFactory {
    Arc::new(move |config| {
        let (transport, streams) = network.transport(config);
        let transport: Transport = Arc::new(transport);
        Box::pin(async move { Ok((transport, streams)) })
    })
}
