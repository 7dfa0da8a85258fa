//! Two people who dial each other.

use crate::office::Office;
use mobilecall_testkit::Fault;

/// Keeps both reachable, so that neither call depends on which `mcall` is ready first.
async fn office() -> (Office, [crate::program::Running; 2]) {
    let office = Office::open().await;
    let listening = [office.listen("alice", &[]).await, office.listen("bob", &[]).await];
    (office, listening)
}

/// Both have one call in their histories, which was talked in, also on the device that dialed.
async fn one_call_each(office: &Office, folders: &[(&str, &str)]) {
    for (who, folder) in folders {
        for arguments in [&["history"][..], &["history", "--data-dir", folder]] {
            let history = office.run(who, arguments).await;
            let events = history.events();
            let calls: Vec<_> = events.iter().filter(|event| event["event"] == "call").collect();
            let found: Vec<_> = calls.iter().map(|call| call["disposition"].as_str().unwrap()).collect();
            assert_eq!(found, ["answered"], "{who} {arguments:?}: {calls:#?}");
        }
    }
}

#[tokio::test]
async fn who_dials_somebody_that_is_calling_talks_with_them() {
    let (office, [_alice, mut listening]) = office().await;
    let folders = ["a", "b"].map(|name| office.folder().join(name).to_str().unwrap().to_owned());
    let mut alice = office.start("alice", &["call", "102", "--data-dir", &folders[0]]);
    listening.event("ringing").await;
    let bob = office.run("bob", &["call", "101", "--duration", "1s", "--data-dir", &folders[1]]).await;
    assert_eq!(bob.code, Some(0), "{bob:?}");
    alice.event("connected").await;
    assert_eq!(alice.end().await.last("ended")["reason"], "remoteHangup");
    assert_eq!(listening.event("ended").await["reason"], "answeredElsewhere");
    one_call_each(&office, &[("alice", &folders[0]), ("bob", &folders[1])]).await;
}

#[tokio::test]
async fn two_who_dial_at_the_same_time_talk_with_each_other() {
    let (office, _listening) = office().await;
    let folders = ["a", "b"].map(|name| office.folder().join(name).to_str().unwrap().to_owned());
    let call = |who, number, folder| office.start(who, &["call", number, "--duration", "1s", "--data-dir", folder]);
    let (mut alice, mut bob) = (call("alice", "102", &folders[0]), call("bob", "101", &folders[1]));
    tokio::join!(alice.event("connected"), bob.event("connected"));
    let (alice, bob) = tokio::join!(alice.end(), bob.end());
    assert_eq!((alice.code, bob.code), (Some(0), Some(0)), "{alice:?} {bob:?}");
    one_call_each(&office, &[("alice", &folders[0]), ("bob", &folders[1])]).await;
}

#[tokio::test]
async fn an_answer_is_for_the_call_that_rings() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &[]).await;
    let mut alice = office.start("alice", &["call", "102", "--interactive"]);
    bob.event("ringing").await;
    // Nothing rings here but the own call at the far end.
    alice.event("ringing").await;
    alice.type_line("answer").await;
    let problem = alice.event("problem").await;
    assert!(problem["message"].as_str().unwrap().contains("does not ring here"), "{problem}");
}

/// Who is called by name is looked up among the colleagues; until they are known, nothing that happens may be lost.
#[tokio::test]
async fn a_call_that_comes_while_colleagues_are_awaited_is_told() {
    let office = Office::open().await;
    office.server.faults().set(Fault::HangUsers);
    let mut alice = office.start("alice", &["call", "bob"]);
    alice.event("registered").await;
    let mut bob = office.start("bob", &["call", "101", "--duration", "1s"]);
    bob.event("ringing").await;
    office.server.faults().set(Fault::None);
    let rings = alice.event("ringing").await;
    assert_eq!((rings["direction"].as_str(), rings["address"].as_str()), (Some("incoming"), Some("102")));
    alice.event("connected").await;
    assert_eq!((alice.end().await.code, bob.end().await.code), (Some(0), Some(0)));
}
