//! What agents do in every test.

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

pub(crate) async fn ready(app: &App) {
    app.find_within("status-strip", READY_LIMIT).await;
    app.attribute_becomes("status-strip", "data-standing", "ready", READY_LIMIT).await;
}

pub(crate) async fn choose_language(app: &App, language: &str, direction: &str) {
    app.click("tab-settings").await;
    app.click(&format!("setting-language-{language}")).await;
    app.page_becomes("return document.documentElement.dir", direction).await;
    assert_eq!(app.script("return document.documentElement.lang").await, language);
    app.click("tab-keypad").await;
}

/// A text of the app in a language.
pub(crate) fn words(language: &str, key: &str) -> String {
    let words = source(&format!("assets/locales/{language}.ftl"));
    let words = std::fs::read_to_string(words).expect("the language has words");
    let text = words.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    text.unwrap_or_else(|| panic!("{language} has no words for {key}")).to_owned()
}
