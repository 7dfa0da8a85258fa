//! The window comes and goes; the phone behind it stays until it is told to quit.

use crate::steps::{CALL_LIMIT, choose_language, dial_echo, ready, turn, turn_processing_off, words};
use crate::support::desktop::Desktop;
use crate::support::notices;
use crate::support::process::{Running, children_of, runs, signal, wait_for};
use crate::support::sound::{self, Ear};
use crate::support::tray::Tray;
use crate::support::webdriver::App;
use crate::support::{artifacts, program, speech};
use std::path::Path;
use std::time::Duration;

/// What the tray offers.
const SHOW: &str = "Show Mobile Call";
const QUIT: &str = "Quit";
/// How long the app may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_closed_window_leaves_the_call_alone_and_comes_back_as_it_was() {
    let _turn = turn().await;
    let folder = artifacts("app-window");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    choose_language(&app, "en", "ltr").await;
    turn_processing_off(&app).await;
    dial_echo(&app).await;
    app.click("digits").await;
    app.click("digit-5").await;
    app.text("digits-sent", |text| text == "5").await;
    let tray = Tray::of(&desktop, desktop.wait_for_app_window().process);
    desktop.close_app_window();
    is_shown(&app, false).await;

    let said = speech::write(speech::CALLER, &folder, "said.wav");
    let ear = Ear::open(&desktop);
    let _voice = sound::speak(&desktop, &said, &folder.join("paplay.log"));
    ear.wait_for_sound(Duration::from_secs(2), CALL_LIMIT);

    tray.choose(SHOW);
    is_as_it_was(&app, &desktop).await;
    app.screenshot(&folder.join("1-back-from-the-tray.png")).await;
    desktop.close_app_window();
    start_again(&desktop, &folder, "second", &[]);
    is_as_it_was(&app, &desktop).await;
    app.click("hangup").await;
    app.gone("call-card").await;
    app.close().await;
}

async fn is_shown(app: &App<'_>, shown: bool) {
    app.page_becomes("return document.visibilityState", if shown { "visible" } else { "hidden" }).await;
}

/// The window shows the same call with the same part open, and goes on.
async fn is_as_it_was(app: &App<'_>, desktop: &Desktop) {
    desktop.wait_for_app_window();
    is_shown(app, true).await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
    app.text("digits-sent", |text| text == "5").await;
    let shown = app.attribute("call-timer", "datetime").await;
    app.attribute_changes("call-timer", "datetime", shown).await;
}

/// A further start finds the running app and ends itself.
fn start_again(desktop: &Desktop, folder: &Path, name: &str, arguments: &[&str]) {
    let mut command = desktop.command(program("mobile-call"));
    let mut second = Running::start(command.args(arguments), &folder.join(format!("{name}.log")));
    assert!(second.wait(GOODBYE).success(), "the {name} start ends well");
}

#[tokio::test]
async fn a_start_while_the_app_ends_is_made_up_for() {
    let _turn = turn().await;
    let folder = artifacts("app-again");
    let desktop = Desktop::start(&folder);
    let first = Running::start(&mut desktop.command(program("mobile-call")), &folder.join("app-0.log"));
    let mut process = desktop.wait_for_app_window().process;
    assert_eq!(process, first.id());
    let mut starts = vec![first];
    for round in 1..=3 {
        signal(process, "TERM");
        let mut command = desktop.command(program("mobile-call"));
        let mut again = Running::start(&mut command, &folder.join(format!("app-{round}.log")));
        let next = wait_for("the window of the next start", GOODBYE * 2, || {
            let shown = desktop.app_window()?.process;
            (shown != process).then_some(shown)
        });
        assert!(next == again.id() || again.wait(GOODBYE).success(), "a start that is made up for ends well");
        wait_for("the app to end", GOODBYE, || (!runs(process)).then_some(()));
        process = next;
        // One that was not handed over goes on.
        starts.push(again);
    }
    signal(process, "TERM");
    wait_for("the last one to end", GOODBYE, || (!runs(process)).then_some(()));
}

#[tokio::test]
async fn the_app_lives_in_the_tray_until_it_is_quit() {
    let _turn = turn().await;
    let folder = artifacts("app-tray");
    let desktop = Desktop::start(&folder);
    let mut command = desktop.command(program("mobile-call"));
    let mut app = Running::start(command.arg("--hidden"), &folder.join("app.log"));
    let tray = Tray::of(&desktop, app.id());
    assert_eq!(tray.labels(), [SHOW, QUIT]);
    start_again(&desktop, &folder, "hidden", &["--hidden"]);
    assert!(desktop.app_window().is_none(), "it was started without a window");

    tray.choose(SHOW);
    let window = desktop.wait_for_app_window();
    assert_eq!(window.process, app.id());
    desktop.close_app_window();
    assert!(app.is_running(), "closing the window does not end the app");
    start_again(&desktop, &folder, "second", &[]);
    assert_eq!(desktop.wait_for_app_window().process, app.id());
    desktop.screenshot(&folder.join("1-shown.png"));

    let helpers = children_of(app.id());
    assert!(!helpers.is_empty(), "the page runs in processes of its own");
    tray.choose(QUIT);
    assert_eq!(app.wait(GOODBYE).code(), Some(0));
    wait_for("the page's processes to end", GOODBYE, || (!helpers.iter().any(|helper| runs(*helper))).then_some(()));
    assert!(desktop.app_window().is_none());
}

#[tokio::test]
async fn quitting_in_a_call_is_asked_for_and_closing_is_explained_once() {
    let _turn = turn().await;
    let folder = artifacts("app-quit");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    choose_language(&app, "en", "ltr").await;
    dial_echo(&app).await;
    let process = desktop.wait_for_app_window().process;
    let tray = Tray::of(&desktop, process);

    desktop.close_app_window();
    let notice = notices::wait_for_number(&desktop, 1);
    assert_eq!(notice.title, words("en", "notify-still-running"));
    assert_eq!(notice.text, words("en", "notify-still-running-no-tray"), "nothing shows icons on this desktop");

    // From the tray, with the window closed: it comes back and asks.
    tray.choose(QUIT);
    desktop.wait_for_app_window();
    app.find("quit-dialog").await;
    app.screenshot(&folder.join("1-asked.png")).await;
    app.click("quit-cancel").await;
    app.gone("quit-dialog").await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;

    desktop.close_app_window();
    tray.choose(QUIT);
    app.find("quit-dialog").await;
    assert_eq!(notices::shown(&desktop).len(), 1, "closing is explained once");
    // In a moment, because a page that is gone answers nothing.
    app.script("setTimeout(() => document.querySelector('[data-testid=quit-confirm]').click(), 300)").await;
    // The driver may leave what has ended in the list of processes, without a command line.
    let command_line = || std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    wait_for("the app to end", GOODBYE, || command_line().is_empty().then_some(()));
}
