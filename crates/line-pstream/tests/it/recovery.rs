//! A call through the loss of its connection.

use crate::{
    Events, next, registered,
    server::{Peer, Server},
};
use mobilecall_domain::{Address, CallId, EndReason, LegId, SdpOffer};
use mobilecall_line::{CallParameters, Line, LineCommand, LineEvent};
use mobilecall_line_pstream::PstreamLine;
use mobilecall_pstream::{ClientFrame, ServerFrame, WireError, code, server::Hangup};

/// An answered call at the service code `*43`.
async fn in_call(server: &Server) -> (PstreamLine, Events, Peer, LegId) {
    let (line, mut events, mut peer) = registered(server).await;
    let leg = LegId::generate();
    let destination = Address::Service("*43".into());
    let (call, offer) = (CallId::generate(), SdpOffer::new("offer"));
    let invite = LineCommand::Invite { leg, call, destination, offer, parameters: CallParameters::default() };
    line.send(invite).unwrap();
    peer.invited().await;
    peer.answer("CA1", Some("theirs"), "tok1").await;
    assert!(matches!(next(&mut events).await, LineEvent::Answered { .. }));
    (line, events, peer, leg)
}

/// The `reconnect` that must come now: call, token, description.
async fn asked(peer: &mut Peer) -> (String, String, String) {
    match peer.frame().await {
        ClientFrame::Reconnect(again) => {
            (again.callsid, again.reconnect.expose().clone(), again.sdp.unwrap().expose().clone())
        }
        other => panic!("expected a reconnect invite, got {other:?}"),
    }
}

/// The next event that is not about the registration.
async fn of_call(events: &mut Events) -> LineEvent {
    loop {
        match next(events).await {
            LineEvent::Registration(_) => {}
            event => return event,
        }
    }
}

#[tokio::test]
async fn a_killed_socket_does_not_cost_the_call() {
    let server = Server::start().await;
    let (line, mut events, mut peer, leg) = in_call(&server).await;
    for number in 1..=3 {
        peer.kill();
        assert!(matches!(of_call(&mut events).await, LineEvent::SignalingLost { leg: lost } if lost == leg));
        peer = server.accept().await;
        assert_eq!(peer.listen().await, "jwt1");
        peer.connected().await;
        assert_eq!(asked(&mut peer).await, ("CA1".into(), format!("tok{number}"), "offer".into()));
        assert!(peer.registration().await, "the call comes first");
        peer.answer("CA1", None, &format!("tok{}", number + 1)).await;
        peer.send(ServerFrame::Ready).await;
        assert!(matches!(of_call(&mut events).await, LineEvent::SignalingRestored { leg: back } if back == leg));
    }
    line.send(LineCommand::HangUp { leg }).unwrap();
    assert!(matches!(peer.frame().await, ClientFrame::Hangup(hangup) if hangup.callsid == "CA1"));
}

#[tokio::test]
async fn a_server_that_does_not_know_the_call_any_more_ends_it() {
    let server = Server::start().await;
    let (_line, mut events, peer, leg) = in_call(&server).await;
    peer.kill();
    let mut again = server.accept().await;
    again.listen().await;
    again.connected().await;
    asked(&mut again).await;
    let error = Some(WireError::new(code::RECONNECT_REFUSED, "restarted"));
    again.send(ServerFrame::Hangup(Hangup { callsid: Some("CA1".into()), error })).await;
    assert!(matches!(of_call(&mut events).await, LineEvent::SignalingLost { .. }));
    match of_call(&mut events).await {
        LineEvent::Ended { leg: ended, reason, code } => {
            assert_eq!((ended, reason, code), (leg, EndReason::SignalingLost, Some(31209)));
        }
        other => panic!("expected the end, got {other:?}"),
    }
}

#[tokio::test]
async fn dropping_the_handle_hangs_up() {
    let server = Server::start().await;
    let (line, mut events, mut peer, leg) = in_call(&server).await;
    drop(line);
    assert!(matches!(peer.frame().await, ClientFrame::Hangup(hangup) if hangup.callsid == "CA1"));
    assert!(!peer.registration().await);
    assert_eq!(peer.text().await, None);
    match of_call(&mut events).await {
        LineEvent::Ended { leg: ended, reason, .. } => assert_eq!((ended, reason), (leg, EndReason::LocalHangup)),
        other => panic!("expected the end, got {other:?}"),
    }
}
