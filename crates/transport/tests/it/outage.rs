//! A path that is cut and comes back, between two sessions that only know each other's address on it.

use crate::peer::{Peer, talk};
use mobilecall_domain::{SdpAnswer, SdpOffer};
use mobilecall_transport::{MediaTransport, TransportConfig, TransportEvent};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::UdpSocket;

/// Forwards between two ends, each of which sees the other at an address of the path.
struct Path {
    up: Arc<AtomicBool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Drop for Path {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Path {
    /// A path between the ends, and the addresses under which each is seen.
    async fn between(a: SocketAddr, b: SocketAddr) -> (Self, u16, u16) {
        let socket = || async { Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket")) };
        let (as_a, as_b) = (socket().await, socket().await);
        let port = |socket: &UdpSocket| socket.local_addr().expect("an address").port();
        let (port_a, port_b) = (port(&as_a), port(&as_b));
        let up = Arc::new(AtomicBool::new(true));
        let tasks = vec![
            tokio::spawn(forward(Arc::clone(&as_a), Arc::clone(&as_b), a, Arc::clone(&up))),
            tokio::spawn(forward(as_b, as_a, b, Arc::clone(&up))),
        ];
        (Self { up, tasks }, port_a, port_b)
    }
}

/// What comes to `at` goes on to `to`, from the address of the other end.
async fn forward(at: Arc<UdpSocket>, from: Arc<UdpSocket>, to: SocketAddr, up: Arc<AtomicBool>) {
    let mut packet = [0; 2048];
    while let Ok((length, _)) = at.recv_from(&mut packet).await {
        if up.load(Ordering::Relaxed) {
            from.send_to(&packet[..length], to).await.expect("loopback takes everything");
        }
    }
}

fn address(text: &str) -> SocketAddr {
    let candidate = text.lines().find_map(|line| line.strip_prefix("a=candidate:")).expect("a candidate");
    let fields: Vec<&str> = candidate.split(' ').collect();
    format!("{}:{}", fields[4], fields[5]).parse().expect("an address")
}

fn seen_at(text: &str, port: u16) -> String {
    text.replace(&format!(" {} typ", address(text).port()), &format!(" {port} typ"))
}

/// Offer and answer over a path of their own.
async fn exchange_over_path(a: &mut Peer, b: &mut Peer, offer: SdpOffer) -> Path {
    // An offer that gives way to the one of `a` tells the address of `b` in advance.
    let of_b = address(b.transport.create_offer().await.expect("an offer").expose());
    let (path, port_a, port_b) = Path::between(address(offer.expose()), of_b).await;
    let seen = SdpOffer::new(seen_at(offer.expose(), port_a));
    let answer = b.transport.create_answer(&seen).await.expect("an answer");
    let seen = SdpAnswer::new(seen_at(answer.expose(), port_b));
    a.transport.accept_answer(&seen).await.expect("a usable answer");
    a.negotiated().await;
    b.negotiated().await;
    path
}

fn impatient() -> TransportConfig {
    let soon = Duration::from_millis(400);
    TransportConfig { disconnected_after: soon, failed_after: soon, ..TransportConfig::loopback() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_path_comes_back_by_a_restart() {
    let patient = TransportConfig { failed_after: Duration::from_secs(60), ..impatient() };
    let (mut a, mut b) = (Peer::new(patient).await, Peer::new(impatient()).await);
    let offer = a.transport.create_offer().await.expect("an offer");
    let path = exchange_over_path(&mut a, &mut b, offer).await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;

    path.up.store(false, Ordering::Relaxed);
    assert_eq!(a.event().await, TransportEvent::Disconnected);
    assert_eq!(b.event().await, TransportEvent::Disconnected);
    assert_eq!(b.event().await, TransportEvent::Failed);
    path.up.store(true, Ordering::Relaxed);

    let offer = a.transport.create_restart_offer().await.expect("an offer");
    let _path = exchange_over_path(&mut a, &mut b, offer).await;
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_that_ends_in_time_needs_nothing() {
    let patient = || TransportConfig { failed_after: Duration::from_secs(60), ..impatient() };
    let (mut a, mut b) = (Peer::new(patient()).await, Peer::new(patient()).await);
    let offer = a.transport.create_offer().await.expect("an offer");
    let path = exchange_over_path(&mut a, &mut b, offer).await;
    a.connected().await;
    b.connected().await;
    path.up.store(false, Ordering::Relaxed);
    assert_eq!(a.event().await, TransportEvent::Disconnected);
    assert_eq!(b.event().await, TransportEvent::Disconnected);
    path.up.store(true, Ordering::Relaxed);
    a.connected().await;
    b.connected().await;
    talk(&mut a, &mut b).await;
}
