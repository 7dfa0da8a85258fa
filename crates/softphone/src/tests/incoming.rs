use super::{Rig, eventually};
use mobilecall_domain::{CallId, CallStatus, EndReason, LegId, SdpOffer};
use mobilecall_ipc::{CallState, Command, Direction, EndReason as ShownEnd, ErrorCode};
use mobilecall_line::{CallParameters, IncomingLeg, LineCommand, LineEvent};
use mobilecall_media::tones::Tone;
use mobilecall_transport::MediaTransport as _;
use std::time::Duration;

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
async fn a_call_that_rings_and_is_offered_again_is_answered_on_the_new_leg() {
    let mut rig = Rig::start().await;
    let (call, old_leg, _old_far) = rig.ring().await;
    let (leg, far) = rig.ring_again(call).await;
    rig.line.say(LineEvent::Ended { leg: old_leg, reason: EndReason::SignalingLost, code: None });
    rig.line_is_heard().await;
    rig.send(Command::Answer { call }).await.unwrap();
    let LineCommand::Accept { leg: accepted, answer } = rig.line.command().await else { panic!("no answer") };
    assert_eq!(accepted, leg);
    far.transport.accept_answer(&answer).await.unwrap();
    rig.until_state(call, CallState::Active).await;
    assert_eq!(rig.engine.snapshot().await.calls.len(), 1);
}

#[tokio::test]
async fn a_call_that_goes_on_is_not_disturbed_by_another_offer_of_it() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.ring().await;
    rig.send(Command::Answer { call }).await.unwrap();
    let LineCommand::Accept { answer, .. } = rig.line.command().await else { panic!("no answer") };
    far.transport.accept_answer(&answer).await.unwrap();
    rig.until_state(call, CallState::Active).await;
    rig.ring_again(call).await;
    rig.line_is_heard().await;
    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { leg: ended } if ended == leg));
}

/// The first offer ends in each of these ways while the server rings on.
#[tokio::test]
async fn a_call_whose_ringing_broke_off_rings_again_and_is_answered() {
    for (seconds, answers_first) in [(0, false), (3, false), (0, true), (20, false), (20, true)] {
        let mut rig = Rig::start().await;
        let (call, leg, _gone) = rig.ring().await;
        if answers_first {
            rig.send(Command::Answer { call }).await.unwrap();
            assert!(matches!(rig.line.command().await, LineCommand::Accept { .. }));
        }
        rig.line.say(LineEvent::Ended { leg, reason: EndReason::SignalingLost, code: Some(53_001) });
        rig.until_call(call, "the end", |view| view.end.is_some()).await;
        assert_eq!(rig.record(call).await.status, CallStatus::Ringing, "the server says how it ended");
        assert_eq!(rig.account.pending_count().await.unwrap(), 0, "and is told nothing");
        rig.pass(Duration::from_secs(seconds)).await;

        let (leg, far) = rig.ring_again(call).await;
        let view = rig.until_state(call, CallState::Offered).await;
        assert_eq!((view.end, view.name.as_deref()), (None, Some("Bob")));
        eventually("ringing", || rig.sound.sounding() == 1).await;
        rig.send(Command::Answer { call }).await.unwrap();
        let LineCommand::Accept { leg: accepted, answer } = rig.line.command().await else { panic!("no answer") };
        assert_eq!(accepted, leg);
        far.transport.accept_answer(&answer).await.unwrap();
        rig.until_state(call, CallState::Active).await;
        assert_eq!(rig.engine.snapshot().await.calls.len(), 1);
        rig.pass(Duration::from_secs(6)).await;
        rig.until_state(call, CallState::Active).await;
        rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteHangup, code: None });
        rig.until_state(call, CallState::Ended).await;
        let record = rig.record(call).await;
        assert_eq!((record.status, record.duration_seconds >= Some(6)), (CallStatus::Completed, true));
    }
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
        from_extension: None,
        to: "client:alice".into(),
        verified: None,
        parameters: CallParameters::default(),
        offer: SdpOffer::new("this is no session description"),
    }));
    rig.until_state(call, CallState::Offered).await;
    rig.send(Command::Answer { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!(view.end, Some(ShownEnd::Incompatible));
}

#[tokio::test]
async fn what_a_notification_was_asked_and_is_refused_is_told() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteCancel, code: None });
    rig.until_state(call, CallState::Ended).await;
    let refused = rig.send(Command::Answer { call }).await.unwrap_err();
    rig.engine.report(refused).await;
    rig.until_problem(ErrorCode::NoSuchCall).await;
}

#[tokio::test]
async fn a_colleague_is_shown_by_the_extension_that_comes_with_the_call() {
    let mut rig = Rig::start().await;
    let call = CallId::generate();
    rig.line.say(LineEvent::Incoming(IncomingLeg {
        leg: LegId::generate(),
        call: Some(call),
        provider_call_id: None,
        from: "client:nobody.in.the.team".into(),
        from_name: Some(format!("Zo\u{202e}e{}", "\u{301}".repeat(200))),
        from_extension: Some("117".into()),
        to: "client:alice".into(),
        verified: None,
        parameters: CallParameters::default(),
        offer: SdpOffer::new("not looked at before the answer"),
    }));
    let view = rig.until_call(call, "the ring", |view| view.state == CallState::Offered).await;
    assert_eq!(view.address, "117");
    assert_eq!(view.name, Some(format!("Zoe{}", "\u{301}".repeat(6))), "whoever sends it");
    assert_eq!(rig.record(call).await.from_number, "client:nobody.in.the.team", "what is called back stays");
}
