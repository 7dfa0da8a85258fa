//! What callbacks did not bring is taken from Twilio's own lists.

mod downtime;
mod lists;

use super::{
    ACCOUNT, NUMBER, at, ca, call, calls, office,
    order::{comparable, record_of, tell_in, told},
    told_at,
};
use crate::office::Office;
use lists::Lists;
use mobilecall_api::calls::{CallRecord, CallStatus, Direction};
use mobilecall_domain::{CallId, Timestamp};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const SARA: &str = "+966501234567";

/// An entry of the list of calls: answered at 9 and over at 40, with other fields.
fn listed(sid: &str, begun: i64, fields: Value) -> Value {
    let entry = json!({
        "sid": sid, "account_sid": ACCOUNT, "parent_call_sid": null, "from": "client:alice", "to": SARA,
        "status": "completed", "direction": "inbound", "start_time": told_at(begun + 9),
        "end_time": told_at(begun + 40), "duration": "31", "price": null, "date_created": told_at(begun),
    });
    crate::office::with(entry, fields)
}

fn recording(sid: &str, call: &str, begun: i64, fields: Value) -> Value {
    let entry = json!({
        "sid": sid, "account_sid": ACCOUNT, "call_sid": call, "conference_sid": null, "status": "completed",
        "channels": 2, "duration": "31", "source": "DialVerb", "start_time": told_at(begun + 9),
        "date_created": told_at(begun + 9),
    });
    crate::office::with(entry, fields)
}

/// The seconds of now, by the clock of the tests.
fn now() -> i64 {
    Timestamp::now().as_millis().div_euclid(1000) - super::BEGUN
}

/// What Twilio lists of the call whose callbacks are in [`told`].
fn list_told(api: &Lists, sid: &str, begun: i64) {
    let leg = format!("{}f", &sid[..33]);
    let dialed = json!({"parent_call_sid": sid, "from": NUMBER, "direction": "outbound-dial",
        "date_created": told_at(begun + 1)});
    let first = json!({"end_time": told_at(begun + 41), "duration": "32"});
    api.set("Calls", vec![listed(&leg, begun, dialed), listed(sid, begun, first)]);
    api.set("Recordings", vec![recording(&format!("RE{}", &sid[2..]), sid, begun, json!({}))]);
}

/// The record after these callbacks, a look, and these again.
async fn looked(order: &[usize]) -> CallRecord {
    let (api, office) = Lists::with_office().await;
    let told = tell_in(office, order).await;
    list_told(&api, &told.sid, told.begun);
    told.office.server.backend().look_into_twilio().await;
    let record = record_of(&told).await;
    let sequence = told.office.sequence(&told.office.acme).await;
    told.office.server.backend().look_into_twilio().await;
    assert_eq!(told.office.sequence(&told.office.acme).await, sequence, "a second look finds nothing");
    record
}

/// Any of them, in any order, some of them more than once: also none, and none of the last ones.
fn heard(count: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0_usize..3, count).prop_flat_map(|times| {
        let kept: Vec<usize> = times.iter().enumerate().flat_map(|(index, times)| vec![index; *times]).collect();
        Just(kept).prop_shuffle()
    })
}

#[test]
fn whatever_was_lost_the_record_is_right_after_a_look() {
    let runtime = Runtime::new().unwrap();
    let count = told(&ca(16), 0).len();
    let in_order: Vec<usize> = (0..count).collect();
    let complete = runtime.block_on(async { record_of(&tell_in(office().await, &in_order).await).await });
    let complete = comparable(complete);
    assert_eq!(comparable(runtime.block_on(looked(&[]))), complete, "all callbacks were lost");
    let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&heard(count), |order| {
            prop_assert_eq!(comparable(runtime.block_on(looked(&order))), complete.clone(), "{:?}", order);
            Ok(())
        })
        .unwrap();
}

/// Calls of an hour in which the server did not run.
fn hour(begun: i64) -> Vec<Value> {
    let unanswered = |fields: Value| {
        let none = json!({"start_time": told_at(begun), "duration": "0"});
        crate::office::with(none, fields)
    };
    vec![
        // Somebody calls in: nobody answers.
        listed(&ca(1), begun, unanswered(json!({"from": SARA, "to": NUMBER}))),
        // An agent calls: the server does not say what to do.
        listed(&ca(2), begun, unanswered(json!({"from": "client:alice", "to": ""}))),
        // Nobody knows who that is, or it is not ours.
        listed(&ca(3), begun, unanswered(json!({"from": "client:nobody"}))),
        listed(&ca(4), begun, json!({"direction": "outbound-api", "from": "+15017122661"})),
        listed(&ca(5), begun, json!({"direction": "outbound-api", "from": NUMBER})),
        listed(&ca(6), begun, json!({"direction": "outbound-dial", "parent_call_sid": ca(4)})),
        // One that we do not understand hides no other.
        json!({"sid": "CA1"}),
    ]
}

fn events_of(given: CallId) -> Value {
    json!({"request": {"method": "POST", "url": "https://calls.example.com/phone/api/calls/twiml/outbound",
        "parameters": {"call_id": given, "to": "0501234567"}}, "response": null})
}

#[tokio::test]
async fn calls_of_a_downtime_get_one_record_each() {
    let (api, office) = Lists::with_office().await;
    let (begun, given) = (now() - 1800, CallId::generate());
    api.set("Calls", hour(begun));
    api.set(&format!("Calls/{}/Events", ca(2)), vec![events_of(given)]);
    let foreign = recording("RE00000000000000000000000000000004", &ca(4), begun, json!({}));
    api.set("Recordings", vec![foreign]);
    office.server.backend().look_into_twilio().await;

    let all = calls(&office, &office.boss).await;
    let [incoming, outgoing] = all.as_slice() else { panic!("{} calls", all.len()) };
    let (incoming, outgoing) =
        if incoming.direction == Direction::Inbound { (incoming, outgoing) } else { (outgoing, incoming) };
    assert_eq!((incoming.from_number.as_str(), incoming.to_number.as_str()), (SARA, NUMBER));
    assert_eq!((incoming.status, incoming.duration_seconds), (CallStatus::NoAnswer, Some(0)));
    assert_eq!((incoming.created_at, incoming.ended_at), (at(begun), Some(at(begun + 40))));
    assert_eq!((outgoing.id, outgoing.status), (given, CallStatus::Failed));
    assert_eq!((outgoing.from_number.as_str(), outgoing.to_number.as_str()), (NUMBER, SARA));
    assert_eq!(outgoing.agent_id, Some(office.alice.user.user.id));
    let nothing: Vec<Value> = office.read(&office.boss, "/api/calls/recordings").await;
    assert!(nothing.is_empty(), "a recording of somebody else's call");
    let theirs: Vec<Value> = office.read(&office.zboss, "/api/calls").await;
    assert!(theirs.is_empty());

    // What the device tells later is the same call.
    let told = json!({"id": given, "fromNumber": NUMBER, "toNumber": SARA, "direction": "outbound", "line": "twilio",
        "status": "failed", "createdAt": Timestamp::now()});
    office.report(&office.alice, &told).await;
    let sequence = office.sequence(&office.acme).await;
    office.server.backend().look_into_twilio().await;
    assert_eq!((calls(&office, &office.boss).await.len(), office.sequence(&office.acme).await), (2, sequence));
}

#[tokio::test]
async fn a_call_whose_end_was_never_told_is_closed() {
    let (api, office) = Lists::with_office().await;
    let store = office.server.store();
    let long_ago = Timestamp::now().minus(std::time::Duration::from_secs(3600));
    // Still open by all that is known, and began before everything that is listed.
    for (number, agent) in [(1, &office.alice), (2, &office.alice), (3, &office.basil)] {
        let start = mobilecall_domain::CallStart {
            id: CallId::generate(),
            company_id: office.acme.id,
            line: mobilecall_domain::LineKind::Twilio,
            from_number: NUMBER.to_owned(),
            to_number: SARA.to_owned(),
            at: long_ago,
        };
        let record = mobilecall_domain::CallRecord::outgoing(start).of_agent(agent.user.user.id, None);
        let facts = mobilecall_store::LegFacts {
            answered_at: Some(long_ago),
            ..mobilecall_store::LegFacts::of(mobilecall_domain::CallStatus::InProgress)
        };
        let leg = mobilecall_store::NewLeg { sid: ca(number), facts };
        store.open_leg(&record, &leg, long_ago).await.unwrap();
    }
    let begun = now() - 3600;
    // The first has ended, of the second nothing is known any more, the third goes on.
    api.set(&format!("Calls/{}", ca(1)), vec![listed(&ca(1), begun, json!({}))]);
    let goes_on = json!({"status": "in-progress", "end_time": null, "duration": null});
    api.set(&format!("Calls/{}", ca(3)), vec![listed(&ca(3), begun, goes_on)]);
    office.server.backend().look_into_twilio().await;
    let of = |all: &[CallRecord], number: u32| {
        let found = all.iter().find(|call| call.twilio_call_sid == Some(ca(number))).unwrap();
        (found.status, found.duration_seconds)
    };
    let all = calls(&office, &office.boss).await;
    assert_eq!(of(&all, 1), (CallStatus::Completed, Some(31)));
    assert_eq!(of(&all, 2), (CallStatus::Completed, Some(0)));
    assert_eq!(of(&all, 3).0, CallStatus::Initiated, "nobody is known to have been dialed");

    api.asked();
    office.server.backend().look_into_twilio().await;
    let asked = api.asked();
    assert_eq!(asked, ["Calls".to_owned(), "Recordings".to_owned(), format!("Calls/{}", ca(3))], "only what is open");
}

#[tokio::test]
async fn a_look_that_was_broken_off_is_made_up_for() {
    let (api, office) = Lists::with_office().await;
    let begun = now() - 1800;
    api.set("Calls", vec![listed(&ca(1), begun, json!({"from": SARA, "to": NUMBER}))]);
    api.refuse(true);
    office.server.backend().look_into_twilio().await;
    assert!(calls(&office, &office.boss).await.is_empty());
    api.refuse(false);
    office.server.backend().look_into_twilio().await;
    assert_eq!(call(&office, &office.boss).await.from_number, SARA);
}

/// A call that the server was asked to place, and of which nothing is known.
async fn unplaced(office: &Office, at: Timestamp) -> CallId {
    let start = mobilecall_domain::CallStart {
        id: CallId::generate(),
        company_id: office.acme.id,
        line: mobilecall_domain::LineKind::Twilio,
        from_number: NUMBER.to_owned(),
        to_number: SARA.to_owned(),
        at,
    };
    let begun = mobilecall_domain::CallRecord::outgoing(start).of_agent(office.alice.user.user.id, None);
    let record = mobilecall_domain::CallRecord { status: mobilecall_domain::CallStatus::Queued, ..begun };
    office.server.store().save_call(&record, at).await.unwrap();
    record.id
}

/// Somebody else's program calls with the same number all the time: each of its calls may be one of ours for a while.
#[tokio::test]
async fn a_call_that_twilio_never_placed_has_failed() {
    let (api, office) = Lists::with_office().await;
    let ago = |minutes: u64| Timestamp::now().minus(std::time::Duration::from_secs(minutes * 60));
    let (old, may_be_that) = (unplaced(&office, ago(120)).await, unplaced(&office, ago(20)).await);
    api.set("Calls", vec![listed(&ca(1), now() - 600, json!({"direction": "outbound-api", "from": NUMBER}))]);
    let status_of = async |id: CallId| {
        let path = format!("/api/calls/{id}");
        office.read::<CallRecord>(&office.boss, &path).await.status
    };
    office.server.backend().look_into_twilio().await;
    assert_eq!((status_of(old).await, status_of(may_be_that).await), (CallStatus::Failed, CallStatus::Queued));
    api.set("Calls", Vec::new());
    office.server.backend().look_into_twilio().await;
    assert_eq!(status_of(may_be_that).await, CallStatus::Failed, "nothing may be that call any more");
}

/// An administrator of Zenith, whose own account has these values beside the server's.
async fn own_account(office: &Office, number: &str, token: &str, secret: &str) -> crate::office::Person {
    let own = json!({"accountSid": ACCOUNT, "authToken": token, "phoneNumber": number, "apiKey": super::KEY,
        "apiSecret": secret, "twimlAppSid": super::APP});
    let user = office.server.user(&office.zenith, "zadmin", None, mobilecall_store::Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let zadmin = crate::office::Person { user, session };
    let set = office.send(&zadmin, reqwest::Method::PUT, "/api/company/twilio", Some(&own)).await;
    assert!(set.status().is_success());
    zadmin
}

#[tokio::test]
async fn who_only_names_another_account_and_number_takes_no_calls_from_it() {
    let (api, office) = Lists::with_office().await;
    let zadmin = own_account(&office, NUMBER, &"f".repeat(32), &"z".repeat(32)).await;
    api.set("Calls", vec![listed(&ca(1), now() - 1800, json!({"from": SARA, "to": NUMBER}))]);
    office.server.backend().look_into_twilio().await;
    assert_eq!(call(&office, &office.boss).await.from_number, SARA);
    assert!(calls(&office, &zadmin).await.is_empty());
}

#[tokio::test]
async fn a_companys_own_account_gets_its_own_calls() {
    let (api, office) = Lists::with_office().await;
    let zadmin = own_account(&office, "+966112345679", super::AUTH_TOKEN, super::API_SECRET).await;
    let begun = now() - 1800;
    let calls_in = [(1, SARA, NUMBER), (2, SARA, "+966112345679"), (3, "client:alice", ""), (4, "client:zoe", "")];
    let listed = calls_in.map(|(sid, from, to)| listed(&ca(sid), begun, json!({"from": from, "to": to})));
    api.set("Calls", listed.into());
    office.server.backend().look_into_twilio().await;
    let sids = async |office: &Office, who| {
        let mut sids: Vec<_> = calls(office, who).await.into_iter().filter_map(|call| call.twilio_call_sid).collect();
        sids.sort();
        sids
    };
    assert_eq!(sids(&office, &office.boss).await, [ca(1), ca(3)]);
    assert_eq!(sids(&office, &zadmin).await, [ca(2), ca(4)]);
}
