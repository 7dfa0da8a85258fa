//! Twilio's real SDK, in a real browser, judges our signaling edge; Twilio's real library judges our voice tokens. Both judge
//! our stand-in for Twilio's cloud (`cloud`), on which everything else of ours that concerns Twilio is tested.
//!
//! The browser is driven by `tests/twilio_sdk/page/driver.mjs`. All tests share one browser, and each has a server, people
//! and pages of its own. Nothing outside this machine is reached.
#![allow(clippy::unwrap_used, clippy::large_futures, reason = "a step that fails is a failed test")]

#[path = "../support/mod.rs"]
mod support;

mod browser;
mod calls;
mod cloud;
mod crash;
mod cut;
mod digits;
mod headless;
mod mcall;
mod network;
mod office;
mod outcomes;
mod recording;
mod tokens;
mod trouble;
