//! The gauges of the end-to-end tests, tried on what is known: a test that trusts them must be able to fail.

#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;
use support::desktop::Desktop;
use support::sound::{self, Ear, SAME_SPEECH, SILENCE_DBFS};
use support::{artifacts, notices, speech};

#[test]
fn the_judge_of_speech_knows_the_same_from_another() {
    let folder = artifacts("gauges-speech");
    let said = speech::write(speech::CALLER, &folder, "said.wav");
    assert!(speech::score(&said, &said).min > 4.5, "the same recording is perfect");
    let other = speech::write(speech::CALLEE, &folder, "other.wav");
    assert!(speech::score(&said, &other).mean < 2.0, "another text is not");
}

#[test]
fn the_virtual_microphone_is_heard_only_through_a_connection() {
    let folder = artifacts("gauges-desktop");
    let desktop = Desktop::start(&folder);
    let said = speech::write(speech::CALLER, &folder, "said.wav");
    let ear = Ear::open(&desktop);

    let _voice = sound::speak(&desktop, &said, &folder.join("paplay.log"));
    let unconnected = ear.since(ear.now(), Duration::from_secs(1));
    assert!(sound::level_dbfs(&unconnected) < SILENCE_DBFS, "nothing connects the microphone with the speaker yet");

    let connected =
        desktop.command("pactl").args(["load-module", "module-loopback", "source=mic", "sink=speaker"]).status();
    assert!(connected.is_ok_and(|status| status.success()));
    let heard = ear.since(ear.now(), Duration::from_secs(6));
    assert!(sound::level_dbfs(&heard) > -40.0, "now it is heard");
    let (same, other) = (speech::samples_for_ears(speech::CALLER), speech::samples_for_ears(speech::CALLEE));
    let (same, other) = (sound::likeness(&same, &heard), sound::likeness(&other, &heard));
    println!("likeness of the same speech {same:.3}, of another {other:.3}");
    assert!(
        same > SAME_SPEECH && other < SAME_SPEECH - 0.2,
        "it is this speech ({same:.3}) and not another ({other:.3})"
    );

    desktop.screenshot(&folder.join("screen.png"));
    let sent = desktop.command("notify-send").args(["A title", "and a text"]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let notice = notices::wait_for_number(&desktop, 1);
    assert_eq!((notice.title.as_str(), notice.text.as_str()), ("A title", "and a text"));
}
