//! Lost connections and new tokens in the middle of a call.

use crate::cut::Way;
use crate::office::Office;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_survives_a_killed_socket_on_either_side() {
    let office = Office::open().await;
    let (alices_way, bobs_way) = (Way::to(office.server.address()).await, Way::to(office.server.address()).await);
    let alice = office.phone_at(&office.token(&office.alice).await, alices_way.address).await;
    let bob = office.phone_at(&office.token(&office.bob).await, bobs_way.address).await;
    bob.run("register").await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.talks().await;
    for (way, phone) in [(&alices_way, &alice), (&bobs_way, &bob), (&alices_way, &alice)] {
        way.cut();
        assert_eq!(phone.wait("reconnecting").await["code"], 53001);
        phone.wait("reconnected").await;
        alice.run("hears").await;
        bob.run("hears").await;
    }
    bob.run("hangUp").await;
    alice.wait("disconnect").await;
    assert_eq!(office.history(&office.alice).await[0]["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_survives_a_new_token_and_then_a_killed_socket() {
    let office = Office::open().await;
    let way = Way::to(office.server.address()).await;
    let alice = office.phone_at(&office.token(&office.alice).await, way.address).await;
    alice.run("register").await;
    alice.dial("*43").await;
    alice.talks().await;
    let token = office.token(&office.alice).await;
    alice.call("updateToken", json!([token])).await;
    alice.run("hears").await;
    way.cut();
    alice.wait("reconnecting").await;
    alice.wait("reconnected").await;
    alice.run("hears").await;
    alice.run("hangUp").await;
    assert_eq!(office.history(&office.alice).await[0]["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_vanishes_while_it_rings_is_rung_again_when_it_is_back() {
    let office = Office::open().await;
    let way = Way::to(office.server.address()).await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone_at(&office.token(&office.bob).await, way.address).await;
    bob.run("register").await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    way.cut();
    bob.wait("incoming").await;
    bob.run("accept").await;
    alice.talks().await;
    bob.talks().await;
    alice.run("hangUp").await;
    bob.wait("disconnect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_closed_ends_its_call() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = office.phone(&office.bob).await;
    alice.dial("bob").await;
    bob.wait("incoming").await;
    bob.run("accept").await;
    alice.talks().await;
    drop(bob);
    alice.wait("disconnect").await;
    assert_eq!(office.history(&office.bob).await[0]["status"], "completed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_hangs_up() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    alice.dial("*43").await;
    alice.talks().await;
    let Office { server, .. } = office;
    server.stop().await;
    alice.error("call").await;
    alice.wait("disconnect").await;
}
