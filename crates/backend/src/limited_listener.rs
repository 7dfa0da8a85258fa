//! Where connections come in: each client has a bounded number of them, and one that asks for nothing is closed.

use crate::{
    config::Limits,
    occasional::Occasional,
    slots::{Slot, Slots, network_of},
};
use axum::extract::connect_info::Connected;
use axum_server::{AddrListener, Address};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{self, Sleep},
};

/// Pause after a connection could not be accepted, as when no descriptor is left.
const PAUSE: Duration = Duration::from_millis(50);

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    address: SocketAddr,
    /// Whether a request has come.
    asked: Arc<AtomicBool>,
}

impl Peer {
    fn at(address: SocketAddr) -> Self {
        Self { address, asked: Arc::default() }
    }

    pub(crate) fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    /// A request has come, so that the connection is not one that asks for nothing.
    pub(crate) fn has_asked(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }
}

impl Connected<Self> for Peer {
    fn connect_info(peer: Self) -> Self {
        peer
    }
}

impl Address for Peer {
    type Stream = Guarded;
    type Listener = LimitedListener;
}

/// A listener that lets in whom it should.
pub(crate) struct LimitedListener {
    listener: TcpListener,
    inside: Slots<IpAddr>,
    per_address: usize,
    silence: Duration,
    refused: Occasional,
    failed: Occasional,
}

impl LimitedListener {
    pub(crate) fn new(listener: TcpListener, limits: &Limits) -> Self {
        Self {
            listener,
            inside: Slots::new(),
            per_address: limits.connections_per_address,
            silence: limits.first_request,
            refused: Occasional::new(),
            failed: Occasional::new(),
        }
    }

    /// None if the client has too many connections already.
    fn admit(&self, stream: TcpStream, peer: &Peer) -> Option<Guarded> {
        let slot = self.inside.enter(network_of(peer.ip()), self.per_address)?;
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was closed before it was let in");
        }
        let deadline = Some(Box::pin(time::sleep(self.silence)));
        Some(Guarded { stream, deadline, asked: Arc::clone(&peer.asked), _slot: slot })
    }
}

impl AddrListener<Guarded, Peer> for LimitedListener {
    async fn bind_to(peer: Peer) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(peer.address).await?, &Limits::default()))
    }

    /// Cancel-safe.
    async fn accept_stream(&self) -> io::Result<(Guarded, Peer)> {
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    let peer = Peer::at(address);
                    if let Some(guarded) = self.admit(stream, &peer) {
                        return Ok((guarded, peer));
                    }
                    if let Some(others) = self.refused.due() {
                        tracing::warn!(others, allowed = self.per_address, "a client has too many connections");
                    }
                }
                Err(error) => {
                    if let Some(others) = self.failed.due() {
                        tracing::error!(
                            %error, others, "a connection cannot be accepted: raise the limit of open files if this stays"
                        );
                    }
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn get_local_addr(&self) -> io::Result<Peer> {
        self.listener.local_addr().map(Peer::at)
    }
}

/// A connection that is closed if no request comes over it in time.
pub(crate) struct Guarded {
    stream: TcpStream,
    /// None once a request has come.
    deadline: Option<Pin<Box<Sleep>>>,
    asked: Arc<AtomicBool>,
    _slot: Slot<IpAddr>,
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.asked.load(Ordering::Relaxed) {
            self.deadline = None;
        }
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(context).is_ready()
        {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
