//! The real thing: PulseAudio and PipeWire, each with virtual devices of our own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails where it stands")]

mod server;

use mobilecall_audio::{
    AudioError, Backend, CaptureSource, DeviceList, DeviceLost, LossSink, Player, PlayoutSink, PlayoutStream, Role,
    Sound, devices, open_capture, open_playout, watch_devices,
};
use server::{
    Ear, Server, alone, level, nobody, numbers, pactl, say, streams, tone, under, wait_for_devices, wait_until,
};
use std::{
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

macro_rules! under_both {
    ($($name:ident),* $(,)?) => {
        mod pulseaudio {
            $(#[test] fn $name() { super::under(super::Backend::PulseAudio, super::$name); })*
        }
        mod pipewire {
            $(#[test] fn $name() { super::under(super::Backend::PipeWire, super::$name); })*
        }
    };
}

under_both! {
    a_virtual_microphone_and_speaker_work,
    ring_tone_and_call_are_heard_together_on_one_speaker,
    a_ring_on_another_speaker_is_heard_beside_a_call,
    the_settings_of_the_system_show_the_app,
    the_systems_choice_is_followed_and_a_chosen_device_stays,
    the_systems_microphone_is_followed_and_a_chosen_one_stays,
    a_chosen_device_that_goes_is_told_replaced_and_found_again,
    changes_are_told,
    the_volume_of_the_last_time_is_kept,
    without_devices_there_are_none,
    the_end_of_the_server_is_told,
    a_server_that_starts_again_is_found_and_used,
}

#[test]
fn a_server_that_lets_nobody_in_leaves_the_sound_cards() {
    alone(|folder| {
        let socket = folder.join("run/pulse/native");
        std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        // Each connection ends before it is answered.
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let (sender, told) = mpsc::channel();
        // It is watched after the test has stopped listening too.
        let _watch = watch_devices(move |list| _ = sender.send(list.backend)).unwrap();
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(Backend::Alsa));
        assert_eq!(devices().backend, Backend::Alsa);
    });
}

fn device(name: &str) -> PlayoutSink {
    PlayoutSink::Device(Some(format!("pulseaudio:{name}")))
}

fn microphone(name: &str) -> CaptureSource {
    CaptureSource::Device(Some(format!("pulseaudio:{name}")))
}

/// A tone that is played like a ringtone.
fn ring(sink: &PlayoutSink, hertz: usize) -> Player {
    let sound = Sound { samples: tone(hertz).into(), rate_hz: 48_000, repeat: true };
    Player::start(sink, sound, &nobody()).unwrap()
}

/// A tone that is played like a call's sound: through the ring of an open speaker.
struct Talk {
    _stop: mpsc::Sender<()>,
}

impl Talk {
    fn start(playout: PlayoutStream, hertz: usize) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            // All of it, so that it stays open.
            let mut playout = playout;
            let mut samples = tone(hertz).into_iter().cycle().peekable();
            while stopped.recv_timeout(Duration::from_millis(10)) == Err(mpsc::RecvTimeoutError::Timeout) {
                while let Some(sample) = samples.next_if(|_| !playout.samples.is_full()) {
                    playout.samples.push(sample).unwrap();
                }
            }
        });
        Self { _stop: stop }
    }

    fn at(sink: &PlayoutSink, hertz: usize) -> Self {
        Self::start(open_playout(sink, &nobody()).unwrap(), hertz)
    }
}

fn a_virtual_microphone_and_speaker_work(server: &mut Server) {
    let mut capture = open_capture(&CaptureSource::Device(None), &nobody()).unwrap();
    assert_eq!(capture.instead, None);
    let _said = say(server, "micsink", 1_000);
    let mut heard = Vec::new();
    wait_until("a tone in the microphone", || {
        heard.extend(std::iter::from_fn(|| capture.samples.pop().ok()));
        heard.len() > 9_600 && level(&heard[heard.len() - 4_800..], 1_000) > 0.02
    });
    let ear = Ear::at("speaker");
    let _talk = Talk::at(&PlayoutSink::Device(None), 500);
    ear.wait_for(500);
    assert!(devices().inputs.iter().all(|device| !device.id.ends_with(".monitor")), "{:?}", devices());
}

fn ring_tone_and_call_are_heard_together_on_one_speaker(_: &mut Server) {
    let ear = Ear::at("speaker");
    let sink = PlayoutSink::Device(None);
    let ringing = ring(&sink, 400);
    ear.wait_for(400);
    let talk = Talk::at(&sink, 1_100);
    let test_tone = ring(&sink, 2_300);
    wait_until("all three", || ear.hears(400) && ear.hears(1_100) && ear.hears(2_300));
    assert_eq!(streams("sink-inputs"), 1, "one stream carries them all");
    drop(ringing);
    ear.wait_for_end_of(400);
    wait_until("the others", || ear.hears(1_100) && ear.hears(2_300));
    drop((talk, test_tone));
    wait_until("the end of the stream", || streams("sink-inputs") == 0);
    // What comes next opens the speaker anew.
    let _talk = Talk::at(&sink, 1_300);
    ear.wait_for(1_300);
}

fn a_ring_on_another_speaker_is_heard_beside_a_call(server: &mut Server) {
    server.plug_in("bell");
    let (speaker, bell) = (Ear::at("speaker"), Ear::at("bell"));
    let _ringing = ring(&device("bell"), 400);
    let _talk = Talk::at(&PlayoutSink::Device(None), 1_100);
    wait_until("both", || bell.hears(400) && speaker.hears(1_100));
    assert!(!bell.hears(1_100) && !speaker.hears(400));
    assert_eq!(streams("sink-inputs"), 2);
}

fn the_settings_of_the_system_show_the_app(_: &mut Server) {
    let _talk = Talk::at(&PlayoutSink::Device(None), 500);
    let _capture = open_capture(&CaptureSource::Device(None), &nobody()).unwrap();
    for kind in ["clients", "sink-inputs", "source-outputs"] {
        let list = pactl(&["list", kind]);
        for said in [
            "application.name = \"Mobile Call\"",
            "application.id = \"com.mobilecall.desktop\"",
            "application.icon_name = \"mobile-call\"",
        ] {
            assert!(list.contains(said), "{kind}: {list}");
        }
        assert!(!list.contains("cpal"), "{kind}: {list}");
        assert!(kind == "clients" || list.contains("media.role = \"phone\""), "{kind}: {list}");
    }
}

fn the_systems_choice_is_followed_and_a_chosen_device_stays(server: &mut Server) {
    server.plug_in("headset");
    let (speaker, headset) = (Ear::at("speaker"), Ear::at("headset"));
    let _default = Talk::at(&PlayoutSink::Device(None), 500);
    let _chosen = Talk::at(&device("speaker"), 1_100);
    wait_until("both", || speaker.hears(500) && speaker.hears(1_100));
    let before = numbers("sink-inputs");
    pactl(&["set-default-sink", "headset"]);
    headset.wait_for(500);
    assert_eq!(numbers("sink-inputs"), before, "the server moves what is open");
    speaker.wait_for_end_of(500);
    assert!(speaker.hears(1_100) && !headset.hears(1_100));
}

fn the_systems_microphone_is_followed_and_a_chosen_one_stays(server: &mut Server) {
    server.load("module-null-sink sink_name=othersink norewinds=1 rate=48000");
    server.load("module-remap-source master=othersink.monitor source_name=other channels=1");
    wait_for_devices("the other microphone", |list| list.inputs.len() == 2);
    let _said = [say(server, "micsink", 500), say(server, "othersink", 1_100)];
    let mut default = open_capture(&CaptureSource::Device(None), &nobody()).unwrap();
    let mut chosen = open_capture(&microphone("mic"), &nobody()).unwrap();
    let hears = |samples: &mut rtrb::Consumer<f32>, hertz| {
        let mut heard = Vec::new();
        wait_until("sound", || {
            heard.extend(std::iter::from_fn(|| samples.pop().ok()));
            heard.len() >= 4_800
        });
        level(&heard[heard.len() - 4_800..], hertz) > 0.02
    };
    wait_until("the first", || hears(&mut default.samples, 500) && hears(&mut chosen.samples, 500));
    let before = numbers("source-outputs");
    pactl(&["set-default-source", "other"]);
    wait_until("the second", || hears(&mut default.samples, 1_100));
    assert_eq!(numbers("source-outputs"), before, "the server moves what is open");
    assert!(hears(&mut chosen.samples, 500) && !hears(&mut chosen.samples, 1_100));
}

fn a_chosen_device_that_goes_is_told_replaced_and_found_again(server: &mut Server) {
    let module = server.plug_in("headset");
    let name = devices().outputs.into_iter().find(|device| device.id.ends_with("headset")).unwrap().name;
    let (sender, reported) = mpsc::channel();
    // The server ends after the test has stopped listening.
    let losses: LossSink = Arc::new(move |lost| _ = sender.send(lost));
    let playing = open_playout(&device("headset"), &losses).unwrap();
    let also = open_playout(&device("headset"), &losses).unwrap();
    server.unload(&module);
    for _ in 0..2 {
        let lost = reported.recv_timeout(Duration::from_secs(20)).expect("the loss is told to each");
        assert_eq!(lost, DeviceLost { role: Role::Speaker, device: name.clone() });
    }
    drop((playing, also));
    wait_for_devices("its end", |list| list.outputs.iter().all(|device| !device.id.ends_with("headset")));
    let default = devices().outputs.into_iter().find(|device| device.default).unwrap().name;
    let substitute = open_playout(&device("headset"), &losses).unwrap();
    assert_eq!(substitute.instead, Some(default), "the system's choice, by the name that people know");
    server.plug_in("headset");
    let again = open_playout(&device("headset"), &losses).unwrap();
    assert_eq!(again.instead, None);
    let ear = Ear::at("headset");
    let _talk = Talk::start(again, 500);
    ear.wait_for(500);
    assert!(reported.try_recv().is_err(), "nothing else was lost");
}

fn changes_are_told(server: &mut Server) {
    let (sender, told) = mpsc::channel();
    let watch = watch_devices(move |list| sender.send(list).expect("the test listens to the end")).unwrap();
    let until = |what: &str, condition: &dyn Fn(&DeviceList) -> bool| {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition(&told.recv_timeout(deadline - Instant::now()).unwrap_or_else(|_| panic!("{what} is not told")))
        {
        }
    };
    let has = |list: &DeviceList, name: &str| list.outputs.iter().any(|device| device.id.ends_with(name));
    until("what there is", &|list| has(list, "speaker") && !has(list, "headset"));
    let module = server.load("module-null-sink sink_name=headset");
    until("what comes", &|list| has(list, "headset"));
    pactl(&["set-default-sink", "headset"]);
    until("the choice", &|list| list.outputs.iter().any(|device| device.default && device.id.ends_with("headset")));
    server.unload(&module);
    until("what goes", &|list| !has(list, "headset"));
    server.end();
    until("the end of all", &|list| list.outputs.is_empty());
    drop(watch);
    assert!(told.recv().is_err(), "nothing is told after the end");
}

fn the_volume_of_the_last_time_is_kept(_: &mut Server) {
    let ours = |list: &str| {
        let streams = list.split("Sink Input #").find(|stream| stream.contains("\"Mobile Call\""))?.to_owned();
        let number = streams.lines().next()?.trim().to_owned();
        let volume = streams.lines().find(|line| line.contains("Volume:"))?.to_owned();
        Some((number, volume))
    };
    let talk = Talk::at(&PlayoutSink::Device(None), 500);
    let mut number = None;
    wait_until("the stream", || {
        number = ours(&pactl(&["list", "sink-inputs"]));
        number.is_some()
    });
    pactl(&["set-sink-input-volume", &number.unwrap().0, "40%"]);
    let is_quiet = || ours(&pactl(&["list", "sink-inputs"])).is_some_and(|(_, volume)| volume.contains(" 40%"));
    wait_until("the volume", is_quiet);
    drop(talk);
    wait_until("the end of the stream", || streams("sink-inputs") == 0);
    let _again = Talk::at(&PlayoutSink::Device(None), 500);
    wait_until("the same volume", is_quiet);
}

fn without_devices_there_are_none(server: &mut Server) {
    let modules = pactl(&["list", "short", "modules"]);
    for module in modules.lines().rev().filter(|line| line.contains("null-sink") || line.contains("remap-source")) {
        server.unload(module.split('\t').next().unwrap());
    }
    wait_for_devices("the end of all", |list| list.inputs.is_empty() && list.outputs.is_empty());
    for id in [None, Some("pulseaudio:speaker".to_owned())] {
        let playout = open_playout(&PlayoutSink::Device(id.clone()), &nobody());
        assert!(matches!(playout, Err(AudioError::NoDevice { role: Role::Speaker })), "{playout:?}");
        let capture = open_capture(&CaptureSource::Device(id), &nobody());
        assert!(matches!(capture, Err(AudioError::NoDevice { role: Role::Microphone })), "{capture:?}");
    }
}

fn the_end_of_the_server_is_told(server: &mut Server) {
    let (sender, reported) = mpsc::channel();
    let losses: LossSink = Arc::new(move |lost: DeviceLost| sender.send(lost.role).unwrap());
    let wanted = CaptureSource::Device(Some("pulseaudio:gone".to_owned()));
    let capture = open_capture(&wanted, &losses).unwrap();
    let default = devices().inputs.into_iter().find(|device| device.default).expect("there is a microphone").name;
    assert_eq!(capture.instead, Some(default));
    let playout = open_playout(&PlayoutSink::Device(None), &losses).unwrap();
    server.end();
    let mut lost = [(); 2].map(|()| reported.recv_timeout(Duration::from_secs(20)).expect("each loss is told"));
    lost.sort_by_key(|role| role.as_str());
    assert_eq!(lost, [Role::Microphone, Role::Speaker]);
    drop((capture, playout));
}

fn a_server_that_starts_again_is_found_and_used(server: &mut Server) {
    let (sender, reported) = mpsc::channel();
    // The server ends after the test has stopped listening.
    let losses: LossSink = Arc::new(move |lost: DeviceLost| _ = sender.send(lost.role));
    let (list, told) = mpsc::channel();
    let _watch = watch_devices(move |devices| _ = list.send(devices)).unwrap();
    let until = |what: &str, condition: &dyn Fn(&DeviceList) -> bool| {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !condition(&told.recv_timeout(deadline - Instant::now()).unwrap_or_else(|_| panic!("{what} is not told")))
        {
        }
    };
    until("what there is", &|list| !list.inputs.is_empty() && !list.outputs.is_empty());
    let before = devices();
    let capture = open_capture(&CaptureSource::Device(None), &losses).unwrap();
    let talk = Talk::start(open_playout(&PlayoutSink::Device(None), &losses).unwrap(), 500);
    server.end();
    for _ in 0..2 {
        reported.recv_timeout(Duration::from_secs(20)).expect("each loss is told");
    }
    until("the end of all", &|list| list.outputs.is_empty());
    // The server would not get the sound cards back from us.
    assert_eq!(devices().backend, before.backend, "{:?}", devices());
    let opened = open_playout(&PlayoutSink::Device(None), &losses);
    assert!(matches!(opened, Err(AudioError::NoDevice { role: Role::Speaker })), "{opened:?}");
    drop((capture, talk));

    server.start_again();
    until("its return", &|list| list.backend == before.backend && list.outputs.iter().any(|device| device.default));
    let ear = Ear::at("speaker");
    let _talk = Talk::start(open_playout(&PlayoutSink::Device(None), &losses).unwrap(), 900);
    ear.wait_for(900);
}
