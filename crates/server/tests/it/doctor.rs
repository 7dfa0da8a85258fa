//! The account at Twilio is checked by the program as it was built.

use crate::program::{add_user, command, database_url};
use mobilecall_twilio_stand_in::{Account, Config, StandIn, Target};
use std::{path::Path, process::Output};

const NUMBER: &str = "+966112345678";
const BASE: &str = "https://calls.example.com";

/// Runs `doctor` with the account's values in the environment.
async fn doctor(directory: &Path, stand_in: &StandIn, more: &[&str]) -> Output {
    let account = stand_in.account();
    let mut command = command();
    command.args(["doctor", "--database-url", &database_url(directory)]).args(more);
    for (name, value) in [
        ("TWILIO_ACCOUNT_SID", account.sid.to_string()),
        ("TWILIO_AUTH_TOKEN", account.auth_token.expose().clone()),
        ("TWILIO_PHONE_NUMBER", NUMBER.to_owned()),
        ("TWILIO_API_KEY", account.key.sid.to_string()),
        ("TWILIO_API_SECRET", account.key.secret.expose().clone()),
        ("TWILIO_TWIML_APP_SID", account.applications[0].sid.to_string()),
        ("TWILIO_API_URL", stand_in.api_url()),
        ("PUBLIC_BASE_URL", BASE.to_owned()),
    ] {
        command.env(name, value);
    }
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_right_and_what_to_change_is_printed() {
    let directory = tempfile::tempdir().unwrap();
    let good = StandIn::start(Config::loopback(Account::example(7, NUMBER, BASE))).await.unwrap();
    let output = doctor(directory.path(), &good, &[]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text} {output:?}");
    assert!(text.starts_with("right      Public address: ") && text.ends_with("\nAll is right.\n"), "{text}");
    assert!(!directory.path().join("backend.sqlite").exists(), "it makes no database");

    let mut account = Account::example(7, NUMBER, BASE);
    account.applications[0].voice.url = Some(Target::post("https://old.example.com/voice"));
    let bad = StandIn::start(Config::loopback(account)).await.unwrap();
    let output = doctor(directory.path(), &bad, &[]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let expected = "CHANGE     TwiML app, request URL: it is https://old.example.com/voice, which is not this server's\n           \
                    Enter https://calls.example.com/api/calls/webhook/outbound with HTTP POST in Twilio's console: ";
    assert!(text.contains(expected) && text.ends_with("\n1 thing to change.\n"), "{text}");
    for secret in [bad.account().auth_token.expose(), bad.account().key.secret.expose()] {
        assert!(!text.contains(secret.as_str()) && !String::from_utf8_lossy(&output.stderr).contains(secret.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_account_is_checked_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let more = ["--username", "alice", "--company", "Acme", "--create-company", "--region", "AE"];
    assert!(add_user(directory.path(), &more).status.success());
    let stand_in = StandIn::start(Config::loopback(Account::example(7, NUMBER, BASE))).await.unwrap();
    let output = doctor(directory.path(), &stand_in, &["--company", "Acme"]).await;
    let text = said(&output);
    assert_eq!(output.status.code(), Some(0), "{text} {output:?}");
    assert!(text.contains("Calls to your country: the account may call ordinary numbers of AE"), "{text}");
    let output = doctor(directory.path(), &stand_in, &["--company", "Nowhere"]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no company 'Nowhere': there is 'Acme'"));
}
