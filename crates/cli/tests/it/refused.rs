//! Calls that nobody takes are status 4, with a summary that says why.

use crate::{office::Office, program::Outcome};
use serde_json::{Value, json};
use std::time::Duration;

/// An unanswered call's summary has everything, most of it nothing.
#[track_caller]
fn not_answered(outcome: &Outcome, reason: &str, status: &str) {
    assert_eq!(outcome.code, Some(4), "{outcome:?}");
    let (ended, mut summary) = (outcome.last("ended"), outcome.last("summary"));
    assert_eq!((&ended["reason"], &ended["status"]), (&json!(reason), &json!(status)));
    assert_eq!(ended["call_id"], summary["call_id"]);
    // The way of the sound may be open before the answer.
    assert!(
        summary["packets_sent"].is_u64() && (summary["rtt_ms"].is_null() || summary["rtt_ms"].is_f64()),
        "{summary}"
    );
    (summary["packets_sent"], summary["rtt_ms"]) = (json!(0), json!(null));
    let expected = json!({
        "event": "summary", "call_id": summary["call_id"], "status": status, "setup_ms": null, "first_audio_ms": null,
        "packets_sent": 0, "packets_received": 0, "packets_lost": 0, "jitter_ms": null, "rtt_ms": null, "mos": null,
    });
    assert_eq!(summary, expected);
    assert_eq!(outcome.printed.len(), outcome.events().len());
}

#[tokio::test]
async fn an_extension_that_nobody_has() {
    let office = Office::open().await;
    let outcome = office.run("alice", &["call", "999"]).await;
    not_answered(&outcome, "unknownDestination", "failed");
    assert_eq!(outcome.story(), ["registered", "dialing", "ended", "summary"]);
}

#[tokio::test]
async fn a_name_that_nobody_has() {
    let office = Office::open().await;
    office.run("alice", &["call", "فاطمة"]).await.failed(4, "unknownExtension", "nobody has this extension or name");
    not_answered(&office.run("alice", &["call", "zoe"]).await, "unknownDestination", "failed");
}

#[tokio::test]
async fn a_number_that_this_line_cannot_call() {
    let office = Office::open().await;
    for (destination, advice) in [
        ("+966501234567", "ask your administrator for one first"),
        ("0501234567", "ask your administrator for one first"),
        ("sip:bob@example.com", "call an extension or a name"),
    ] {
        office.run("alice", &["call", destination]).await.failed(4, "unsupportedAddress", advice);
    }
}

#[tokio::test]
async fn a_colleague_who_is_not_there() {
    let office = Office::open().await;
    not_answered(&office.run("alice", &["call", "102"]).await, "offline", "no-answer");
}

#[tokio::test]
async fn a_colleague_in_another_call() {
    let office = Office::open().await;
    let mut bob = office.start("bob", &["call", "*43"]);
    bob.event("connected").await;
    not_answered(&office.run("alice", &["call", "102"]).await, "busy", "busy");
}

#[tokio::test]
async fn a_colleague_who_declines() {
    let office = Office::open().await;
    let mut bob = office.listen("bob", &["--once", "--interactive"]).await;
    let mut alice = office.start("alice", &["call", "102"]);
    assert_eq!(bob.event("ringing").await["address"], "101");
    alice.event("ringing").await;
    bob.type_line("decline").await;
    not_answered(&alice.end().await, "declined", "busy");
    not_answered(&bob.end().await, "localDecline", "busy");
}

#[tokio::test]
async fn a_colleague_who_does_not_answer() {
    let office = Office::with_config(|config| config.edge.ring_timeout = Duration::from_secs(1)).await;
    let bob = office.listen("bob", &["--once"]).await;
    not_answered(&office.run("alice", &["call", "102"]).await, "noAnswer", "no-answer");
    let missed = bob.end().await;
    assert_eq!(missed.code, Some(4));
    let rang: Vec<Value> = missed.events().into_iter().filter(|event| event["event"] == "ringing").collect();
    assert_eq!((&rang[0]["direction"], &rang[0]["address"]), (&json!("incoming"), &json!("101")));
}
