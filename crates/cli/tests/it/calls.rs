//! Calls that are answered, from the command to the summary.

use crate::{
    audio::write_wav,
    office::{NO_SOUND, Office},
    program::{run, start},
};
use serde_json::Value;

/// The figures of a call that was answered.
#[track_caller]
fn figures(summary: &Value) {
    assert_eq!(summary["status"], "completed", "{summary}");
    for name in ["setup_ms", "packets_sent", "packets_received"] {
        assert!(summary[name].as_f64().is_some_and(|figure| figure > 0.0), "{name} of {summary}");
    }
    for name in ["packets_lost", "jitter_ms", "mos"] {
        assert!(summary[name].is_number(), "{name} of {summary}");
    }
    // Reports of the far end come every few seconds.
    assert!(summary["rtt_ms"].is_number() || summary["rtt_ms"].is_null(), "{summary}");
    assert_eq!(summary["call_id"].as_str().unwrap().len(), 36, "{summary}");
    assert_eq!(summary.as_object().unwrap().len(), 11, "no more and no less than promised: {summary}");
}

#[tokio::test]
async fn a_call_is_told_from_the_first_to_the_last_event_on_both_sides() {
    let office = Office::open().await;
    let (said, heard) = (office.folder().join("said.wav"), office.folder().join("heard.wav"));
    let tone: Vec<i16> = (0..480_000).map(|n| ((f64::from(n) * 0.06).sin() * 8_000.0) as i16).collect();
    write_wav(&said, &tone);
    let mut bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    let sound = ["--audio-in", said.to_str().unwrap(), "--audio-out", heard.to_str().unwrap()];
    let alice = run(office.line("alice", &[&["call", "102", "--duration", "3s"], &sound[..]].concat())).await;
    assert_eq!(alice.code, Some(0), "{alice:?}");
    let story = ["registered", "dialing", "ringing", "connected", "quality", "ended", "summary"];
    assert_eq!(alice.story(), story);
    assert_eq!(alice.last("registered")["extension"], "101");
    assert_eq!(alice.last("ringing")["direction"], "outgoing");
    assert_eq!(alice.last("ended")["reason"], "localHangup");
    figures(&alice.last("summary"));
    let ids: Vec<_> = alice.events().iter().skip(1).map(|event| event["call_id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert!(hound::WavReader::open(&heard).unwrap().duration() > 48_000, "the recording is complete");

    let ringing = bob.event("ringing").await;
    assert_eq!((ringing["address"].as_str(), ringing["name"].as_str()), (Some("101"), Some("alice of the tests")));
    let bob = bob.end().await;
    assert_eq!(bob.code, Some(0), "{bob:?}");
    assert_eq!(bob.last("ended")["reason"], "remoteHangup");
    let summary = bob.last("summary");
    figures(&summary);
    assert!(summary["first_audio_ms"].as_f64().is_some_and(|after| after > 0.0), "Bob heard Alice: {summary}");
}

#[tokio::test]
async fn service_codes_of_links_reach_the_echo_test() {
    let office = Office::open().await;
    for link in ["tel:*43", "tel:%2A43", "callto:*43", "mobilecall:*43"] {
        let call = office.run("alice", &["call", link, "--duration", "1s"]).await;
        assert_eq!((call.code, &call.last("dialing")["address"]), (Some(0), &"*43".into()), "{link}: {call:?}");
    }
}

#[tokio::test]
async fn what_stands_behind_a_number_is_told_and_not_dialed() {
    let office = Office::open().await;
    let call = office.run("alice", &["call", "*43,12#", "--duration", "1s"]).await;
    assert_eq!((call.code, &call.last("dialing")["address"]), (Some(0), &"*43".into()), "{call:?}");
    assert!(call.last("note")["message"].as_str().unwrap().starts_with("12# "), "{call:?}");
}

#[tokio::test]
async fn colleagues_are_called_by_name() {
    let office = Office::open().await;
    let _bob = office.listen("bob", &["--auto-answer"]).await;
    for name in ["bob", "client:bob", "Bob of the tests", "BOB OF"] {
        let alice = office.run("alice", &["call", name, "--duration", "100ms"]).await;
        assert_eq!(alice.code, Some(0), "{name}: {alice:?}");
        let address = if name == "client:bob" { alice.last("dialing")["address"].clone() } else { "102".into() };
        assert_eq!(alice.last("dialing")["address"], address, "{name}");
    }
}

#[tokio::test]
async fn what_happens_in_a_call_is_told() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--interactive"]).await;
    let mut alice = office.start("alice", &["call", "102", "--send-digits", "1#", "--mute-after", "0s"]);
    bob.event("ringing").await;
    bob.type_line("answer").await;
    assert_eq!(alice.event("muted").await["muted"], true);
    for digit in ["1", "#"] {
        assert_eq!(bob.event("digit").await["digit"], digit);
    }
    for (line, held) in [("hold", true), ("resume", false)] {
        bob.type_line(line).await;
        assert_eq!(bob.event("held").await["held"], held);
    }
    bob.type_line("sing").await;
    let problem = bob.event("problem").await["message"].as_str().unwrap().to_owned();
    assert!(problem.contains("'sing' is not a command: use answer"), "{problem}");
    bob.type_line("quit").await;
    assert_eq!(bob.end().await.code, Some(0));
    let alice = alice.end().await;
    assert_eq!((alice.code, alice.last("ended")["reason"].as_str()), (Some(0), Some("remoteHangup")));
}

#[tokio::test]
async fn each_call_is_recorded_to_a_file_of_its_own() {
    let office = Office::open().await;
    let heard = ["heard.wav", "heard-2.wav"].map(|name| office.folder().join(name));
    let sound = ["--audio-in", "none", "--audio-out", heard[0].to_str().unwrap()];
    let mut bob = start(office.line("bob", &[&["listen", "--auto-answer"], &sound[..]].concat()));
    bob.event("registered").await;
    let mut first = Vec::new();
    for path in &heard {
        let alice = office.run("alice", &["call", "102", "--duration", "1s"]).await;
        assert_eq!(alice.code, Some(0), "{alice:?}");
        bob.event("summary").await;
        assert!(hound::WavReader::open(path).unwrap().duration() > 0);
        if first.is_empty() {
            first = std::fs::read(path).unwrap();
        }
    }
    assert!(std::fs::read(&heard[0]).unwrap() == first, "the second call leaves the first one's recording alone");
}

/// More than the voice thread keeps at once.
#[tokio::test]
async fn every_one_of_many_digits_arrives() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    let keys = "0123456789".repeat(8);
    let spaced = format!("{} {}", &keys[..40], &keys[40..]);
    let alice = office.start("alice", &["call", "102", "--send-digits", &spaced, "--duration", "25s"]);
    let mut arrived = String::new();
    while arrived.len() < keys.len() {
        arrived.push_str(bob.event("digit").await["digit"].as_str().unwrap());
    }
    assert_eq!(arrived, keys);
    drop(alice);
}

/// They wait for the first sound, which does not come, and the time to hang up does not pass meanwhile.
#[tokio::test]
async fn a_silent_far_end_gets_every_digit_before_the_call_is_hung_up() {
    let office = Office::open().await;
    let bob = office.listen("bob", &["--auto-answer", "--once"]).await;
    let alice = office.run("alice", &["call", "102", "--send-digits", "12#", "--duration", "900ms"]).await;
    assert_eq!((alice.code, alice.last("ended")["reason"].as_str()), (Some(0), Some("localHangup")), "{alice:?}");
    let bob = bob.end().await;
    let arrived = bob.events().into_iter().filter(|event| event["event"] == "digit");
    let digits: Vec<_> = arrived.map(|event| event["digit"].as_str().unwrap().to_owned()).collect();
    assert_eq!((bob.code, digits.concat().as_str()), (Some(0), "12#"), "{bob:?}");
}

#[tokio::test]
async fn people_read_sentences() {
    let office = Office::open().await;
    let line = office.line("alice", &[&["call", "*43", "--duration", "1s"], &NO_SOUND[..]].concat());
    let alice = run(line.iter().filter(|word| *word != "--json")).await;
    assert_eq!((alice.code, alice.errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = alice.printed.iter().map(String::as_str).collect();
    let expected =
        ["Ready at http://127.0.0.1:", "Calling *43 …", "Connected after ", "Call over: hung up here.", "Call "];
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, begin) in lines.iter().zip(expected) {
        assert!(line.starts_with(begin), "{line} in place of {begin}");
    }
    assert!(lines[4].contains(" completed: set-up ") && lines[4].contains(" lost, jitter "), "{}", lines[4]);
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_call_is_hung_up_and_summed_up() {
    let office = Office::open().await;
    for signal in ["INT", "TERM"] {
        let mut alice = office.start("alice", &["call", "*43"]);
        alice.event("quality").await;
        alice.signal(signal).await;
        let alice = alice.end().await;
        assert_eq!(alice.code, Some(0), "{alice:?}");
        assert_eq!(alice.last("ended")["reason"], "localHangup");
        figures(&alice.last("summary"));
    }
    let alice = office.server.sign_in(&office.alice).await;
    let calls: Vec<Value> = office.server.get(&alice, "/api/calls").await.json().await.unwrap();
    let statuses: Vec<_> = calls.iter().map(|call| call["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["completed", "completed"], "the server knows");
}

#[cfg(unix)]
#[tokio::test]
async fn a_call_that_rings_is_given_up_when_interrupted() {
    let office = Office::open().await;
    let bob = office.listen("bob", &["--once"]).await;
    let mut alice = office.start("alice", &["call", "102"]);
    alice.event("ringing").await;
    alice.signal("INT").await;
    let alice = alice.end().await;
    assert_eq!((alice.code, alice.last("summary")["status"].as_str()), (Some(4), Some("canceled")), "{alice:?}");
    let bob = bob.end().await;
    assert_eq!((bob.code, bob.last("ended")["reason"].as_str()), (Some(4), Some("remoteCancel")), "{bob:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn who_only_listened_ends_well_when_interrupted() {
    let office = Office::open().await;
    let bob = office.listen("bob", &[]).await;
    bob.signal("TERM").await;
    let bob = bob.end().await;
    assert_eq!((bob.code, bob.story()), (Some(0), vec!["registered".to_owned()]));
}

#[tokio::test]
async fn a_reader_that_goes_away_changes_nothing() {
    let office = Office::open().await;
    let mut alice = start(office.line("alice", &[&["call", "*43", "--duration", "1s"], &NO_SOUND[..]].concat()));
    alice.event("registered").await;
    assert_eq!(alice.end_unread().await, Some(0));
}
