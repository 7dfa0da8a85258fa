//! What agents do in every test.

use crate::support::desktop::{Desktop, SoundServer};
use crate::support::server::{Account, Server};
use crate::support::source;
use crate::support::webdriver::App;
use std::time::Duration;
use tokio::sync::MutexGuard;

/// The app starts a backend, makes its agent, signs in and registers.
pub(crate) const READY_LIMIT: Duration = Duration::from_secs(40);
/// A call to the echo test needs no one to answer.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(20);

/// Two desktops at once would only slow each other down.
static ONE_DESKTOP: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Waits for the turn of a test.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    ONE_DESKTOP.lock().await
}

pub(crate) async fn ready(app: &App<'_>) {
    app.find_within("status-strip", READY_LIMIT).await;
    app.attribute_becomes("status-strip", "data-standing", "ready", READY_LIMIT).await;
}

pub(crate) async fn choose_language(app: &App<'_>, language: &str, direction: &str) {
    app.click("tab-settings").await;
    app.click(&format!("setting-language-{language}")).await;
    app.page_becomes("return document.documentElement.dir", direction).await;
    assert_eq!(app.script("return document.documentElement.lang").await, language);
    app.click("tab-keypad").await;
}

/// What the echo test sends back is one's own voice, which the echo canceller and the noise suppression are there to
/// remove: they are judged by tests of their own.
pub(crate) async fn turn_processing_off(app: &App<'_>) {
    app.click("tab-settings").await;
    for setting in ["setting-echo", "setting-noise", "setting-gain"] {
        app.click(setting).await;
        app.attribute_becomes(setting, "aria-checked", "false", CALL_LIMIT).await;
    }
    app.click("tab-keypad").await;
}

/// Dials `*43` as a person would and sees the timer run.
pub(crate) async fn dial_echo(app: &App<'_>) {
    app.type_into("dial-field", "*43").await;
    app.text("preview", |text| text.contains("*43")).await;
    app.click("dial-button").await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
    let first = app.attribute("call-timer", "datetime").await;
    app.attribute_changes("call-timer", "datetime", first).await;
}

/// Chooses a company's server in the settings, by its address as people write it; the form to sign in appears, and takes
/// the name without a click.
pub(crate) async fn choose_server(app: &App<'_>, server: &Server) {
    app.click("tab-settings").await;
    app.click("setting-server-remote").await;
    app.retype("setting-server-url", server.url().trim_start_matches("http://")).await;
    app.click("server-apply").await;
    app.find("sign-in").await;
    app.page_becomes("return document.activeElement?.dataset.testid", "sign-in-username").await;
}

/// Signs in at a company's server.
pub(crate) async fn sign_in(app: &App<'_>, account: &Account) {
    app.retype("sign-in-username", account.username).await;
    app.retype("sign-in-password", &account.password()).await;
    app.click("sign-in-submit").await;
    ready(app).await;
}

/// The sound settings show one stream of the app, by its name, on the server that this test is about.
pub(crate) fn shows_one_stream(desktop: &Desktop, sound: SoundServer) {
    let server = desktop.output("pactl", &["info"]);
    println!("{}", server.lines().find(|line| line.starts_with("Server Name")).expect("the server has a name"));
    assert_eq!(server.contains("PipeWire"), sound == SoundServer::PipeWire);
    let streams = desktop.output("pactl", &["list", "sink-inputs"]);
    assert_eq!(streams.matches("application.name = \"Mobile Call\"").count(), 1, "{streams}");
}

/// A text of the app in a language.
pub(crate) fn words(language: &str, key: &str) -> String {
    let words = source(&format!("assets/locales/{language}.ftl"));
    let words = std::fs::read_to_string(words).expect("the language has words");
    let text = words.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    text.unwrap_or_else(|| panic!("{language} has no words for {key}")).to_owned()
}
