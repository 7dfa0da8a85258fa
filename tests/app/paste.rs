//! What was copied in another program, pasted with the window in front and no field in the focus.

use crate::steps::{ready, turn};
use crate::support::artifacts;
use crate::support::desktop::Desktop;
use crate::support::process::{Running, wait_for};
use crate::support::webdriver::App;
use fantoccini::key::Key;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// How long another program may take to offer what it copied.
const COPY_LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn what_was_copied_elsewhere_is_pasted_into_the_field_from_anywhere() {
    let _turn = turn().await;
    let folder = artifacts("app-paste");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;

    let _number = copy(&desktop, &folder, "+966 50 123 4567");
    for (place, tab) in [("nothing", "tab-keypad"), ("a row of tabs", "tab-history"), ("settings", "tab-settings")] {
        app.click(tab).await;
        app.script("document.activeElement?.blur()").await;
        paste(&app).await;
        let pasted = "return document.querySelector('[data-testid=dial-field]')?.value";
        app.page_becomes(pasted, "+966 50 123 4567").await;
        app.attribute_becomes("tab-keypad", "aria-selected", "true", COPY_LIMIT).await;
        println!("pasted with the focus in {place}");
    }
    app.screenshot(&folder.join("1-pasted.png")).await;

    // What is pasted takes the place of what stood there; within a field it goes where the cursor is.
    let _name = copy(&desktop, &folder, "*43");
    app.script("document.activeElement?.blur()").await;
    paste(&app).await;
    app.page_becomes("return document.querySelector('[data-testid=dial-field]').value", "*43").await;
    app.click("tab-history").await;
    app.click("history-search").await;
    paste(&app).await;
    app.page_becomes("return document.querySelector('[data-testid=history-search]')?.value", "*43").await;
    app.close().await;
}

async fn paste(app: &App<'_>) {
    app.press(&[Key::Control.into(), 'v']).await;
}

/// Another program, which offers a text for as long as it runs.
fn copy(desktop: &Desktop, folder: &Path, text: &str) -> Running {
    let file = folder.join("copied.txt");
    fs::write(&file, text).expect("the folder is ours");
    let mut command = desktop.command("xclip");
    command.args(["-quiet", "-selection", "clipboard", "-in"]).arg(&file);
    let running = Running::start(&mut command, &folder.join("xclip.log"));
    wait_for("the copied text", COPY_LIMIT, || {
        let mut read = desktop.command("xclip");
        let offered = read.args(["-selection", "clipboard", "-out"]).output().expect("xclip starts");
        (offered.stdout == text.as_bytes()).then_some(())
    });
    running
}
