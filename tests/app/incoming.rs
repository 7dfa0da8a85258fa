//! Calls that come through a company's server, for an agent who works in Persian.

use crate::steps::{CALL_LIMIT, choose_language, choose_server, ready, sign_in, turn, turn_processing_off, words};
use crate::support::desktop::Desktop;
use crate::support::notices;
use crate::support::phone::{Phone, mcall};
use crate::support::process::wait_for;
use crate::support::server::{Account, Server};
use crate::support::sound::{self, Ear, SAME_SPEECH};
use crate::support::tray::Tray;
use crate::support::webdriver::App;
use crate::support::{artifacts, speech};
use fantoccini::key::Key;
use std::path::{Path, PathBuf};
use std::time::Duration;

const LANGUAGE: &str = "fa";
const AGENT: &str = "سارا احمدی";
const CALLER: &str = "مریم رضایی";

/// The far end of the calls.
struct Caller {
    server: Server,
    account: Account,
    folder: PathBuf,
    calls: u32,
}

impl Caller {
    /// Calls the agent, speaking and recording.
    fn call(&mut self) -> Phone {
        self.calls += 1;
        let name = format!("caller-{}", self.calls);
        let mut command = mcall(&["call", "300"], &self.server, &self.account);
        command.arg("--audio-in").arg(self.folder.join("caller-says.wav"));
        command.arg("--audio-out").arg(self.folder.join(format!("{name}-hears.wav")));
        let phone = Phone::start(&name, &self.folder, &mut command);
        phone.event("ringing", CALL_LIMIT);
        phone
    }
}

#[tokio::test]
async fn calls_come_through_the_server_of_a_company() {
    let _turn = turn().await;
    let folder = artifacts("app-incoming");
    let server = Server::start(&folder);
    let agent = server.add_person("sara", AGENT, "300");
    let account = server.add_person("maryam", CALLER, "301");
    speech::write(speech::CALLER, &folder, "caller-says.wav");
    let mut caller = Caller { server, account, folder: folder.clone(), calls: 0 };
    let desktop = Desktop::start(&folder);

    let app = App::start(&desktop, &folder.join("app-first.log")).await;
    ready(&app).await;
    choose_language(&app, LANGUAGE, "rtl").await;
    turn_processing_off(&app).await;
    choose_server(&app, &caller.server).await;
    a_wrong_password_costs_nothing(&app, &agent, &folder).await;
    sign_in(&app, &agent).await;
    app.screenshot(&folder.join("2-ready.png")).await;

    a_call_is_answered(&app, &desktop, &mut caller).await;
    a_call_is_missed(&app, &desktop, &mut caller).await;
    app.close().await;

    let app = App::start(&desktop, &folder.join("app-second.log")).await;
    ready(&app).await;
    app.text("status-strip", |text| text.contains(AGENT)).await;
    assert!(!app.has("sign-in").await, "the session was kept");
    in_history(&app, &["missed", "answered"]).await;
    without_notifications_the_window_rings(&app, &desktop, &mut caller).await;
    app.close().await;
}

async fn a_wrong_password_costs_nothing(app: &App<'_>, agent: &Account, folder: &Path) {
    app.type_into("sign-in-username", agent.username).await;
    app.type_into("sign-in-password", "wrong").await;
    app.click("sign-in-submit").await;
    let refusal = words(LANGUAGE, "error-wrongCredentials");
    app.text("sign-in-error", |text| text == refusal).await;
    assert_eq!(app.value("sign-in-username").await, agent.username);
    assert_eq!(app.value("sign-in-password").await, "wrong", "a slip can be mended");
    app.screenshot(&folder.join("1-wrong-password.png")).await;
}

/// Rings, is announced, answered by key, heard on both sides, hung up by key, and found in the history.
async fn a_call_is_answered(app: &App<'_>, desktop: &Desktop, caller: &mut Caller) {
    let folder = caller.folder.clone();
    let ear = Ear::open(desktop);
    let mut phone = caller.call();
    app.find("incoming-card").await;
    app.text("call-name", |text| text == CALLER).await;
    app.text("call-address", |text| text == "301").await;
    let notice = notices::wait_for_number(desktop, 1);
    assert_eq!((notice.title, notice.text), (contained(CALLER), words(LANGUAGE, "notify-incoming")));
    ear.wait_for_sound(Duration::from_secs(1), CALL_LIMIT);
    app.screenshot(&folder.join("3-incoming.png")).await;
    desktop.screenshot(&folder.join("4-incoming-desktop.png"));

    app.press(&[Key::Enter.into()]).await;
    app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
    notices::wait_for_visible(desktop, 0);
    phone.event("connected", CALL_LIMIT);
    let said = speech::write(speech::CALLEE, &folder, "agent-says.wav");
    let _voice = sound::speak(desktop, &said, &folder.join("paplay.log"));
    ear.wait_for_speech(&speech::samples_for_ears(speech::CALLER), Duration::from_secs(30));
    // The caller hears the agent from a little later on.
    ear.since(ear.now(), Duration::from_secs(4));
    ear.save(&folder.join("agent-hears.wav"));
    app.screenshot(&folder.join("5-call.png")).await;

    app.press(&[Key::Control.into(), '.']).await;
    let summary = phone.event("summary", CALL_LIMIT);
    assert_eq!(summary["status"], "completed");
    assert!(phone.ended(CALL_LIMIT).success());
    let agent_said = speech::samples_for_ears(speech::CALLEE);
    let likeness = sound::likeness_of_recording(&agent_said, &folder.join("caller-1-hears.wav"));
    assert!(likeness > SAME_SPEECH, "the caller did not hear what was said ({likeness:.3})");
    app.find("ended-card").await;
    app.screenshot(&folder.join("6-ended.png")).await;
    in_history(app, &["answered"]).await;
    app.click("tab-keypad").await;
}

/// The caller gives up: the notification goes, another one and the badge tell of it until the history is looked at.
async fn a_call_is_missed(app: &App<'_>, desktop: &Desktop, caller: &mut Caller) {
    let mut phone = caller.call();
    app.find("incoming-card").await;
    notices::wait_for_number(desktop, 2);
    notices::wait_for_visible(desktop, 1);
    phone.interrupt();
    app.gone("incoming-card").await;
    let notice = notices::wait_for_number(desktop, 3);
    assert_eq!((notice.title, notice.text), (contained(CALLER), words(LANGUAGE, "notify-missed")));
    notices::wait_for_visible(desktop, 1);
    phone.ended(CALL_LIMIT);
    app.text("missed-badge", |text| text.contains('۱')).await;
    let tray = Tray::of(desktop, desktop.wait_for_app_window().process);
    assert_eq!(tray.text(), "۱", "the tray counts it too");
    app.screenshot(&caller.folder.join("7-missed.png")).await;
    in_history(app, &["missed", "answered"]).await;
    app.gone("missed-badge").await;
    wait_for("the tray to forget it", CALL_LIMIT, || tray.text().is_empty().then_some(()));
    app.screenshot(&caller.folder.join("8-history.png")).await;
    notices::close_all(desktop);
}

/// The calls of the history, the latest first, all from the caller.
async fn in_history(app: &App<'_>, dispositions: &[&str]) {
    app.click("tab-history").await;
    let wanted: Vec<_> = dispositions.iter().map(|disposition| format!("incoming {disposition}")).collect();
    let rows = "[...document.querySelectorAll('[data-testid=history-row]')]";
    let script = format!("return {rows}.map(row => `${{row.dataset.direction}} ${{row.dataset.disposition}}`).join()");
    app.page_becomes(&script, &wanted.join(",")).await;
    app.text("history-row", |text| text.contains(CALLER)).await;
}

async fn without_notifications_the_window_rings(app: &App<'_>, desktop: &Desktop, caller: &mut Caller) {
    app.click("tab-settings").await;
    app.click("setting-notifications").await;
    app.attribute_becomes("setting-notifications", "aria-checked", "false", CALL_LIMIT).await;
    app.screenshot(&caller.folder.join("9-settings.png")).await;
    let before = notices::shown(desktop);
    let ear = Ear::open(desktop);
    let mut phone = caller.call();
    app.find("incoming-card").await;
    ear.wait_for_sound(Duration::from_secs(1), CALL_LIMIT);
    app.click("decline").await;
    app.gone("incoming-card").await;
    ear.wait_for_silence(Duration::from_secs(1), CALL_LIMIT);
    assert_eq!(phone.ended(CALL_LIMIT).code(), Some(4), "the caller is told of the refusal");
    in_history(app, &["declined", "missed", "answered"]).await;
    assert_eq!(notices::shown(desktop), before, "nothing was announced");
}

/// A name as it stands beside other text: it turns nothing around.
fn contained(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}
