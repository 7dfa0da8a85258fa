use super::Rig;
use mobilecall_domain::{CallStatus, EndReason, machine::END_TIMEOUT};
use mobilecall_ipc::{CallState, Command, EndReason as ShownEnd};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_transport::MediaTransport as _;
use std::time::Duration;

#[tokio::test]
async fn lost_media_is_brought_back_by_an_ice_restart() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.talk("102").await;
    rig.ours.last().fail();
    rig.until_state(call, CallState::Reconnecting).await;
    let LineCommand::Reoffer { leg: restarted, offer } = rig.line.command().await else { panic!("no restart") };
    assert_eq!(restarted, leg);
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    rig.until_state(call, CallState::Active).await;
}

#[tokio::test]
async fn media_that_does_not_come_back_ends_the_call_after_30_seconds() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    rig.ours.last().fail();
    rig.until_state(call, CallState::Reconnecting).await;
    assert!(matches!(rig.line.command().await, LineCommand::Reoffer { .. }));
    rig.pass(Duration::from_secs(31)).await;
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!((view.end, rig.record(call).await.status), (Some(ShownEnd::MediaLost), CallStatus::Completed));
}

#[tokio::test]
async fn a_call_survives_a_loss_of_signaling() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.talk("102").await;
    rig.line.say(LineEvent::SignalingLost { leg });
    rig.until_state(call, CallState::Reconnecting).await;
    assert!(!rig.sound.voice(0).state().stopped, "the sound goes on");
    rig.line.say(LineEvent::SignalingRestored { leg });
    rig.until_state(call, CallState::Active).await;

    rig.line.say(LineEvent::SignalingLost { leg });
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::SignalingLost, code: Some(31_209) });
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!(view.end, Some(ShownEnd::SignalingLost));
}

#[tokio::test]
async fn a_network_that_is_back_finds_one_offer_at_a_time() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.talk("102").await;
    rig.ours.last().fail();
    let LineCommand::Reoffer { offer, .. } = rig.line.command().await else { panic!("no restart") };
    rig.line.say(LineEvent::SignalingLost { leg });
    // The line offers by itself what was not answered, and the restart that is wished for now waits for that.
    rig.line.say(LineEvent::SignalingRestored { leg });
    let second = tokio::time::timeout(Duration::from_millis(200), rig.line.command()).await;
    assert!(second.is_err(), "{second:?}");
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    let LineCommand::Reoffer { offer, .. } = rig.line.command().await else { panic!("no second restart") };
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    rig.until_state(call, CallState::Active).await;
    // There were no others.
    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
}

#[tokio::test]
async fn disconnecting_ends_calls_and_leaves_the_line() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.talk("102").await;
    let disconnected = tokio::time::Instant::now();
    rig.send(Command::Disconnect).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { leg: ended } if ended == leg));
    assert!(matches!(rig.line.command().await, LineCommand::Unregister));
    assert_eq!(rig.record(call).await.status, CallStatus::Completed);
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!(view.end, Some(ShownEnd::LocalHangup));
    // Nobody is left who would confirm the end, so nobody is waited for.
    assert!(disconnected.elapsed() < END_TIMEOUT, "{:?}", disconnected.elapsed());
}

#[tokio::test]
async fn a_shutdown_ends_calls_in_good_order() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.talk("102").await;
    super::within("the shutdown", rig.engine.shutdown()).await;
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { leg: ended } if ended == leg));
    assert_eq!(rig.record(call).await.status, CallStatus::Completed);
    assert!(rig.sound.voice(0).state().stopped);
    assert!(rig.engine.snapshot().await.calls.is_empty());
}
