//! Whatever comes late, twice or not at all, each call has one right record.

use super::{ask, at, ca, call, dial, from_alice, number, office, path, tell, told_at};
use crate::office::Office;
use mobilecall_api::calls::CallRecord;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tokio::runtime::Runtime;

/// One callback: to which address, whether it is the last of its leg, and what it says.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    to: To,
    last: bool,
    fields: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    Leg,
    Agent,
    Dial,
    Recording,
}

fn callback(to: To, last: bool, fields: &[(&'static str, &str)]) -> Callback {
    Callback { to, last, fields: fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect() }
}

/// Everything that Twilio tells of an answered call that began a minute ago.
pub(super) fn told(sid: &str, begun: i64) -> Vec<Callback> {
    let (leg, recording) = (format!("{}f", &sid[..33]), format!("RE{}", &sid[2..]));
    let leg_says = |word: &str, second: i64, last: bool, seconds: &str| {
        let time = told_at(begun + second);
        let fields = [
            ("CallSid", leg.as_str()),
            ("ParentCallSid", sid),
            ("CallStatus", word),
            ("Timestamp", time.as_str()),
            ("CallDuration", seconds),
        ];
        callback(To::Leg, last, &fields)
    };
    let agent_says = |word: &str, second: i64, last: bool, seconds: &str| {
        let time = told_at(begun + second);
        let fields = [
            ("CallSid", sid),
            ("From", "client:alice"),
            ("CallStatus", word),
            ("Timestamp", time.as_str()),
            ("CallDuration", seconds),
        ];
        callback(To::Agent, last, &fields)
    };
    let started = told_at(begun + 9);
    let recorded = |word: &str, last: bool| {
        let fields = [
            ("CallSid", sid),
            ("RecordingSid", recording.as_str()),
            ("RecordingStatus", word),
            ("RecordingStartTime", started.as_str()),
            ("RecordingDuration", "31"),
        ];
        callback(To::Recording, last, &fields)
    };
    vec![
        leg_says("initiated", 1, false, ""),
        leg_says("ringing", 3, false, ""),
        leg_says("in-progress", 9, false, ""),
        agent_says("in-progress", 9, false, ""),
        recorded("in-progress", false),
        leg_says("completed", 40, true, "31"),
        callback(
            To::Dial,
            false,
            &[
                ("CallSid", sid),
                ("DialCallStatus", "completed"),
                ("DialCallSid", leg.as_str()),
                ("DialCallDuration", "31"),
            ],
        ),
        recorded("completed", true),
        agent_says("completed", 41, true, "32"),
    ]
}

/// A call whose callbacks are told.
pub(super) struct Told {
    pub(super) office: Office,
    pub(super) sid: String,
    /// The second, by Twilio's clock, from which on the times of callbacks count.
    pub(super) begun: i64,
    opened: CallRecord,
}

/// Lets Alice call in this office, and tells these callbacks.
pub(super) async fn tell_in(office: Office, order: &[usize]) -> Told {
    let sid = ca(16);
    let dial = dial(ask(&office, "/api/calls/webhook/outbound", &from_alice(&sid, "+966501234567")).await);
    let number = number(&dial);
    let opened = call(&office, &office.alice).await;
    // From the next second on, by Twilio's clock.
    let begun = opened.created_at.as_millis().div_euclid(1000) + 1 - super::BEGUN;
    let all = told(&sid, begun);
    for index in order {
        let Callback { to, fields, .. } = &all[*index];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match to {
            To::Leg => tell(&office, &path(number.status_callback.as_ref()), &fields).await,
            To::Agent => tell(&office, "/api/calls/webhook/status", &fields).await,
            To::Recording => tell(&office, &path(dial.options.recording_status_callback.as_ref()), &fields).await,
            To::Dial => drop(ask(&office, &path(dial.options.action.as_ref()), &fields).await),
        }
    }
    Told { office, sid, begun, opened }
}

/// The record, without what differs from call to call.
pub(super) async fn record_of(told: &Told) -> CallRecord {
    let Told { office, begun, opened, .. } = told;
    let record = call(office, &office.alice).await;
    assert_eq!((record.answered_at, record.ended_at), (Some(at(begun + 9)), Some(at(begun + 40))));
    assert_eq!(record.id, opened.id);
    let none = at(0);
    CallRecord {
        id: opened.id,
        created_at: none,
        answered_at: None,
        ended_at: None,
        updated_at: none,
        agent_id: None,
        company_id: opened.company_id,
        ..record
    }
}

/// The record after these callbacks of one call.
async fn record(order: &[usize]) -> CallRecord {
    record_of(&tell_in(office().await, order).await).await
}

pub(super) fn comparable(record: CallRecord) -> String {
    let CallRecord {
        status,
        duration_seconds,
        recording_url,
        twilio_call_sid,
        from_number,
        to_number,
        direction,
        line,
        agent_name,
        ..
    } = record;
    format!(
        "{status:?} {duration_seconds:?} {recording_url:?} {twilio_call_sid:?} {from_number} {to_number} {direction:?} {line:?} {agent_name:?}"
    )
}

/// Some of them, in any order, some of them more than once; the last of each leg is among them.
fn heard() -> impl Strategy<Value = Vec<usize>> {
    let last: Vec<bool> = told(&ca(16), 0).iter().map(|callback| callback.last).collect();
    prop::collection::vec(0_usize..3, last.len()).prop_flat_map(move |times| {
        let kept = times.iter().zip(&last).enumerate();
        let kept: Vec<usize> =
            kept.flat_map(|(index, (times, last))| vec![index; (*times).max(usize::from(*last))]).collect();
        Just(kept).prop_shuffle()
    })
}

#[test]
fn any_order_repetition_and_loss_of_callbacks_gives_the_same_record() {
    let runtime = Runtime::new().unwrap();
    let count = told(&ca(16), 0).len();
    let in_order = comparable(runtime.block_on(record(&(0..count).collect::<Vec<_>>())));
    assert!(in_order.starts_with("Completed Some(31) Some(\"/api/recordings/RE"), "{in_order}");
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&heard(), |order| {
            prop_assert_eq!(comparable(runtime.block_on(record(&order))), in_order.clone(), "{:?}", order);
            Ok(())
        })
        .unwrap();
}
