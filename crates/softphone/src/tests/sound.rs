use super::{Rig, eventually};
use crate::{CaptureSource, PlayoutSink, sound::check};
use mobilecall_audio::{DeviceLost, Role};
use mobilecall_ipc::{CallState, Command, ErrorCode, Reply, Settings};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_media::voice::StreamPosition;
use mobilecall_transport::MediaTransport as _;
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn a_call_without_a_microphone_is_still_a_call() {
    let mut rig = Rig::start().await;
    rig.sound.missing.lock().unwrap().insert(Role::Microphone);
    let (call, ..) = rig.talk("102").await;
    let failure = rig.until_problem(ErrorCode::NoMicrophone).await;
    assert!(failure.message.contains("you can hear them"), "{}", failure.message);
    rig.until_state(call, CallState::Active).await;

    // It is looked for again and again, and the speaker plays on.
    for tries in 2..5 {
        rig.pass(Duration::from_secs(6)).await;
        eventually("another try", || rig.sound.asked(Role::Microphone) >= tries).await;
    }
    assert_eq!(rig.sound.opened(Role::Speaker), 1);
    assert_eq!(rig.problems().await, [], "what was said is not said again");

    // It is plugged in.
    rig.sound.missing.lock().unwrap().clear();
    rig.pass(Duration::from_secs(6)).await;
    eventually("the microphone", || rig.sound.voice(0).state().microphones == 1).await;
    assert_eq!((rig.sound.opened(Role::Microphone), rig.sound.voice(0).state().speakers), (1, 1));
}

#[tokio::test]
async fn a_device_that_goes_away_is_replaced_and_told() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    eventually("both devices", || rig.sound.voice(0).state().speakers == 1).await;
    rig.sound.lose(Role::Microphone, "Headset").await;
    let failure = rig.until_problem(ErrorCode::DeviceLost).await;
    assert_eq!((failure.params["role"].as_str(), failure.params["device"].as_str()), ("microphone", "Headset"));
    eventually("another device", || rig.sound.opened(Role::Microphone) == 2).await;
    assert_eq!(rig.sound.opened(Role::Speaker), 1);
    rig.until_state(call, CallState::Active).await;
}

#[tokio::test]
async fn a_loss_is_told_once_however_often_the_sound_system_says_it() {
    let mut rig = Rig::start().await;
    rig.talk("102").await;
    eventually("both devices", || rig.sound.voice(0).state().speakers == 1).await;
    let first = rig.sound.losses(Role::Speaker);
    rig.sound.instead.lock().unwrap().replace("Built-in".into());
    for _ in 0..3 {
        first(DeviceLost { role: Role::Speaker, device: "Headset".into() });
    }
    rig.until_problem(ErrorCode::DeviceLost).await;
    eventually("another device", || rig.sound.opened(Role::Speaker) == 2).await;
    rig.pass(Duration::from_secs(6)).await;
    assert_eq!(rig.problems().await, [], "that another one took its place was said as well");
    assert_eq!(rig.sound.opened(Role::Speaker), 2);
}

#[tokio::test]
async fn a_chosen_device_that_is_not_there_is_told_once_in_a_call() {
    let mut rig = Rig::start().await;
    rig.sound.instead.lock().unwrap().replace("Built-in".into());
    let (call, _, far) = rig.talk("102").await;
    let failure = rig.until_problem(ErrorCode::DeviceMissing).await;
    assert_eq!(failure.params["device"], "Built-in");
    rig.until_problem(ErrorCode::DeviceMissing).await;

    for held in [true, false] {
        rig.send(Command::SetHold { call, held }).await.unwrap();
        let LineCommand::Reoffer { leg, offer } = rig.line.command().await else { panic!("no offer") };
        let answer = far.transport.create_answer(&offer).await.unwrap();
        rig.line.say(LineEvent::Renegotiated { leg, answer });
    }
    eventually("both devices again", || rig.sound.voice(0).state().speakers == 3).await;
    assert_eq!(rig.problems().await, []);
}

#[tokio::test]
async fn a_chosen_device_that_comes_back_is_taken_again() {
    let mut rig = Rig::start().await;
    let before = rig.engine.snapshot().await.settings;
    let settings = Settings { output_device: Some("headset".into()), ..before };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
    rig.sound.instead.lock().unwrap().replace("Built-in".into());
    rig.talk("102").await;
    rig.until_problem(ErrorCode::DeviceMissing).await;
    rig.pass(Duration::from_secs(6)).await;

    rig.sound.instead.lock().unwrap().take();
    rig.pass(Duration::from_secs(6)).await;
    eventually("the headset", || rig.sound.opened(Role::Speaker) == 2).await;
    eventually("its sound", || rig.sound.voice(0).state().speakers == 3).await;
    rig.pass(Duration::from_secs(6)).await;
    assert_eq!(rig.problems().await.iter().filter(|code| **code != ErrorCode::DeviceMissing).count(), 0);
    assert_eq!((rig.sound.opened(Role::Speaker), rig.sound.opened(Role::Microphone)), (2, 1));
}

#[tokio::test]
async fn a_sound_server_that_hangs_stops_nobody() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    eventually("both devices", || rig.sound.opened(Role::Speaker) == 1 && rig.sound.opened(Role::Microphone) == 1)
        .await;
    let hangs = Arc::clone(&rig.sound.hanging).lock_owned().await;
    rig.send(Command::SetHold { call, held: true }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Reoffer { .. }));
    let before = rig.engine.snapshot().await.settings;
    let settings = Settings { echo_cancelling: false, ..before };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
    drop(hangs);
    rig.until_state(call, CallState::Ended).await;
}

#[tokio::test]
async fn silence_of_three_seconds_is_told_once() {
    let mut rig = Rig::start().await;
    rig.talk("102").await;
    let voice = rig.sound.voice(0);
    voice.state.lock().unwrap().silent_for = Duration::from_secs(60);
    for _ in 0..4 {
        rig.pass(Duration::from_secs(1)).await;
        rig.engine.snapshot().await;
    }
    let failure = rig.until_problem(ErrorCode::NoAudioReceived).await;
    assert_eq!(failure.params["cause"], "never");
}

#[tokio::test]
async fn a_network_that_lets_no_sound_through_is_told_with_how_the_relays_stand() {
    use mobilecall_transport::RelayStanding::{
        Asked, NotConfigured, Ready, Refused, Unreachable, Untrusted, WrongCredentials,
    };
    let mut rig = Rig::start().await;
    rig.talk("102").await;
    for (relays, word) in [
        (NotConfigured, "notConfigured"),
        (Asked, "unreachable"),
        (Unreachable, "unreachable"),
        (Refused, "refused"),
        (Untrusted, "untrusted"),
        (WrongCredentials, "wrongCredentials"),
        (Ready, "ready"),
    ] {
        rig.ours.last().block(relays);
        let failure = rig.until_problem(ErrorCode::MediaBlocked).await;
        assert_eq!(failure.params["relay"], word);
    }
}

#[tokio::test]
async fn changed_processing_goes_on_in_the_same_stream() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    let before = rig.engine.snapshot().await.settings;
    let settings = Settings { echo_cancelling: false, ..before };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
    eventually("another voice", || rig.sound.voices() == 2).await;
    let voice = rig.sound.voice(1);
    assert_eq!(voice.config.start, StreamPosition { sequence: 7, timestamp: 960 });
    assert!(!voice.config.processing.echo_cancelling && rig.sound.voice(0).state().stopped);
    rig.pass(Duration::from_secs(1)).await;
    rig.until_call(call, "both voices' packets", |view| {
        view.quality.is_some_and(|quality| quality.packets_sent == 100)
    })
    .await;
}

#[tokio::test]
async fn devices_are_listed() {
    let rig = Rig::start().await;
    let Reply::Devices { devices } = rig.send(Command::AudioDevices).await.unwrap() else { panic!("no devices") };
    assert_eq!((devices.inputs[0].id.as_str(), devices.outputs[0].default), ("microphone", true));
}

#[tokio::test]
async fn what_is_chosen_for_sound_is_tried_before_a_call_needs_it() {
    let rig = Rig::start().await;
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.wav");
    std::fs::write(&text, "no sound").unwrap();
    let microphone = |id: &str| CaptureSource::Device(Some(id.to_owned()));
    let wav = |path: &std::path::Path| CaptureSource::Wav { path: path.to_owned(), repeat: false };
    let speaker = |id: &str| PlayoutSink::Device(Some(id.to_owned()));
    let nowhere = folder.path().join("no-such-folder").join("heard.wav");
    let heard = folder.path().join("heard.wav");
    let check = async |capture: &CaptureSource, playout: &PlayoutSink| {
        let (sound, capture, playout) = (Arc::clone(&rig.sound), capture.clone(), playout.clone());
        tokio::task::spawn_blocking(move || check(sound.as_ref(), &capture, &playout)).await.unwrap()
    };
    for (capture, playout, expected) in [
        (microphone("microphone"), speaker("speaker"), None),
        (CaptureSource::Device(None), PlayoutSink::Device(None), None),
        (CaptureSource::Silence, PlayoutSink::Wav(heard), None),
        (microphone("other"), PlayoutSink::Discard, Some((ErrorCode::NoMicrophone, "choose one of microphone"))),
        (CaptureSource::Silence, speaker("other"), Some((ErrorCode::NoSpeaker, "choose one of speaker"))),
        (wav(&text), PlayoutSink::Discard, Some((ErrorCode::AudioFailed, "cannot be read"))),
        (wav(&nowhere), PlayoutSink::Discard, Some((ErrorCode::AudioFailed, "cannot be read"))),
        (CaptureSource::Silence, PlayoutSink::Wav(nowhere), Some((ErrorCode::AudioFailed, "cannot be written"))),
    ] {
        let failure = check(&capture, &playout).await.err();
        let found = failure.as_ref().map(|failure| (failure.code, failure.message.as_str()));
        assert_eq!(found.map(|(code, _)| code), expected.map(|(code, _)| code), "{capture:?} {playout:?}: {found:?}");
        let (said, wanted) = (found.map_or("", |(_, message)| message), expected.map_or("", |(_, words)| words));
        assert!(said.contains(wanted), "{said}");
    }
    rig.sound.missing.lock().unwrap().insert(Role::Microphone);
    let failure = check(&CaptureSource::Device(None), &PlayoutSink::Discard).await.unwrap_err();
    assert_eq!(failure.message, "there is no microphone: connect one, or choose a WAV file instead");
}

#[tokio::test]
async fn the_level_meter_and_the_test_tone_need_no_call() {
    let mut rig = Rig::start().await;
    rig.send(Command::SetLevelMeter { on: true }).await.unwrap();
    level(&mut rig).await;
    rig.send(Command::SetLevelMeter { on: false }).await.unwrap();
    rig.send(Command::PlayTestTone).await.unwrap();
    eventually("the tone", || rig.sound.sounding() == 1).await;
    rig.pass(Duration::from_secs(2)).await;
    eventually("its end", || rig.sound.sounding() == 0).await;
}

#[tokio::test]
async fn the_level_meter_says_when_its_microphone_goes_away_and_takes_another() {
    let mut rig = Rig::start().await;
    rig.send(Command::SetLevelMeter { on: true }).await.unwrap();
    level(&mut rig).await;
    rig.sound.missing.lock().unwrap().insert(Role::Microphone);
    rig.sound.lose(Role::Microphone, "Headset").await;
    let failure = rig.until_problem(ErrorCode::DeviceLost).await;
    assert_eq!(failure.params["device"], "Headset");
    rig.until_problem(ErrorCode::NoMicrophone).await;
    rig.pass(Duration::from_secs(3)).await;
    eventually("another try", || rig.sound.asked(Role::Microphone) >= 3).await;
    assert_eq!(rig.problems().await, []);

    rig.sound.missing.lock().unwrap().clear();
    rig.pass(Duration::from_secs(3)).await;
    eventually("the microphone", || rig.sound.opened(Role::Microphone) == 2).await;
    level(&mut rig).await;
}

async fn level(rig: &mut Rig) {
    super::within("a level", async {
        while !matches!(rig.events.recv().await, Some(mobilecall_ipc::Event::Levels { .. })) {}
    })
    .await;
}
