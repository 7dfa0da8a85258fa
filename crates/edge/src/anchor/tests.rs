//! The legs over transports in memory, with two clients of its own.

use super::{Legs, Transport, TransportFactory};
use crate::core::{LegKey, MediaCommand, MediaOutcome, MediaProblem};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_transport::fake::{FakeNetwork, FakeTransport};
use mobilecall_transport::{Codec, MediaTransport, NegotiatedAudio, RtpPacket, TransportConfig, TransportStreams};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

const CALLER: LegKey = LegKey(1);
const CALLEE: LegKey = LegKey(2);

struct Fixture {
    network: FakeNetwork,
    legs: Legs,
    outcomes: mpsc::Receiver<(LegKey, MediaOutcome)>,
    /// The server's transports in the order of their opening, so that a test can break them.
    opened: Arc<Mutex<Vec<Arc<FakeTransport>>>>,
}

impl Fixture {
    fn new() -> Self {
        let network = FakeNetwork::new();
        let opened: Arc<Mutex<Vec<Arc<FakeTransport>>>> = Arc::default();
        let (its_network, list) = (network.clone(), Arc::clone(&opened));
        let transports: TransportFactory = Arc::new(move |config| {
            let (network, list) = (its_network.clone(), Arc::clone(&list));
            Box::pin(async move {
                let (transport, streams) = network.transport(config);
                let transport = Arc::new(transport);
                list.lock().unwrap().push(Arc::clone(&transport));
                let transport: Transport = transport;
                Ok((transport, streams))
            })
        });
        let (reports, outcomes) = mpsc::channel(16);
        Self { network, legs: Legs::new(transports, TransportConfig::loopback(), reports), outcomes, opened }
    }

    async fn outcome(&mut self) -> (LegKey, MediaOutcome) {
        timeout(Duration::from_secs(5), self.outcomes.recv()).await.expect("an outcome comes").unwrap()
    }

    fn client(&self) -> (FakeTransport, TransportStreams) {
        self.network.transport(TransportConfig::loopback())
    }

    /// The caller's leg, connected.
    async fn caller(&mut self) -> (FakeTransport, TransportStreams, NegotiatedAudio) {
        let (client, streams) = self.client();
        let offer = client.create_offer().await.unwrap();
        assert!(self.legs.perform(MediaCommand::Answer(CALLER, offer, None)).is_none());
        let audio = match self.outcome().await {
            (CALLER, MediaOutcome::Answered { answer, audio }) => {
                client.accept_answer(&answer).await.unwrap();
                audio
            }
            other => panic!("{other:?}"),
        };
        assert!(matches!(self.outcome().await, (CALLER, MediaOutcome::Connected)));
        (client, streams, audio)
    }

    /// The callee's leg, connected.
    async fn callee(&mut self, codec: Codec) -> (FakeTransport, TransportStreams, NegotiatedAudio) {
        let (client, streams) = self.client();
        assert!(self.legs.perform(MediaCommand::Offer(CALLEE, codec)).is_none());
        let answer = match self.outcome().await {
            (CALLEE, MediaOutcome::Offered(offer)) => client.create_answer(&offer).await.unwrap(),
            other => panic!("{other:?}"),
        };
        assert!(self.legs.perform(MediaCommand::Accept(CALLEE, answer)).is_none());
        let mut audio = None;
        let mut connected = false;
        while audio.is_none() || !connected {
            match self.outcome().await {
                (CALLEE, MediaOutcome::Accepted(agreed)) => audio = Some(agreed),
                (CALLEE, MediaOutcome::Connected) => connected = true,
                other => panic!("{other:?}"),
            }
        }
        (client, streams, audio.unwrap())
    }
}

fn packet(audio: &NegotiatedAudio, sequence: u16) -> RtpPacket {
    let timestamp = u32::from(sequence) * 960;
    let payload = sequence.to_be_bytes().to_vec().into();
    RtpPacket { payload_type: audio.payload_type, marker: false, sequence, timestamp, ssrc: 0, payload }
}

async fn hear(streams: &mut TransportStreams) -> RtpPacket {
    timeout(Duration::from_secs(5), streams.packets.recv()).await.expect("a packet comes").unwrap().packet
}

#[tokio::test]
async fn a_leg_hears_itself_and_then_the_one_it_is_joined_with() {
    let mut fixture = Fixture::new();
    let (alice, mut to_alice, audio) = fixture.caller().await;
    let (bob, mut to_bob, bobs_audio) = fixture.callee(audio.codec).await;
    fixture.legs.perform(MediaCommand::Echo(CALLER));
    alice.send_rtp(packet(&audio, 2)).await.unwrap();
    assert_eq!(hear(&mut to_alice).await.payload, 2u16.to_be_bytes().as_slice());
    fixture.legs.perform(MediaCommand::Join(CALLER, CALLEE));
    alice.send_rtp(packet(&audio, 3)).await.unwrap();
    let heard = hear(&mut to_bob).await;
    assert_eq!(heard.payload, 3u16.to_be_bytes().as_slice());
    assert_eq!(heard.payload_type, bobs_audio.payload_type);
    bob.send_rtp(packet(&bobs_audio, 700)).await.unwrap();
    assert_eq!(hear(&mut to_alice).await.payload, 700u16.to_be_bytes().as_slice());
    fixture.legs.close().await;
}

#[tokio::test]
async fn a_device_is_offered_one_codec() {
    for codec in [Codec::Opus, Codec::Pcmu] {
        let mut fixture = Fixture::new();
        let (_client, _streams, audio) = fixture.callee(codec).await;
        assert_eq!(audio.codec, codec);
    }
}

#[tokio::test]
async fn descriptions_that_cannot_be_used_are_the_clients_problem() {
    let mut fixture = Fixture::new();
    fixture.legs.perform(MediaCommand::Answer(CALLER, SdpOffer::new("nonsense"), None));
    let refused = fixture.outcome().await;
    assert!(matches!(refused, (CALLER, MediaOutcome::Refused(MediaProblem::Malformed))), "{refused:?}");
    fixture.legs.perform(MediaCommand::Offer(CALLEE, Codec::Opus));
    assert!(matches!(fixture.outcome().await, (CALLEE, MediaOutcome::Offered(_))));
    fixture.legs.perform(MediaCommand::Accept(CALLEE, SdpAnswer::new("nonsense")));
    let refused = fixture.outcome().await;
    assert!(matches!(refused, (CALLEE, MediaOutcome::Refused(MediaProblem::Malformed))), "{refused:?}");
}

#[tokio::test]
async fn a_bad_second_offer_leaves_the_session_as_it_is() {
    let mut fixture = Fixture::new();
    let (alice, mut to_alice, audio) = fixture.caller().await;
    fixture.legs.perform(MediaCommand::Echo(CALLER));
    fixture.legs.perform(MediaCommand::Reanswer(CALLER, SdpOffer::new("nonsense")));
    let refused = fixture.outcome().await;
    assert!(matches!(refused, (CALLER, MediaOutcome::Reanswered(Err(MediaProblem::Malformed)))), "{refused:?}");
    alice.send_rtp(packet(&audio, 1)).await.unwrap();
    hear(&mut to_alice).await;
    let offer = alice.create_offer().await.unwrap();
    fixture.legs.perform(MediaCommand::Reanswer(CALLER, offer));
    let answered = fixture.outcome().await;
    assert!(matches!(answered, (CALLER, MediaOutcome::Reanswered(Ok(_)))), "{answered:?}");
}

#[tokio::test]
async fn lost_media_is_reported_and_commands_to_a_dead_session_are_refused() {
    let mut fixture = Fixture::new();
    let (_alice, _streams, _) = fixture.caller().await;
    let server = Arc::clone(&fixture.opened.lock().unwrap()[0]);
    server.interrupt();
    server.reconnect();
    assert!(matches!(fixture.outcome().await, (CALLER, MediaOutcome::Connected)), "an interruption is not reported");
    server.fail();
    assert!(matches!(fixture.outcome().await, (CALLER, MediaOutcome::Lost)));
    server.close().await;
    assert!(matches!(fixture.outcome().await, (CALLER, MediaOutcome::Lost)));
    let refused = loop {
        // The task ends soon after the session's last event.
        if let Some(refused) = fixture.legs.perform(MediaCommand::Reanswer(CALLER, SdpOffer::new("v=0"))) {
            break refused;
        }
        tokio::task::yield_now().await;
    };
    assert!(matches!(refused, (CALLER, MediaOutcome::Refused(MediaProblem::Ours))));
}

#[tokio::test]
async fn closing_ends_every_session() {
    let mut fixture = Fixture::new();
    let (_alice, _alices, _) = fixture.caller().await;
    let (_bob, _bobs, _) = fixture.callee(Codec::Opus).await;
    fixture.legs.perform(MediaCommand::Close(CALLEE));
    fixture.legs.perform(MediaCommand::Close(LegKey(99)));
    timeout(Duration::from_secs(5), fixture.legs.close()).await.expect("every session ends");
    let opened = std::mem::take(&mut *fixture.opened.lock().unwrap());
    for server in opened {
        assert!(server.create_offer().await.is_err(), "the session is closed");
    }
}
