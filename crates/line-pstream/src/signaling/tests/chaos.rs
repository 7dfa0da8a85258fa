//! Whatever happens in whatever order, the line keeps its promises.

use super::{Bench, beside::note};
use crate::{
    config::TokenError,
    signaling::{Link, Loss, Output},
};
use mobilecall_domain::{LegId, LineKind, SdpAnswer, SdpOffer};
use mobilecall_line::{LineCommand, LineEvent, MessageId};
use mobilecall_pstream::ClientFrame;
use proptest::prelude::*;
use std::collections::HashSet;

/// Frames of a server that does as it likes; `#` becomes a number.
const FRAMES: &[&str] = &[
    r#"{"type":"connected","payload":{"token":{"identity":"agent","ttl":60}}}"#,
    r#"{"type":"connected"}"#,
    r#"{"type":"ready"}"#,
    r#"{"type":"offline"}"#,
    r#"{"type":"close"}"#,
    r#"{"type":"error","payload":{"error":{"code":31205}}}"#,
    r#"{"type":"error","payload":{"error":{"code":31201}}}"#,
    r#"{"type":"error","payload":{"error":{"code":31206,"retryAfter":2}}}"#,
    r#"{"type":"error","payload":{"error":{"code":31400},"callsid":"CA#"}}"#,
    r#"{"type":"invite","payload":{"callsid":"CA#","sdp":"theirs","reconnect":"tok","parameters":{"From":"+1"}}}"#,
    r#"{"type":"ringing","payload":{"callsid":"CA#"}}"#,
    r#"{"type":"answer","payload":{"callsid":"CA#","sdp":"theirs","reconnect":"tok"}}"#,
    r#"{"type":"answer","payload":{"callsid":"CA#"}}"#,
    r#"{"type":"hangup","payload":{"callsid":"CA#"}}"#,
    r#"{"type":"hangup"}"#,
    r#"{"type":"cancel","payload":{"callsid":"CA#"}}"#,
    r#"{"type":"message","payload":{"callsid":"CA#","content":{},"voiceeventsid":"KX1"}}"#,
    "\n",
    "{",
];

#[derive(Clone, Debug)]
enum Step {
    Command(usize, prop::sample::Index),
    Frame(usize, usize),
    Opened,
    Lost(usize),
    Token(usize),
    Time(f64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..10usize, any::<prop::sample::Index>()).prop_map(|(command, leg)| Step::Command(command, leg)),
        6 => (0..FRAMES.len(), 0..4usize).prop_map(|(frame, number)| Step::Frame(frame, number)),
        3 => Just(Step::Opened),
        1 => (0..4usize).prop_map(Step::Lost),
        3 => (0..4usize).prop_map(Step::Token),
        3 => (0.0..20.0f64).prop_map(Step::Time),
    ]
}

/// What a driver and an engine would hold of the line.
struct Watch {
    bench: Bench,
    has_socket: bool,
    is_open: bool,
    has_listened: bool,
    is_fetching: bool,
    live: HashSet<LegId>,
    known: Vec<LegId>,
}

impl Watch {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Command(command, leg) => self.command(*command, *leg),
            Step::Frame(frame, number) if self.is_open => {
                self.bench.receive(&FRAMES[*frame].replace('#', &number.to_string()));
            }
            Step::Opened if self.has_socket && !self.is_open => {
                self.is_open = true;
                self.bench.opened();
            }
            Step::Lost(kind) if self.has_socket => {
                let refused = Loss::Refused { status: 503, retry_after: None };
                let loss = match kind {
                    0 if !self.is_open => refused,
                    1 => Loss::Closed(1000),
                    _ => Loss::Broken("chaos".into()),
                };
                self.close();
                self.bench.signaling.lost(loss, self.bench.now);
            }
            Step::Token(kind) if self.is_fetching => {
                self.is_fetching = false;
                match kind {
                    0 => {
                        let error = TokenError { retryable: true, reason: "chaos".into() };
                        self.bench.signaling.token(Err(error), self.bench.now);
                    }
                    _ => self.bench.token(),
                }
            }
            Step::Time(seconds) => self.time(*seconds),
            Step::Frame(..) | Step::Opened | Step::Lost(_) | Step::Token(_) => {}
        }
        self.drain();
    }

    fn command(&mut self, command: usize, leg: prop::sample::Index) {
        let leg = if self.known.is_empty() { LegId::generate() } else { *leg.get(&self.known) };
        let command = match command {
            0 => LineCommand::Register,
            1 => LineCommand::Unregister,
            2 => LineCommand::Reconnect { slept: std::time::Duration::from_secs(40) },
            3 => {
                self.bench.invite();
                self.live.insert(self.bench.leg);
                return self.known.push(self.bench.leg);
            }
            4 => LineCommand::Accept { leg, answer: SdpAnswer::new("ours") },
            5 => LineCommand::Reject { leg },
            6 => LineCommand::HangUp { leg },
            7 => LineCommand::Ignore { leg },
            8 => LineCommand::SendMessage { leg, id: MessageId::generate(), message: note() },
            _ => LineCommand::Reoffer { leg, offer: SdpOffer::new("again") },
        };
        let is_register =
            matches!(command, LineCommand::Register | LineCommand::Unregister | LineCommand::Reconnect { .. });
        let taken = self.bench.try_command(command);
        assert!(taken.is_err() || is_register || self.live.contains(&leg), "a leg that is over takes no command");
    }

    /// Lets time run with every tick, each of which must move things on.
    fn time(&mut self, seconds: f64) {
        let until = self.bench.now + std::time::Duration::from_secs_f64(seconds);
        let mut ticks = 0;
        while let Some(deadline) = self.bench.signaling.deadline().filter(|deadline| *deadline <= until) {
            self.bench.now = self.bench.now.max(deadline);
            self.bench.signaling.tick(self.bench.now);
            self.drain();
            ticks += 1;
            assert!(ticks < 1000, "the line spins");
        }
        self.bench.now = until;
    }

    fn close(&mut self) {
        self.has_socket = false;
        self.is_open = false;
        self.has_listened = false;
    }

    fn drain(&mut self) {
        while let Some(output) = self.bench.signaling.poll_output() {
            match output {
                Output::FetchToken => assert!(!std::mem::replace(&mut self.is_fetching, true), "one token at a time"),
                Output::Connect(_) => {
                    assert!(!std::mem::replace(&mut self.has_socket, true), "one connection at a time")
                }
                Output::CloseSocket => {
                    assert!(self.has_socket, "there is something to close");
                    self.close();
                }
                Output::Send(ClientFrame::Listen(_)) => {
                    assert!(self.is_open, "frames need a connection");
                    self.has_listened = true;
                }
                Output::Send(_) => assert!(self.has_listened, "nothing goes before `listen`"),
                Output::Echo => assert!(self.is_open, "frames need a connection"),
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: LineEvent) {
        match event {
            LineEvent::Registration(_) | LineEvent::Trouble { .. } => {}
            LineEvent::Incoming(incoming) => {
                self.known.push(incoming.leg);
                assert!(self.live.insert(incoming.leg), "a leg begins once");
            }
            LineEvent::Ended { leg, .. } => assert!(self.live.remove(&leg), "a leg ends once"),
            LineEvent::Ringing { leg, .. }
            | LineEvent::Answered { leg, .. }
            | LineEvent::Merged { leg, .. }
            | LineEvent::Renegotiated { leg, .. }
            | LineEvent::NotRenegotiated { leg }
            | LineEvent::TransferFailed { leg, .. }
            | LineEvent::Reoffered { leg, .. }
            | LineEvent::SignalingLost { leg }
            | LineEvent::SignalingRestored { leg }
            | LineEvent::MessageTaken { leg, .. }
            | LineEvent::MessageRefused { leg, .. }
            | LineEvent::MessageReceived { leg, .. } => {
                assert!(self.live.contains(&leg), "nothing follows for a leg that is over");
            }
        }
    }
}

proptest! {
    #[test]
    fn the_line_keeps_its_promises(steps in prop::collection::vec(any_step(), 0..120)) {
        let mut watch = Watch {
            bench: Bench::of_kind(LineKind::Twilio, &["wss://a/signal", "wss://b/signal"]),
            has_socket: false,
            is_open: false,
            has_listened: false,
            is_fetching: false,
            live: HashSet::new(),
            known: Vec::new(),
        };
        for step in &steps {
            watch.take(step);
        }
        watch.bench.signaling.shutdown();
        watch.drain();
        prop_assert!(watch.live.is_empty(), "every leg ends");
        prop_assert!(!watch.has_socket, "the connection is closed");
        prop_assert_eq!(watch.bench.signaling.link, Link::Idle);
        prop_assert_eq!(watch.bench.signaling.deadline(), None);
    }
}
