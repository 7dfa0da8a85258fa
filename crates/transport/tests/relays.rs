//! Calls through a real relay, coturn, over everything that reaches it.

#[path = "it/peer.rs"]
#[allow(dead_code)]
mod peer;

use mobilecall_transport::{
    IceServer, MediaTransport as _, NamedCandidates, Paths, PeerAddresses, RelayStanding, RestartSockets,
    TransportConfig, TransportEvent, WebRtcTransport,
};
use mobilecall_turn::coturn::{Coturn, PASSWORD, USERNAME, trust_nobody};
use peer::{Peer, TIME_LIMIT, exchange, talk};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::net::UdpSocket;

fn urls(coturn: &Coturn) -> [String; 3] {
    let (plain, tls) = (coturn.address(), coturn.tls_address());
    [format!("turn:{plain}?transport=udp"), format!("turn:{plain}?transport=tcp"), format!("turns:{tls}")]
}

/// An agent whose only way is a relay.
fn relayed(urls: &[String], coturn: &Coturn) -> TransportConfig {
    let server = IceServer { urls: urls.to_vec(), username: USERNAME.to_owned(), credential: PASSWORD.to_owned() };
    TransportConfig {
        ice_servers: vec![server],
        relay_trust: Some(coturn.trust()),
        paths: Paths::Relayed,
        ..TransportConfig::loopback()
    }
}

/// As the edge is.
fn server() -> TransportConfig {
    TransportConfig { named: NamedCandidates::Learned, ..TransportConfig::loopback() }
}

async fn connected(a: TransportConfig, b: TransportConfig) -> (Peer, Peer) {
    let (mut a, mut b) = (Peer::new(a).await, Peer::new(b).await);
    exchange(&mut a, &mut b).await;
    a.connected().await;
    b.connected().await;
    (a, b)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_passes_through_a_relay_over_udp_tcp_and_tls() {
    let coturn = Coturn::start(&[]);
    for url in urls(&coturn) {
        let (mut a, mut b) = connected(relayed(std::slice::from_ref(&url), &coturn), server()).await;
        let offer = a.transport.create_offer().await.expect("an offer");
        let candidates: Vec<_> = offer.expose().lines().filter(|line| line.starts_with("a=candidate:")).collect();
        assert!(candidates.len() == 1 && candidates[0].contains(" typ relay "), "{url}: {candidates:?}");
        for _ in 0..20 {
            talk(&mut a, &mut b).await;
        }
        let begin = Instant::now();
        for _ in 0..20 {
            talk(&mut a, &mut b).await;
        }
        println!("{url}: {:?} a packet there and one back", begin.elapsed() / 20);
        assert!(begin.elapsed() < Duration::from_secs(2), "{url}: {:?}", begin.elapsed());
        a.transport.close().await;
        b.transport.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agents_who_both_have_only_relays_hear_each_other() {
    let coturn = Coturn::start(&[]);
    let [udp, _, tls] = urls(&coturn);
    let (mut a, mut b) = connected(relayed(&[tls], &coturn), relayed(&[udp], &coturn)).await;
    for _ in 0..20 {
        talk(&mut a, &mut b).await;
    }
}

/// A firewall that drops UDP and lets TCP through only at the port of web pages, in the list that a provider gives.
#[tokio::test(flavor = "multi_thread")]
async fn the_relay_that_the_firewall_lets_through_is_found() {
    let coturn = Coturn::start(&[]);
    let deaf = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let silent = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let list = [
        format!("turn:{}?transport=udp", deaf.local_addr().expect("an address")),
        format!("turn:{}?transport=tcp", silent.local_addr().expect("an address")),
        urls(&coturn)[2].clone(),
    ];
    let begin = Instant::now();
    let (mut a, mut b) = connected(relayed(&list, &coturn), server()).await;
    talk(&mut a, &mut b).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

/// Where the direct way works it is taken, and the relay costs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_direct_way_is_preferred() {
    let coturn = Coturn::start(&[]);
    let config = TransportConfig { paths: Paths::Any, ..relayed(&urls(&coturn), &coturn) };
    let (mut a, mut b) = connected(config, server()).await;
    coturn_gone(coturn).await;
    for _ in 0..5 {
        talk(&mut a, &mut b).await;
    }
}

async fn coturn_gone(mut coturn: Coturn) {
    tokio::task::spawn_blocking(move || coturn.kill()).await.expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_gives_the_address_back() {
    let coturn = Coturn::start(&[]);
    for url in urls(&coturn) {
        let (a, _b) = connected(relayed(&[url], &coturn), server()).await;
        let before = coturn.log().matches("lifetime=0").count();
        a.transport.close().await;
        let gone = async {
            while coturn.log().matches("lifetime=0").count() == before {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(TIME_LIMIT, gone).await.expect("it is given back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_a_call_is_replaced_by_another() {
    let (first, second) = (Coturn::start(&[]), Coturn::start(&[]));
    // The certificates are of different authorities, so the second one is reached without.
    let list = [urls(&first)[1].clone(), urls(&second)[1].clone()];
    let soon = Duration::from_millis(500);
    let config = TransportConfig {
        restart: RestartSockets::Rebind,
        disconnected_after: soon,
        failed_after: Duration::from_secs(60),
        ..relayed(&list, &first)
    };
    let patient = TransportConfig { failed_after: Duration::from_secs(60), ..server() };
    let (mut a, mut b) = connected(config, patient).await;
    talk(&mut a, &mut b).await;
    coturn_gone(first).await;
    assert_eq!(a.event().await, TransportEvent::Disconnected);
    let offer = a.transport.create_restart_offer().await.expect("an offer");
    assert!(offer.expose().contains(" typ relay "), "{}", offer.expose());
    let answer = b.transport.create_answer(&offer).await.expect("an answer");
    a.transport.accept_answer(&answer).await.expect("a usable answer");
    a.negotiated().await;
    a.connected().await;
    while b.event().await != TransportEvent::Connected {}
    talk(&mut a, &mut b).await;
}

/// The other side is at an address that answers nothing. Returns what is said of it, and when.
async fn blocked(config: TransportConfig) -> (RelayStanding, Duration) {
    let deaf = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let (transport, mut streams) = WebRtcTransport::new(config).await.expect("sockets on loopback");
    let other = Peer::new(server()).await;
    let offer = transport.create_offer().await.expect("an offer");
    let answer = other.transport.create_answer(&offer).await.expect("an answer");
    other.transport.close().await;
    let answer = unreachable(answer.expose(), deaf.local_addr().expect("an address"));
    transport.accept_answer(&mobilecall_domain::SdpAnswer::new(answer)).await.expect("a usable answer");
    let begin = Instant::now();
    let said = async {
        loop {
            match streams.events.recv().await.expect("the session is alive") {
                TransportEvent::NoPath(relays) => return relays,
                TransportEvent::Negotiated(_) => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let relays = tokio::time::timeout(TIME_LIMIT, said).await.expect("it is said");
    (relays, begin.elapsed())
}

fn unreachable(answer: &str, address: SocketAddr) -> String {
    let moved = |line: &str| match line.strip_prefix("a=candidate:") {
        Some(candidate) => {
            let mut fields: Vec<String> = candidate.split(' ').map(str::to_owned).collect();
            (fields[4], fields[5]) = (address.ip().to_string(), address.port().to_string());
            format!("a=candidate:{}", fields.join(" "))
        }
        None => line.to_owned(),
    };
    answer.lines().map(moved).map(|line| line + "\r\n").collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_without_a_way_is_told_within_five_seconds_with_what_the_relays_say() {
    let coturn = Coturn::start(&[]);
    let deaf = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let silent = format!("turn:{}", deaf.local_addr().expect("an address"));
    let tls = std::slice::from_ref(&urls(&coturn)[2]).to_vec();
    let mut wrong = relayed(&urls(&coturn), &coturn);
    wrong.ice_servers[0].credential.push('!');
    let cases = [
        (TransportConfig::loopback(), RelayStanding::NotConfigured),
        // Its answer may take five seconds, too.
        (relayed(&[silent], &coturn), RelayStanding::Asked),
        (wrong, RelayStanding::WrongCredentials),
        (TransportConfig { relay_trust: Some(trust_nobody()), ..relayed(&tls, &coturn) }, RelayStanding::Untrusted),
        (relayed(&tls, &coturn), RelayStanding::Ready),
    ];
    let all = cases.map(|(config, expected)| async move {
        let config = TransportConfig { paths: Paths::Any, gathering: Duration::from_millis(500), ..config };
        let (said, after) = blocked(config).await;
        assert_eq!(said, expected);
        assert!(after < Duration::from_secs(5), "{expected:?} after {after:?}");
    });
    futures_util::future::join_all(all).await;
}

/// A relay is no way around the guard of addresses.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_reaches_no_address_that_is_not_allowed() {
    let coturn = Coturn::start(&[]);
    let elsewhere = PeerAddresses { loopback: false, private: true, public: true };
    let config = TransportConfig { peers: elsewhere, ..relayed(&urls(&coturn), &coturn) };
    let (mut a, mut b) = (Peer::new(config).await, Peer::new(server()).await);
    exchange(&mut a, &mut b).await;
    assert_eq!(a.event().await, TransportEvent::NoPath(RelayStanding::Ready));
    assert!(!coturn.log().contains("CREATE_PERMISSION"), "{}", coturn.log());
}
