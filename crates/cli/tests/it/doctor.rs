//! The doctor's findings and what to do about them.

use crate::{
    office::{NO_SOUND, Office},
    program::{Outcome, run},
};

/// Names of the checks, those that failed with an exclamation mark.
fn findings(outcome: &Outcome) -> Vec<String> {
    let checks = outcome.events().into_iter().filter(|event| event["event"] == "check");
    let shown = checks.map(|check| {
        assert!(check["message"].as_str().is_some_and(|message| !message.is_empty()), "{check}");
        let mark = if check["ok"] == true { "" } else { "!" };
        format!("{}{mark}", check["name"].as_str().unwrap())
    });
    shown.collect()
}

#[tokio::test]
async fn a_healthy_phone() {
    let office = Office::open().await;
    let outcome = office.run("alice", &["doctor"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(findings(&outcome), ["server", "sign-in", "line", "sound", "media"]);
    let media = outcome.last("check")["message"].as_str().unwrap().to_owned();
    assert!(media.starts_with("sound comes back, round trip "), "{media}");
}

#[tokio::test]
async fn a_preflight_reports_what_the_network_does_to_a_call() {
    let office = Office::open().await;
    let outcome = office.run("alice", &["doctor", "--preflight"]).await;
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let report = outcome.last("preflight");
    println!("{report}");
    assert_eq!((&report["line"], &report["path"]["local"]), (&"direct".into(), &"host".into()));
    assert_eq!(
        (&report["relayed"], &report["seconds"], &report["packets_lost"]),
        (&false.into(), &8.into(), &0.into())
    );
    let figure = |name: &str, part: &str| report[name][part].as_f64().unwrap_or_else(|| panic!("no {name}: {report}"));
    for name in ["rtt_ms", "jitter_ms", "mos"] {
        let (least, average, most) = (figure(name, "least"), figure(name, "average"), figure(name, "most"));
        assert!(0.0 <= least && least <= average && average <= most, "{name}: {report}");
    }
    assert!(report["connect_ms"].as_u64() > Some(0) && report["registered_ms"].as_u64() > Some(0), "{report}");
    assert!(report["packets_received"].as_u64() > Some(300), "{report}");
    // Nobody answers there.
    let outcome = office.run("alice", &["doctor", "--preflight", "--to", "102"]).await;
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let people = run(office
        .line("alice", &[&["doctor", "--preflight"], &NO_SOUND[..]].concat())
        .iter()
        .filter(|word| *word != "--json"))
    .await;
    assert!(
        people.printed.iter().any(|line| line.starts_with("Way of the sound:") && line.ends_with("without a relay")),
        "{people:?}"
    );
}

#[tokio::test]
async fn missing_sound_is_found_and_the_rest_still_checked() {
    let office = Office::open().await;
    let sound = ["--audio-in", "device:no-such-microphone", "--audio-out", "none"];
    let outcome = run(office.line("alice", &[&["doctor"], &sound[..]].concat())).await;
    assert_eq!(outcome.code, Some(5), "{outcome:?}");
    assert_eq!(findings(&outcome), ["server", "sign-in", "line", "sound!", "sound system", "media"]);
}

#[tokio::test]
async fn a_server_that_is_not_there_and_one_that_does_not_know_us() {
    let office = Office::open().await;
    let outcome = office.run("nobody", &["doctor"]).await;
    assert_eq!((outcome.code, findings(&outcome)), (Some(6), vec!["server".to_owned(), "sign-in!".to_owned()]));
    let line = office.line("alice", &[&["doctor"], &NO_SOUND[..]].concat());
    let _directory = office.server.stop().await;
    let outcome = run(&line).await;
    assert_eq!((outcome.code, findings(&outcome)), (Some(3), vec!["server!".to_owned()]));
    let people = run(line.iter().filter(|word| *word != "--json")).await;
    assert_eq!((people.code, people.errors.as_str(), people.printed.len()), (Some(3), "", 1));
    assert!(people.printed[0].starts_with("FAIL server: the server http://127.0.0.1:"), "{people:?}");
}
