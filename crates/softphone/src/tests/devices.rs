use super::{Rig, eventually};
use mobilecall_audio::{Backend, DeviceInfo, DeviceList, DeviceLost, Role};
use mobilecall_ipc::{Command, ErrorCode, Event, Settings, SoundBackend, SoundRole, SoundStanding};
use std::{sync::atomic::Ordering, time::Duration};

/// Devices of both kinds, the first of which is the system's choice.
fn list(backend: Backend, names: &[&str]) -> DeviceList {
    let device = |(index, name): (usize, &&str)| DeviceInfo {
        id: (*name).to_owned(),
        name: format!("{name} for people"),
        default: index == 0,
    };
    let devices: Vec<_> = names.iter().enumerate().map(device).collect();
    DeviceList { backend, inputs: devices.clone(), outputs: devices }
}

/// What is told of devices, as code, role and device.
async fn told(rig: &mut Rig, count: usize) -> Vec<(ErrorCode, String, String)> {
    let mut told = Vec::new();
    super::within("what is told of devices", async {
        while told.len() < count {
            if let Event::Problem { failure } = rig.events.recv().await.unwrap() {
                let param = |name: &str| failure.params.get(name).cloned().unwrap_or_default();
                told.push((failure.code, param("role"), param("device")));
            }
        }
    })
    .await;
    told
}

fn both(code: ErrorCode, device: &str) -> Vec<(ErrorCode, String, String)> {
    ["microphone", "speaker"].map(|role| (code, role.to_owned(), device.to_owned())).into()
}

#[tokio::test]
async fn devices_that_come_and_go_in_a_call_are_told() {
    let mut rig = Rig::start().await;
    let server = |names: &[&str]| list(Backend::PipeWire, names);
    rig.sound.devices_are(server(&["built-in"])).await;
    rig.talk("102").await;
    eventually("both devices", || rig.sound.voice(0).state().speakers == 1).await;
    for (now, expected) in [
        (server(&["headset", "built-in"]), both(ErrorCode::DeviceInUse, "headset for people")),
        (server(&["built-in"]), both(ErrorCode::DeviceLost, "headset for people")),
        (server(&["built-in", "headset"]), both(ErrorCode::DeviceFound, "headset for people")),
        (server(&["headset", "built-in"]), both(ErrorCode::DeviceInUse, "headset for people")),
        (server(&["built-in"]), both(ErrorCode::DeviceLost, "headset for people")),
    ] {
        rig.sound.devices_are(now).await;
        assert_eq!(told(&mut rig, 2).await, expected);
    }
    assert_eq!(rig.sound.opened(Role::Speaker), 1, "the server moves what is open");
    assert_eq!(rig.problems().await, []);
}

#[tokio::test]
async fn a_loss_that_stream_and_list_notice_is_told_once() {
    let mut rig = Rig::start().await;
    rig.sound.devices_are(list(Backend::PulseAudio, &["headset", "built-in"])).await;
    rig.talk("102").await;
    eventually("both devices", || rig.sound.voice(0).state().speakers == 1).await;
    rig.sound.lose(Role::Speaker, "headset for people").await;
    rig.until_problem(ErrorCode::DeviceLost).await;
    // Only the stream that is in use can be lost next.
    eventually("another stream", || rig.sound.voice(0).state().speakers == 3).await;
    let microphone = list(Backend::PulseAudio, &["headset", "built-in"]).inputs;
    let outputs = list(Backend::PulseAudio, &["built-in"]).outputs;
    rig.sound.devices_are(DeviceList { backend: Backend::PulseAudio, inputs: microphone, outputs }).await;
    assert_eq!(rig.problems().await, []);
    // Plugged in and out again, it is news.
    rig.sound.devices_are(list(Backend::PulseAudio, &["headset", "built-in"])).await;
    rig.until_problem(ErrorCode::DeviceInUse).await;
    rig.sound.losses(Role::Speaker)(DeviceLost { role: Role::Speaker, device: "headset for people".into() });
    rig.until_problem(ErrorCode::DeviceLost).await;
}

#[tokio::test]
async fn a_headset_that_goes_is_told_once_for_each_of_its_roles() {
    let mut rig = Rig::start().await;
    rig.sound.devices_are(list(Backend::PulseAudio, &["headset", "built-in"])).await;
    rig.talk("102").await;
    eventually("both devices", || {
        let state = rig.sound.voice(0).state();
        (state.microphones, state.speakers) == (1, 1)
    })
    .await;
    for role in [Role::Microphone, Role::Speaker] {
        rig.sound.lose(role, "headset for people").await;
        let lost = (ErrorCode::DeviceLost, role.as_str().to_owned(), "headset for people".to_owned());
        assert_eq!(told(&mut rig, 1).await, [lost]);
    }
    rig.sound.devices_are(list(Backend::PulseAudio, &["built-in"])).await;
    assert_eq!(rig.problems().await, []);
}

#[tokio::test]
async fn without_devices_nothing_stands_well() {
    let mut rig = Rig::start().await;
    assert_eq!(rig.engine.snapshot().await.sound.backend, None, "not known yet");
    rig.sound.devices_are(list(Backend::Alsa, &[])).await;
    let sound = rig.until("no devices", |snapshot| snapshot.sound.backend == Some(SoundBackend::Alsa)).await.sound;
    assert_eq!((sound.microphone, sound.speaker), (SoundStanding::Missing, SoundStanding::Missing));
    let speaker = DeviceList { inputs: Vec::new(), ..list(Backend::PulseAudio, &["speaker"]) };
    rig.sound.devices_are(speaker).await;
    let sound = rig.until("a speaker", |snapshot| snapshot.sound.speaker == SoundStanding::There).await.sound;
    assert_eq!((sound.backend, sound.microphone), (Some(SoundBackend::PulseAudio), SoundStanding::Missing));
}

#[tokio::test]
async fn what_was_missing_is_opened_as_soon_as_devices_come_and_that_is_told() {
    let mut rig = Rig::start().await;
    rig.sound.missing.lock().unwrap().insert(Role::Speaker);
    let microphones = DeviceList { outputs: Vec::new(), ..list(Backend::PulseAudio, &["headset"]) };
    rig.sound.devices_are(microphones).await;
    rig.talk("102").await;
    rig.until_problem(ErrorCode::NoSpeaker).await;
    rig.sound.missing.lock().unwrap().clear();
    rig.sound.devices_are(list(Backend::PulseAudio, &["headset"])).await;
    let mended = async { while rig.events.recv().await != Some(Event::SoundMended { role: SoundRole::Speaker }) {} };
    super::within("that the speaker works", mended).await;
    eventually("its sound", || rig.sound.voice(0).state().speakers == 1).await;
}

#[tokio::test]
async fn a_ring_without_a_speaker_sounds_as_soon_as_there_is_one() {
    let mut rig = Rig::start().await;
    rig.sound.missing.lock().unwrap().insert(Role::Speaker);
    rig.ring().await;
    rig.until_problem(ErrorCode::NoSpeaker).await;
    assert_eq!(rig.sound.sounding(), 0);
    rig.sound.missing.lock().unwrap().clear();
    rig.sound.devices_are(list(Backend::PulseAudio, &["headset"])).await;
    eventually("the ring", || rig.sound.sounding() == 1).await;
}

#[tokio::test]
async fn a_ring_on_a_busy_speaker_is_tried_until_it_sounds_and_told_once() {
    let mut rig = Rig::start().await;
    rig.sound.devices_are(list(Backend::PulseAudio, &["built-in"])).await;
    rig.sound.busy.store(true, Ordering::SeqCst);
    rig.ring().await;
    let failure = rig.until_problem(ErrorCode::AudioFailed).await;
    assert_eq!(failure.params["cause"], "busy");
    eventually("two more tries", || rig.sound.tones_tried() >= 3).await;
    assert_eq!(rig.problems().await, []);
    // No device comes or goes.
    rig.sound.busy.store(false, Ordering::SeqCst);
    eventually("the ring", || rig.sound.sounding() == 1).await;
    let mended = async { while rig.events.recv().await != Some(Event::SoundMended { role: SoundRole::Speaker }) {} };
    super::within("that the speaker works", mended).await;
}

#[tokio::test]
async fn a_ring_goes_to_the_device_that_was_chosen_for_it_when_that_comes() {
    let mut rig = Rig::start().await;
    let before = rig.engine.snapshot().await.settings;
    let settings = Settings { ring_device: Some("headset".into()), ..before };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
    rig.sound.devices_are(list(Backend::PulseAudio, &["built-in"])).await;
    rig.ring().await;
    eventually("the ring", || rig.sound.sounding() == 1).await;
    for (names, played) in [
        (&["built-in", "other"][..], 1),
        (&["built-in", "other", "headset"], 2),
        (&["other", "built-in", "headset"], 2),
    ] {
        rig.sound.devices_are(list(Backend::PulseAudio, names)).await;
        rig.engine.snapshot().await;
        eventually("the ring", || rig.sound.played() == played && rig.sound.sounding() == 1).await;
    }
}

#[tokio::test]
async fn what_stood_in_for_the_systems_choice_is_left_when_there_is_one() {
    for backend in [Backend::PulseAudio, Backend::PipeWire] {
        let mut rig = Rig::start().await;
        // The system's choice is what a speaker plays, which is no microphone.
        let mut without = list(backend, &["built-in", "headset"]);
        without.inputs[0].default = false;
        rig.sound.devices_are(without).await;
        rig.talk("102").await;
        eventually("the microphone", || rig.sound.voice(0).state().microphones == 1).await;
        rig.sound.devices_are(list(backend, &["headset", "built-in"])).await;
        rig.until_problem(ErrorCode::DeviceInUse).await;
        eventually("the right microphone", || rig.sound.opened(Role::Microphone) == 2).await;
        assert_eq!(rig.sound.opened(Role::Speaker), 1, "{backend}: the server moves what follows its choice");
    }
}

#[tokio::test]
async fn a_sound_server_that_is_back_takes_the_call_from_the_cards() {
    let mut rig = Rig::start().await;
    rig.sound.devices_are(list(Backend::Alsa, &["card"])).await;
    rig.talk("102").await;
    eventually("the speaker", || rig.sound.voice(0).state().speakers == 1).await;
    rig.sound.devices_are(list(Backend::PipeWire, &["built-in"])).await;
    eventually("the server's speaker", || rig.sound.opened(Role::Speaker) == 2).await;
}

#[tokio::test]
async fn the_systems_choice_is_opened_anew_where_nobody_moves_what_is_open() {
    for (backend, chosen, expected) in [
        (Backend::Alsa, None, 2),
        (Backend::CoreAudio, None, 2),
        (Backend::Wasapi, None, 2),
        (Backend::PulseAudio, None, 1),
        (Backend::PipeWire, None, 1),
        (Backend::Alsa, Some("built-in"), 1),
    ] {
        let mut rig = Rig::start().await;
        let before = rig.engine.snapshot().await.settings;
        let settings = Settings { output_device: chosen.map(str::to_owned), ..before };
        rig.send(Command::ChangeSettings { settings }).await.unwrap();
        rig.sound.devices_are(list(backend, &["built-in", "headset"])).await;
        rig.talk("102").await;
        eventually("the speaker", || rig.sound.voice(0).state().speakers == 1).await;
        rig.sound.devices_are(list(backend, &["headset", "built-in"])).await;
        rig.until_problem(ErrorCode::DeviceInUse).await;
        eventually("the right speaker", || rig.sound.opened(Role::Speaker) == expected).await;
        rig.pass(Duration::from_secs(1)).await;
        assert_eq!(rig.sound.opened(Role::Speaker), expected, "{backend} {chosen:?}");
    }
}
