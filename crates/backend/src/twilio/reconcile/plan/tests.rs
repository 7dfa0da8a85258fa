use super::*;
use mobilecall_twilio::time;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Seconds after the beginning of the tests' time.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((1_770_000_000 + seconds) * 1000)
}

fn ca(number: u128) -> CallSid {
    CallSid::from_bits(number)
}

/// An answered call from 10 to 40, with other fields.
fn call(number: u128, fields: Value) -> Call {
    let mut whole = json!({
        "sid": ca(number), "parent_call_sid": null, "account_sid": "AC00000000000000000000000000000001",
        "to": "+966501234567", "from": "client:alice", "status": "completed", "direction": "inbound",
        "start_time": time::write(at(10)), "end_time": time::write(at(40)), "duration": "30",
        "date_created": time::write(at(0)),
    });
    let (Value::Object(whole_fields), Value::Object(fields)) = (&mut whole, fields) else { panic!("two objects") };
    whole_fields.extend(fields);
    serde_json::from_value(whole).unwrap()
}

fn event(value: Value) -> CallEvent {
    serde_json::from_value(json!({"request": value, "response": null})).unwrap()
}

#[test]
fn a_look_begins_before_the_last_one_ended() {
    let (minute, hour) = (60, 3600);
    let window = |from: i64, until: Option<i64>, reached: i64| Window {
        from: at(from),
        until: until.map(at),
        reached: at(reached),
    };
    let now = 100 * hour;
    for (looked_until, expected) in [
        (Some(now - 5 * minute), vec![window(now - 20 * minute, None, now)]),
        (None, vec![window(now - hour - 15 * minute, None, now)]),
        (
            Some(now - 2 * hour - minute),
            vec![
                window(now - 2 * hour - 16 * minute, Some(now - hour - minute), now - hour - minute),
                window(now - hour - 16 * minute, Some(now - minute), now - minute),
                window(now - 16 * minute, None, now),
            ],
        ),
        // A clock that was put back.
        (Some(now + hour), vec![window(now - 15 * minute, None, now)]),
    ] {
        assert_eq!(windows(looked_until.map(at), at(now)), expected);
    }
    assert_eq!(windows(Some(at(-1_000_000_000)), at(now)).len(), 30 * 24, "nobody asks for years");
}

proptest! {
    #[test]
    fn windows_leave_nothing_out(looked in 0i64..200_000, since in 0i64..400_000) {
        let now = at(looked + since);
        let all = windows(Some(at(looked)), now);
        let mut reached = at(looked);
        for (index, window) in all.iter().enumerate() {
            prop_assert_eq!(window.from, reached.minus(OVERLAP));
            prop_assert!(window.reached >= reached);
            let is_last = index + 1 == all.len();
            prop_assert_eq!(window.until, (!is_last).then_some(window.reached));
            reached = window.reached;
        }
        prop_assert_eq!(reached, now);
    }
}

#[test]
fn somebody_else_may_have_looked() {
    let every = Duration::from_secs(300);
    for (looked_until, due) in [(None, true), (Some(850), true), (Some(851), false), (Some(1001), false)] {
        assert_eq!(is_due(looked_until.map(at), at(1000), every), due, "{looked_until:?}");
    }
    assert!(is_due(Some(at(1000)), at(1000), Duration::ZERO), "whoever starts looks at once");
}

#[test]
fn callers_come_before_those_whom_they_dialed() {
    let calls = [
        call(1, json!({"date_created": time::write(at(5))})),
        call(2, json!({"parent_call_sid": ca(3)})),
        call(3, json!({})),
        call(4, json!({"parent_call_sid": ca(3), "date_created": time::write(at(1))})),
    ];
    let list = CallList::new(calls.into());
    let sids = |calls: Vec<&Call>| calls.into_iter().map(|call| call.sid).collect::<Vec<_>>();
    assert_eq!(sids(list.calls().iter().collect()), [3, 2, 4, 1].map(ca));
    assert_eq!(sids(list.dialed_by(ca(3)).collect()), [2, 4].map(ca), "the first before the others");
    assert_eq!(list.dialed_by(ca(1)).count(), 0);
}

#[test]
fn a_legs_origin_says_whose_it_may_be() {
    let alice = || Origin::Softphone("alice".parse().unwrap());
    for (fields, expected) in [
        (json!({"parent_call_sid": ca(9), "direction": "outbound-dial"}), Origin::Dialed(ca(9))),
        (json!({}), alice()),
        (json!({"direction": "something-new"}), alice()),
        (json!({"from": "+966559902557"}), Origin::Caller("+966501234567".to_owned())),
        (json!({"from": "client:not a name"}), Origin::Caller("+966501234567".to_owned())),
        (json!({"direction": "outbound-api", "from": "+966112345678"}), Origin::Rest("+966112345678".to_owned())),
        (json!({"direction": "outbound-dial"}), Origin::Foreign),
    ] {
        assert_eq!(origin(&call(1, fields.clone())), expected, "{fields}");
    }
    assert_eq!(client("client:basil?CallId=1").unwrap().as_str(), "basil");
}

#[test]
fn facts_are_those_that_callbacks_tell() {
    let of = |status: &str| facts(&call(1, json!({"status": status})), None);
    let none = LegFacts::default();
    let ended = LegFacts { ended_at: Some(at(40)), duration_seconds: Some(30), ..none };
    for (status, expected) in [
        ("queued", LegFacts::of(CallStatus::Queued)),
        ("ringing", LegFacts::of(CallStatus::Ringing)),
        ("in-progress", LegFacts { answered_at: Some(at(10)), ..LegFacts::of(CallStatus::InProgress) }),
        ("completed", LegFacts { status: Some(CallStatus::Completed), answered_at: Some(at(10)), ..ended }),
        ("busy", LegFacts { status: Some(CallStatus::Busy), ..ended }),
    ] {
        assert_eq!(of(status), expected, "{status}");
    }
}

#[test]
fn an_agents_call_that_dialed_nobody_came_to_nothing() {
    let (first, dialed) = (call(1, json!({})), call(2, json!({"parent_call_sid": ca(1)})));
    let alone = |call: &Call| left(&origin(call), call, &CallList::new(vec![call.clone()]));
    assert_eq!(alone(&first), Some(CallStatus::Failed));
    assert_eq!(alone(&call(3, json!({"direction": "outbound-api"}))), Some(CallStatus::Canceled));
    assert_eq!(alone(&call(3, json!({"from": "+966559902557"}))), None);
    assert_eq!(alone(&dialed), None);
    assert_eq!(left(&origin(&first), &first, &CallList::new(vec![first.clone(), dialed])), None);
    let nothing = Outcome { status: CallStatus::Failed, duration_seconds: Some(0) };
    assert_eq!(facts(&first, Some(CallStatus::Failed)).outcome, Some(nothing));
    let goes_on = call(1, json!({"status": "in-progress"}));
    assert_eq!(facts(&goes_on, Some(CallStatus::Failed)).outcome, None, "it may dial yet");
}

#[test]
fn what_is_known_is_not_said_again() {
    let facts = facts(&call(1, json!({})), None);
    let company = CompanyId::generate();
    let known = |facts| KnownLeg { sid: String::new(), company, call: CallId::generate(), facts };
    assert!(says_more(&known(None), &facts), "a softphone told only its id");
    assert!(says_more(&known(Some(LegFacts::of(CallStatus::Completed))), &facts));
    assert!(!says_more(&known(Some(facts)), &facts));
    let more = LegFacts { outcome: Some(Outcome { status: CallStatus::Completed, duration_seconds: None }), ..facts };
    assert!(!says_more(&known(Some(more)), &facts));
}

#[test]
fn a_leg_that_is_forgotten_is_over() {
    let leg = |facts| OpenLeg { sid: String::new(), facts, created_at: at(5) };
    let end = |status, second| LegFacts {
        status: Some(status),
        ended_at: Some(at(second)),
        duration_seconds: Some(0),
        ..LegFacts::default()
    };
    let answered = LegFacts { answered_at: Some(at(9)), ..LegFacts::of(CallStatus::InProgress) };
    assert_eq!(forgotten(&leg(answered)), end(CallStatus::Completed, 9));
    assert_eq!(forgotten(&leg(LegFacts::of(CallStatus::Ringing))), end(CallStatus::Failed, 5));
}

#[test]
fn what_was_asked_and_told_says_whose_it_is() {
    let (company, id) = (CompanyId::generate(), CallId::generate());
    let ours = format!("https://calls.example.com/phone{OURS}status?call={id}&company={company}&group=1");
    let foreign = format!("https://other.example.com/hook?call={id}&company={company}");
    let hint = |ours: Option<(CompanyId, CallId)>, given| Hint { ours, given, dialed: None };
    for (events, expected) in [
        (vec![], Hint::default()),
        (vec![event(Value::Null)], Hint::default()),
        (vec![event(json!({"url": foreign}))], Hint::default()),
        (vec![event(json!({"url": format!("https://calls.example.com{OURS}status?call=1")}))], Hint::default()),
        (vec![event(json!({"url": foreign})), event(json!({"url": ours}))], hint(Some((company, id)), None)),
        (vec![event(json!({"parameters": {"call_id": id, "n": 1}}))], hint(None, Some(id))),
        (
            vec![event(json!({"parameters": {"to": "0501234567"}}))],
            Hint { dialed: Some(Private::new("0501234567".to_owned())), ..Hint::default() },
        ),
        (vec![event(json!({"parameters": {"call_id": "00000000-0000-4000-8000-000000000000"}}))], Hint::default()),
    ] {
        assert_eq!(Hint::read(&events), expected, "{events:?}");
    }
}

#[test]
fn calls_that_are_not_known_get_a_record_once_it_is_sure_that_they_have_none() {
    let (company, id) = (CompanyId::generate(), CallId::generate());
    let none = &Hint::default();
    let ours = &Hint { ours: Some((company, id)), ..Hint::default() };
    let given = &Hint { given: Some(id), ..Hint::default() };
    let phone = Origin::Softphone("alice".parse().unwrap());
    let (caller, rest) = (Origin::Caller(String::new()), Origin::Rest(String::new()));
    let (early, late) = (at(40 + 20 * 60 - 1), at(40 + 20 * 60));
    for (origin, hint, now, expected) in [
        (&phone, ours, early, Opening::Join(company, id)),
        (&rest, ours, early, Opening::Join(company, id)),
        (&phone, given, early, Opening::Open(Some(id))),
        (&phone, none, early, Opening::Later),
        (&phone, none, late, Opening::Open(None)),
        (&caller, none, early, Opening::Open(None)),
        (&rest, none, early, Opening::Later),
        (&rest, none, late, Opening::Nothing),
        (&Origin::Foreign, none, late, Opening::Nothing),
    ] {
        assert_eq!(opening(origin, hint, &call(1, json!({})), now), expected, "{origin:?} {hint:?}");
    }
    let goes_on = call(1, json!({"status": "in-progress", "end_time": null}));
    assert_eq!(opening(&phone, none, &goes_on, late), Opening::Later);
}
