use crate::host::agent;
use crate::phone::Phone;
use crate::{Office, soon};
use mobilecall_domain::{CallStatus, PresenceState, Reachability};
use mobilecall_edge::EdgeConfig;
use mobilecall_pstream::server::CancelReason;
use mobilecall_pstream::{ClientFrame, ServerFrame};
use mobilecall_transport::{Codec, MediaTransport};
use serde_json::json;
use std::time::Duration;

const CODECS: &[Codec] = &[Codec::Opus, Codec::Pcmu];

#[tokio::test]
async fn one_device_takes_the_call_and_the_others_stop_ringing() {
    let office = Office::open().await;
    let mut alice = Phone::registered(&office, "alice").await;
    let mut desk = Phone::registered(&office, "bob").await;
    let mut laptop = Phone::registered(&office, "bob").await;
    let presence = |name: &str, presence| {
        let user = agent(name).user;
        move |books: &crate::host::Books| books.reachable.get(&user).is_some_and(|known| known.presence() == presence)
    };
    office.host.until("bob is here", presence("bob", PresenceState::Available)).await;

    let mut alices = alice.dial("bob", CODECS).await;
    let call = desk.incoming().await;
    assert_eq!(laptop.incoming().await.callsid, call.callsid);
    let sid = alice.rings(&alices).await;
    office.host.all(2, CallStatus::Ringing).await;
    let mut desks = desk.take(&call).await;
    match laptop.next().await {
        ServerFrame::Cancel(cancel) => assert_eq!(cancel.reason, Some(CancelReason::AnsweredElsewhere)),
        other => panic!("{other:?}"),
    }
    assert_eq!(alice.answered().await.0, sid);
    desk.answered().await;
    office.host.all(2, CallStatus::InProgress).await;
    office
        .host
        .until("both are busy", |books| {
            presence("alice", PresenceState::Busy)(books) && presence("bob", PresenceState::Busy)(books)
        })
        .await;
    alices.up().await;
    desks.up().await;

    desk.hang_up(&call.callsid.0).await;
    assert_eq!(alice.hung_up().await, None);
    office.host.all(2, CallStatus::Completed).await;
    let transactions = office.host.books.borrow().transactions;
    assert!(transactions <= 4, "{transactions} transactions: opened, ringing, answered, ended, each for both records");
    office
        .host
        .until("both are free", |books| {
            presence("alice", PresenceState::Available)(books) && presence("bob", PresenceState::Available)(books)
        })
        .await;
}

#[tokio::test]
async fn calls_that_nobody_takes_end_with_their_reason() {
    let config = EdgeConfig { ring_timeout: Duration::from_millis(300), ..EdgeConfig::loopback() };
    let office = Office::with(config).await;
    let mut alice = Phone::registered(&office, "alice").await;
    for (to, code) in [("nobody", 31404), ("bob", 31480), ("alice", 31486)] {
        alice.dial(to, CODECS).await;
        assert_eq!(alice.hung_up().await, Some(code), "{to}");
    }
    let mut bob = Phone::registered(&office, "bob").await;
    let media = alice.dial("client:bob", CODECS).await;
    bob.incoming().await;
    alice.rings(&media).await;
    assert_eq!(alice.hung_up().await, Some(31408));
    match bob.next().await {
        ServerFrame::Cancel(cancel) => assert_eq!(cancel.reason, Some(CancelReason::NoAnswer)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_outlives_a_lost_socket() {
    let office = Office::open().await;
    let mut alice = Phone::registered(&office, "alice").await;
    let mut bob = Phone::registered(&office, "bob").await;
    let alices = alice.dial("bob", CODECS).await;
    let call = bob.incoming().await;
    let sid = alice.rings(&alices).await;
    let _bobs = bob.take(&call).await;
    let (_, token, _) = alice.answered().await;
    bob.answered().await;

    drop(alice);
    let mut again = Phone::connected(&office, "alice").await;
    again.reconnect(&sid, token).await;
    let (_, token, _) = again.answered().await;
    bob.hang_up(&call.callsid.0).await;
    assert_eq!(again.hung_up().await, None);

    again.reconnect(&sid, token).await;
    assert_eq!(again.hung_up().await, Some(31209), "the call is over");
}

#[tokio::test]
async fn a_client_that_is_killed_ends_its_call_and_completes_the_records() {
    let config = EdgeConfig { max_reconnect_timeout: Duration::from_millis(200), ..EdgeConfig::loopback() };
    let office = Office::with(config).await;
    let mut alice = Phone::registered(&office, "alice").await;
    let mut bob = Phone::registered(&office, "bob").await;
    let alices = alice.dial("bob", CODECS).await;
    let call = bob.incoming().await;
    alice.rings(&alices).await;
    let _bobs = bob.take(&call).await;
    alice.answered().await;
    bob.answered().await;
    drop((alice, alices));
    assert_eq!(bob.hung_up().await, None);
    office.host.all(2, CallStatus::Completed).await;
}

#[tokio::test]
async fn reports_are_tried_again_until_the_host_takes_them() {
    let office = Office::open().await;
    office.host.books.send_modify(|books| books.failures = 2);
    let mut alice = Phone::registered(&office, "alice").await;
    alice.dial("nobody", CODECS).await;
    assert_eq!(alice.hung_up().await, Some(31404));
    office.host.all(1, CallStatus::Failed).await;

    alice.dial("*43", CODECS).await;
    let (sid, _, _) = alice.answered().await;
    office.host.books.send_modify(|books| books.failures = 2);
    alice.hang_up(&sid).await;
    let over = |books: &crate::host::Books| books.records.values().all(|record| record.status.is_final());
    office.host.until("the end of the second call", over).await;
    assert_eq!(office.host.books.borrow().records.len(), 2);
}

#[tokio::test]
async fn a_stopping_edge_hangs_up_completes_records_and_closes_sockets() {
    let office = Office::open().await;
    let mut alice = Phone::registered(&office, "alice").await;
    let media = alice.dial("*43", CODECS).await;
    let (sid, _, sdp) = alice.answered().await;
    media.transport.accept_answer(&sdp.unwrap()).await.unwrap();
    soon("the end", office.edge.shutdown()).await;
    office.host.all(1, CallStatus::Completed).await;
    match alice.next().await {
        ServerFrame::Hangup(hangup) => {
            assert_eq!((hangup.callsid, hangup.error.map(|error| error.code)), (Some(sid), Some(31503)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(alice.try_next().await, None);
    assert_eq!(office.host.books.borrow().reachable[&agent("alice").user], Reachability::NONE, "told before the end");
    soon("the end, again", office.edge.shutdown()).await;
    let mut late = Phone::bare(&office).await;
    assert_eq!(late.try_next().await, None, "nobody new comes in");
}

#[tokio::test]
async fn a_sign_out_reaches_open_sockets() {
    let config = EdgeConfig { recheck_interval: Duration::from_millis(50), ..EdgeConfig::loopback() };
    let office = Office::with(config).await;
    let mut alice = Phone::registered(&office, "alice").await;
    office.host.books.send_modify(|books| books.signed_out.push("alice".into()));
    match alice.next().await {
        ServerFrame::Error(error) => assert_eq!(error.error.code, 31201),
        other => panic!("{other:?}"),
    }
    assert_eq!(alice.next().await, ServerFrame::Close);
    assert_eq!(alice.try_next().await, None);
}

#[tokio::test]
async fn a_media_offer_that_cannot_be_read_is_told_apart_from_one_that_shares_nothing() {
    let office = Office::open().await;
    let mut alice = Phone::registered(&office, "alice").await;
    let session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    let keys =
        "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00:11\r\na=setup:actpass\r\n";
    let audio =
        |proto: &str, attributes: &str| format!("{session}m=audio 9 {proto} 9\r\nc=IN IP4 0.0.0.0\r\n{attributes}");
    let offers = [
        ("v=0".to_owned(), 31400),
        (String::new(), 31400),
        ("nonsense".to_owned(), 31400),
        (audio("UDP/TLS/RTP/SAVPF", ""), 31400),
        (audio("UDP/TLS/RTP/SAVPF", "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"), 31400),
        (session.to_owned(), 31400),
        (format!("{session}m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"), 31488),
        (audio("RTP/AVP", keys), 31488),
        (audio("UDP/TLS/RTP/SAVPF", &format!("a=rtpmap:9 G722/8000\r\n{keys}")), 31488),
    ];
    for (number, (sdp, code)) in offers.iter().enumerate() {
        let callsid = format!("TJS{number}");
        let invite =
            json!({"type": "invite", "payload": {"callsid": callsid, "sdp": sdp, "twilio": {"params": "To=*43"}}});
        alice.send(ClientFrame::parse(&invite.to_string()).unwrap()).await;
        assert_eq!(alice.hung_up().await, Some(*code), "{sdp}");
    }
    office.host.all(offers.len(), CallStatus::Failed).await;
}
