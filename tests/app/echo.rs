//! The echo test: from the first start to the history after a restart.

use crate::steps::{CALL_LIMIT, choose_language, dial_echo, ready, turn, turn_processing_off, words};
use crate::support::desktop::Desktop;
use crate::support::sound::{self, Ear, SAME_SPEECH};
use crate::support::webdriver::App;
use crate::support::{artifacts, speech};
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn the_echo_test_in_english() {
    the_echo_test("en", "ltr").await;
}

#[tokio::test]
async fn the_echo_test_in_arabic() {
    the_echo_test("ar", "rtl").await;
}

/// From the first start to the history after a restart.
async fn the_echo_test(language: &str, direction: &str) {
    let _turn = turn().await;
    let folder = artifacts(&format!("app-{language}"));
    let desktop = Desktop::start(&folder);

    let app = App::start(&desktop, &folder.join("app-first.log")).await;
    ready(&app).await;
    choose_language(&app, language, direction).await;
    turn_processing_off(&app).await;
    app.screenshot(&folder.join("1-ready.png")).await;

    dial_echo(&app).await;
    hear_the_echo(&app, &desktop, &folder).await;
    app.screenshot(&folder.join("2-call.png")).await;
    mute(&app, &desktop, &folder).await;
    app.screenshot(&folder.join("3-muted.png")).await;
    app.click("hangup").await;
    app.gone("call-card").await;
    find_in_history(&app, language).await;
    app.screenshot(&folder.join("4-history.png")).await;
    app.close().await;

    let app = App::start(&desktop, &folder.join("app-second.log")).await;
    ready(&app).await;
    assert_eq!(app.script("return document.documentElement.dir").await, direction, "the language is remembered");
    find_in_history(&app, language).await;
    app.screenshot(&folder.join("5-history-after-restart.png")).await;
    app.close().await;
}

/// What is said into the microphone comes back out of the speaker.
async fn hear_the_echo(app: &App<'_>, desktop: &Desktop, folder: &Path) {
    let said = speech::write(speech::CALLER, folder, "said.wav");
    let ear = Ear::open(desktop);
    let _voice = sound::speak(desktop, &said, &folder.join("paplay-talking.log"));
    // The first second is spent on filling the buffers of three programs.
    ear.wait_for_sound(Duration::from_secs(2), Duration::from_secs(15));
    let heard = ear.wait_for_speech(&speech::samples_for_ears(speech::CALLER), Duration::from_secs(30));
    ear.save(&folder.join("heard.wav"));
    let same = sound::likeness(&speech::samples_for_ears(speech::CALLER), &heard);
    let other = sound::likeness(&speech::samples_for_ears(speech::CALLEE), &heard);
    println!("level {:.1} dBFS, likeness {same:.3}, of another speech {other:.3}", sound::level_dbfs(&heard));
    assert!(other < SAME_SPEECH, "the comparison tells nothing");
    assert!(app.has("call-quality").await, "the quality of the call is shown");
}

/// While muted nothing of what is said comes back; afterwards it does again.
async fn mute(app: &App<'_>, desktop: &Desktop, folder: &Path) {
    let said = speech::write(speech::CALLEE, folder, "said-muted.wav");
    let ear = Ear::open(desktop);
    let _voice = sound::speak(desktop, &said, &folder.join("paplay-muted.log"));
    app.click("mute").await;
    app.attribute_becomes("mute", "aria-pressed", "true", CALL_LIMIT).await;
    ear.wait_for_silence(Duration::from_secs(3), Duration::from_secs(12));
    app.click("mute").await;
    app.attribute_becomes("mute", "aria-pressed", "false", CALL_LIMIT).await;
    ear.wait_for_sound(Duration::from_secs(1), Duration::from_secs(10));
}

/// The one call, under the name that the language has for the echo test.
async fn find_in_history(app: &App<'_>, language: &str) {
    let name = words(language, "service-echo");
    app.click("tab-history").await;
    app.text("history-row", |text| text.contains(&name)).await;
    app.attribute_becomes("history-row", "data-disposition", "answered", CALL_LIMIT).await;
    assert_eq!(app.count("history-row").await, 1, "one call was made");
}
