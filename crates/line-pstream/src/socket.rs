//! One WebSocket connection as a task of its own, so that a slow network never stalls the line.

use crate::signaling::Loss;
use futures_util::{SinkExt, StreamExt, stream::FuturesUnordered};
use mobilecall_pstream::MAX_FRAME_BYTES;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    time::{Instant, interval_at, timeout},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config,
    tungstenite::{
        self, Message,
        client::IntoClientRequest,
        handshake::client::Request,
        http::{HeaderValue, StatusCode, header},
        protocol::WebSocketConfig,
    },
};
use url::Url;

/// Frames that wait to be written. A call needs a handful; a connection that lets them pile up is dead.
const OUTGOING: usize = 64;
/// Frames that wait to be looked at; the line looks at once, and until then TCP holds the server back.
const INCOMING: usize = 16;
/// How long one frame may take to be written, and how long the closing handshake may take.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// An attempt to connect that is not answered is joined by another after this long. TCP itself waits twice as long each
/// time before it knocks again, and would let seconds pass after a network is back.
const KNOCK_EVERY: Duration = Duration::from_secs(1);

/// What happens on a connection, in order. `Lost` is the last. Not to be printed: frames hold tokens and numbers.
pub(crate) enum SocketEvent {
    Opened,
    Text(String),
    Lost(Loss),
}

/// A connection, or the attempt to make one. Dropping it closes in an orderly way, in the background.
#[derive(Debug)]
pub(crate) struct Socket {
    outgoing: mpsc::Sender<String>,
    events: mpsc::Receiver<SocketEvent>,
    task: tokio::task::JoinHandle<()>,
}

impl Socket {
    pub(crate) fn connect(url: Url, user_agent: &str, tls: Option<Arc<rustls::ClientConfig>>) -> Self {
        let (outgoing, to_write) = mpsc::channel(OUTGOING);
        let (event_sender, events) = mpsc::channel(INCOMING);
        let user_agent = user_agent.to_owned();
        let task = tokio::spawn(run(url, user_agent, tls, to_write, event_sender));
        Self { outgoing, events, task }
    }
    /// Queues a frame; false if the connection does not keep up.
    #[must_use]
    pub(crate) fn send(&self, text: String) -> bool {
        self.outgoing.try_send(text).is_ok()
    }
    /// What happens next. Cancel-safe.
    pub(crate) async fn next(&mut self) -> SocketEvent {
        let ended = || SocketEvent::Lost(Loss::Broken("the connection's task ended".to_owned()));
        self.events.recv().await.unwrap_or_else(ended)
    }
    /// Closes and waits for the end of the closing handshake, which has a time limit.
    pub(crate) async fn close(self) {
        let Self { outgoing, events, task } = self;
        drop(outgoing);
        drop(events);
        if let Err(error) = task.await {
            tracing::error!(%error, "the signaling connection's task failed");
        }
    }
}

type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn run(
    url: Url,
    user_agent: String,
    tls: Option<Arc<rustls::ClientConfig>>,
    to_write: mpsc::Receiver<String>,
    events: mpsc::Sender<SocketEvent>,
) {
    let opened = tokio::select! {
        opened = open(&url, &user_agent, tls) => opened,
        () = events.closed() => return,
    };
    let loss = match opened {
        Ok(stream) => match events.send(SocketEvent::Opened).await {
            Ok(()) => carry(stream, to_write, &events).await,
            Err(_) => return,
        },
        Err(loss) => loss,
    };
    if events.send(SocketEvent::Lost(loss)).await.is_err() {
        tracing::debug!("connection closed by this side");
    }
}

async fn open(url: &Url, user_agent: &str, tls: Option<Arc<rustls::ClientConfig>>) -> Result<Stream, Loss> {
    let unreachable = |error: tungstenite::Error| Loss::Unreachable(error.to_string());
    let request = request(url, user_agent).map_err(unreachable)?;
    let config =
        WebSocketConfig::default().max_message_size(Some(MAX_FRAME_BYTES)).max_frame_size(Some(MAX_FRAME_BYTES));
    // Without a connector, the operating system's certificates are trusted.
    let connector = tls.map(Connector::Rustls);
    let stream = connect_tcp(url).await.map_err(|error| Loss::Unreachable(error.to_string()))?;
    match client_async_tls_with_config(request, stream, Some(config), connector).await {
        Ok((stream, _response)) => Ok(stream),
        Err(tungstenite::Error::Http(response)) => {
            let seconds =
                response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            let status = response.status();
            // A redirect or a page instead of the protocol is no better than an error.
            let status = if status.is_success() || status.is_redirection() { StatusCode::NOT_FOUND } else { status };
            Err(Loss::Refused { status: status.as_u16(), retry_after: seconds.map(Duration::from_secs) })
        }
        Err(error) => Err(unreachable(error)),
    }
}

/// Connects, knocking again and again until one attempt is taken or all there are have failed. Whoever calls sets the
/// limit.
pub(crate) async fn connect_tcp(url: &Url) -> io::Result<TcpStream> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "the address names no host and port");
    let host = url.host_str().ok_or_else(invalid)?.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().ok_or_else(invalid)?;
    let mut attempts = FuturesUnordered::from_iter([TcpStream::connect((host, port))]);
    let mut again = interval_at(Instant::now() + KNOCK_EVERY, KNOCK_EVERY);
    loop {
        tokio::select! {
            Some(attempt) = attempts.next() => match attempt {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(stream);
                }
                Err(error) if attempts.is_empty() => return Err(error),
                Err(_) => {}
            },
            _ = again.tick() => attempts.push(TcpStream::connect((host, port))),
        }
    }
}

fn request(url: &Url, user_agent: &str) -> Result<Request, tungstenite::Error> {
    let mut request = url.as_str().into_client_request()?;
    if let Ok(value) = HeaderValue::from_str(user_agent) {
        request.headers_mut().insert(header::USER_AGENT, value);
    }
    Ok(request)
}

/// Carries frames both ways until one side ends it.
async fn carry(mut stream: Stream, mut to_write: mpsc::Receiver<String>, events: &mpsc::Sender<SocketEvent>) -> Loss {
    loop {
        let text = tokio::select! {
            text = to_write.recv() => text,
            message = stream.next() => match read(message) {
                Ok(Some(text)) => {
                    if events.send(SocketEvent::Text(text)).await.is_err() {
                        tracing::trace!("frame after this side closed; what it said last is still written");
                    }
                    continue;
                }
                Ok(None) => continue,
                Err(loss) => return loss,
            },
        };
        let Some(text) = text else { return close(stream).await };
        match timeout(WRITE_TIMEOUT, stream.send(Message::text(text))).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Loss::Broken(error.to_string()),
            Err(_) => return Loss::Broken("writing took too long".to_owned()),
        }
    }
}

/// The text of a message; `None` for what has no text.
fn read(message: Option<Result<Message, tungstenite::Error>>) -> Result<Option<String>, Loss> {
    match message {
        Some(Ok(Message::Text(text))) => Ok(Some(text.to_string())),
        Some(Ok(Message::Close(frame))) => Err(frame.map_or_else(
            || Loss::Closed(1005),
            // 1006 and 1015 may not be sent, but a proxy may.
            |frame| match u16::from(frame.code) {
                reserved @ (1006 | 1015) => Loss::Broken(format!("closed with code {reserved}")),
                close_code => Loss::Closed(close_code),
            },
        )),
        Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
        Some(Err(error)) => Err(Loss::Broken(error.to_string())),
        None => Err(Loss::Broken("the stream ended".to_owned())),
    }
}

/// Says goodbye and waits a little for the other side to do so.
async fn close(mut stream: Stream) -> Loss {
    let handshake = async {
        if stream.close(None).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    match timeout(CLOSE_TIMEOUT, handshake).await {
        Ok(()) => Loss::Closed(1000),
        Err(_) => Loss::Broken("no closing handshake".to_owned()),
    }
}
