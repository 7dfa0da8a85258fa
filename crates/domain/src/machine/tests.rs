//! Every state with every input: what is listed happens, everything else is ignored.

use super::{
    CallEffect, CallInput, CallMachine, CallState, END_TIMEOUT, LineInput, MediaFailure, MediaInput, RECONNECT_TIMEOUT,
    RING_TIMEOUT, UserInput,
};
use crate::{CallReport, EndReason, Timestamp};
use proptest::prelude::*;
use std::time::Duration;

const START: Timestamp = Timestamp(0);

/// An input by the word of the tables below.
fn input(word: &str) -> CallInput {
    let all = inputs();
    all.into_iter().find(|(known, _)| *known == word).unwrap_or_else(|| panic!("no input '{word}'")).1
}

fn inputs() -> Vec<(&'static str, CallInput)> {
    use CallInput::{Line, Media, Tick, User};
    vec![
        ("answer", User(UserInput::Answer)),
        ("decline", User(UserInput::Decline)),
        ("ignore", User(UserInput::Ignore)),
        ("hang-up", User(UserInput::HangUp)),
        ("mute", User(UserInput::Mute(true))),
        ("unmute", User(UserInput::Mute(false))),
        ("hold", User(UserInput::Hold(true))),
        ("resume", User(UserInput::Hold(false))),
        ("ringing", Line(LineInput::Ringing { early_media: false })),
        ("early-media", Line(LineInput::Ringing { early_media: true })),
        ("answered", Line(LineInput::Answered)),
        ("cancelled", Line(LineInput::Ended(EndReason::RemoteCancel))),
        ("hung-up", Line(LineInput::Ended(EndReason::RemoteHangup))),
        ("signaling-lost", Line(LineInput::SignalingLost)),
        ("signaling-back", Line(LineInput::SignalingRestored)),
        ("connected", Media(MediaInput::Connected)),
        ("media-lost", Media(MediaInput::Lost)),
        ("no-device", Media(MediaInput::Failed(MediaFailure::Device))),
        ("incompatible", Media(MediaInput::Failed(MediaFailure::Incompatible))),
        ("no-way", Media(MediaInput::Failed(MediaFailure::Network))),
        ("stopped", Media(MediaInput::Stopped)),
        ("tick", Tick),
    ]
}

/// A call after the given inputs, all at the start.
fn after(path: &str) -> CallMachine {
    let mut words = path.split_whitespace();
    let (mut call, _) = match words.next() {
        Some("out") => CallMachine::outgoing(START),
        Some("in") => CallMachine::incoming(START),
        other => panic!("a call goes out or in, not {other:?}"),
    };
    for word in words {
        call.apply(input(word), START);
    }
    call
}

fn state(call: &CallMachine) -> String {
    let talk = |talk: super::Talk| match (talk.muted, talk.held) {
        (false, false) => "",
        (true, false) => " muted",
        (false, true) => " held",
        (true, true) => " muted held",
    };
    match call.state() {
        CallState::Dialing => "dialing".into(),
        CallState::Alerting { early_media: false } => "alerting".into(),
        CallState::Alerting { early_media: true } => "alerting early".into(),
        CallState::Offered => "offered".into(),
        CallState::Connecting => "connecting".into(),
        CallState::Active(set) => format!("active{}", talk(set)),
        CallState::Reconnecting { talk: set, lost } => {
            let lost = match (lost.media, lost.signaling) {
                (true, true) => "both",
                (true, false) => "media",
                (false, true) => "signaling",
                (false, false) => "nothing",
            };
            format!("reconnecting {lost}{}", talk(set))
        }
        CallState::Ending { reason, open } => {
            let open = match (open.line, open.voice) {
                (true, true) => "both",
                (true, false) => "line",
                (false, true) => "voice",
                (false, false) => "nothing",
            };
            format!("ending {reason} {open}")
        }
        CallState::Ended(reason) => format!("ended {reason}"),
    }
}

fn effects(effects: &[CallEffect]) -> String {
    let word = |effect: &CallEffect| match effect {
        CallEffect::Report(CallReport { status, .. }) => {
            format!("report:{}", status.map_or("", |status| status.as_str()))
        }
        CallEffect::Line(action) => format!("line:{action:?}"),
        CallEffect::Voice(action) => format!("voice:{action:?}"),
        CallEffect::Ring(tone) => format!("ring:{tone:?}"),
        CallEffect::StopRinging => "silence".into(),
    };
    effects.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// From `path`, exactly the inputs in `table` (word, state, effects) do something.
fn check(path: &str, table: &[(&str, &str, &str)]) {
    for (word, one) in inputs() {
        let mut call = after(path);
        let before = call.clone();
        let done = call.apply(one, START);
        match table.iter().find(|(listed, ..)| *listed == word) {
            Some((_, expected, expected_effects)) => {
                assert_eq!(state(&call), *expected, "{path} + {word}");
                assert_eq!(effects(&done), *expected_effects, "{path} + {word}");
            }
            None => {
                assert_eq!(call.state(), before.state(), "{path} + {word} is ignored");
                assert_eq!(effects(&done), "", "{path} + {word} is ignored");
                assert_eq!(call.answered_at(), before.answered_at(), "{path} + {word} is ignored");
            }
        }
    }
    for (listed, ..) in table {
        input(listed);
    }
}

#[test]
fn a_new_call_says_what_to_do_first() {
    let (call, first) = CallMachine::outgoing(START);
    assert_eq!(
        (state(&call).as_str(), effects(&first).as_str()),
        ("dialing", "report:initiated voice:Start line:Invite")
    );
    let (call, first) = CallMachine::incoming(START);
    assert_eq!((state(&call).as_str(), effects(&first).as_str()), ("offered", "report:ringing ring:Ringtone"));
}

#[test]
fn dialing() {
    check(
        "out",
        &[
            ("mute", "dialing", "voice:Mute(true)"),
            ("ringing", "alerting", "report:ringing ring:Ringback"),
            ("early-media", "alerting early", "report:ringing"),
            ("answered", "connecting", "report:in-progress"),
            ("hang-up", "ending local-cancel both", "line:HangUp voice:Stop report:canceled"),
            ("cancelled", "ending remote-cancel voice", "voice:Stop report:canceled"),
            ("hung-up", "ending remote-hangup voice", "voice:Stop report:no-answer"),
            ("no-device", "ending failed both", "line:HangUp voice:Stop report:failed"),
            ("incompatible", "ending incompatible both", "line:HangUp voice:Stop report:failed"),
            ("no-way", "ending media-lost both", "line:HangUp voice:Stop report:failed"),
        ],
    );
}

#[test]
fn alerting() {
    check(
        "out ringing",
        &[
            ("mute", "alerting", "voice:Mute(true)"),
            ("early-media", "alerting early", "silence"),
            ("answered", "connecting", "report:in-progress silence"),
            ("hang-up", "ending local-cancel both", "line:HangUp silence voice:Stop report:canceled"),
            ("cancelled", "ending remote-cancel voice", "silence voice:Stop report:canceled"),
            ("hung-up", "ending remote-hangup voice", "silence voice:Stop report:no-answer"),
            ("no-device", "ending failed both", "line:HangUp silence voice:Stop report:failed"),
            ("incompatible", "ending incompatible both", "line:HangUp silence voice:Stop report:failed"),
            ("no-way", "ending media-lost both", "line:HangUp silence voice:Stop report:failed"),
        ],
    );
    check(
        "out early-media connected",
        &[
            ("mute", "alerting early", "voice:Mute(true)"),
            ("answered", "active", "report:in-progress"),
            ("hang-up", "ending local-cancel both", "line:HangUp voice:Stop report:canceled"),
            ("cancelled", "ending remote-cancel voice", "voice:Stop report:canceled"),
            ("hung-up", "ending remote-hangup voice", "voice:Stop report:no-answer"),
            ("no-device", "ending failed both", "line:HangUp voice:Stop report:failed"),
            ("incompatible", "ending incompatible both", "line:HangUp voice:Stop report:failed"),
            ("no-way", "ending media-lost both", "line:HangUp voice:Stop report:failed"),
        ],
    );
    assert_eq!(state(&after("out early-media connected media-lost answered")), "connecting");
}

#[test]
fn offered() {
    check(
        "in",
        &[
            ("answer", "connecting", "silence voice:Start line:Accept"),
            ("decline", "ending local-decline line", "line:Reject silence report:busy"),
            ("ignore", "ending local-decline line", "line:Ignore silence report:busy"),
            ("hang-up", "ending local-decline line", "line:Reject silence report:busy"),
            ("cancelled", "ended remote-cancel", "silence report:canceled"),
            ("hung-up", "ended remote-hangup", "silence report:no-answer"),
        ],
    );
}

#[test]
fn connecting() {
    check(
        "out answered",
        &[
            ("mute", "connecting", "voice:Mute(true)"),
            ("connected", "active", ""),
            ("hang-up", "ending local-hangup both", "line:HangUp voice:Stop report:completed"),
            ("cancelled", "ending remote-cancel voice", "voice:Stop report:completed"),
            ("hung-up", "ending remote-hangup voice", "voice:Stop report:completed"),
            ("no-device", "ending failed both", "line:HangUp voice:Stop report:completed"),
            ("incompatible", "ending incompatible both", "line:HangUp voice:Stop report:completed"),
            ("no-way", "ending media-lost both", "line:HangUp voice:Stop report:completed"),
        ],
    );
    let mut call = after("in answer");
    assert_eq!(effects(&call.apply(input("answered"), START)), "report:in-progress");
    assert_eq!(call.answered_at(), Some(START));
    check(
        "in answer",
        &[
            ("mute", "connecting", "voice:Mute(true)"),
            ("connected", "active", "report:in-progress"),
            ("answered", "connecting", "report:in-progress"),
            ("hang-up", "ending local-hangup both", "line:HangUp voice:Stop report:canceled"),
            // The caller gave up, or another device was faster, just as this one answered.
            ("cancelled", "ending remote-cancel voice", "voice:Stop report:canceled"),
            ("hung-up", "ending remote-hangup voice", "voice:Stop report:no-answer"),
            ("no-device", "ending failed both", "line:HangUp voice:Stop report:failed"),
            ("incompatible", "ending incompatible both", "line:HangUp voice:Stop report:failed"),
            ("no-way", "ending media-lost both", "line:HangUp voice:Stop report:failed"),
        ],
    );
}

#[test]
fn a_call_muted_before_the_answer_begins_muted() {
    for (path, expected) in [
        ("out mute ringing answered connected", "active muted"),
        ("out ringing mute answered connected", "active muted"),
        ("out early-media connected mute answered", "active muted"),
        ("out answered mute connected", "active muted"),
        ("in answer mute connected", "active muted"),
        ("out mute ringing unmute answered connected", "active"),
        ("in mute answer connected", "active"),
    ] {
        assert_eq!(state(&after(path)), expected, "{path}");
    }
    let mut call = after("out mute ringing");
    assert!(call.talk().muted);
    assert_eq!(effects(&call.apply(input("mute"), START)), "", "it is muted already");
    assert_eq!(effects(&call.apply(input("unmute"), START)), "voice:Mute(false)");
}

#[test]
fn active() {
    let restart = "line:Reoffer(IceRestart)";
    let table = [
        ("mute", "active muted", "voice:Mute(true)"),
        ("hold", "active held", "voice:Hold(true) line:Reoffer(Hold(true))"),
        ("hang-up", "ending local-hangup both", "line:HangUp voice:Stop report:completed"),
        ("cancelled", "ending remote-cancel voice", "voice:Stop report:completed"),
        ("hung-up", "ending remote-hangup voice", "voice:Stop report:completed"),
        ("signaling-lost", "reconnecting signaling", ""),
        ("media-lost", "reconnecting media", restart),
        ("no-way", "reconnecting media", restart),
    ];
    check("out answered connected", &table);
    check("in answer connected", &table);
    check(
        "in answer connected mute hold",
        &[
            ("unmute", "active held", "voice:Mute(false)"),
            ("resume", "active muted", "voice:Hold(false) line:Reoffer(Hold(false))"),
            ("hang-up", "ending local-hangup both", "line:HangUp voice:Stop report:completed"),
            ("cancelled", "ending remote-cancel voice", "voice:Stop report:completed"),
            ("hung-up", "ending remote-hangup voice", "voice:Stop report:completed"),
            ("signaling-lost", "reconnecting signaling muted held", ""),
            ("media-lost", "reconnecting media muted held", restart),
            ("no-way", "reconnecting media muted held", restart),
        ],
    );
}

#[test]
fn reconnecting() {
    let restart = "line:Reoffer(IceRestart)";
    let ends = [
        ("hang-up", "ending local-hangup both", "line:HangUp voice:Stop report:completed"),
        ("cancelled", "ending remote-cancel voice", "voice:Stop report:completed"),
        ("hung-up", "ending remote-hangup voice", "voice:Stop report:completed"),
    ];
    let media = [
        ("connected", "active", ""),
        ("no-way", "reconnecting media", restart),
        ("signaling-lost", "reconnecting both", ""),
        ("mute", "reconnecting media muted", "voice:Mute(true)"),
        ("hold", "reconnecting media held", "voice:Hold(true) line:Reoffer(Hold(true))"),
    ];
    check("out answered connected media-lost", &[media.as_slice(), &ends].concat());
    let signaling = [
        ("signaling-back", "active", ""),
        ("media-lost", "reconnecting both", ""),
        ("no-way", "reconnecting both", ""),
        ("mute", "reconnecting signaling muted", "voice:Mute(true)"),
        ("hold", "reconnecting signaling held", "voice:Hold(true) line:Reoffer(Hold(true))"),
    ];
    check("out answered connected signaling-lost", &[signaling.as_slice(), &ends].concat());
    let both = [
        ("signaling-back", "reconnecting media", restart),
        ("connected", "reconnecting signaling", ""),
        ("mute", "reconnecting both muted", "voice:Mute(true)"),
        ("hold", "reconnecting both held", "voice:Hold(true) line:Reoffer(Hold(true))"),
    ];
    check("in answer connected signaling-lost media-lost", &[both.as_slice(), &ends].concat());
    assert_eq!(state(&after("in answer connected mute media-lost hold connected")), "active muted held");
}

#[test]
fn ending_lets_only_clean_up_through() {
    let line = ("ending local-hangup voice", "");
    let voice = ("ending local-hangup line", "");
    check(
        "out answered connected hang-up",
        &[("cancelled", line.0, line.1), ("hung-up", line.0, line.1), ("stopped", voice.0, voice.1)],
    );
    check("out answered connected hung-up", &[("stopped", "ended remote-hangup", "")]);
    check("in decline", &[("cancelled", "ended local-decline", ""), ("hung-up", "ended local-decline", "")]);
    for path in ["out hang-up hung-up stopped", "out hang-up stopped hung-up", "in cancelled"] {
        assert!(matches!(after(path).state(), CallState::Ended(_)), "{path}");
        check(path, &[]);
    }
}

#[test]
fn time_limits() {
    let table = [
        ("out", RING_TIMEOUT, "ending no-answer both", "line:HangUp voice:Stop report:no-answer"),
        ("out ringing", RING_TIMEOUT, "ending no-answer both", "line:HangUp silence voice:Stop report:no-answer"),
        ("out answered", super::CONNECT_TIMEOUT, "ending media-lost both", "line:HangUp voice:Stop report:completed"),
        ("in answer", super::CONNECT_TIMEOUT, "ending media-lost both", "line:HangUp voice:Stop report:failed"),
        (
            "out answered connected media-lost",
            RECONNECT_TIMEOUT,
            "ending media-lost both",
            "line:HangUp voice:Stop report:completed",
        ),
        (
            "out answered connected signaling-lost",
            RECONNECT_TIMEOUT,
            "ending signaling-lost both",
            "line:HangUp voice:Stop report:completed",
        ),
        ("out answered connected hang-up", END_TIMEOUT, "ended local-hangup", ""),
    ];
    for (path, limit, expected, expected_effects) in table {
        let mut call = after(path);
        let deadline = START.plus(limit);
        assert_eq!(call.deadline(), Some(deadline), "{path}");
        let early = deadline.minus(Duration::from_millis(1));
        let before = call.clone();
        assert_eq!((call.apply(CallInput::Tick, early), &call), (vec![], &before), "{path} before its time");
        assert_eq!(effects(&call.apply(CallInput::Tick, deadline)), expected_effects, "{path}");
        assert_eq!(state(&call), expected, "{path}");
    }
    for path in ["in", "out answered connected", "in cancelled"] {
        assert_eq!(after(path).deadline(), None, "{path}");
    }
}

#[test]
fn a_second_loss_does_not_extend_the_time() {
    let mut call = after("out answered connected media-lost");
    call.apply(input("signaling-lost"), START.plus(Duration::from_secs(20)));
    assert_eq!(call.deadline(), Some(START.plus(RECONNECT_TIMEOUT)));
    call.apply(input("connected"), START.plus(Duration::from_secs(21)));
    call.apply(input("signaling-back"), START.plus(Duration::from_secs(22)));
    call.apply(input("media-lost"), START.plus(Duration::from_secs(23)));
    assert_eq!(call.deadline(), Some(START.plus(Duration::from_secs(53))));
}

#[test]
fn the_last_report_has_the_times() {
    let mut call = after("out ringing");
    let answered = START.plus(Duration::from_secs(3));
    let ended = START.plus(Duration::from_secs(10));
    call.apply(input("answered"), answered);
    let last = call.apply(input("hung-up"), ended).pop();
    let Some(CallEffect::Report(report)) = last else { panic!("a report is the last effect") };
    assert_eq!((report.answered_at, report.ended_at), (Some(answered), Some(ended)));
}

proptest! {
    #[test]
    fn no_order_of_inputs_breaks_a_call(
        goes_out in any::<bool>(),
        steps in prop::collection::vec((0..22usize, 0u64..40), 0..40),
    ) {
        let (mut call, mut all) = if goes_out { CallMachine::outgoing(START) } else { CallMachine::incoming(START) };
        let known = inputs();
        let mut now = START;
        for (index, seconds) in steps {
            now = now.plus(Duration::from_secs(seconds));
            let was_ending = call.end_reason();
            let done = call.apply(known[index].1, now);
            // Nothing but silence once it is ending, and the reason stays.
            prop_assert!(was_ending.is_none() || done.is_empty());
            prop_assert!(was_ending.is_none() || call.end_reason() == was_ending);
            all.extend(done);
        }
        // Time alone ends every call that has a limit.
        call.apply(CallInput::User(UserInput::HangUp), now);
        call.apply(CallInput::Tick, now.plus(END_TIMEOUT));
        prop_assert!(matches!(call.state(), CallState::Ended(_)));
        let count = |wanted: fn(&CallEffect) -> bool| all.iter().filter(|effect| wanted(effect)).count();
        prop_assert!(count(|effect| matches!(effect, CallEffect::Voice(super::VoiceAction::Start))) <= 1);
        prop_assert!(count(|effect| matches!(effect, CallEffect::Ring(_))) <= 1);
        prop_assert!(count(|effect| *effect == CallEffect::StopRinging) <= count(|effect| matches!(effect, CallEffect::Ring(_))));
        let finals = |effect: &CallEffect| matches!(effect, CallEffect::Report(report) if report.ended_at.is_some());
        prop_assert!(count(finals) <= 1);
    }
}
