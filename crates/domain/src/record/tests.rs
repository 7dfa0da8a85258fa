use super::*;
use crate::EndReason;
use proptest::prelude::*;

fn record(status: CallStatus) -> CallRecord {
    let start = CallStart {
        id: CallId::from_uuid(uuid::Uuid::nil()),
        company_id: CompanyId::from_uuid(uuid::Uuid::nil()),
        line: LineKind::Direct,
        from_number: "client:sara".into(),
        to_number: "102".into(),
        at: Timestamp::from_millis(0),
    };
    CallRecord { status, ..CallRecord::outgoing(start) }
}

fn status(status: CallStatus) -> CallReport {
    CallReport { status: Some(status), ..CallReport::default() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

#[test]
fn a_call_goes_its_way() {
    let mut call = record(CallStatus::Initiated);
    assert!(call.apply(&status(CallStatus::Ringing), at(1)));
    assert!(call.apply(&status(CallStatus::InProgress), at(4)));
    assert_eq!((call.answered_at, call.duration_seconds), (Some(at(4)), None));
    assert!(call.apply(&status(CallStatus::Completed), at(11)));
    assert_eq!((call.ended_at, call.duration_seconds, call.updated_at), (Some(at(11)), Some(7), at(11)));
    assert_eq!(call.disposition(), Disposition::Answered);
}

#[test]
fn a_late_report_fills_gaps_but_rewinds_nothing() {
    let mut call = record(CallStatus::Initiated);
    let last = CallReport { ended_at: Some(at(20)), duration_seconds: Some(9), ..status(CallStatus::Completed) };
    assert!(call.apply(&last, at(21)));
    let late = CallReport {
        answered_at: Some(at(11)),
        recording_url: Some("https://example.com/1.mp3".into()),
        ..status(CallStatus::InProgress)
    };
    assert!(call.apply(&late, at(22)));
    assert_eq!((call.status, call.answered_at, call.duration_seconds), (CallStatus::Completed, Some(at(11)), Some(9)));
    assert!(!call.apply(&late, at(23)));
    assert!(!call.apply(&status(CallStatus::Failed), at(24)), "one final status does not replace another");
    assert_eq!(call.updated_at, at(22));
}

/// Of two reports that contradict each other the first holds, and the record says one thing.
#[test]
fn nobody_talks_in_a_call_that_nobody_answered() {
    let answered = CallReport { answered_at: Some(at(5)), ..status(CallStatus::InProgress) };
    let over = CallReport {
        answered_at: Some(at(5)),
        ended_at: Some(at(9)),
        duration_seconds: Some(4),
        ..status(CallStatus::Completed)
    };
    for unanswered in [CallStatus::Busy, CallStatus::NoAnswer, CallStatus::Canceled] {
        let ended = CallReport { ended_at: Some(at(9)), ..status(unanswered) };
        let with_talk = CallReport { status: Some(unanswered), ..over.clone() };
        let time = CallReport { status: None, ..over.clone() };
        let none = (unanswered, None, Some(0));
        let talk = (CallStatus::Completed, Some(at(5)), Some(4));
        for (reports, expected) in [
            (&[&ended, &answered][..], none),
            (&[&ended, &over], none),
            (&[&ended, &time], none),
            (&[&with_talk], none),
            (&[&with_talk, &time], none),
            (&[&answered, &ended], talk),
            (&[&answered, &ended, &over], talk),
            (&[&over, &ended], talk),
            (&[&time, &ended], talk),
        ] {
            let mut call = record(CallStatus::Ringing);
            for report in reports {
                call.apply(report, at(20));
            }
            assert_eq!((call.status, call.answered_at, call.duration_seconds), expected, "{reports:?}");
            assert!(!reports.iter().any(|report| call.apply(report, at(30))), "{reports:?}");
        }
    }
}

#[test]
fn what_the_provider_knows_in_the_end_takes_the_place_of_what_was_known() {
    let mut call = record(CallStatus::Initiated);
    let mine = CallReport { ended_at: Some(at(20)), duration_seconds: Some(9), ..status(CallStatus::Failed) };
    assert!(call.apply(&mine, at(20)));
    let known = CallReport {
        answered_at: Some(at(8)),
        ended_at: Some(at(19)),
        duration_seconds: Some(11),
        ..status(CallStatus::Completed)
    };
    assert!(!call.correct(&status(CallStatus::Ringing), at(21)), "what is less is not known better");
    assert!(call.correct(&known, at(22)));
    assert_eq!((call.status, call.answered_at, call.ended_at), (CallStatus::Completed, Some(at(8)), Some(at(19))));
    assert_eq!((call.duration_seconds, call.updated_at), (Some(11), at(22)));
    assert!(!call.correct(&known, at(23)), "said twice it changes nothing");
    assert!(call.correct(&status(CallStatus::NoAnswer), at(24)));
    assert_eq!((call.answered_at, call.ended_at, call.duration_seconds), (None, Some(at(19)), Some(0)));
}

#[test]
fn a_provider_s_clock_makes_no_call_answered_before_it_began() {
    let mut call = CallRecord { created_at: at(100), ..record(CallStatus::Initiated) };
    let known = CallReport { answered_at: Some(at(99)), ..status(CallStatus::InProgress) };
    assert!(call.correct(&known, at(101)));
    assert_eq!((call.answered_at, call.ended_at, call.duration_seconds), (Some(at(100)), None, None));
    let known = CallReport { answered_at: Some(at(98)), ended_at: Some(at(99)), ..status(CallStatus::Completed) };
    assert!(call.correct(&known, at(102)));
    assert_eq!((call.answered_at, call.ended_at, call.duration_seconds), (Some(at(100)), Some(at(100)), Some(0)));
}

#[test]
fn a_clock_that_went_back_makes_no_negative_duration() {
    let mut call = record(CallStatus::InProgress);
    call.answered_at = Some(at(100));
    call.apply(&CallReport { ended_at: Some(at(90)), ..status(CallStatus::Completed) }, at(90));
    assert_eq!(call.duration_seconds, Some(0));
}

#[test]
fn every_reason_ends_a_record_and_history_has_a_word_for_it() {
    use Disposition::{Answered, Declined, Failed, Missed, Unanswered};
    let table = [
        (EndReason::LocalHangup, Missed, Unanswered),
        (EndReason::RemoteHangup, Missed, Unanswered),
        (EndReason::LocalCancel, Missed, Unanswered),
        (EndReason::RemoteCancel, Missed, Unanswered),
        (EndReason::Busy, Declined, Declined),
        (EndReason::Declined, Declined, Declined),
        (EndReason::LocalDecline, Declined, Declined),
        (EndReason::NoAnswer, Missed, Unanswered),
        (EndReason::AnsweredElsewhere, Answered, Answered),
        (EndReason::UnknownDestination, Failed, Failed),
        (EndReason::Offline, Missed, Unanswered),
        (EndReason::OtherServer, Failed, Failed),
        (EndReason::NotAllowed, Failed, Failed),
        (EndReason::Incompatible, Failed, Failed),
        (EndReason::MediaLost, Failed, Failed),
        (EndReason::SignalingLost, Failed, Failed),
        (EndReason::Interrupted, Failed, Failed),
        (EndReason::Failed, Failed, Failed),
    ];
    assert_eq!(table.len(), EndReason::ALL.len());
    for (reason, incoming, outgoing) in table {
        for (direction, expected) in [(Direction::Incoming, incoming), (Direction::Outgoing, outgoing)] {
            let mut call = CallRecord { direction, ..record(CallStatus::Ringing) };
            call.apply(&status(reason.status(false)), at(5));
            assert_eq!(call.disposition(), expected, "{reason} {direction}");
            assert!(call.status.is_final(), "{reason}");
            let mut answered = CallRecord { direction, ..record(CallStatus::InProgress) };
            answered.apply(&status(reason.status(true)), at(5));
            assert_eq!(answered.disposition(), Answered, "{reason} {direction}");
        }
    }
}

fn any_report() -> impl Strategy<Value = CallReport> {
    let time = || prop::option::of((0i64..100).prop_map(at));
    let text = || prop::option::of("[a-c]");
    (
        prop::option::of(prop::sample::select(CallStatus::ALL)),
        text(),
        time(),
        time(),
        prop::option::of(0u32..100),
        text(),
        text(),
    )
        .prop_map(
            |(status, twilio_call_sid, answered_at, ended_at, duration_seconds, recording_url, customer_name)| {
                CallReport {
                    status,
                    twilio_call_sid,
                    answered_at,
                    ended_at,
                    duration_seconds,
                    recording_url,
                    customer_name,
                }
            },
        )
}

/// A fact that is known stays what it is.
fn stays<T: PartialEq>(before: &Option<T>, after: &Option<T>) -> bool {
    before.is_none() || before == after
}

proptest! {
    #[test]
    fn reports_in_any_order_only_move_a_record_forward(
        reports in prop::collection::vec(any_report(), 0..12),
        repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut call = record(CallStatus::Queued);
        let mut seen = Vec::new();
        for (second, report) in reports.iter().enumerate() {
            let now = at(second as i64);
            let before = call.clone();
            let changed = call.apply(report, now);
            prop_assert_eq!(changed, call != before);
            prop_assert!(call.status.rank() >= before.status.rank());
            prop_assert!(!before.status.is_final() || call.status == before.status);
            prop_assert!(stays(&before.twilio_call_sid, &call.twilio_call_sid));
            prop_assert!(stays(&before.recording_url, &call.recording_url));
            prop_assert!(stays(&before.customer_name, &call.customer_name));
            prop_assert!(stays(&before.answered_at, &call.answered_at));
            prop_assert!(stays(&before.ended_at, &call.ended_at));
            prop_assert!(stays(&before.duration_seconds, &call.duration_seconds));
            prop_assert_eq!(call.status.is_final(), call.ended_at.is_some() && call.duration_seconds.is_some());
            let talked = call.answered_at.is_some() || call.duration_seconds.is_some_and(|seconds| seconds > 0);
            prop_assert!(!(call.status.is_unanswered() && talked));
            prop_assert_eq!(call.updated_at, if changed { now } else { before.updated_at });
            // The same report again, at any time, says nothing new.
            let settled = call.clone();
            prop_assert!(!call.apply(report, at(1000)));
            prop_assert_eq!(&call, &settled);
            seen.push(report.clone());
        }
        // An old report, unless it fills a gap that only now may be filled, changes nothing; status never moves.
        for index in repeats.iter().filter(|_| !seen.is_empty()) {
            let rank = call.status.rank();
            call.apply(index.get(&seen), at(2000));
            prop_assert!(call.status.rank() == rank);
        }
    }

    #[test]
    fn joining_two_copies_is_stable(
        ours in prop::collection::vec(any_report(), 0..6),
        theirs in prop::collection::vec(any_report(), 0..6),
    ) {
        let (mut a, mut b) = (record(CallStatus::Initiated), record(CallStatus::Initiated));
        for report in &ours {
            a.apply(report, at(1));
        }
        for report in &theirs {
            b.apply(report, at(2));
        }
        b.apply(&a.as_report(), at(3));
        let joined = b.clone();
        prop_assert!(!b.apply(&a.as_report(), at(4)));
        // A copy that is behind takes everything over.
        let mut fresh = record(CallStatus::Queued);
        fresh.apply(&joined.as_report(), at(5));
        prop_assert_eq!(fresh.as_report(), joined.as_report());
    }
}

#[test]
fn no_number_and_no_name_is_shown() {
    let private = ["+966501234567", "sip:sara@example.com", "Sara Secret", "علي", "https://example.com/secret.mp3"];
    let call = CallRecord {
        from_number: private[0].into(),
        to_number: private[1].into(),
        agent_name: Some(private[2].into()),
        customer_name: Some(private[3].into()),
        recording_url: Some(private[4].into()),
        ..record(CallStatus::Completed)
    };
    let shown = [format!("{call:?} {call:#?}"), format!("{:?}", call.as_report())];
    for text in private {
        assert!(shown.iter().all(|shown| !shown.contains(text)), "{text} in {shown:?}");
    }
    assert!(shown[0].contains("from_number: [13 private characters]"), "{}", shown[0]);
    assert!(shown.iter().all(|shown| shown.contains("Completed")), "{shown:?}");
}
