//! A softphone: the real line, a real media session, and a voice.

use crate::{OWN, TIME_LIMIT, share_of, soon};
use async_trait::async_trait;
use mobilecall_domain::{
    Address, CallId, EndReason, LegId, LineKind, Private, Region, Registration, SdpAnswer, SdpOffer, Timestamp,
};
use mobilecall_line::{CallParameters, Line, LineCommand, LineEvent};
use mobilecall_line_pstream::{PstreamLine, PstreamLineConfig, TokenError, TokenSource, VoiceToken};
use mobilecall_media::apm::Processing;
use mobilecall_media::jitter::ReceivedPayload;
use mobilecall_media::voice::{IncomingPacket, StreamPosition, VoiceConfig, VoicePath};
use mobilecall_media::{Codec, FRAME_SAMPLES, SILENCE};
use mobilecall_transport::{
    Codec as WireCodec, MediaTransport, NegotiatedAudio, RtpPacket, TransportConfig, TransportEvent, TransportStreams,
    WebRtcTransport,
};
use mobilecall_twilio::settings::TokenSettings;
use mobilecall_twilio::token::{self, Grant};
use mobilecall_twilio_stand_in::{Account, StandIn, Voice};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc;

pub(crate) struct Softphone {
    line: PstreamLine,
    events: mpsc::Receiver<LineEvent>,
}

/// Signs as the customer's server does.
struct Tokens {
    settings: TokenSettings,
    identity: String,
}

#[async_trait]
impl TokenSource for Tokens {
    async fn fetch(&self) -> Result<VoiceToken, TokenError> {
        let grant = Grant::full(self.identity.parse().unwrap());
        let token = token::sign(&self.settings, grant, token::DEFAULT_LIFE, Timestamp::now()).unwrap();
        Ok(VoiceToken { token: Private::new(token), identity: self.identity.clone() })
    }
}

fn token_settings(account: &Account) -> TokenSettings {
    TokenSettings {
        account: account.sid,
        key: account.key.sid,
        secret: account.key.secret.clone(),
        app: account.applications[0].sid,
        region: None,
    }
}

impl Softphone {
    /// One that rings when `identity` is called.
    pub(crate) async fn registered(stand_in: &StandIn, identity: &str) -> Self {
        let settings = token_settings(stand_in.account());
        let tokens = Arc::new(Tokens { settings, identity: identity.to_owned() });
        let urls = vec![stand_in.signaling_url().parse().unwrap()];
        let (line, events) = PstreamLine::connect(PstreamLineConfig::new(LineKind::Twilio, urls, tokens));
        let mut phone = Self { line, events };
        phone.line.send(LineCommand::Register).unwrap();
        while !matches!(phone.next().await, LineEvent::Registration(Registration::Registered)) {}
        phone
    }

    async fn next(&mut self) -> LineEvent {
        soon("an event of the line", self.events.recv()).await.expect("the line is alive")
    }

    /// The next event that is not about the registration.
    pub(crate) async fn next_of_call(&mut self) -> LineEvent {
        loop {
            match self.next().await {
                LineEvent::Registration(_) => {}
                event => return event,
            }
        }
    }

    /// Tells the line something.
    pub(crate) fn tell(&self, command: LineCommand) {
        self.line.send(command).unwrap();
    }

    /// Calls, and waits until it is answered.
    pub(crate) async fn call(&mut self, number: &str) -> (LegId, Sound) {
        self.call_with(number, &[]).await
    }

    /// Calls, with what is to be told beside.
    pub(crate) async fn call_with(&mut self, number: &str, parameters: &[(&str, &str)]) -> (LegId, Sound) {
        let sound = Sound::new().await;
        let offer = sound.transport.create_offer().await.unwrap();
        let leg = LegId::generate();
        let destination = Address::parse(number, Region::SA).unwrap();
        self.tell(invite(leg, destination, offer, parameters));
        loop {
            match self.next_of_call().await {
                LineEvent::Ringing { answer, .. } => sound.accept(answer).await,
                LineEvent::Answered { answer, .. } => {
                    sound.accept(answer).await;
                    return (leg, sound);
                }
                other => panic!("the call was not answered, but {other:?}"),
            }
        }
    }

    /// Waits for a call and takes it; tells who calls.
    pub(crate) async fn take(&mut self) -> (LegId, Sound, String) {
        let incoming = match self.next_of_call().await {
            LineEvent::Incoming(incoming) => incoming,
            other => panic!("no call, but {other:?}"),
        };
        let sound = Sound::new().await;
        let answer = sound.transport.create_answer(&incoming.offer).await.unwrap();
        self.line.send(LineCommand::Accept { leg: incoming.leg, answer }).unwrap();
        (incoming.leg, sound, incoming.from)
    }

    /// Waits for a call and leaves it alone.
    pub(crate) async fn rings(&mut self) -> LegId {
        match self.next_of_call().await {
            LineEvent::Incoming(incoming) => incoming.leg,
            other => panic!("no call, but {other:?}"),
        }
    }

    pub(crate) fn hang_up(&self, leg: LegId) {
        self.line.send(LineCommand::HangUp { leg }).unwrap();
    }

    /// Waits until the call is over.
    pub(crate) async fn is_over(&mut self, wanted: LegId) -> (EndReason, Option<u32>) {
        loop {
            if let LineEvent::Ended { leg, reason, code } = self.next().await
                && leg == wanted
            {
                return (reason, code);
            }
        }
    }

    /// Waits until signaling was lost and is back.
    pub(crate) async fn recovers(&mut self, wanted: LegId) {
        let mut lost = false;
        loop {
            match self.next().await {
                LineEvent::SignalingLost { leg } if leg == wanted => lost = true,
                LineEvent::SignalingRestored { leg } if leg == wanted => {
                    assert!(lost, "it was lost before");
                    return;
                }
                LineEvent::Ended { reason, code, .. } => panic!("the call ended: {reason:?} {code:?}"),
                _ => {}
            }
        }
    }

    /// A call that is refused; tells why.
    pub(crate) async fn is_refused(&mut self, number: &str) -> (EndReason, Option<u32>) {
        self.is_refused_with(number, &[]).await
    }

    /// The same, with what is to be told beside.
    pub(crate) async fn is_refused_with(
        &mut self,
        number: &str,
        parameters: &[(&str, &str)],
    ) -> (EndReason, Option<u32>) {
        let sound = Sound::new().await;
        let offer = sound.transport.create_offer().await.unwrap();
        let leg = LegId::generate();
        let destination = Address::parse(number, Region::SA).unwrap();
        self.tell(invite(leg, destination, offer, parameters));
        self.is_over(leg).await
    }
}

fn invite(leg: LegId, destination: Address, offer: SdpOffer, parameters: &[(&str, &str)]) -> LineCommand {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let parameters = CallParameters(parameters.iter().map(owned).collect());
    LineCommand::Invite { leg, call: CallId::generate(), destination, offer, parameters }
}

/// What a softphone hears and says.
pub(crate) struct Sound {
    transport: WebRtcTransport,
    streams: TransportStreams,
    path: Option<VoicePath>,
    started: Instant,
    said: usize,
    heard: Vec<f32>,
}

impl Sound {
    async fn new() -> Self {
        let (transport, streams) = WebRtcTransport::new(TransportConfig::loopback()).await.unwrap();
        Self { transport, streams, path: None, started: Instant::now(), said: 0, heard: Vec::new() }
    }

    async fn accept(&self, answer: Option<SdpAnswer>) {
        if let Some(answer) = answer {
            self.transport.accept_answer(&answer).await.unwrap();
        }
    }

    /// Says `voice` until this softphone hears the one tone and `other_hears` the other.
    pub(crate) async fn talk(&mut self, voice: &Voice, hertz: f32, mut other_hears: impl AsyncFnMut() -> bool) {
        let mut pace = tokio::time::interval(std::time::Duration::from_millis(10));
        let end = Instant::now() + TIME_LIMIT;
        while share_of(&self.heard, hertz) < 0.8 || !other_hears().await {
            assert!(Instant::now() < end, "nothing is heard");
            pace.tick().await;
            self.pass(voice).await;
        }
    }

    /// Passes 10 ms.
    async fn pass(&mut self, voice: &Voice) {
        while let Ok(event) = self.streams.events.try_recv() {
            if let TransportEvent::Negotiated(audio) = event {
                self.path = Some(path(audio));
            }
        }
        let Some(path) = &mut self.path else { return };
        while let Ok(received) = self.streams.packets.try_recv() {
            let packet = received.packet;
            let incoming = IncomingPacket {
                payload_type: packet.payload_type,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                ssrc: packet.ssrc,
                payload: ReceivedPayload::new(&packet.payload).unwrap(),
            };
            path.receive(&incoming, received.arrival.saturating_duration_since(self.started));
        }
        let mut frame = SILENCE;
        path.render(self.started.elapsed(), &mut frame);
        self.heard.extend_from_slice(&frame);
        let said = voice.samples().get(self.said..self.said + FRAME_SAMPLES).expect("a minute is enough");
        self.said += FRAME_SAMPLES;
        let packet = path.capture(said.try_into().unwrap());
        if let Some(packet) = packet {
            let packet = RtpPacket {
                payload_type: packet.payload_type,
                marker: packet.marker,
                sequence: packet.sequence,
                timestamp: packet.timestamp,
                ssrc: 0,
                payload: packet.payload.as_slice().to_vec().into(),
            };
            self.transport.send_rtp(packet).await.unwrap();
        }
    }
}

fn path(audio: NegotiatedAudio) -> VoicePath {
    let codec = match audio.codec {
        WireCodec::Opus => Codec::Opus,
        WireCodec::Pcmu => Codec::Pcmu,
    };
    let config = VoiceConfig {
        codec,
        payload_type: audio.payload_type,
        telephone_event: audio.telephone_event,
        processing: Processing::NONE,
        audible_digits: false,
        start: StreamPosition::random(),
    };
    VoicePath::new(config).unwrap()
}

/// TwiML that calls a number, as the customer's server would say it.
pub(crate) fn dial(number: &str, options: &str) -> String {
    format!(
        "<Dial callerId=\"{OWN}\" answerOnBridge=\"true\" action=\"/done\" {options}><Number statusCallback=\"/leg\" \
         statusCallbackEvent=\"initiated ringing answered completed\">{number}</Number></Dial>"
    )
}
