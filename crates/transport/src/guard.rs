//! A runtime whose sockets do not send to addresses that the session has nothing to do with, whatever the stack has been
//! made to believe, and where the stack finds our own relay (see [`crate::relay`]).

use crate::PeerAddresses;
use crate::relay::Relays;
use crate::relay::socket::RelayedSocket;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, Transmit,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Another runtime behind the guard.
#[derive(Debug)]
pub(crate) struct GuardedRuntime {
    pub(crate) inner: Arc<dyn Runtime>,
    pub(crate) peers: PeerAddresses,
    pub(crate) relays: Arc<Relays>,
}

impl Runtime for GuardedRuntime {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        self.inner.spawn(future)
    }

    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        self.inner.sleep(duration)
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let guarded = Arc::new(GuardedSocket { inner: self.inner.wrap_udp_socket(socket)?, peers: self.peers });
        if self.relays.is_empty() {
            return Ok(guarded);
        }
        Ok(Arc::new(RelayedSocket::new(guarded, Arc::clone(&self.relays))))
    }

    fn wrap_tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        self.inner.wrap_tcp_listener(listener)
    }

    fn connect_tcp(&self, remote: SocketAddr) -> Boxed<'_, io::Result<Arc<dyn AsyncTcpStream>>> {
        self.inner.connect_tcp(remote)
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        match self.relays.resolve(host) {
            Some(addresses) => Box::pin(std::future::ready(Ok(addresses))),
            None => self.inner.resolve_host(host),
        }
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.inner.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.inner.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        self.inner.yield_now()
    }

    fn name(&self) -> &'static str {
        self.inner.name()
    }
}

#[derive(Debug)]
struct GuardedSocket {
    inner: Arc<dyn AsyncUdpSocket>,
    peers: PeerAddresses,
}

impl AsyncUdpSocket for GuardedSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    /// A packet that must not go is lost, as UDP packets may be.
    fn poll_send(&self, context: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        if self.peers.allow(transmit.destination.ip()) {
            self.inner.poll_send(context, transmit)
        } else {
            Poll::Ready(Ok(transmit.contents.len()))
        }
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.inner.poll_recv(context, buffers, metas)
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}
