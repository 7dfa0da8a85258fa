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
