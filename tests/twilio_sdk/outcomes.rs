//! Calls that nobody talks in.

use crate::office::Office;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_cannot_ring_ends_the_call_with_its_code() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    for (to, code) in [("999", 31404), ("bob", 31480), ("101", 31486)] {
        alice.dial(to).await;
        assert_eq!(alice.error("call").await, code, "{to}");
        alice.wait("disconnect").await;
    }
    let statuses: Vec<_> = office.history(&office.alice).await.iter().map(|call| call["status"].clone()).collect();
    assert_eq!(statuses, [json!("busy"), json!("no-answer"), json!("failed")]);
    assert_eq!(office.history(&office.bob).await[0]["status"], "no-answer", "Bob sees that he was called");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_talks_is_busy() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    bob.dial("*43").await;
    bob.wait("accept").await;
    alice.dial("bob").await;
    assert_eq!(alice.error("call").await, 31486);
    bob.run("hears").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_called_phone_declines() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    bob.run("reject").await;
    assert_eq!(alice.error("call").await, 31603);
    alice.wait("disconnect").await;
    assert_eq!(office.history(&office.bob).await[0]["status"], "busy");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_gives_up() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    alice.wait("ringing").await;
    alice.run("hangUp").await;
    bob.wait("cancel").await;
    for user in [&office.alice, &office.bob] {
        assert_eq!(office.history(user).await[0]["status"], "canceled");
    }
}
