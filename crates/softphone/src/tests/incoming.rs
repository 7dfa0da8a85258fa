use super::{Rig, eventually};
use mobilecall_domain::{CallId, CallStatus, EndReason, LegId, SdpOffer};
use mobilecall_ipc::{CallState, Command, Direction, EndReason as ShownEnd, ErrorCode};
use mobilecall_line::{IncomingLeg, LineCommand, LineEvent};
use mobilecall_media::tones::Tone;
use mobilecall_transport::MediaTransport as _;

#[tokio::test]
async fn an_incoming_call_rings_and_is_answered() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.ring().await;
    let view = rig.until_state(call, CallState::Offered).await;
    assert_eq!(
        (view.direction, view.name.as_deref(), view.address.as_str()),
        (Direction::Incoming, Some("Bob"), "client:bob")
    );
    let record = rig.record(call).await;
    assert_eq!((record.status, record.customer_name.as_deref()), (CallStatus::Ringing, Some("Bob")));
    eventually("ringing", || rig.sound.sounding() == 1).await;

    rig.send(Command::Answer { call }).await.unwrap();
    let LineCommand::Accept { leg: accepted, answer } = rig.line.command().await else { panic!("no answer") };
    assert_eq!(accepted, leg);
    far.transport.accept_answer(&answer).await.unwrap();
    let view = rig.until_state(call, CallState::Active).await;
    assert!(view.setup_ms.is_some());
    eventually("silence", || rig.sound.sounding() == 0).await;

    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteHangup, code: None });
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!((view.end, rig.record(call).await.status), (Some(ShownEnd::RemoteHangup), CallStatus::Completed));
}

#[tokio::test]
async fn a_declined_call_is_refused_at_the_line() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    rig.send(Command::Decline { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Reject { leg: refused } if refused == leg));
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!((view.end, rig.record(call).await.status), (Some(ShownEnd::LocalDecline), CallStatus::Busy));
    assert_eq!(rig.refused(Command::Answer { call }).await, ErrorCode::NoSuchCall);
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_a_missed_call() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteCancel, code: None });
    rig.until_state(call, CallState::Ended).await;
    rig.until("the count", |snapshot| snapshot.missed == 1).await;
    eventually("silence", || rig.sound.sounding() == 0).await;
}

#[tokio::test]
async fn a_call_answered_on_another_device_is_left_to_it() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::AnsweredElsewhere, code: None });
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!(view.end, Some(ShownEnd::AnsweredElsewhere));
    assert_eq!(rig.account.pending_count().await.unwrap(), 0, "the other device tells the server");
    assert_eq!(rig.until("no missed call", |snapshot| snapshot.missed == 0).await.missed, 0);
}

#[tokio::test]
async fn a_second_call_knocks_softly_and_answering_it_holds_the_first() {
    let mut rig = Rig::start().await;
    let (first, first_leg, first_far) = rig.talk("102").await;
    let (second, second_leg, far) = rig.ring().await;
    eventually("the call-waiting tone", || rig.sound.voice(0).state().tone == Some(Tone::CallWaiting)).await;
    assert_eq!(rig.sound.sounding(), 0, "no ringing into the call");

    rig.send(Command::Answer { call: second }).await.unwrap();
    let LineCommand::Reoffer { leg, offer } = rig.line.command().await else { panic!("the first is not held") };
    assert_eq!(leg, first_leg);
    let answer = first_far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    let LineCommand::Accept { leg, answer } = rig.line.command().await else { panic!("the second is not answered") };
    assert_eq!(leg, second_leg);
    far.transport.accept_answer(&answer).await.unwrap();
    rig.until_state(second, CallState::Active).await;
    rig.until_call(first, "hold", |view| view.held && view.state == CallState::Active).await;
    assert_eq!((rig.sound.voice(0).state().held, rig.sound.voice(0).state().tone), (true, None));
}

#[tokio::test]
async fn the_same_call_offered_twice_is_refused_the_second_time() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.ring().await;
    let again = LegId::generate();
    rig.line.say(LineEvent::Incoming(IncomingLeg {
        leg: again,
        call: Some(call),
        provider_call_id: None,
        from: "client:bob".into(),
        from_name: None,
        to: "client:alice".into(),
        offer: SdpOffer::new("v=0"),
    }));
    assert!(matches!(rig.line.command().await, LineCommand::Reject { leg } if leg == again));
    assert_eq!(rig.engine.snapshot().await.calls.len(), 1);
}

#[tokio::test]
async fn an_offer_that_cannot_be_understood_ends_the_call_when_it_is_answered() {
    let mut rig = Rig::start().await;
    let (call, leg) = (CallId::generate(), LegId::generate());
    rig.line.say(LineEvent::Incoming(IncomingLeg {
        leg,
        call: Some(call),
        provider_call_id: None,
        from: "client:bob".into(),
        from_name: None,
        to: "client:alice".into(),
        offer: SdpOffer::new("this is no session description"),
    }));
    rig.until_state(call, CallState::Offered).await;
    rig.send(Command::Answer { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!(view.end, Some(ShownEnd::Incompatible));
}
