//! Why there is no address, said at once or within the limit.

use crate::peer::{CARRIERS, config, within};
use mobilecall_turn::coturn::{Coturn, trust_nobody};
use mobilecall_turn::{Carrier, RelayConfig, RelayError, Stage, allocate};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, UdpSocket};

async fn refusal(config: RelayConfig) -> RelayError {
    within("a refusal", allocate(config)).await.map(|(relay, _)| relay.address()).expect_err("no address")
}

#[tokio::test]
async fn a_wrong_password_or_user_name_is_called_so() {
    let coturn = Coturn::start(&[]);
    for carrier in CARRIERS {
        let mut wrong = config(&coturn, carrier);
        wrong.password.push('!');
        assert!(matches!(refusal(wrong).await, RelayError::Credentials), "{carrier}");
        let mut wrong = config(&coturn, carrier);
        wrong.username.push('!');
        assert!(matches!(refusal(wrong).await, RelayError::Credentials), "{carrier}");
    }
}

#[tokio::test]
async fn a_relay_without_room_says_its_code() {
    let coturn = Coturn::start(&["--user-quota=1"]);
    let first = allocate(config(&coturn, Carrier::Tcp)).await.expect("room for one");
    match refusal(config(&coturn, Carrier::Udp)).await {
        RelayError::Refused { code, reason } => assert_eq!((code, reason.is_empty()), (486, false)),
        other => panic!("{other:?}"),
    }
    drop(first);
}

#[tokio::test]
async fn who_does_not_listen_is_unreachable() {
    let mut coturn = Coturn::start(&[]);
    coturn.kill();
    for carrier in CARRIERS {
        let error = refusal(config(&coturn, carrier)).await;
        assert!(matches!(error, RelayError::Unreachable(_)), "{carrier}: {error:?}");
    }
}

#[tokio::test]
async fn an_unknown_name_is_called_so() {
    let config = RelayConfig { host: "relay.invalid".to_owned(), ..RelayConfig::default() };
    let error = refusal(config).await;
    assert!(matches!(error, RelayError::Unresolved(_)), "{error:?}");
}

/// A firewall that drops what it does not let through.
#[tokio::test]
async fn silence_ends_within_the_limit_and_names_the_stage() {
    let deaf = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let at = |port: u16, carrier, tls| RelayConfig {
        host: "127.0.0.1".to_owned(),
        port,
        carrier,
        tls,
        answer_within: Duration::from_millis(300),
        ..RelayConfig::default()
    };
    let port = listener.local_addr().expect("an address").port();
    let cases = [
        (at(deaf.local_addr().expect("an address").port(), Carrier::Udp, None), Stage::Allocating),
        (at(port, Carrier::Tcp, None), Stage::Allocating),
        (at(port, Carrier::Tls, Some(trust_nobody())), Stage::Securing),
    ];
    for (config, expected) in cases {
        let begin = Instant::now();
        match refusal(config).await {
            RelayError::Silent { stage, limit } => {
                assert_eq!((stage, limit), (expected, Duration::from_millis(300)));
                assert!(begin.elapsed() >= limit);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(RelayConfig::default().answer_within, Duration::from_secs(5));
}

#[tokio::test]
async fn a_certificate_of_strangers_is_refused() {
    let coturn = Coturn::start(&[]);
    let stranger = RelayConfig { tls: Some(trust_nobody()), ..config(&coturn, Carrier::Tls) };
    let error = refusal(stranger).await;
    assert!(matches!(error, RelayError::Tls(_)), "{error:?}");
    let nobody = RelayConfig { tls: None, ..config(&coturn, Carrier::Tls) };
    assert!(matches!(refusal(nobody).await, RelayError::TlsConfig(_)));
}

#[tokio::test]
async fn what_is_no_relay_is_called_so() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"\x15\x03\x01\x00\x02\x02\x46\x15").await.expect("a client");
            // To end with unread bytes would be a reset.
            tokio::io::copy(&mut stream, &mut tokio::io::sink()).await.expect("a client");
        }
    });
    let config = RelayConfig { host: "127.0.0.1".to_owned(), port, carrier: Carrier::Tcp, ..RelayConfig::default() };
    let error = refusal(config).await;
    assert!(matches!(error, RelayError::NoRelay(_)), "{error:?}");
}
