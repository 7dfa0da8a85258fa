//! Networks that fail under a call between Twilio's SDK and `mcall`.

use crate::browser::Page;
use crate::cut::{MediaWay, Way};
use crate::headless::{Headless, Over, VOICE_HZ};
use crate::office::Office;
use serde_json::json;

/// Alice at the SDK has called Bob at `mcall`, and they talk. Each has a way to the server that can be cut, and so does
/// the media.
struct Talk {
    alice: Page,
    alices_way: Way,
    bob: Headless,
    bobs_way: Way,
    media: MediaWay,
    _office: Office,
}

impl Talk {
    async fn begin(test: &str) -> Self {
        let media = MediaWay::open().await;
        let office = Office::open_with(media.lead()).await;
        let (alices_way, bobs_way) = (Way::to(office.server.address()).await, Way::to(office.server.address()).await);
        let alice = office.phone_at(&office.token(&office.alice).await, alices_way.address).await;
        alice.run("register").await;
        let listen = ["listen", "--auto-answer", "--once"];
        let bob = Headless::start_at(bobs_way.address, &office, &office.bob, test, &listen);
        bob.event("registered");
        alice.dial("102").await;
        alice.wait("accept").await;
        alice.hears_tone(VOICE_HZ).await;
        bob.event("connected");
        bob.talk(2);
        Self { alice, alices_way, bob, bobs_way, media, _office: office }
    }

    /// The server's end of Alice's media.
    async fn alices_port(&self) -> u16 {
        let port = self.alice.run("mediaPort").await;
        port.as_u64().and_then(|port| port.try_into().ok()).expect("a port")
    }

    /// Alice hangs up, after both have gone on talking.
    async fn end(self) -> Over {
        self.alice.hears_tone(VOICE_HZ).await;
        self.bob.talk(3);
        self.alice.run("hangUp").await;
        self.alice.wait("disconnect").await;
        let over = self.bob.over();
        over.completed("remoteHangup");
        let heard = over.heard();
        let tail = heard.beeps().into_iter().filter(|at| *at > heard.length() - 3.0).count();
        assert!(tail >= 2, "Alice is heard in the last seconds: {:?} of {}", heard.beeps(), heard.length());
        over
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_socket_on_either_side_is_not_heard() {
    let talk = Talk::begin("killed-socket").await;
    talk.bobs_way.cut();
    talk.bob.event("reconnecting");
    talk.bob.event("reconnected");
    talk.alice.hears_tone(VOICE_HZ).await;
    talk.alices_way.cut();
    assert_eq!(talk.alice.wait("reconnecting").await["code"], 53001);
    talk.alice.wait("reconnected").await;
    talk.alice.hears_tone(VOICE_HZ).await;
    talk.bobs_way.cut();
    talk.bob.event("reconnecting");
    talk.bob.event("reconnected");
    let over = talk.end().await;
    let pauses = over.heard().pauses();
    assert!(pauses.is_empty(), "the sound does not take the way of the socket: {pauses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_restarts_ice_again_and_again() {
    let talk = Talk::begin("ice-restart").await;
    for _ in 0..3 {
        talk.alice.run("restartIce").await;
        talk.alice.hears_tone(VOICE_HZ).await;
        talk.bob.talk(2);
    }
    let over = talk.end().await;
    let pauses = over.heard().pauses();
    assert!(pauses.is_empty(), "a restart is not heard: {pauses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_that_was_called_restarts_ice_in_the_same_way() {
    let office = Office::open().await;
    let alice = office.phone(&office.alice).await;
    let bob = Headless::start(&office, &office.bob, "ice-restart-called", &["call", "101"]);
    alice.wait("incoming").await;
    alice.run("accept").await;
    alice.wait("accept").await;
    alice.hears_tone(VOICE_HZ).await;
    alice.run("restartIce").await;
    alice.hears_tone(VOICE_HZ).await;
    bob.talk(3);
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");
    assert!(over.heard().pauses().is_empty(), "beeps at {:?}", over.heard().beeps());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_comes_back_when_its_network_was_gone() {
    let talk = Talk::begin("network-gone").await;
    let port = talk.alices_port().await;
    talk.media.set(port, false);
    assert_eq!(talk.alice.wait("reconnecting").await["code"], 53405);
    assert_eq!(talk.bob.event("problem")["code"], "noAudioReceived");
    talk.media.set(port, true);
    talk.alice.wait("reconnected").await;
    talk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_comes_back_when_its_whole_network_was_gone() {
    let talk = Talk::begin("whole-network-gone").await;
    let port = talk.alices_port().await;
    talk.alices_way.set(false);
    talk.media.set(port, false);
    assert_eq!(talk.alice.wait("reconnecting").await["code"], 53405);
    talk.bob.talk(9);
    talk.alices_way.set(true);
    talk.media.set(port, true);
    talk.alice.wait("reconnected").await;
    talk.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mcall_comes_back_when_its_machine_has_slept() {
    let mut talk = Talk::begin("sleep").await;
    talk.bob.sleep();
    talk.alice.call("hearsNothing", json!([17_000])).await;
    talk.bob.wake();
    talk.bob.event("reconnecting");
    talk.bob.event("reconnected");
    talk.alice.hears_tone(VOICE_HZ).await;
    talk.end().await;
}
