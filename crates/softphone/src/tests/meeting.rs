//! Two people who dial each other.

use super::{Rig, dial};
use mobilecall_domain::{CallId, EndReason};
use mobilecall_ipc::{CallState, Reply};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_transport::MediaTransport as _;

#[tokio::test]
async fn dialing_somebody_who_rings_here_takes_their_call() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.ring().await;
    let dial = |destination: &str| dial(destination, None);
    let reply = rig.send(dial("client:bob")).await.unwrap();
    assert_eq!(reply, Reply::Call { call });
    let LineCommand::Accept { leg: accepted, answer } = rig.line.command().await else { panic!("no answer") };
    assert_eq!(accepted, leg);
    far.transport.accept_answer(&answer).await.unwrap();
    rig.until_state(call, CallState::Active).await;
    assert_eq!(rig.engine.snapshot().await.calls.len(), 1);
}

/// The server has made one call of two, and keeps the record of the one that rang here.
#[tokio::test]
async fn a_call_that_met_that_of_its_far_end_leaves_one_record() {
    let mut rig = Rig::start().await;
    let kept = CallId::generate();
    let (call, leg, offer) = rig.place("102").await;
    let (rang, _ringing) = rig.ring_again(kept).await;
    rig.until_state(kept, CallState::Offered).await;
    let far = rig.far_end();
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Ended { leg: rang, reason: EndReason::AnsweredElsewhere, code: None });
    rig.line.say(LineEvent::Merged { leg, call: kept });
    rig.line.say(LineEvent::Answered { leg, provider_call_id: None, answer: Some(answer) });
    rig.until_state(call, CallState::Active).await;
    let snapshot = rig.engine.snapshot().await;
    assert_eq!(snapshot.calls.iter().map(|view| view.id).collect::<Vec<_>>(), [call], "what rang is not shown");
    assert_eq!(snapshot.missed, 0);

    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteHangup, code: None });
    rig.until_state(call, CallState::Ended).await;
    assert_eq!(rig.account.call(call).await.unwrap(), None, "there is no record of the own attempt");
    assert_eq!(rig.account.pending_count().await.unwrap(), 0, "and none for the server");
    assert!(rig.account.call(kept).await.unwrap().is_some());
    assert!(rig.problems().await.is_empty());
}
