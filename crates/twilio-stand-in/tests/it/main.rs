//! The stand-in as a whole: a softphone's line and media on loopback, an application that answers its webhooks, and
//! telephones that speak.
#![allow(clippy::unwrap_used, reason = "a step that fails is a failed test")]

mod application;
mod beside;
mod calls;
mod rest;
mod softphone;

use application::Application;
use mobilecall_twilio_stand_in::{Account, Config, Phone, StandIn, Then, Voice};
use std::f32::consts::TAU;
use std::time::Duration;

/// Longest wait for anything that should happen. Reached only when it does not happen.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// The account's number.
const OWN: &str = "+966112345678";
/// Somebody's telephone.
const SARA: &str = "+966501234567";

/// Waits at most [`TIME_LIMIT`].
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(TIME_LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not happen within {TIME_LIMIT:?}"),
    }
}

/// An application, and Twilio that asks it.
async fn start() -> (StandIn, Application) {
    let application = Application::start().await;
    let account = Account::example(7, OWN, &application.url);
    application.trusts(&account);
    let stand_in = StandIn::start(Config::loopback(account)).await.unwrap();
    let phone =
        Phone { rings: Duration::from_millis(20), then: Then::Answers, says: Some(tone(440.0)), hangs_up_after: None };
    stand_in.set_phone(SARA, phone).await;
    (stand_in, application)
}

/// A minute of a tone.
fn tone(hertz: f32) -> Voice {
    Voice::new((0..60 * 48_000).map(|index| 0.4 * (TAU * hertz * index as f32 / 48_000.0).sin()).collect::<Vec<_>>())
}

/// How much of the sound of the last 200 ms is this tone, from 0 to 1 (by Goertzel's algorithm); 0 for near silence.
fn share_of(samples: &[f32], hertz: f32) -> f32 {
    let last = &samples[samples.len().saturating_sub(9_600)..];
    let power = last.iter().map(|sample| sample * sample).sum::<f32>() / last.len().max(1) as f32;
    let turn = |index: usize| TAU * hertz * index as f32 / 48_000.0;
    let along = |wave: fn(f32) -> f32| last.iter().enumerate().map(|(at, it)| it * wave(turn(at))).sum::<f32>();
    let (re, im) = (along(f32::cos), along(f32::sin));
    let tone = 2.0 * (re * re + im * im) / (last.len().max(1) as f32).powi(2);
    if power < 1e-4 { 0.0 } else { tone / power }
}
