//! A client: its socket, and a media session of its own for each call.

use crate::{Office, soon};
use futures_util::{SinkExt, StreamExt};
use mobilecall_domain::{Private, SdpAnswer, SdpOffer};
use mobilecall_pstream::client::{Answer, Hangup, Invite, Listen, Reconnect, Register, Reinvite, TwilioParams};
use mobilecall_pstream::server::Invite as Incoming;
use mobilecall_pstream::{ClientFrame, HEARTBEAT, ServerFrame, params};
use mobilecall_transport::{
    Codec, MediaTransport, NegotiatedAudio, RtpPacket, TransportConfig, TransportEvent, TransportStreams,
    WebRtcTransport,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(crate) struct Phone {
    pub(crate) socket: Socket,
}

impl Phone {
    /// A socket without a token.
    pub(crate) async fn bare(office: &Office) -> Self {
        let url = format!("ws://{}/signal", office.address);
        let (socket, _) = soon("a socket", Box::pin(connect_async(url))).await.unwrap();
        Self { socket }
    }

    /// Signed in, with 30 s of grace.
    pub(crate) async fn connected(office: &Office, name: &str) -> Self {
        let mut phone = Self::bare(office).await;
        let token = Private::new(name.to_owned());
        phone
            .send(ClientFrame::Listen(Listen { token, browser_info: Default::default(), reconnect_timeout: 30 }))
            .await;
        assert_eq!(phone.next().await.kind(), "connected");
        phone
    }

    /// Signed in and registered.
    pub(crate) async fn registered(office: &Office, name: &str) -> Self {
        let mut phone = Self::connected(office, name).await;
        phone.send(ClientFrame::Register(Register::ON)).await;
        assert_eq!(phone.next().await.kind(), "ready");
        phone
    }

    pub(crate) async fn send(&mut self, frame: ClientFrame) {
        self.socket.send(Message::text(frame.to_text())).await.unwrap();
    }

    /// The next frame; heartbeats are echoed on the way. `None` once the socket is closed.
    pub(crate) async fn try_next(&mut self) -> Option<ServerFrame> {
        loop {
            match soon("a frame", self.socket.next()).await? {
                Ok(Message::Text(text)) if text.as_str() == HEARTBEAT => {
                    self.socket.send(Message::text(HEARTBEAT)).await.unwrap();
                }
                Ok(Message::Text(text)) => return Some(ServerFrame::parse(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(other) => panic!("the edge sent {other:?}"),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> ServerFrame {
        self.try_next().await.expect("the socket is open")
    }

    /// Calls with a media session of these codecs; the session gets the edge's answer with `ringing` or `answer`.
    pub(crate) async fn dial(&mut self, to: &str, codecs: &[Codec]) -> Media {
        let media = Media::new(codecs).await;
        let sdp = media.transport.create_offer().await.unwrap();
        let query = Private::new(params::encode([("To", to)]));
        let twilio = TwilioParams { params: Some(query) };
        self.send(ClientFrame::Invite(Invite { callsid: "TJS1".into(), sdp, twilio })).await;
        media
    }

    /// The incoming call.
    pub(crate) async fn incoming(&mut self) -> Incoming {
        match self.next().await {
            ServerFrame::Invite(invite) => *invite,
            other => panic!("no call, but {other:?}"),
        }
    }

    /// Takes the incoming call with a media session.
    pub(crate) async fn take(&mut self, incoming: &Incoming) -> Media {
        let media = Media::new(&[Codec::Opus, Codec::Pcmu]).await;
        let sdp = media.transport.create_answer(&incoming.sdp).await.unwrap();
        self.send(ClientFrame::Answer(Answer { callsid: incoming.callsid.0.clone(), sdp })).await;
        media
    }

    /// Waits for `ringing` and gives the session its answer; gives the call's identifier.
    pub(crate) async fn rings(&mut self, media: &Media) -> String {
        match self.next().await {
            ServerFrame::Ringing(ringing) => {
                media.transport.accept_answer(&ringing.sdp.expect("media with ringing")).await.unwrap();
                ringing.callsid.0
            }
            other => panic!("no ringing, but {other:?}"),
        }
    }

    /// Waits for `answer`; gives the call's identifier and the reconnect token.
    pub(crate) async fn answered(&mut self) -> (String, Private<String>, Option<SdpAnswer>) {
        match self.next().await {
            ServerFrame::Answer(answer) => (answer.callsid.0, answer.reconnect.expect("a reconnect token"), answer.sdp),
            other => panic!("no answer, but {other:?}"),
        }
    }

    /// The code of the `hangup` that comes next.
    pub(crate) async fn hung_up(&mut self) -> Option<u32> {
        match self.next().await {
            ServerFrame::Hangup(hangup) => hangup.error.map(|error| error.code),
            other => panic!("no hangup, but {other:?}"),
        }
    }

    pub(crate) async fn hang_up(&mut self, callsid: &str) {
        self.send(ClientFrame::Hangup(Hangup { callsid: callsid.to_owned(), message: None })).await;
    }

    pub(crate) async fn reconnect(&mut self, callsid: &str, token: Private<String>) {
        let callsid = callsid.to_owned();
        let reconnect = Reconnect { callsid, reconnect: token, sdp: None, twilio: TwilioParams::default() };
        self.send(ClientFrame::Reconnect(reconnect)).await;
    }

    /// Renegotiates and applies the reply.
    pub(crate) async fn reinvite(&mut self, callsid: &str, media: &Media, offer: SdpOffer) {
        self.send(ClientFrame::Reinvite(Reinvite { callsid: callsid.to_owned(), sdp: offer })).await;
        match self.next().await {
            ServerFrame::Answer(answer) => media.transport.accept_answer(&answer.sdp.expect("media")).await.unwrap(),
            other => panic!("no answer to the reinvite, but {other:?}"),
        }
    }
}

/// A client's media session.
pub(crate) struct Media {
    pub(crate) transport: WebRtcTransport,
    pub(crate) streams: TransportStreams,
}

impl Media {
    pub(crate) async fn new(codecs: &[Codec]) -> Self {
        let config = TransportConfig { codecs: codecs.to_vec(), ..TransportConfig::loopback() };
        let (transport, streams) = WebRtcTransport::new(config).await.unwrap();
        Self { transport, streams }
    }

    /// Waits until packets can flow; gives what was agreed on.
    pub(crate) async fn up(&mut self) -> NegotiatedAudio {
        let mut agreed = None;
        loop {
            match soon("media", self.streams.events.recv()).await.expect("the session is open") {
                TransportEvent::Negotiated(audio) => agreed = Some(audio),
                TransportEvent::Connected => return agreed.expect("agreed before connected"),
                other => panic!("media went {other:?}"),
            }
        }
    }

    /// Sends until a packet of this payload type and text is heard at the other end, and gives that packet.
    pub(crate) async fn speak(&self, to: &mut Self, voice: &mut Voice, payload_type: u8, text: &str) -> RtpPacket {
        let speaking = async {
            let mut pace = tokio::time::interval(std::time::Duration::from_millis(5));
            loop {
                pace.tick().await;
                self.transport.send_rtp(voice.packet(payload_type, text)).await.unwrap();
            }
        };
        let hearing = async {
            loop {
                let heard = to.streams.packets.recv().await.expect("the session is open").packet;
                if heard.payload == text.as_bytes() {
                    return heard;
                }
            }
        };
        tokio::select! {
            () = speaking => unreachable!("it never stops"),
            heard = soon(text, hearing) => heard,
        }
    }
}

/// Numbers the packets of one sender.
#[derive(Default)]
pub(crate) struct Voice {
    sequence: u16,
}

impl Voice {
    pub(crate) fn packet(&mut self, payload_type: u8, text: &str) -> RtpPacket {
        self.sequence = self.sequence.wrapping_add(1);
        RtpPacket {
            payload_type,
            marker: false,
            sequence: self.sequence,
            timestamp: u32::from(self.sequence) * 960,
            ssrc: 0,
            payload: text.to_owned().into(),
        }
    }
}
