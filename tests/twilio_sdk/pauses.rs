//! A browser that sends hardly anything of pauses (DTX), as other softphones do too.

use crate::browser::Browser;
use crate::headless::Headless;
use crate::office::Office;
use crate::recording::Pause;
use serde_json::json;

/// The tone of a word, its length, and from where on the next one comes, in milliseconds.
const WORD_HZ: f64 = 440.0;
const WORD_MS: u32 = 800;
const ROUND_MS: u32 = 3_000;
/// How many words are listened to at least.
const WORDS: u32 = 5;
/// So many seconds a browser that is kept from running speaks too early or late. What the pauses themselves cost, which is
/// less, is tested where no browser is needed (`crates/media/tests/it/jitter.rs`).
const BUSY: f64 = 0.2;

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_browser_with_dtx_are_whole_and_in_their_place() {
    let office = Office::open().await;
    let alice = Browser::shared().page().await;
    alice.call("pauseBetweenWords", json!([WORD_HZ, WORD_MS, ROUND_MS])).await;
    let address = format!("localhost:{}", office.server.address().port());
    alice.call("start", json!([office.token(&office.alice).await, {"chunderw": address}])).await;
    alice.run("register").await;
    let bob = Headless::answering(&office, &office.bob, "sdk-pauses");
    alice.dial("102").await;
    alice.wait("accept").await;
    bob.talk((WORDS + 2) * ROUND_MS / 1_000);
    alice.run("hangUp").await;
    let over = bob.over();
    over.completed("remoteHangup");

    let heard = over.heard();
    let (words, spoken) = (heard.beeps(), heard.seconds_of(WORD_HZ));
    println!("words at {words:?} of {} s, {spoken} s long all in all", heard.length());
    // The call may have begun in the middle of the first.
    let first = words[1];
    let (word, round) = (f64::from(WORD_MS) / 1_000.0, f64::from(ROUND_MS) / 1_000.0);
    for number in 0..WORDS {
        let place = first + f64::from(number) * round;
        assert!(words.iter().any(|at| (at - place).abs() < BUSY), "no word begins at {place} s");
        let pause = Pause { from: place + word, to: place + round };
        assert!(heard.is_silent_in(pause), "something is heard again in {pause:?}");
    }
    assert!(spoken > f64::from(WORDS) * (word - BUSY), "words are whole: {spoken} s");
    let figure = |name: &str| over.summary[name].as_f64().unwrap_or_else(|| panic!("no {name}: {}", over.summary));
    let usual = heard.length() * 50.0;
    assert!(figure("packets_received") < usual * 0.7, "the browser uses DTX: {} of {usual}", over.summary);
    assert!(figure("packets_lost") < 5.0, "a pause is no loss: {}", over.summary);
}
