//! Sockets, time and tasks around a [`Session`].

use crate::session::{Output, Session};
use crate::wire::{self, Reader, Stream, Writer};
use crate::{Carrier, Lost, RelayConfig, RelayError, Stage};
use bytes::Bytes;
use rustls::pki_types::ServerName;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, UdpSocket};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use turn_client_proto::api::{TurnClientApi, TurnConfig};
use turn_client_proto::tcp::TurnClientTcp;
use turn_client_proto::types::TurnCredentials;
use turn_client_proto::udp::TurnClientUdp;

/// Payloads on their way to the relay: a second of audio with what goes beside it.
const OUTGOING: usize = 64;
/// Payloads of peers that nobody took yet.
const INCOMING: usize = 256;
/// How long giving the address back may take.
const FAREWELL: Duration = Duration::from_millis(500);

/// What a peer sent through the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayedPacket {
    /// Who sent it.
    pub peer: SocketAddr,
    /// What.
    pub payload: Bytes,
}

/// An address at a relay. Dropping it gives the address back.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    carrier: Carrier,
    outgoing: mpsc::Sender<RelayedPacket>,
    over: watch::Receiver<Option<Lost>>,
}

/// What comes through a [`Relay`].
#[derive(Debug)]
pub struct Packets {
    packets: mpsc::Receiver<RelayedPacket>,
    over: watch::Receiver<Option<Lost>>,
}

impl Relay {
    /// Where peers reach us.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How the relay is reached.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Sends to a peer, asking the relay for its permission first if need be. As datagrams do, it may get lost: where the
    /// relay takes nothing for a while, or does not permit the peer.
    pub fn send(&self, peer: SocketAddr, payload: Bytes) {
        if self.outgoing.try_send(RelayedPacket { peer, payload }).is_err() {
            tracing::trace!("a payload for a peer was dropped");
        }
    }

    /// Gives the address back and waits for that, half a second at most.
    pub async fn close(self) {
        let Self { outgoing, mut over, .. } = self;
        drop(outgoing);
        // An error says that its task is gone, which is as good.
        drop(over.wait_for(Option::is_some).await);
    }
}

impl Packets {
    /// The next packet; `None` once the address is gone. Cancel-safe.
    pub async fn recv(&mut self) -> Option<RelayedPacket> {
        self.packets.recv().await
    }

    /// Why the address is gone, once it is.
    pub fn reason(&self) -> Lost {
        self.over.borrow().clone().unwrap_or(Lost::Closed)
    }
}

/// Asks a relay for an address. Dropping the future gives it up, and so whatever the relay may have answered meanwhile.
///
/// # Errors
/// Why there is none; within [`RelayConfig::answer_within`] in every case.
pub async fn allocate(config: RelayConfig) -> Result<(Relay, Packets), RelayError> {
    let deadline = Deadline { at: Instant::now() + config.answer_within, limit: config.answer_within };
    let host = (config.host.as_str(), config.port);
    let resolved = deadline.keep(Stage::Resolving, tokio::net::lookup_host(host)).await?;
    let addresses: Vec<SocketAddr> = resolved.map_err(RelayError::Unresolved)?.collect();
    let credentials = TurnConfig::new(TurnCredentials::new(&config.username, &config.password));
    match config.carrier {
        Carrier::Udp => {
            let socket = connected_socket(&addresses).await?;
            let (local, remote) = ends(socket.local_addr(), socket.peer_addr())?;
            let client = TurnClientUdp::allocate(local, remote, credentials);
            begin(client, wire::datagrams(socket), Carrier::Udp, deadline).await
        }
        Carrier::Tcp | Carrier::Tls => {
            let stream = deadline.keep(Stage::Connecting, TcpStream::connect(&addresses[..])).await?;
            let stream = stream.map_err(RelayError::Unreachable)?;
            stream.set_nodelay(true).map_err(RelayError::Unreachable)?;
            let (local, remote) = ends(stream.local_addr(), stream.peer_addr())?;
            let client = TurnClientTcp::allocate(local, remote, credentials);
            let stream: Box<dyn Stream> = match config.carrier {
                Carrier::Tls => Box::new(secure(stream, &config, deadline).await?),
                Carrier::Tcp | Carrier::Udp => Box::new(stream),
            };
            begin(client, wire::stream(stream), config.carrier, deadline).await
        }
    }
}

/// The time for everything together.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    async fn keep<F: Future>(self, stage: Stage, work: F) -> Result<F::Output, RelayError> {
        timeout_at(self.at, work).await.map_err(|_| RelayError::Silent { stage, limit: self.limit })
    }
}

fn ends(local: io::Result<SocketAddr>, remote: io::Result<SocketAddr>) -> Result<(SocketAddr, SocketAddr), RelayError> {
    Ok((local.map_err(RelayError::Unreachable)?, remote.map_err(RelayError::Unreachable)?))
}

/// A socket that hears of nobody but the relay, at the first of its addresses that there is a way to.
async fn connected_socket(addresses: &[SocketAddr]) -> Result<UdpSocket, RelayError> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        let any = match address {
            SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
            SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
        };
        let opened = async {
            let socket = UdpSocket::bind(any).await?;
            socket.connect(address).await?;
            Ok(socket)
        };
        match opened.await {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(RelayError::Unreachable(last))
}

async fn secure(
    stream: TcpStream,
    config: &RelayConfig,
    deadline: Deadline,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, RelayError> {
    let tls = config.tls.as_ref().ok_or(RelayError::TlsConfig("it is not said whom to trust"))?;
    let name = ServerName::try_from(config.host.clone())
        .map_err(|_| RelayError::TlsConfig("no certificate can be for such a name"))?;
    let handshake = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
    deadline.keep(Stage::Securing, handshake).await?.map_err(RelayError::Tls)
}

/// Runs the session until there is an address, then leaves it to a task.
async fn begin<C: TurnClientApi + 'static>(
    client: C,
    (reader, writer): (Reader, Writer),
    carrier: Carrier,
    deadline: Deadline,
) -> Result<(Relay, Packets), RelayError> {
    let mut link = Link { session: Session::new(client, now()), reader, writer };
    let address = deadline.keep(Stage::Allocating, link.allocated()).await??;
    let (outgoing, to_send) = mpsc::channel(OUTGOING);
    let (received, packets) = mpsc::channel(INCOMING);
    let (over, seen) = watch::channel(None);
    tokio::spawn(async move {
        let lost = link.run(to_send, &received).await;
        // Before the packets end, so that whoever sees that can ask why.
        over.send_replace(Some(lost));
        drop(received);
    });
    Ok((Relay { address, carrier, outgoing, over: seen.clone() }, Packets { packets, over: seen }))
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// A session and what it is reached through.
struct Link<C> {
    session: Session<C>,
    reader: Reader,
    writer: Writer,
}

/// What happened on a [`Link`].
enum Happened {
    Message(Bytes),
    Send(RelayedPacket),
    /// Nobody sends any more.
    Abandoned,
    Timeout,
    Flushed,
    Broken(io::Error),
}

impl<C: TurnClientApi> Link<C> {
    async fn allocated(&mut self) -> Result<SocketAddr, RelayError> {
        loop {
            while let Some(output) = self.session.poll_output() {
                match output {
                    Output::Transmit(message) => self.writer.queue(message),
                    Output::Allocated(address) => return Ok(address),
                    Output::Failed(error) => return Err(error),
                    Output::Packet { .. } => {}
                    Output::Over(_) => return Err(RelayError::NoRelay("it ended before it began")),
                }
            }
            match self.next(None).await {
                Happened::Message(message) => self.session.handle_message(&message, now()),
                Happened::Timeout => self.session.handle_timeout(now()),
                Happened::Flushed | Happened::Send(_) | Happened::Abandoned => {}
                Happened::Broken(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(RelayError::NoRelay("it speaks another protocol"));
                }
                Happened::Broken(error) => return Err(RelayError::Unreachable(error)),
            }
        }
    }

    /// Until the address is gone.
    async fn run(mut self, mut to_send: mpsc::Receiver<RelayedPacket>, received: &mpsc::Sender<RelayedPacket>) -> Lost {
        loop {
            if let Some(lost) = self.perform(received) {
                return lost;
            }
            match self.next(Some(&mut to_send)).await {
                Happened::Message(message) => self.session.handle_message(&message, now()),
                Happened::Send(packet) if self.writer.is_full() => drop(packet),
                Happened::Send(RelayedPacket { peer, payload }) => self.session.send(peer, payload, now()),
                Happened::Timeout => self.session.handle_timeout(now()),
                Happened::Flushed => {}
                Happened::Abandoned => return self.end().await,
                Happened::Broken(error) => return broken(&error),
            }
        }
    }

    fn perform(&mut self, received: &mpsc::Sender<RelayedPacket>) -> Option<Lost> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Transmit(message) => self.writer.queue(message),
                Output::Packet { peer, payload } => {
                    // Full: what nobody takes is lost. Closed: its owner sends only.
                    if received.try_send(RelayedPacket { peer, payload }).is_err() {
                        tracing::trace!("a payload of a peer was dropped");
                    }
                }
                Output::Over(lost) => return Some(lost),
                Output::Allocated(_) | Output::Failed(_) => {}
            }
        }
        None
    }

    /// Gives the address back. A relay that says nothing to that lets it run out.
    async fn end(mut self) -> Lost {
        self.session.end(now());
        let (nobody, _) = mpsc::channel(1);
        let farewell = async {
            while self.perform(&nobody).is_none() {
                match self.next(None).await {
                    Happened::Message(message) => self.session.handle_message(&message, now()),
                    Happened::Timeout => self.session.handle_timeout(now()),
                    Happened::Flushed | Happened::Send(_) | Happened::Abandoned => {}
                    Happened::Broken(_) => return,
                }
            }
            if let Err(error) = self.writer.shut_down().await {
                tracing::debug!(%error, "the connection to a relay did not end cleanly");
            }
        };
        if timeout(FAREWELL, farewell).await.is_err() {
            tracing::debug!("a relay did not confirm that its address is given back");
        }
        Lost::Closed
    }

    async fn next(&mut self, to_send: Option<&mut mpsc::Receiver<RelayedPacket>>) -> Happened {
        let deadline = Instant::from_std(self.session.deadline());
        let sends = to_send.is_some();
        let to_send = async {
            match to_send {
                Some(to_send) => to_send.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            flushed = self.writer.flush(), if self.writer.is_waiting() => match flushed {
                Ok(()) => Happened::Flushed,
                Err(error) => Happened::Broken(error),
            },
            message = self.reader.next() => match message {
                Ok(message) => Happened::Message(message),
                Err(error) => Happened::Broken(error),
            },
            packet = to_send, if sends => packet.map_or(Happened::Abandoned, Happened::Send),
            () = sleep_until(deadline) => Happened::Timeout,
        }
    }
}

fn broken(error: &io::Error) -> Lost {
    match error.kind() {
        io::ErrorKind::InvalidData => Lost::Protocol("it sent what is no message"),
        io::ErrorKind::UnexpectedEof => Lost::Connection("it ended the connection".to_owned()),
        _ => Lost::Connection(error.to_string()),
    }
}
