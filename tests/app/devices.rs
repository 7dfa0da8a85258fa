//! Sound devices that come and go under the real sound servers, and several sounds at once.

use crate::steps::{CALL_LIMIT, choose_server, ready, shows_one_stream, sign_in, turn, turn_processing_off};
use crate::support::desktop::{Desktop, SoundServer};
use crate::support::notes::{self, Course, FAINT};
use crate::support::phone::{Phone, mcall};
use crate::support::process::wait_for;
use crate::support::server::Server;
use crate::support::sound::{self, Ear};
use crate::support::webdriver::App;
use crate::support::{artifacts, speech};
use fantoccini::key::Key;
use std::path::Path;
use std::time::{Duration, Instant};

#[tokio::test]
async fn devices_come_and_go_under_pulseaudio() {
    devices_come_and_go("app-devices-pulseaudio", SoundServer::PulseAudio).await;
}

#[tokio::test]
async fn devices_come_and_go_under_pipewire() {
    devices_come_and_go("app-devices-pipewire", SoundServer::PipeWire).await;
}

async fn devices_come_and_go(name: &str, sound: SoundServer) {
    let _turn = turn().await;
    let folder = artifacts(name);
    let server = Server::start(&folder);
    let agent = server.add_person("sara", "Sara", "300");
    let account = server.add_person("omar", "Omar", "301");
    let says = speech::write(speech::CALLER, &folder, "caller-says.wav");
    let desktop = Desktop::with_sound_server(&folder, sound);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    turn_processing_off(&app).await;
    choose_server(&app, &server).await;
    sign_in(&app, &agent).await;

    let speaker = Ear::open(&desktop);
    let mut command = mcall(&["call", "300"], &server, &account);
    command.arg("--audio-in").arg(says).arg("--audio-out").arg(folder.join("caller-hears.wav"));
    let mut caller = Phone::start("caller", &folder, &mut command);
    let note = notes::write(AGENT_HZ, Duration::from_secs(60), &folder, "agent-says.wav");
    app.find("incoming-card").await;
    speaker.wait_for_sound(Duration::from_secs(1), CALL_LIMIT);
    shows_one_stream(&desktop, sound);
    app.press(&[Key::Enter.into()]).await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
    let began = Instant::now();
    let _voice = sound::speak(&desktop, &note, &folder.join("paplay.log"));
    speaker.wait_for_sound(Duration::from_secs(2), CALL_LIMIT);

    a_test_tone_is_heard_in_the_call(&app, &desktop, &speaker).await;
    the_call_follows_the_headset_and_comes_back(&app, &desktop, &speaker, &folder).await;
    let talked = began.elapsed();
    without_any_speaker_it_says_so(&app, &desktop, &folder).await;

    speaker.save(&folder.join("agent-hears.wav"));
    app.click("hangup").await;
    assert!(caller.ended(CALL_LIMIT).success());
    app.close().await;
    the_caller_heard_the_agent_all_the_while(&folder, talked);
}

/// What the agent says all the while.
const AGENT_HZ: f64 = 310.0;

/// Whatever became of the speaker; and the test tone is for the agent alone.
fn the_caller_heard_the_agent_all_the_while(folder: &Path, talked: Duration) {
    let heard = sound::recording(&folder.join("caller-hears.wav"));
    let agent = Course::of(AGENT_HZ, &heard);
    let (span, gap) = (agent.span(), agent.longest_gap());
    println!("the agent talked for {talked:?} and was heard for {span:?}, with gaps of {gap:?} at most");
    assert!(span + Duration::from_secs(1) > talked, "the agent was not heard to the end");
    assert!(gap < Duration::from_millis(300), "a word was lost");
    for hertz in TEST_TONE {
        let loudest = Course::of(hertz, &heard).loudest();
        assert!(loudest < FAINT, "the caller heard {hertz} Hz of the test tone: {loudest:.4}");
    }
}

/// The notes of the test tone.
const TEST_TONE: [f64; 3] = [523.25, 659.25, 783.99];

async fn a_test_tone_is_heard_in_the_call(app: &App<'_>, desktop: &Desktop, speaker: &Ear) {
    let mark = speaker.now();
    app.click("tab-settings").await;
    app.click("test-tone").await;
    speaker.wait_for_notes(mark, &TEST_TONE, CALL_LIMIT);
    app.click("tab-keypad").await;
    let streams = desktop.output("pactl", &["list", "sink-inputs"]);
    assert_eq!(
        streams.matches("application.name = \"Mobile Call\"").count(),
        1,
        "it is mixed into the call: {streams}"
    );
    assert!(!app.has("problem").await, "nothing went wrong");
}

async fn the_call_follows_the_headset_and_comes_back(app: &App<'_>, desktop: &Desktop, speaker: &Ear, folder: &Path) {
    let module = desktop.output("pactl", &["load-module", "module-null-sink", "sink_name=headset", "norewinds=1"]);
    let headset = wait_for("the headset", CALL_LIMIT, || {
        let sinks = desktop.output("pactl", &["list", "short", "sinks"]);
        sinks.contains("\theadset\t").then(|| Ear::at(desktop, "headset"))
    });
    desktop.output("pactl", &["set-default-sink", "headset"]);
    headset.wait_for_sound(Duration::from_secs(1), CALL_LIMIT);
    // Whether it is the system's choice already when it is first seen is a matter of moments.
    let told = "const code = document.querySelector('[data-testid=problem]')?.dataset.code; \
                return code === 'deviceInUse' || code === 'deviceFound' ? 'told' : code;";
    app.page_becomes(told, "told").await;
    app.screenshot(&folder.join("1-headset.png")).await;
    headset.save(&folder.join("agent-hears-in-the-headset.wav"));
    desktop.output("pactl", &["unload-module", module.trim()]);
    speaker.wait_for_sound(Duration::from_secs(1), CALL_LIMIT);
    app.attribute_becomes("problem", "data-code", "deviceLost", CALL_LIMIT).await;
    app.screenshot(&folder.join("2-unplugged.png")).await;
}

async fn without_any_speaker_it_says_so(app: &App<'_>, desktop: &Desktop, folder: &Path) {
    let modules = desktop.output("pactl", &["list", "short", "modules"]);
    let module = modules.lines().find(|line| line.contains("sink_name=speaker")).expect("the speaker is a module");
    let number = module.split('\t').next().expect("it has a number");
    // The microphone is fed by a speaker of its own, which is none for the agent: it goes too.
    let feed = modules.lines().find(|line| line.contains("sink_name=micsink")).expect("the microphone is fed");
    for number in [number, feed.split('\t').next().expect("it has a number")] {
        desktop.output("pactl", &["unload-module", number]);
    }
    app.attribute_becomes("status-strip", "data-standing", "soundless", CALL_LIMIT).await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
    app.screenshot(&folder.join("3-without-devices.png")).await;
}
