//! Ways to the server that can be cut, as a network does it.

use mobilecall_backend::BackendConfig;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::UdpSocket;

pub(crate) use crate::support::cut::Way;

/// The way of the media: clients see the server at [`MediaWay::ADDRESS`], at the ports that it really has.
pub(crate) struct MediaWay {
    first_port: u16,
    /// For each port, whether packets get through.
    gates: Vec<Arc<AtomicBool>>,
}

impl MediaWay {
    /// All of 127.0.0.0/8 is this machine.
    const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
    /// Two calls of two legs.
    const PORTS: u16 = 4;

    pub(crate) async fn open() -> Self {
        loop {
            // Below the ports that the system gives to whoever does not ask for a certain one; such a one is chance enough.
            let any = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
            let first_port = 20_000 + any.unwrap().port() % 2_500 * Self::PORTS;
            if let Some(gates) = Self::carry_all(first_port).await {
                return Self { first_port, gates };
            }
        }
    }

    /// How a server is reached on this way.
    pub(crate) fn lead(&self) -> impl FnOnce(&mut BackendConfig) + Send + 'static {
        let ports = self.first_port..=self.first_port + Self::PORTS - 1;
        move |config| {
            config.edge.media_ports = Some(ports);
            config.edge.advertised = Some(IpAddr::V4(Self::ADDRESS));
        }
    }

    /// Drops every packet of one leg, or lets them through again.
    pub(crate) fn set(&self, port: u16, up: bool) {
        self.gates[usize::from(port - self.first_port)].store(up, Ordering::Relaxed);
    }

    /// `None` if a port is taken.
    async fn carry_all(first_port: u16) -> Option<Vec<Arc<AtomicBool>>> {
        let mut doors = Vec::new();
        for port in first_port..first_port + Self::PORTS {
            drop(std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok()?);
            doors.push((UdpSocket::bind((Self::ADDRESS, port)).await.ok()?, port));
        }
        let gates = doors.into_iter().map(|(outside, port)| {
            let gate = Arc::new(AtomicBool::new(true));
            tokio::spawn(carry(Arc::new(outside), (Ipv4Addr::LOCALHOST, port).into(), Arc::clone(&gate)));
            gate
        });
        Some(gates.collect())
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
