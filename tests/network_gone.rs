//! A network that is gone under a call, and comes back.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

#[path = "twilio_sdk/cut.rs"]
mod cut;
mod support;

use cut::{MediaWay, Way};
use mobilecall_testkit::{PASSWORD, TestServer};
use std::fs;
use std::time::{Duration, Instant};
use support::artifacts;
use support::phone::{Phone, mcall_at};

/// Enough for what happens by itself on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// How long the network is gone.
const GONE: Duration = Duration::from_secs(30);
/// From its return until calls can come again.
const REGISTERED_WITHIN: Duration = Duration::from_secs(3);
/// From its return until the call is heard again: the server keeps it for as long as it was gone, and little longer.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// Packets of the echo that came so far.
fn received(phone: &Phone) -> u64 {
    phone.event("quality", SOON)["packets_received"].as_u64().expect("a count")
}

/// Waits until a second brings all but a few of its fifty packets.
fn hears(phone: &Phone) {
    let mut before = received(phone);
    for _ in 0..10 {
        let now = received(phone);
        if now >= before + 40 {
            return;
        }
        before = now;
    }
    panic!("nothing is heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_call_goes_on_after_half_a_minute_without_a_network() {
    let folder = artifacts("network-gone-for-half-a-minute");
    let media = MediaWay::open().await;
    let server = TestServer::builder().tls().config(media.lead()).start().await;
    let company = server.company("Acme").await;
    let alice = server.agent(&company, "alice", "101").await;
    let way = Way::to(server.address()).await;

    let password = folder.join("password");
    fs::write(&password, PASSWORD).unwrap();
    let url = format!("https://localhost:{}", way.address.port());
    let mut command = mcall_at(&url, &["call", "*43"], alice.username(), &password);
    command.args(["--audio-in", "none", "--audio-out", "none", "-v", "--ca"]);
    command.arg(server.ca_file().expect("the server speaks TLS"));
    let mut phone = Phone::start("mcall", &folder, &mut command);
    phone.event("connected", SOON);
    hears(&phone);

    way.set(false);
    media.set_all(false);
    let gone = Instant::now();
    phone.event("reconnecting", SOON);
    phone.event("unregistered", SOON);
    // The outage is what is tested.
    tokio::time::sleep_until((gone + GONE).into()).await;

    way.set(true);
    media.set_all(true);
    let back = Instant::now();
    phone.event("registered", REGISTERED_WITHIN);
    let registered = back.elapsed();
    phone.event("reconnected", HEARD_WITHIN);
    let heard = back.elapsed();
    println!("registered after {registered:?}, heard after {heard:?}");
    assert!(registered <= REGISTERED_WITHIN && heard <= HEARD_WITHIN);
    hears(&phone);
    phone.interrupt();
    let ended = phone.event("ended", SOON);
    assert_eq!(ended["reason"], "localHangup", "it was one call from the first to the last");
    assert!(phone.ended(SOON).success());
}
