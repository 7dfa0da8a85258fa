//! Networks that let no sound through but by way of a relay, and those that let none through at all.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

#[path = "it/office.rs"]
#[allow(dead_code)]
mod office;
#[path = "it/program.rs"]
#[allow(dead_code)]
mod program;

use mobilecall_backend::{BackendConfig, RelayServers};
use mobilecall_domain::Private;
use mobilecall_testkit::TestServer;
use mobilecall_turn::coturn::Coturn;
use office::Office;
use std::{
    collections::{HashMap, hash_map::Entry},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::net::UdpSocket;

/// The secret of the relay.
const SECRET: &str = "north";

/// The server's media behind a firewall: what comes there from other ports than those of the relay is dropped.
///
/// All of 127.0.0.0/8 is this machine. The addresses are those of this process alone, and the ports lie below those that the
/// system gives to whoever asks for any.
struct Firewall {
    ports: RangeInclusive<u16>,
    relayed: RangeInclusive<u16>,
}

impl Firewall {
    /// A call of one leg, and what a relay needs for one agent.
    const PORTS: u16 = 8;

    async fn open() -> Self {
        static OPENED: AtomicU16 = AtomicU16::new(0);
        let first = 21_000 + OPENED.fetch_add(1, Ordering::Relaxed) * 2 * Self::PORTS;
        let (ports, relayed) = (first..=first + Self::PORTS - 1, first + Self::PORTS..=first + 2 * Self::PORTS - 1);
        for port in ports.clone() {
            let outside = UdpSocket::bind((own_address(0), port)).await.unwrap();
            tokio::spawn(pass(Arc::new(outside), (own_address(1), port).into(), relayed.clone()));
        }
        Self { ports, relayed }
    }

    /// A relay behind it.
    fn relay(&self) -> Coturn {
        let (first, last) = (self.relayed.start(), self.relayed.end());
        Coturn::start(&[
            "--use-auth-secret",
            &format!("--static-auth-secret={SECRET}"),
            &format!("--min-port={first}"),
            &format!("--max-port={last}"),
        ])
    }

    /// The server behind it.
    async fn office(&self, relays: Option<RelayServers>) -> Office {
        let ports = self.ports.clone();
        let config = move |config: &mut BackendConfig| {
            config.edge.media_bind = vec![(own_address(1), 0).into()];
            config.edge.media_ports = Some(ports);
            config.edge.advertised = Some(IpAddr::V4(own_address(0)));
            config.relays = relays;
        };
        Office::with(TestServer::builder().config(config)).await
    }
}

fn relays(urls: Vec<String>, secret: &str) -> Option<RelayServers> {
    Some(RelayServers::new(urls, Private::new(secret.to_owned())).unwrap())
}

/// A process id has at most 22 bits; the first addresses are everybody's.
fn own_address(side: u32) -> Ipv4Addr {
    let [_, a, b, c] = (256 + 2 * std::process::id() + side).to_be_bytes();
    Ipv4Addr::new(127, a, b, c)
}

/// Passes packets of the relay on to the server, each peer's from a socket of its own, and back.
async fn pass(outside: Arc<UdpSocket>, server: SocketAddr, relayed: RangeInclusive<u16>) {
    let mut insides: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
    let mut packet = [0; 2048];
    loop {
        // An error tells that an earlier packet reached nobody; the next one may.
        let Ok((length, from)) = outside.recv_from(&mut packet).await else { continue };
        if !relayed.contains(&from.port()) {
            continue;
        }
        let inside = match insides.entry(from) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let inside = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
                inside.connect(server).await.unwrap();
                tokio::spawn(pass_back(Arc::clone(&inside), Arc::clone(&outside), from));
                free.insert(inside)
            }
        };
        // The server's end may be closed already.
        drop(inside.send(&packet[..length]).await);
    }
}

async fn pass_back(inside: Arc<UdpSocket>, outside: Arc<UdpSocket>, to: SocketAddr) {
    let mut packet = [0; 2048];
    loop {
        let Ok(length) = inside.recv(&mut packet).await else { continue };
        drop(outside.send_to(&packet[..length], to).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_behind_a_firewall_goes_through_the_relay_that_the_server_names() {
    let firewall = Firewall::open().await;
    let coturn = firewall.relay();
    for carrier in ["tcp", "udp"] {
        let url = format!("turn:{}?transport={carrier}", coturn.address());
        let office = firewall.office(relays(vec![url], SECRET)).await;
        let called = office.run("alice", &["call", "*43", "--duration", "2s"]).await;
        assert_eq!(called.code, Some(0), "{carrier}: {called:?}");
        let summary = called.events().into_iter().find(|event| event["event"] == "summary").unwrap();
        assert!(summary["packets_received"].as_u64().unwrap() > 50, "{carrier}: {summary}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_finds_no_way_says_so_within_five_seconds() {
    let firewall = Firewall::open().await;
    let coturn = firewall.relay();
    let url = || vec![format!("turn:{}?transport=tcp", coturn.address())];
    for (relays, words) in [
        (None, "no relay (TURN) is set up"),
        (relays(url(), "south"), "refuses its user name or password"),
        (relays(vec!["turn:127.0.0.1:9?transport=tcp".to_owned()], SECRET), "can be reached either"),
    ] {
        let office = firewall.office(relays).await;
        let begin = Instant::now();
        let mut calling = office.start("alice", &["call", "*43"]);
        let problem = calling.event("problem").await;
        // From the start of the program, with signing in and setting up before the call.
        assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
        assert_eq!(problem["code"], "mediaBlocked", "{problem}");
        assert!(problem["message"].as_str().unwrap().contains(words), "{problem}");
        // It would go on trying for a while.
        drop(calling);
    }
}
