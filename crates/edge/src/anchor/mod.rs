//! The media anchor: every leg is a WebRTC session with this server, and packets are forwarded between the two legs of a
//! call without being decoded.
//!
//! One task for each leg speaks with its session, and one forwards what the leg sends. They share nothing with other
//! calls, so that no packet ever waits for another call.

mod desk;
mod leg;
mod pump;
mod rewrite;
#[cfg(test)]
mod tests;

pub(crate) use desk::Desk;

use mobilecall_transport::{MediaTransport, TransportConfig, TransportError, TransportStreams, WebRtcTransport};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A session of one leg.
pub(crate) type Session = Arc<dyn MediaTransport>;
type Opening = Pin<Box<dyn Future<Output = Result<(Session, TransportStreams), TransportError>> + Send>>;

/// Opens sessions: over UDP, or in memory for tests.
pub(crate) type Sessions = Arc<dyn Fn(TransportConfig) -> Opening + Send + Sync>;

/// Real sessions.
pub(crate) fn over_udp() -> Sessions {
    Arc::new(|config| {
        Box::pin(async move {
            let (transport, streams) = WebRtcTransport::new(config).await?;
            let session: Session = Arc::new(transport);
            Ok((session, streams))
        })
    })
}
