//! Ways to the server that can be cut, as a network does it.

use mobilecall_backend::BackendConfig;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use tokio::net::UdpSocket;

pub(crate) use crate::support::cut::Way;

/// The way of the media: clients see the server at an address of this way, at the ports that it really has.
///
/// All of 127.0.0.0/8 is this machine. The addresses are those of this process alone, so that nobody else takes a port there
/// between its choice and its use, and the ports lie below those that the system gives to whoever asks for any.
pub(crate) struct MediaWay {
    first_port: u16,
    /// For each port, whether packets get through.
    gates: Vec<Arc<AtomicBool>>,
}

impl MediaWay {
    /// Two calls of two legs.
    const PORTS: u16 = 4;

    pub(crate) async fn open() -> Self {
        static OPENED: AtomicU16 = AtomicU16::new(0);
        let first_port = 20_000 + OPENED.fetch_add(1, Ordering::Relaxed) * Self::PORTS;
        let mut gates = Vec::new();
        for port in first_port..first_port + Self::PORTS {
            let outside = UdpSocket::bind((Self::outside(), port)).await.expect("nobody else has this address");
            let gate = Arc::new(AtomicBool::new(true));
            tokio::spawn(carry(Arc::new(outside), (Self::inside(), port).into(), Arc::clone(&gate)));
            gates.push(gate);
        }
        Self { first_port, gates }
    }

    /// Where clients see the server.
    fn outside() -> Ipv4Addr {
        Self::own_address(0)
    }

    /// Where the server is.
    fn inside() -> Ipv4Addr {
        Self::own_address(1)
    }

    /// A process id has at most 22 bits.
    fn own_address(side: u32) -> Ipv4Addr {
        // The first addresses are everybody's.
        let [_, a, b, c] = (256 + 2 * std::process::id() + side).to_be_bytes();
        Ipv4Addr::new(127, a, b, c)
    }

    /// How a server is reached on this way.
    pub(crate) fn lead(&self) -> impl FnOnce(&mut BackendConfig) + Send + 'static {
        let ports = self.first_port..=self.first_port + Self::PORTS - 1;
        move |config| {
            config.edge.media_bind = vec![(Self::inside(), 0).into()];
            config.edge.media_ports = Some(ports);
            config.edge.advertised = Some(IpAddr::V4(Self::outside()));
        }
    }

    /// Drops every packet of one leg, or lets them through again.
    #[allow(dead_code, reason = "each test program includes this and uses its own part")]
    pub(crate) fn set(&self, port: u16, up: bool) {
        self.gates[usize::from(port - self.first_port)].store(up, Ordering::Relaxed);
    }

    /// The same with every leg.
    #[allow(dead_code, reason = "each test program includes this and uses its own part")]
    pub(crate) fn set_all(&self, up: bool) {
        self.gates.iter().for_each(|gate| gate.store(up, Ordering::Relaxed));
    }
}

/// Forwards packets to the server, each client's from a socket of its own, by which it is known there.
async fn carry(outside: Arc<UdpSocket>, server: SocketAddr, gate: Arc<AtomicBool>) {
    let mut insides: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut packet = [0; 2048];
    while let Ok((length, client)) = outside.recv_from(&mut packet).await {
        let inside = match insides.entry(client) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let inside = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
                inside.connect(server).await.unwrap();
                tokio::spawn(carry_back(Arc::clone(&inside), Arc::clone(&outside), client, Arc::clone(&gate)));
                free.insert(inside)
            }
        };
        if gate.load(Ordering::Relaxed) {
            // The server's end may be closed already.
            drop(inside.send(&packet[..length]).await);
        }
    }
}

async fn carry_back(inside: Arc<UdpSocket>, outside: Arc<UdpSocket>, client: SocketAddr, gate: Arc<AtomicBool>) {
    let mut packet = [0; 2048];
    loop {
        // An error tells that an earlier packet reached nobody; the next one may.
        let Ok(length) = inside.recv(&mut packet).await else { continue };
        if gate.load(Ordering::Relaxed) {
            drop(outside.send_to(&packet[..length], client).await);
        }
    }
}
