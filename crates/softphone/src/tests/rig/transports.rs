//! Media sessions over a network that only pretends.

use crate::parts::{Reach, Relays, Transports};
use async_trait::async_trait;
use bytes::Bytes;
use mobilecall_transport::{
    MediaTransport, RtpPacket, TransportConfig, TransportError, TransportStreams,
    fake::{FakeNetwork, FakeTransport},
};
use std::sync::{Arc, Mutex};

/// Sessions of the engine, so that tests can disturb them.
#[derive(Default)]
pub(crate) struct OurTransports {
    pub(super) network: FakeNetwork,
    opened: Mutex<Vec<Arc<FakeTransport>>>,
    /// What each was opened with.
    pub(crate) relays: Mutex<Vec<Relays>>,
}

#[async_trait]
impl Transports for OurTransports {
    async fn open(
        &self,
        _: Reach,
        relays: Relays,
    ) -> Result<(Arc<dyn MediaTransport>, TransportStreams), TransportError> {
        self.relays.lock().unwrap().push(relays);
        let (transport, streams) = self.network.transport(TransportConfig::loopback());
        let transport = Arc::new(transport);
        self.opened.lock().unwrap().push(Arc::clone(&transport));
        Ok((transport, streams))
    }
}

impl OurTransports {
    pub(crate) fn last(&self) -> Arc<FakeTransport> {
        self.opened.lock().unwrap().last().cloned().unwrap()
    }
}

/// The other party of a call.
pub(crate) struct FarEnd {
    pub(crate) transport: FakeTransport,
    pub(crate) _streams: TransportStreams,
}

impl FarEnd {
    /// Sends one packet of sound.
    pub(crate) async fn send_packet(&self) {
        let packet = RtpPacket {
            payload_type: 111,
            marker: true,
            sequence: 1,
            timestamp: 1,
            ssrc: 0,
            payload: Bytes::from_static(&[0xf8, 0xff, 0xfe]),
        };
        self.transport.send_rtp(packet).await.unwrap();
    }
}
