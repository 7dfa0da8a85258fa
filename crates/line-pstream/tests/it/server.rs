//! A signaling server in the hands of a test: it does nothing that the test does not say.

use crate::TIME_LIMIT;
use futures_util::{SinkExt, StreamExt};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_pstream::{
    CallSid, ClientFrame, HEARTBEAT, ServerFrame, client,
    server::{Answer, Connected, Invite, Parameters, TokenInfo},
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, accept_async, tungstenite::Message};

pub(crate) struct Server {
    listener: TcpListener,
}

/// One connection of a line.
pub(crate) struct Peer {
    socket: WebSocketStream<TcpStream>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }
    pub(crate) fn from_listener(listener: TcpListener) -> Self {
        Self { listener }
    }
    pub(crate) fn url(&self) -> String {
        format!("ws://{}/signal", self.listener.local_addr().unwrap())
    }
    /// The next connection, before the WebSocket handshake.
    pub(crate) async fn accept_tcp(&self) -> TcpStream {
        timeout(TIME_LIMIT, self.listener.accept()).await.expect("a connection in time").unwrap().0
    }
    pub(crate) async fn accept(&self) -> Peer {
        Peer { socket: accept_async(self.accept_tcp().await).await.unwrap() }
    }
}

impl Peer {
    pub(crate) async fn send(&mut self, frame: ServerFrame) {
        self.send_text(&frame.to_text()).await;
    }
    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }
    /// The next text; `None` after an orderly close.
    pub(crate) async fn text(&mut self) -> Option<String> {
        loop {
            match timeout(TIME_LIMIT, self.socket.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_))) | None => return None,
                Some(Ok(_)) => {}
                Some(Err(error)) => panic!("the line broke the connection: {error}"),
            }
        }
    }
    pub(crate) async fn frame(&mut self) -> ClientFrame {
        ClientFrame::parse(&self.text().await.expect("a frame")).unwrap()
    }
    /// The token of the `listen` that must come now.
    pub(crate) async fn listen(&mut self) -> String {
        match self.frame().await {
            ClientFrame::Listen(listen) => listen.token.expose().clone(),
            other => panic!("expected listen, got {other:?}"),
        }
    }
    pub(crate) async fn connected(&mut self) {
        let token = TokenInfo { identity: Some("agent".into()), ttl: Some(3600) };
        self.send(ServerFrame::Connected(Connected { token, ..Connected::default() })).await;
    }
    pub(crate) async fn registration(&mut self) -> bool {
        match self.frame().await {
            ClientFrame::Register(register) => register.media.audio,
            other => panic!("expected register, got {other:?}"),
        }
    }
    /// Takes a line in, as a server does.
    pub(crate) async fn sign_in(&mut self, token: &str) {
        assert_eq!(self.listen().await, token);
        self.connected().await;
        assert!(self.registration().await);
        self.send(ServerFrame::Ready).await;
    }
    pub(crate) async fn invited(&mut self) -> client::Invite {
        match self.frame().await {
            ClientFrame::Invite(invite) => invite,
            other => panic!("expected invite, got {other:?}"),
        }
    }
    pub(crate) async fn answer(&mut self, callsid: &str, sdp: Option<&str>, reconnect: &str) {
        let answer = Answer {
            callsid: CallSid(callsid.into()),
            sdp: sdp.map(SdpAnswer::new),
            reconnect: Some(mobilecall_domain::Private::new(reconnect.into())),
            record: None,
        };
        self.send(ServerFrame::Answer(answer)).await;
    }
    pub(crate) async fn call(&mut self, callsid: &str, sdp: &str) {
        let parameters = Parameters([("From".to_owned(), "client:sara".to_owned())].into());
        let invite = Invite { callsid: CallSid(callsid.into()), sdp: SdpOffer::new(sdp), parameters, reconnect: None };
        self.send(ServerFrame::Invite(Box::new(invite))).await;
    }
    /// Proves that the line is there and has seen everything sent so far.
    pub(crate) async fn heartbeat(&mut self) {
        self.send_text(HEARTBEAT).await;
        assert_eq!(self.text().await.as_deref(), Some(HEARTBEAT));
    }
    /// Breaks the connection without a word.
    pub(crate) fn kill(self) {
        drop(self);
    }
}
