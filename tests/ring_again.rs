//! A call rings at a colleague whose devices lose their connection or are killed: it goes on, and afterwards every
//! device and the server tell the same of it.

#![cfg(target_os = "linux")]

mod support;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use support::artifacts;
use support::cut::Way;
use support::phone::{Phone, history, mcall, mcall_at};
use support::process::wait_for;
use support::server::{Account, Server};

/// Enough for registering, ringing and answering on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// A softphone takes a call of an earlier run for cut off after 15 seconds without a sign of life.
const CUT_OFF_SECONDS: u32 = 17;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_cut_off_while_it_rings_rings_again_and_answers() {
    let office = Office::open("ring-again");
    let way = Way::to(office.server.address()).await;
    let mut device = office.device("device", &way.url());
    let mut calling = office.call();
    let first = device.event("ringing", SOON);
    way.cut();
    assert_eq!(device.event("ended", SOON)["reason"], "signalingLost");
    let again = device.event("ringing", SOON);
    assert_eq!(again["call_id"], first["call_id"]);

    device.say("answer");
    talk(&mut calling, &mut device, 2);
    office.all_agree(&["device"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_cut_off_leaves_the_call_to_the_other_one() {
    let office = Office::open("ring-again-two");
    let way = Way::to(office.server.address()).await;
    let (one, mut other) = (office.device("one", &way.url()), office.device("other", &office.server.url()));
    let mut calling = office.call();
    one.event("ringing", SOON);
    other.event("ringing", SOON);
    way.cut();
    one.event("ended", SOON);
    one.event("ringing", SOON);

    other.say("answer");
    assert_eq!(one.event("ended", SOON)["reason"], "answeredElsewhere");
    talk(&mut calling, &mut other, 2);
    office.all_agree(&["one", "other"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_comes_back_during_the_call_does_not_end_it() {
    let office = Office::open("ring-elsewhere");
    let way = Way::to(office.server.address()).await;
    let (one, mut other) = (office.device("one", &way.url()), office.device("other", &office.server.url()));
    let mut calling = office.call();
    one.event("ringing", SOON);
    other.event("ringing", SOON);
    way.close();
    assert_eq!(one.event("ended", SOON)["reason"], "signalingLost");

    other.say("answer");
    other.event("connected", SOON);
    way.open();
    office.is_ongoing("one");
    talk(&mut calling, &mut other, 2);
    office.all_agree(&["one", "other"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_killed_while_it_rang_does_not_end_the_call_of_the_other_one() {
    let office = Office::open("ring-killed");
    let url = office.server.url();
    let (mut one, mut other) = (office.device("one", &url), office.device("other", &url));
    let mut calling = office.call();
    one.event("ringing", SOON);
    other.event("ringing", SOON);
    one.kill();

    other.say("answer");
    other.event("connected", SOON);
    for _ in 0..CUT_OFF_SECONDS {
        other.event("quality", SOON);
    }
    office.is_ongoing("one");
    talk(&mut calling, &mut other, 2);
    office.all_agree(&["one", "other"], CUT_OFF_SECONDS.into());
}

impl Way {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// Two minutes of sound are not needed: they talk for so many seconds, then the caller hangs up.
fn talk(calling: &mut Phone, answering: &mut Phone, seconds: u32) {
    for _ in 0..seconds {
        calling.event("quality", SOON);
        answering.event("quality", SOON);
    }
    calling.say("hangup");
    assert_eq!(calling.event("summary", SOON)["status"], "completed");
    assert_eq!(answering.event("summary", SOON)["status"], "completed");
}

/// A server, somebody who calls, and somebody with several devices who is called.
struct Office {
    folder: PathBuf,
    server: Server,
    caller: Account,
    callee: Account,
}

impl Office {
    fn open(name: &str) -> Self {
        let folder = artifacts(name);
        let server = Server::start(&folder);
        let (caller, callee) = (server.add_agent("caller", "201"), server.add_agent("callee", "202"));
        Self { folder, server, caller, callee }
    }

    fn data(&self, device: &str) -> PathBuf {
        self.folder.join(format!("{device}.data"))
    }

    /// A device of the callee that is ready.
    fn device(&self, name: &str, url: &str) -> Phone {
        let mut command = mcall_at(url, &["listen", "--interactive"], self.callee.username, &self.callee.password_file);
        let device = self.start(name, &mut command);
        device.event("registered", SOON);
        device
    }

    fn call(&self) -> Phone {
        self.start("caller", &mut mcall(&["call", "202", "--interactive"], &self.server, &self.caller))
    }

    fn start(&self, name: &str, command: &mut std::process::Command) -> Phone {
        command.args(["--audio-in", "none", "--audio-out", "none", "--data-dir"]).arg(self.data(name));
        Phone::start(name, &self.folder, command.stdin(Stdio::piped()))
    }

    /// The device is started over its own history and brings it in step with the server's: the call goes on.
    fn is_ongoing(&self, device: &str) {
        let [row] = &history(&self.server, &self.callee, &self.data(device), &self.folder)[..] else {
            panic!("one call was made");
        };
        assert_eq!(row["disposition"], "ongoing");
        let [call] = &self.server.calls(&self.server.sign_in(&self.callee))[..] else { panic!("one call was made") };
        assert_eq!(call["status"], "in-progress");
    }

    /// One call was made, it took at least so many seconds, and everybody tells the same of it.
    fn all_agree(&self, devices: &[&str], seconds: u64) {
        agree(&self.server, &self.caller, &[self.data("caller")], &self.folder, seconds);
        let devices: Vec<PathBuf> = devices.iter().map(|device| self.data(device)).collect();
        agree(&self.server, &self.callee, &devices, &self.folder, seconds);
    }
}

fn agree(server: &Server, account: &Account, devices: &[PathBuf], folder: &Path, seconds: u64) {
    let token = server.sign_in(account);
    let kept = wait_for("the end of the call", SOON, || {
        let calls = server.calls(&token);
        calls.iter().all(|call| call["endedAt"] != Value::Null).then_some(calls)
    });
    let [kept] = kept.as_slice() else { panic!("one call was made, the server keeps {kept:?}") };
    assert_eq!(kept["status"], "completed");
    assert!(kept["durationSeconds"].as_u64() >= Some(seconds), "{kept}");
    for data in devices {
        let rows = history(server, account, data, folder);
        println!("server: {kept}\n{}: {rows:?}", data.display());
        let [row] = rows.as_slice() else { panic!("one call was made, the device keeps {rows:?}") };
        assert_eq!(row["call_id"], kept["id"]);
        assert_eq!(row["disposition"], "answered");
        assert_eq!(row["started_at"], kept["createdAt"]);
        assert_eq!(row["duration_seconds"], kept["durationSeconds"]);
        assert_eq!(row["synced"], true);
    }
}
