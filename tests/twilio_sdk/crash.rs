//! A browser that crashes takes no later test with it.

use crate::browser::Browser;
use serde_json::json;

#[tokio::test]
async fn a_browser_that_crashed_is_launched_again() {
    let browser: &'static Browser = Box::leak(Box::new(Browser::start("twilio-sdk-crash")));
    let lost = browser.page().await;
    browser.ask("crash", json!({})).await.expect("it crashes");
    let gone = browser.ask("call", json!({"page": 1, "name": "hears", "args": []})).await;
    assert!(gone.is_err(), "its pages are gone with it");
    drop(lost);
    let _page = browser.page().await;
}
