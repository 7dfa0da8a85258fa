use super::{Rig, dial, direct};
use mobilecall_domain::{CallStatus, EndReason, ProviderCallId};
use mobilecall_ipc::{CallState, CallView, Command, EndReason as ShownEnd, ErrorCode, Reply};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_media::voice::VoiceEvent;
use std::time::Duration;

#[tokio::test]
async fn a_call_is_written_before_it_is_dialed_and_told() {
    let mut rig = Rig::start().await;
    let (call, leg, offer) = rig.place("102").await;
    let record = rig.record(call).await;
    assert_eq!(
        (record.status, record.from_number.as_str(), record.to_number.as_str()),
        (CallStatus::Initiated, "101", "102")
    );

    let sid = Some(ProviderCallId("CA00000000000000000000000000000001".into()));
    rig.line.say(LineEvent::Ringing { leg, provider_call_id: sid.clone(), answer: None });
    rig.until_state(call, CallState::Alerting).await;
    assert_eq!(rig.record(call).await.status, CallStatus::Ringing);
    super::eventually("ringback", || rig.sound.sounding() == 1).await;

    let far = rig.far_end();
    let answer = mobilecall_transport::MediaTransport::create_answer(&far.transport, &offer).await.unwrap();
    rig.line.say(LineEvent::Answered { leg, provider_call_id: sid, answer: Some(answer) });
    let view = rig.until_state(call, CallState::Active).await;
    assert!(view.setup_ms.is_some() && view.answered_at_ms.is_some());
    super::eventually("the end of ringback", || rig.sound.sounding() == 0).await;
    let record = rig.record(call).await;
    assert_eq!(
        (record.status, record.twilio_call_sid.as_deref()),
        (CallStatus::InProgress, Some("CA00000000000000000000000000000001"))
    );

    rig.sound.voice(0).tell(VoiceEvent::FirstAudio);
    rig.until_call(call, "the first sound", |view| view.first_audio_ms.is_some()).await;
    rig.pass(Duration::from_secs(1)).await;
    rig.until_call(call, "quality", |view| view.quality.is_some_and(|quality| quality.packets_sent == 50)).await;

    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { leg: ended } if ended == leg));
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!((view.end, rig.record(call).await.status), (Some(ShownEnd::LocalHangup), CallStatus::Completed));
    assert!(rig.sound.voice(0).state().stopped);

    rig.pass(Duration::from_secs(6)).await;
    rig.until("an empty screen", |snapshot| snapshot.calls.is_empty()).await;
}

#[tokio::test]
async fn each_refusal_has_its_reason_and_status() {
    let mut rig = Rig::start().await;
    for (reason, shown, status) in [
        (EndReason::Busy, ShownEnd::Busy, CallStatus::Busy),
        (EndReason::NoAnswer, ShownEnd::NoAnswer, CallStatus::NoAnswer),
        (EndReason::UnknownDestination, ShownEnd::UnknownDestination, CallStatus::Failed),
        (EndReason::Offline, ShownEnd::Offline, CallStatus::NoAnswer),
    ] {
        let (call, leg, _) = rig.place("102").await;
        rig.line.say(LineEvent::Ended { leg, reason, code: Some(31_000) });
        let view = rig.until_state(call, CallState::Ended).await;
        assert_eq!((view.end, rig.record(call).await.status), (Some(shown), status));
    }
}

#[tokio::test]
async fn a_call_given_up_at_once_never_reaches_the_line() {
    let mut rig = Rig::start().await;
    let Reply::Call { call } = rig.send(dial("102", None)).await.unwrap() else { panic!("no call") };
    rig.send(Command::HangUp { call }).await.unwrap();
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!((view.end, rig.record(call).await.status), (Some(ShownEnd::LocalCancel), CallStatus::Canceled));
}

#[tokio::test]
async fn nobody_answers_for_ever() {
    let mut rig = Rig::start().await;
    let (call, leg, _) = rig.place("102").await;
    rig.line.say(LineEvent::Ringing { leg, provider_call_id: None, answer: None });
    rig.until_state(call, CallState::Alerting).await;
    rig.pass(Duration::from_secs(61)).await;
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!(view.end, Some(ShownEnd::NoAnswer));
}

#[tokio::test]
async fn what_cannot_be_called_is_refused_with_its_reason() {
    let rig = Rig::start().await;
    for (destination, code) in [
        ("", ErrorCode::NothingToDial),
        ("12345678901", ErrorCode::NumberTooLong),
        ("+96650x", ErrorCode::BadCharacter),
        ("0501234567", ErrorCode::UnsupportedAddress),
        ("sip:a@b.example", ErrorCode::UnsupportedAddress),
        ("فاطمة", ErrorCode::UnknownExtension),
    ] {
        assert_eq!(rig.refused(dial(destination, None)).await, code, "{destination}");
    }
}

/// This one is inside the app.
#[tokio::test]
async fn nobody_is_sent_to_an_administrator_of_a_server_without_one() {
    let rig = Rig::start().await;
    let command = dial("0501234567", None);
    assert_eq!(rig.send(command).await.unwrap_err().params["advice"], "signIn");
}

#[tokio::test]
async fn a_call_needs_a_registered_line() {
    let mut rig = Rig::start().await;
    let lost = mobilecall_domain::Registration::Registering { attempt: 1 };
    rig.line.say(LineEvent::Registration(lost));
    rig.until("the loss", |snapshot| direct(snapshot) != mobilecall_ipc::Registration::Registered).await;
    assert_eq!(rig.refused(dial("102", None)).await, ErrorCode::LineNotReady);
}

#[tokio::test]
async fn digits_and_mute_reach_the_voice() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    rig.send(Command::SendDigits { call, digits: "1٢#".into() }).await.unwrap();
    rig.send(Command::SetMute { call, muted: true }).await.unwrap();
    let view = rig.until_call(call, "mute", |view| view.muted).await;
    assert_eq!(view.digits, "12#");
    let state = rig.sound.voice(0).state();
    assert_eq!((state.digits.as_str(), state.muted), ("12#", true));
    assert_eq!(rig.refused(Command::SendDigits { call, digits: "1x".into() }).await, ErrorCode::BadDigit);
    rig.send(Command::SetMute { call, muted: false }).await.unwrap();
    assert!(!rig.sound.voice(0).state().muted);
}

#[tokio::test]
async fn keys_behind_a_pause_come_after_it_and_what_is_no_key_sends_nothing() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    let keys = |digits: &str| Command::SendDigits { call, digits: digits.into() };
    for wrong in ["12-3", "", " ", ","] {
        assert_eq!(rig.refused(keys(wrong)).await, ErrorCode::BadDigit, "{wrong:?}");
    }
    assert_eq!(rig.sound.voice(0).state().digits, "");
    rig.send(keys("1 2,3w4")).await.unwrap();
    rig.send(keys("5")).await.unwrap();
    assert_eq!(rig.sound.voice(0).state().digits, "12");
    // Time is real and goes on beside what is passed, so the steps are looked at from below only.
    rig.pass(Duration::from_secs(3)).await;
    rig.until_call(call, "the third", |view| view.digits == "123").await;
    rig.pass(Duration::from_secs(1)).await;
    rig.until_call(call, "all", |view| view.digits == "12345").await;
    assert_eq!(rig.sound.voice(0).state().digits, "12345");
}

#[tokio::test]
async fn what_was_dialed_behind_a_number_is_offered_until_it_is_sent() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102,7#").await;
    let offered = |view: &CallView| view.post_dial.as_deref() == Some("7#");
    rig.until_call(call, "the offer", offered).await;
    rig.send(Command::SendDigits { call, digits: "1".into() }).await.unwrap();
    rig.until_call(call, "another key", |view| view.digits == "1" && offered(view)).await;
    rig.send(Command::SendDigits { call, digits: "7#".into() }).await.unwrap();
    rig.until_call(call, "its end", |view| view.digits == "17#" && view.post_dial.is_none()).await;
}

#[tokio::test]
async fn many_keys_are_sent_whole_or_not_at_all() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    for many in [80, 200] {
        let keys = "0123456789".repeat(many / 10);
        rig.send(Command::SendDigits { call, digits: keys.clone() }).await.unwrap();
        assert!(rig.sound.voice(0).state().digits.ends_with(&keys));
    }
    let keys = "5".repeat(501);
    let refused = rig.send(Command::SendDigits { call, digits: keys }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadDigit);
    assert!(refused.message.contains("at most 500"), "{}", refused.message);
    assert_eq!(rig.sound.voice(0).state().digits.len(), 280);
}

#[tokio::test]
async fn a_call_that_is_muted_while_it_rings_begins_muted() {
    let mut rig = Rig::start().await;
    let (call, leg, offer) = rig.place("102").await;
    rig.send(Command::SetMute { call, muted: true }).await.unwrap();
    rig.until_call(call, "mute", |view| view.muted && view.state == CallState::Dialing).await;
    let far = rig.far_end();
    let answer = mobilecall_transport::MediaTransport::create_answer(&far.transport, &offer).await.unwrap();
    rig.line.say(LineEvent::Answered { leg, provider_call_id: None, answer: Some(answer) });
    let view = rig.until_state(call, CallState::Active).await;
    assert!(view.muted && rig.sound.voice(0).state().muted);
}

#[tokio::test]
async fn early_sound_of_the_far_end_replaces_the_ringback_tone() {
    let mut rig = Rig::start().await;
    let (call, leg, offer) = rig.place("102").await;
    let far = rig.far_end();
    let answer = mobilecall_transport::MediaTransport::create_answer(&far.transport, &offer).await.unwrap();
    rig.line.say(LineEvent::Ringing { leg, provider_call_id: None, answer: Some(answer) });
    rig.until_state(call, CallState::Alerting).await;
    super::eventually("ringback", || rig.sound.sounding() == 1).await;
    far.send_packet().await;
    super::eventually("the end of ringback", || rig.sound.sounding() == 0).await;
    rig.line.say(LineEvent::Answered { leg, provider_call_id: None, answer: None });
    rig.until_state(call, CallState::Active).await;
}
