//! Calls over the public network: `mcall`, a server that is set up for Twilio, and the stand-in for Twilio's cloud.

use crate::{
    audio::write_wav,
    office::{NO_SOUND, Office},
    program::{Outcome, Running, run, start},
};
use mobilecall_backend::TwilioSettings;
use mobilecall_testkit::{TestServer, eventually};
use mobilecall_twilio_stand_in::{Account, Config, Phone, StandIn, Then, Voice};
use reqwest::header;
use serde_json::Value;
use std::{f32::consts::TAU, path::PathBuf};
use tokio::net::TcpListener;

/// The company's number.
const OWN: &str = "+966112345678";
/// Somebody's telephone.
const SARA: &str = "+966501234567";
/// What her telephone says, and what agents say.
const SARA_HZ: f32 = 440.0;
const AGENT_HZ: f32 = 700.0;

/// An office whose server has an account at Twilio.
struct Exchange {
    office: Office,
    twilio: StandIn,
}

impl Exchange {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let twilio = StandIn::start(Config::loopback(Account::example(7, OWN, &base))).await.unwrap();
        let sara = Phone { says: Some(tone(SARA_HZ)), ..Phone::default() };
        twilio.set_phone(SARA, sara).await;
        let settings = settings(twilio.account(), &base);
        let (api, signaling) = (twilio.api_url(), twilio.signaling_url());
        let server = TestServer::builder().listener(listener).config(move |config| {
            config.twilio.settings = settings;
            config.twilio.api_url = Some(api.parse().unwrap());
            config.twilio.signaling_url = Some(signaling.parse().unwrap());
        });
        Self { office: Office::with(server).await, twilio }
    }

    /// Says a tone and keeps what is heard; gives the file too.
    fn sound(&self, who: &str) -> ([String; 4], PathBuf) {
        let (said, heard) = (self.office.folder().join("said.wav"), self.office.folder().join(format!("{who}.wav")));
        let samples: Vec<i16> = tone(AGENT_HZ).samples().iter().map(|sample| (sample * 32_767.0) as i16).collect();
        write_wav(&said, &samples);
        let file = |path: &PathBuf| path.to_str().unwrap().to_owned();
        (["--audio-in".to_owned(), file(&said), "--audio-out".to_owned(), file(&heard)], heard)
    }

    /// Starts a command with sound.
    fn start(&self, who: &str, arguments: &[&str]) -> (Running, PathBuf) {
        let (sound, heard) = self.sound(who);
        let mut line = self.office.line(who, arguments);
        line.extend(sound);
        (start(line), heard)
    }

    /// One who waits for calls over Twilio.
    async fn listen(&self, who: &str, arguments: &[&str]) -> (Running, PathBuf) {
        let (mut listening, heard) = self.start(who, &[&["listen", "--line", "twilio"], arguments].concat());
        listening.event("registered").await;
        (listening, heard)
    }

    /// What the server says to somebody.
    async fn read(&self, path: &str) -> Value {
        let session = self.office.server.sign_in(&self.office.alice).await;
        self.office.server.get(&session, path).await.json().await.unwrap()
    }

    /// The one call that Alice has, once it is over.
    async fn call(&self) -> Value {
        let over = async || {
            let calls = self.read("/api/calls").await;
            let calls = calls.as_array().unwrap();
            assert!(calls.len() <= 1, "one call, one record: {calls:#?}");
            calls.first().filter(|call| call["endedAt"].is_string()).cloned()
        };
        eventually("the call's record", over).await
    }
}

fn settings(account: &Account, base: &str) -> TwilioSettings {
    let values = [
        ("TWILIO_ACCOUNT_SID", account.sid.to_string()),
        ("TWILIO_AUTH_TOKEN", account.auth_token.expose().clone()),
        ("TWILIO_API_KEY", account.key.sid.to_string()),
        ("TWILIO_API_SECRET", account.key.secret.expose().clone()),
        ("TWILIO_TWIML_APP_SID", account.applications[0].sid.to_string()),
        ("TWILIO_PHONE_NUMBER", OWN.to_owned()),
        ("PUBLIC_BASE_URL", base.to_owned()),
    ];
    let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    TwilioSettings::read(value).unwrap()
}

/// Half a minute of a tone.
fn tone(hertz: f32) -> Voice {
    Voice::new((0..30 * 48_000).map(|index| 0.4 * (TAU * hertz * index as f32 / 48_000.0).sin()).collect::<Vec<_>>())
}

/// How much of the loudest half second is this tone, from 0 to 1 (by Goertzel's algorithm).
fn share_of(samples: &[f32], hertz: f32) -> f32 {
    let share = |part: &[f32]| {
        let turn = |index: usize| TAU * hertz * index as f32 / 48_000.0;
        let along = |wave: fn(f32) -> f32| part.iter().enumerate().map(|(at, it)| it * wave(turn(at))).sum::<f32>();
        2.0 * (along(f32::cos).powi(2) + along(f32::sin).powi(2)) / (part.len() as f32).powi(2)
    };
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32;
    let loudest = samples.chunks_exact(24_000).max_by(|a, b| power(a).total_cmp(&power(b)));
    loudest.filter(|part| power(part) > 1e-4).map_or(0.0, |part| share(part) / power(part))
}

fn read_wav(path: &PathBuf) -> Vec<f32> {
    let reader = hound::WavReader::open(path).unwrap();
    reader.into_samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect()
}

#[track_caller]
fn hears(samples: &[f32], hertz: f32) {
    let share = share_of(samples, hertz);
    assert!(share > 0.8, "{share} of {} samples is the tone of {hertz} Hz", samples.len());
}

#[tokio::test]
async fn a_number_is_called_and_both_hear_each_other() {
    let exchange = Exchange::open().await;
    let (calling, heard) = exchange.start("alice", &["call", "050 123 4567", "--duration", "3s"]);
    let alice = calling.end().await;
    assert_eq!(alice.code, Some(0), "{alice:?}");
    assert_eq!(alice.last("dialing")["address"], SARA);
    hears(&read_wav(&heard), SARA_HZ);
    hears(exchange.twilio.heard(SARA).await.0.samples(), AGENT_HZ);

    let call = exchange.call().await;
    let said = ["line", "direction", "status", "toNumber", "fromNumber"].map(|name| call[name].as_str().unwrap());
    assert_eq!(said, ["twilio", "outbound", "completed", SARA, OWN], "{call:#}");
    assert_eq!(call["id"], alice.last("summary")["call_id"], "both sides keep the same record");
    assert!(call["durationSeconds"].as_u64().unwrap() >= 2, "{call:#}");
    assert_eq!(exchange.twilio.alerts().await, [], "the server answered as Twilio wants it");
    recorded(&exchange, &call).await;
}

/// The recording is there, whole and in parts.
async fn recorded(exchange: &Exchange, call: &Value) {
    let sid = call["twilioCallSid"].as_str().unwrap();
    let kept = async || {
        let kept = exchange.read(&format!("/api/calls/recordings/{sid}")).await;
        kept.as_array().unwrap().first().filter(|kept| kept["status"] == "completed").cloned()
    };
    let recording = eventually("the recording", kept).await;
    let session = exchange.office.server.sign_in(&exchange.office.alice).await;
    let path = recording["url"].as_str().unwrap();
    let all = exchange.office.server.get(&session, path).await;
    assert_eq!(all.status(), 200, "{recording:#}");
    let all = all.bytes().await.unwrap();
    let part =
        exchange.office.server.request(&session, reqwest::Method::GET, path).header(header::RANGE, "bytes=10-19");
    let part = part.send().await.unwrap();
    assert_eq!((part.status().as_u16(), &part.bytes().await.unwrap()[..]), (206, &all[10..20]));
}

#[tokio::test]
async fn of_two_agents_who_ring_the_first_to_answer_talks() {
    let exchange = Exchange::open().await;
    let (mut alice, _) = exchange.listen("alice", &["--once"]).await;
    let (bob, heard) = exchange.listen("bob", &["--interactive", "--once", "--duration", "3s"]).await;
    let mut bob = bob;
    exchange.twilio.call_in(SARA, OWN).await;
    for agent in [&mut alice, &mut bob] {
        assert_eq!(agent.event("ringing").await["address"], SARA);
    }
    bob.type_line("answer").await;
    bob.event("connected").await;
    // Twilio does not say why it rings no longer.
    assert_eq!(alice.event("ended").await["reason"], "remoteCancel");
    let bob = bob.end().await;
    assert_eq!(bob.code, Some(0), "{bob:?}");
    hears(&read_wav(&heard), SARA_HZ);
    hears(exchange.twilio.heard(SARA).await.0.samples(), AGENT_HZ);
    assert_eq!(exchange.twilio.alerts().await, []);
}

#[tokio::test]
async fn a_number_that_is_busy_or_not_there_is_told_apart() {
    let exchange = Exchange::open().await;
    for (then, (reason, status)) in [(Then::IsBusy, ("busy", "busy")), (Then::DoesNotExist, ("declined", "failed"))] {
        exchange.twilio.set_phone(SARA, Phone { then, ..Phone::default() }).await;
        let outcome: Outcome = run(exchange.office.line("alice", &[&["call", SARA], &NO_SOUND[..]].concat())).await;
        assert_ne!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.last("ended")["reason"], reason, "{outcome:?}");
        let is_told = async || {
            exchange
                .read("/api/calls")
                .await
                .as_array()
                .unwrap()
                .iter()
                .any(|call| call["status"] == status)
                .then_some(())
        };
        eventually("the record's status", is_told).await;
    }
}

#[tokio::test]
async fn keys_are_sent_within_the_sound() {
    let exchange = Exchange::open().await;
    let calling = exchange.office.run("alice", &["call", SARA, "--send-digits", "42#", "--duration", "5s"]).await;
    assert_eq!(calling.code, Some(0), "{calling:?}");
    assert_eq!(exchange.twilio.heard(SARA).await.1, "42#");
}

#[tokio::test]
async fn a_line_whose_connection_breaks_in_a_call_takes_it_up_again() {
    let exchange = Exchange::open().await;
    let (mut calling, heard) = exchange.start("alice", &["call", SARA, "--duration", "6s"]);
    calling.event("connected").await;
    exchange.twilio.cut_connections();
    let alice = calling.end().await;
    assert_eq!((alice.code, alice.last("ended")["reason"].as_str()), (Some(0), Some("localHangup")), "{alice:?}");
    hears(&read_wav(&heard), SARA_HZ);
    assert_eq!(exchange.call().await["status"], "completed");
}
