//! Things that fail: each is said in the window, with what to do, and nothing is lost.

use crate::steps::{CALL_LIMIT, choose_server, dial_echo, ready, sign_in, turn, words};
use crate::support::artifacts;
use crate::support::desktop::Desktop;
use crate::support::server::Server;
use crate::support::webdriver::App;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The port that the server inside the app would like.
const WANTED_PORT: u16 = 4000;
/// Marks a database as written by a program that knows more migrations than ours.
const FROM_A_NEWER_VERSION: &str = "\
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute('PRAGMA user_version = 999999999')
database.commit()
database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
";

#[tokio::test]
async fn a_taken_port_and_a_missing_keyring_are_said_and_cost_nothing() {
    let _turn = turn().await;
    let folder = artifacts("app-trouble-start");
    // If another program has the port already, that is as good.
    let _taken = TcpListener::bind(("127.0.0.1", WANTED_PORT));
    let server = Server::start(&folder);
    let agent = server.add_agent("sara", "300");
    let desktop = Desktop::without_keyring(&folder);
    let app = App::start(&desktop, &folder.join("app-first.log")).await;
    ready(&app).await;
    app.click("tab-settings").await;
    let own = format!("http://127.0.0.1:{WANTED_PORT}");
    app.text("server-address", |text| text.starts_with("http://127.0.0.1:") && text != own).await;
    app.text("server-port", |text| text.contains(&WANTED_PORT.to_string())).await;
    app.screenshot(&folder.join("1-port-taken.png")).await;

    choose_server(&app, &server).await;
    sign_in(&app, &agent).await;
    app.attribute_becomes("problem", "data-code", "keyringUnavailable", CALL_LIMIT).await;
    app.text("problem", |text| text == words("en", "error-keyringUnavailable")).await;
    app.screenshot(&folder.join("2-no-keyring.png")).await;
    app.close().await;

    let app = App::start(&desktop, &folder.join("app-second.log")).await;
    app.find("sign-in").await;
    app.screenshot(&folder.join("3-signed-out.png")).await;
    sign_in(&app, &agent).await;
    app.close().await;
}

/// The sixth to the ninth page of a database: indexes and what waits for the server.
const PAGES: std::ops::Range<usize> = 5 * 4096..9 * 4096;

#[tokio::test]
async fn a_database_that_cannot_be_used_is_named_and_left_as_it_is() {
    let _turn = turn().await;
    let folder = artifacts("app-trouble-data");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app-first.log")).await;
    ready(&app).await;
    app.close().await;

    let database = desktop.app_data().join("cache.sqlite");
    let whole = fs::read(&database).expect("the app has a database");
    make_newer(&database);
    refuses(&desktop, &folder, &database, "error-databaseTooNew").await;
    fs::write(&database, "this is no database ".repeat(100)).expect("the file is ours");
    refuses(&desktop, &folder, &database, "error-databaseUnreadable").await;

    fs::write(&database, whole).expect("the file is ours");
    let app = App::start(&desktop, &folder.join("app-last.log")).await;
    ready(&app).await;
    app.close().await;
}

#[tokio::test]
async fn a_damaged_history_is_told_and_the_app_goes_on() {
    let _turn = turn().await;
    let folder = artifacts("app-trouble-damage");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app-first.log")).await;
    ready(&app).await;
    app.close().await;

    let database = desktop.app_data().join("cache.sqlite");
    let mut damaged = fs::read(&database).expect("the app has a database");
    damaged[PAGES].fill(0xa5);
    fs::write(&database, &damaged).expect("the file is ours");
    let app = App::start(&desktop, &folder.join("app-second.log")).await;
    ready(&app).await;
    app.attribute_becomes("problem", "data-code", "historyDamaged", CALL_LIMIT).await;
    let kept = fs::read_dir(desktop.app_data()).expect("the folder is ours").flatten();
    let kept = kept.map(|entry| entry.path()).find(|path| path.display().to_string().contains("cache.sqlite.damaged-"));
    let kept = kept.expect("the damaged file is kept");
    assert_eq!(fs::read(&kept).expect("it can be read"), damaged);
    let wanted = words("en", "error-historyDamaged").replace("{ $path }", &kept.display().to_string());
    app.text("problem", |text| text.contains(&wanted)).await;
    app.screenshot(&folder.join("1-damaged.png")).await;
    dial_echo(&app).await;
    app.close().await;
}

fn make_newer(database: &Path) {
    let marked = Command::new("python3").args(["-c", FROM_A_NEWER_VERSION]).arg(database).status();
    assert!(marked.is_ok_and(|status| status.success()), "the database can be changed");
}

/// The app says what is wrong with the file, and does not touch it.
async fn refuses(desktop: &Desktop, folder: &Path, database: &Path, key: &str) {
    let before = fs::read(database).expect("the file can be read");
    let app = App::start(desktop, &folder.join(format!("{key}.log"))).await;
    let path = database.display().to_string();
    let wanted = words("en", key).replace("{ $path }", &path);
    app.text("start-failure", |text| text == wanted).await;
    app.screenshot(&folder.join(format!("{key}.png"))).await;
    app.close().await;
    assert_eq!(fs::read(database).expect("the file can be read"), before, "{key}: the file is unchanged");
}

#[tokio::test]
async fn a_server_that_stops_is_told_and_comes_back_by_itself() {
    let _turn = turn().await;
    let folder = artifacts("app-trouble-server");
    let mut server = Server::start(&folder);
    let agent = server.add_agent("sara", "300");
    let desktop = Desktop::start(&folder);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    choose_server(&app, &server).await;
    sign_in(&app, &agent).await;

    server.kill();
    app.attribute_becomes("status-strip", "data-standing", "connecting", CALL_LIMIT).await;
    app.screenshot(&folder.join("1-server-down.png")).await;
    server.restart();
    ready(&app).await;

    dial_echo(&app).await;
    server.kill();
    app.attribute_becomes("call-card", "data-state", "reconnecting", CALL_LIMIT).await;
    app.screenshot(&folder.join("2-server-down-in-a-call.png")).await;
    server.restart();
    app.find_within("ended-card", CALL_LIMIT).await;
    ready(&app).await;
    app.close().await;
}
