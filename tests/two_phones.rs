//! Two softphones call each other through a real server, and what each says is heard at the other.

#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use support::phone::{Phone, mcall};
use support::server::Server;
use support::{artifacts, speech};

/// Enough for registering, ringing and answering on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// The call; long enough for two slices of eight seconds.
const TALK: Duration = Duration::from_secs(19);
/// What clean loopback must reach: Twilio's SDK in a browser reaches 4.2 with the same recordings.
const GOOD_SPEECH: f64 = 3.6;

#[test]
fn both_hear_the_other_well_at_the_same_time() {
    let folder = artifacts("two-phones");
    let server = Server::start(&folder);
    let (caller, callee) = (server.add_agent("caller", "201"), server.add_agent("callee", "202"));
    let caller_says = speech::write(speech::CALLER, &folder, "caller-says.wav");
    let callee_says = speech::write(speech::CALLEE, &folder, "callee-says.wav");
    let (caller_hears, callee_hears) = (folder.join("caller-hears.wav"), folder.join("callee-hears.wav"));

    let mut listening = mcall(&["listen", "--auto-answer", "--once"], &server, &callee);
    let mut listening = Phone::start("callee", &folder, with_files(&mut listening, &callee_says, &callee_hears));
    listening.event("registered", SOON);

    let mut calling = mcall(&["call", "202", "--duration", &format!("{}s", TALK.as_secs())], &server, &caller);
    let mut calling = Phone::start("caller", &folder, with_files(&mut calling, &caller_says, &caller_hears));
    calling.event("connected", SOON);
    let summary = calling.event("summary", TALK + SOON);
    assert!(calling.ended(SOON).success(), "a completed call is a success");
    let answered = listening.event("summary", SOON);
    assert!(listening.ended(SOON).success(), "and so it is for the one who answered");

    for summary in [&summary, &answered] {
        println!("{summary}");
        assert_sane(summary);
    }
    for (said, heard) in [(&caller_says, &callee_hears), (&callee_says, &caller_hears)] {
        let score = speech::score(said, heard);
        assert!(score.mean >= GOOD_SPEECH, "{}: {score:?}", heard.display());
    }
}

fn with_files<'a>(command: &'a mut Command, says: &Path, hears: &Path) -> &'a mut Command {
    command.arg("--audio-in").arg(says).arg("--audio-out").arg(hears)
}

/// The figures of a call on clean loopback.
fn assert_sane(summary: &Value) {
    let figure = |name: &str| summary[name].as_f64().unwrap_or_else(|| panic!("no {name} in {summary}"));
    assert_eq!(summary["status"], "completed");
    assert!(summary["call_id"].as_str().is_some_and(|id| id.len() == 36), "{summary}");
    let setup = figure("setup_ms");
    assert!(setup > 0.0 && setup < 3_000.0, "set-up took {setup} ms");
    assert!(figure("first_audio_ms") < 3_000.0, "{summary}");
    // A packet each 20 ms.
    let expected = TALK.as_secs_f64() * 50.0;
    for count in ["packets_sent", "packets_received"] {
        assert!((figure(count) - expected).abs() < expected * 0.1, "{count} should be about {expected}: {summary}");
    }
    assert!(figure("packets_lost") < 5.0, "{summary}");
    assert!(figure("jitter_ms") < 30.0, "{summary}");
    assert!(figure("rtt_ms") < 100.0, "{summary}");
    assert!(figure("mos") > 4.0, "{summary}");
}
