//! Nothing is lost when a program is killed in a call: afterwards the history of the agent's own device and that of the
//! server tell the same.

#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use support::artifacts;
use support::phone::{Phone, history, mcall};
use support::process::wait_for;
use support::server::{Account, Server};

/// Enough for registering, ringing and answering on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// The edge waits thirty seconds for a softphone that vanished; so does a softphone for its server.
const GIVEN_UP: Duration = Duration::from_secs(75);
/// A softphone takes a call of an earlier run for cut off after 15 seconds without a sign of life.
const CUT_OFF_SECONDS: u32 = 17;

#[test]
fn a_killed_softphone_loses_no_call() {
    let folder = artifacts("crash-softphone");
    let server = Server::start(&folder);
    let call = Talking::start(&folder, &server);
    let Talking { caller, callee, mut calling, mut listening } = call;

    calling.kill();
    // The server waits for a device that is away; one that is started meanwhile must not end the call for it.
    for _ in 0..CUT_OFF_SECONDS {
        listening.event("quality", SOON);
    }
    let [row] = &history(&server, &caller, &data_dir(&caller, &folder), &folder)[..] else { panic!("one call") };
    assert_eq!(row["disposition"], "ongoing");
    listening.event("summary", GIVEN_UP);
    listening.ended(SOON);

    let outgoing = both_agree(&server, &caller, &folder);
    assert_eq!(outgoing["direction"], "outbound");
    assert!(outgoing["durationSeconds"].as_u64() >= Some(30), "the server has waited");
    let incoming = both_agree(&server, &callee, &folder);
    assert_eq!(incoming["direction"], "inbound");
}

#[test]
fn a_killed_server_loses_no_call() {
    let folder = artifacts("crash-server");
    let mut server = Server::start(&folder);
    let call = Talking::start(&folder, &server);
    let Talking { caller, callee, mut calling, mut listening } = call;

    server.kill();
    server.restart();
    calling.event("summary", GIVEN_UP);
    calling.ended(SOON);
    listening.event("summary", GIVEN_UP);
    listening.ended(SOON);

    both_agree(&server, &caller, &folder);
    both_agree(&server, &callee, &folder);
}

/// Two softphones in a call.
struct Talking {
    caller: Account,
    callee: Account,
    calling: Phone,
    listening: Phone,
}

impl Talking {
    fn start(folder: &Path, server: &Server) -> Self {
        let (caller, callee) = (server.add_agent("caller", "201"), server.add_agent("callee", "202"));
        let mut listening = mcall(&["listen", "--auto-answer", "--once"], server, &callee);
        let listening = Phone::start("callee", folder, without_sound(&mut listening, &callee, folder));
        listening.event("registered", SOON);
        let mut calling = mcall(&["call", "202"], server, &caller);
        let calling = Phone::start("caller", folder, without_sound(&mut calling, &caller, folder));
        calling.event("connected", SOON);
        listening.event("connected", SOON);
        // The first second of both: media flows, and the server has marked the call as alive.
        calling.event("quality", SOON);
        listening.event("quality", SOON);
        Self { caller, callee, calling, listening }
    }
}

fn without_sound<'a>(command: &'a mut Command, account: &Account, folder: &Path) -> &'a mut Command {
    command.args(["--audio-in", "none", "--audio-out", "none", "--data-dir"]).arg(data_dir(account, folder))
}

fn data_dir(account: &Account, folder: &Path) -> PathBuf {
    folder.join(format!("{}.data", account.username))
}

/// Starts the softphone again over its own history, and compares that with what the server has; returns the server's
/// record of the one call.
fn both_agree(server: &Server, account: &Account, folder: &Path) -> Value {
    // The server closes a call whose softphone vanished only after waiting for it.
    let token = server.sign_in(account);
    let kept = wait_for("the server to close the call", GIVEN_UP, || {
        let calls = server.calls(&token);
        let closed = calls.iter().all(|call| call["status"] == "completed");
        (closed && !calls.is_empty()).then_some(calls)
    });
    let [kept] = kept.as_slice() else { panic!("one call was made, the server keeps {kept:?}") };

    let mut history = mcall(&["history"], server, account);
    let history = history.arg("--data-dir").arg(data_dir(account, folder));
    let mut history = Phone::start(&format!("{}-history", account.username), folder, history);
    let row = history.event("call", GIVEN_UP);
    assert!(history.ended(SOON).success(), "the history is printed");
    println!("server: {kept}\nsoftphone: {row}");
    assert_eq!(row["call_id"], kept["id"], "both know it by the same id");
    assert_eq!(row["started_at"], kept["createdAt"], "and the same start");
    assert_eq!(row["duration_seconds"], kept["durationSeconds"], "and the same duration");
    assert_eq!(row["disposition"], "answered");
    assert_eq!(row["synced"], true, "nothing waits to be sent");
    kept.clone()
}
