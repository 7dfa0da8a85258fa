use super::{Rig, eventually};
use mobilecall_audio::DeviceEvent;
use mobilecall_ipc::{CallState, Command, ErrorCode, Reply, Settings};
use mobilecall_media::voice::StreamPosition;
use std::time::Duration;

#[tokio::test]
async fn a_call_without_a_microphone_is_still_a_call() {
    let mut rig = Rig::start().await;
    rig.sound.missing.lock().unwrap().insert("microphone");
    let (call, ..) = rig.talk("102").await;
    let failure = rig.until_problem(ErrorCode::NoMicrophone).await;
    assert!(failure.message.contains("you can hear them"), "{}", failure.message);
    rig.until_state(call, CallState::Active).await;

    // It is plugged in.
    rig.sound.missing.lock().unwrap().clear();
    rig.pass(Duration::from_secs(6)).await;
    eventually("the microphone", || rig.sound.opened() == 1).await;
}

#[tokio::test]
async fn a_device_that_goes_away_is_replaced_and_told() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    rig.sound.device_event(DeviceEvent::Lost { playout: false, detail: "unplugged".into() }).await;
    let failure = rig.until_problem(ErrorCode::DeviceLost).await;
    assert_eq!(failure.params["device"], "unplugged");
    eventually("another device", || rig.sound.opened() == 2).await;
    rig.until_state(call, CallState::Active).await;
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
async fn changed_processing_goes_on_in_the_same_stream() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    let before = rig.engine.snapshot().await.settings;
    let settings = Settings { echo_cancelling: false, ..before };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
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
async fn the_level_meter_and_the_test_tone_need_no_call() {
    let mut rig = Rig::start().await;
    rig.send(Command::SetLevelMeter { on: true }).await.unwrap();
    super::within("a level", async {
        while !matches!(rig.events.recv().await, Some(mobilecall_ipc::Event::Levels { .. })) {}
    })
    .await;
    rig.send(Command::SetLevelMeter { on: false }).await.unwrap();
    rig.send(Command::PlayTestTone).await.unwrap();
    eventually("the tone", || rig.sound.sounding() == 1).await;
    rig.pass(Duration::from_secs(2)).await;
    eventually("its end", || rig.sound.sounding() == 0).await;
}
