//! A runtime for tests whose time is tokio's, so that a test can pause it, and whose packets pass through memory: what a
//! session waits for is then its own timers alone, however busy the machine is.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, TokioRuntime,
    Transmit,
};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where all packets go. Clones are the same network.
#[derive(Clone, Debug, Default)]
pub(crate) struct VirtualNetwork(Arc<Mutex<Packets>>);

#[derive(Debug, Default)]
struct Packets {
    arrived: HashMap<SocketAddr, Inbox>,
    /// How many went to each address, whether anybody is there or not.
    sent: HashMap<SocketAddr, u64>,
}

#[derive(Debug, Default)]
struct Inbox {
    packets: VecDeque<(SocketAddr, Vec<u8>)>,
    reader: Option<Waker>,
}

impl VirtualNetwork {
    /// How many packets went to each address until now.
    pub(crate) fn sent(&self) -> HashMap<SocketAddr, u64> {
        self.packets().sent.clone()
    }

    fn packets(&self) -> MutexGuard<'_, Packets> {
        self.0.lock().expect("nothing panics while it holds the lock")
    }

    fn deliver(&self, from: SocketAddr, to: SocketAddr, payload: &[u8]) {
        let mut packets = self.packets();
        *packets.sent.entry(to).or_default() += 1;
        let Some(inbox) = packets.arrived.get_mut(&to) else { return };
        inbox.packets.push_back((from, payload.to_vec()));
        if let Some(reader) = inbox.reader.take() {
            reader.wake();
        }
    }
}

impl Runtime for VirtualNetwork {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// The real socket only lends its address.
    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let address = socket.local_addr()?;
        self.packets().arrived.insert(address, Inbox::default());
        Ok(Arc::new(VirtualSocket { address, network: self.clone(), _real: socket }))
    }

    fn wrap_tcp_listener(&self, listener: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp(&self, remote: SocketAddr) -> Boxed<'_, io::Result<Arc<dyn AsyncTcpStream>>> {
        TokioRuntime.connect_tcp(remote)
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        TokioRuntime.resolve_host(host)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }
}

#[derive(Debug)]
struct VirtualSocket {
    address: SocketAddr,
    network: VirtualNetwork,
    _real: std::net::UdpSocket,
}

impl AsyncUdpSocket for VirtualSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }

    fn poll_send(&self, _: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let size = transmit.segment_size.unwrap_or(transmit.contents.len()).max(1);
        for packet in transmit.contents.chunks(size) {
            self.network.deliver(self.address, transmit.destination, packet);
        }
        Poll::Ready(Ok(transmit.contents.len()))
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut packets = self.network.packets();
        let inbox = packets.arrived.get_mut(&self.address).expect("a socket has its inbox");
        let mut count = 0;
        for (buffer, meta) in buffers.iter_mut().zip(metas) {
            let Some((from, payload)) = inbox.packets.pop_front() else { break };
            buffer[..payload.len()].copy_from_slice(&payload);
            let mut read = RecvMeta::default();
            (read.addr, read.len, read.stride) = (from, payload.len(), payload.len().max(1));
            *meta = read;
            count += 1;
        }
        if count > 0 {
            return Poll::Ready(Ok(count));
        }
        inbox.reader = Some(context.waker().clone());
        Poll::Pending
    }
}
