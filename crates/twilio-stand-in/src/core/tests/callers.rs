//! Calls from telephones, and calls that the API makes.

use super::world::{BUSY, OWN, SARA, SLOW, World};
use crate::account::Country;
use crate::core::PhoneAct;
use crate::core::rest::Verb;
use serde_json::json;

const CALLER: &str = "+966550000009";

fn calls_in(world: &mut World) {
    world.acts(PhoneAct::Calls { from: CALLER.to_owned(), to: OWN.to_owned() });
}

#[test]
fn the_first_of_several_softphones_that_answers_has_the_call() {
    let mut world = World::new();
    let alice = world.registered("alice");
    let desk = world.registered("alice desk");
    let bob = world.registered("bob");
    calls_in(&mut world);
    assert_eq!(world.log(), ["asks incoming: ringing"]);
    world.says(
        "<Dial answerOnBridge=\"true\"><Client statusCallback=\"/leg\" statusCallbackEvent=\"initiated ringing answered \
         completed\"><Identity>alice</Identity><Parameter name=\"name\" value=\"علي &amp; co\"/></Client>\
         <Client>bob</Client></Dial>",
    );
    let rings = [
        "tells leg: initiated SequenceNumber=0",
        "alice < invite from +966550000009 with name=%D8%B9%D9%84%D9%8A%20%26%20co",
        "tells leg: ringing SequenceNumber=1",
        "+966550000009 hears ringback",
        "alice desk < invite from +966550000009 with name=%D8%B9%D9%84%D9%8A%20%26%20co",
        "bob < invite from +966550000009",
    ];
    assert_eq!(world.log(), rings);
    world.takes(desk);
    let answered = [
        "alice < cancel",
        "alice desk < answer",
        "tells leg: in-progress SequenceNumber=2",
        "bob < cancel",
        "+966550000009 hears alice desk",
        "alice desk hears +966550000009",
    ];
    assert_eq!(world.log(), answered);
    world.takes(alice);
    world.takes(bob);
    assert_eq!(world.log(), ["alice < hangup 31008", "bob < hangup 31008"], "too late");
    world.pass(1.0);
    world.acts(PhoneAct::HangsUp(CALLER.to_owned()));
    assert!(world.log().contains(&"alice desk < hangup".to_owned()));
    assert_eq!(world.live(), 0);
}

#[test]
fn who_refuses_is_busy_and_the_application_goes_on() {
    let mut world = World::new();
    let bob = world.registered("bob");
    calls_in(&mut world);
    world.says("<Dial answerOnBridge=\"true\" action=\"/next\"><Client>bob</Client></Dial>");
    world.rejects(bob);
    assert_eq!(world.log().last().map(String::as_str), Some("asks next: ringing DialCallStatus=busy"));
    world.says("<Record action=\"/recorded\" maxLength=\"60\" recordingStatusCallback=\"/tape\"/>");
    assert_eq!(world.log(), ["+966550000009 hears a beep"]);
    world.sound_ends();
    assert_eq!(world.log(), ["records 1 channels"]);
    world.pass(60.0);
    let expected = ["tells tape: completed RecordingDuration=3", "asks recorded: in-progress RecordingDuration=3"];
    assert_eq!(world.log(), expected);
    world.says("");
    assert_eq!((world.live(), world.alerts()), (0, vec![]));
}

#[test]
fn a_voicemail_that_the_caller_ends_by_hanging_up_is_told() {
    let mut world = World::new();
    calls_in(&mut world);
    world.says("<Record action=\"/recorded\" playBeep=\"false\"/>");
    world.forget();
    world.acts(PhoneAct::HangsUp(CALLER.to_owned()));
    let log = world.log();
    assert!(log.contains(&"tells recorded: completed RecordingDuration=3".to_owned()), "{log:?}");
}

#[test]
fn nobody_rings_who_is_not_registered() {
    let mut world = World::new();
    calls_in(&mut world);
    world.says("<Dial action=\"/next\"><Client>bob</Client></Dial>");
    assert_eq!(world.log().last().map(String::as_str), Some("asks next: in-progress DialCallStatus=no-answer"));
    world.says("<Reject/>");
    assert_eq!(world.live(), 0);
}

#[test]
fn a_call_can_be_rejected_unanswered() {
    for (reject, status) in [("<Reject/>", "no-answer"), ("<Reject reason=\"busy\"/>", "busy")] {
        let mut world = World::new();
        calls_in(&mut world);
        world.forget();
        world.says(reject);
        assert_eq!(world.log(), [format!("tells status: {status} CallDuration=0 SequenceNumber=0")]);
    }
}

const CREATE: &str = "To=%2B966500000001&From=%2B966112345678&Url=http%3A%2F%2Fapp%2Fhello&StatusCallback=\
                      http%3A%2F%2Fapp%2Fown&StatusCallbackEvent=initiated&StatusCallbackEvent=answered";

#[test]
fn the_api_calls_one_after_the_other_and_asks_once_answered() {
    let mut world = World::new();
    let first = world.rest(Verb::Post, "Calls", CREATE);
    let second = world.rest(Verb::Post, "Calls", CREATE);
    assert_eq!((first.status, second.status), (201, 201));
    assert_eq!((&first.body["status"], &first.body["direction"]), (&json!("queued"), &json!("outbound-api")));
    world.pass(0.0);
    assert_eq!(world.log(), ["tells own: initiated SequenceNumber=0"]);
    world.pass(1.0);
    let expected =
        ["tells own: in-progress SequenceNumber=2", "asks hello: in-progress", "tells own: initiated SequenceNumber=0"];
    let mut log = world.log();
    log.sort_by_key(|it| it.contains("initiated"));
    assert_eq!(log, expected, "the second a second later");
    let dial = format!(
        "<Say>Hello</Say><Dial callerId=\"{OWN}\" record=\"record-from-answer-dual\" \
                        recordingStatusCallback=\"/tape\"><Number>{SLOW}</Number></Dial>"
    );
    world.says(&dial);
    world.sound_ends();
    world.acts(PhoneAct::Answers(SLOW.to_owned()));
    let log = world.log();
    assert!(log.contains(&"records 2 channels".to_owned()), "{log:?}");
    world.pass(2.0);
    world.acts(PhoneAct::HangsUp(SLOW.to_owned()));
    let log = world.log();
    assert!(log.contains(&"tells tape: completed RecordingDuration=3".to_owned()), "{log:?}");
    let sid = first.body["sid"].as_str().unwrap().to_owned();
    let shown = world.rest(Verb::Get, &format!("Calls/{sid}"), "");
    assert_eq!((&shown.body["status"], &shown.body["duration"]), (&json!("completed"), &json!("2")));
    let recordings = world.rest(Verb::Get, &format!("Calls/{sid}/Recordings"), "");
    let recording = &recordings.body["recordings"][0];
    assert_eq!((&recording["source"], &recording["channels"]), (&json!("DialVerb"), &json!(2)));
}

#[test]
fn the_api_refuses_what_twilio_refuses() {
    let cases = [
        ("From=%2B966112345678&Url=http://app/", 21_201),
        ("To=%2B966500000001&Url=http://app/", 21_213),
        ("To=%2B966500000001&From=%2B966112345678", 21_205),
        ("To=0500000001&From=%2B966112345678&Url=http://app/", 21_211),
        ("To=%2B966500000001&From=x&Url=http://app/", 21_212),
        ("To=%2B966500000001&From=%2B15005550006&Url=http://app/", 21_210),
        ("To=%2B15005550006&From=%2B966112345678&Url=http://app/", 21_215),
        ("To=%2B966990000000&From=%2B966112345678&Url=http://app/", 21_214),
        ("To=%2B966112345678&From=%2B966112345678&Url=http://app/", 21_211),
        ("To=%2B966500000001&From=%2B966112345678&ApplicationSid=AP00", 21_218),
    ];
    for (form, code) in cases {
        let mut world = World::new();
        world.cloud.account.permissions.countries = vec![Country::new("SA", "+966")];
        world.cloud.account.permissions.unreachable = vec!["+96699".to_owned()];
        let reply = world.rest(Verb::Post, "Calls", form);
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(code)), "{form}");
        assert_eq!(world.live(), 0);
    }
    let mut world = World::new();
    world.cloud.account.permissions.trial = true;
    assert_eq!(world.rest(Verb::Post, "Calls", CREATE).body["code"], 21_219);
    world.cloud.verify_number(SARA);
    assert_eq!(world.rest(Verb::Post, "Calls", CREATE).status, 201);
    assert_eq!(world.rest(Verb::Get, "Calls/CA00000000000000000000000000000000", "").body["code"], 20_404);
}

#[test]
fn a_live_call_is_moved_or_ended_by_the_api() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!("<Dial callerId=\"{OWN}\"><Number>{SARA}</Number></Dial>"));
    world.pass(1.0);
    let children = world.rest(Verb::Get, "Calls", &format!("ParentCallSid={}", world.sid_at(alice)));
    let child = children.body["calls"][0]["sid"].as_str().unwrap().to_owned();
    world.forget();
    // Sara is connected with somebody else; alice has nothing left to do.
    let twiml = format!(
        "Twiml=<Response><Dial callerId=\"%2B966112345678\"><Number>%2B{}</Number></Dial></Response>",
        &SLOW[1..]
    );
    let moved = world.rest(Verb::Post, &format!("Calls/{child}"), &twiml);
    assert_eq!(moved.status, 200, "{moved:?}");
    world.acts(PhoneAct::Answers(SLOW.to_owned()));
    let log = world.log();
    assert!(log.contains(&"alice < hangup".to_owned()), "{log:?}");
    assert!(log.contains(&format!("{SARA} hears {SLOW}")), "{log:?}");
    let ended = world.rest(Verb::Post, &format!("Calls/{child}"), "Status=completed");
    assert_eq!(ended.body["status"], "completed");
    assert_eq!(world.live(), 0);
    let again = world.rest(Verb::Post, &format!("Calls/{child}"), "Status=completed");
    assert_eq!((again.status, &again.body["code"]), (400, &json!(21_220)));
}

#[test]
fn a_call_that_rings_can_be_canceled() {
    let mut world = World::new();
    let form = CREATE.replace("0001", "0003");
    let created = world.rest(Verb::Post, "Calls", &form);
    world.pass(5.0);
    let path = format!("Calls/{}", created.body["sid"].as_str().unwrap());
    assert_eq!(world.rest(Verb::Get, &path, "").body["status"], "ringing");
    assert_eq!(world.rest(Verb::Post, &path, "Status=canceled").body["status"], "canceled");
    assert_eq!(world.live(), 0);
}

#[test]
fn calls_are_listed_by_page_and_filter() {
    let mut world = World::new();
    for _ in 0..3 {
        world.rest(Verb::Post, "Calls", &CREATE.replace("0001", "0002"));
    }
    world.pass(10.0);
    let all = world.rest(Verb::Get, "Calls", "PageSize=2").body;
    assert_eq!((all["calls"].as_array().unwrap().len(), &all["end"]), (2, &json!(1)));
    let next = all["next_page_uri"].as_str().unwrap().to_owned();
    let query = next.split_once('?').unwrap().1;
    let rest = world.rest(Verb::Get, "Calls", query).body;
    assert_eq!((rest["calls"].as_array().unwrap().len(), &rest["next_page_uri"]), (1, &json!(null)));
    let of =
        |world: &mut World, query: &str| world.rest(Verb::Get, "Calls", query).body["calls"].as_array().unwrap().len();
    assert_eq!(of(&mut world, "Status=busy"), 3);
    assert_eq!(of(&mut world, "Status=completed"), 0);
    assert_eq!(of(&mut world, &format!("To=%2B{}", &BUSY[1..])), 3);
    assert_eq!(of(&mut world, "StartTime%3E=2030-01-01"), 0);
}
