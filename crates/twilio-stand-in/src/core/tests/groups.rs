//! Conferences and queues.

use super::world::{OWN, SARA, World};
use crate::core::PhoneAct;
use crate::core::rest::Verb;

fn conference(label: &str, more: &str) -> String {
    format!(
        "<Dial><Conference participantLabel=\"{label}\" statusCallback=\"/room\" statusCallbackEvent=\"start end join leave \
         mute hold\" {more}>room</Conference></Dial>"
    )
}

/// A telephone that comes into the conference.
fn comes(world: &mut World, number: &str, label: &str, more: &str) {
    world.acts(PhoneAct::Calls { from: number.to_owned(), to: OWN.to_owned() });
    world.says(&conference(label, more));
}

const A: &str = "+966550000001";
const B: &str = "+966550000002";
const C: &str = "+966550000003";

#[test]
fn a_conference_begins_with_the_second_and_ends_with_the_last() {
    let mut world = World::new();
    comes(&mut world, A, "a", "");
    let expected = [
        "asks incoming: ringing".to_owned(),
        "tells room: participant-join SequenceNumber=0 ParticipantLabel=a".to_owned(),
        format!("{A} hears nobody"),
        format!("{A} hears music"),
    ];
    assert_eq!(world.log(), expected);
    comes(&mut world, B, "b", "");
    let expected = [
        "asks incoming: ringing".to_owned(),
        "tells room: participant-join SequenceNumber=1 ParticipantLabel=b".to_owned(),
        "tells room: conference-start SequenceNumber=2".to_owned(),
        format!("{A} hears {B}"),
        format!("{B} hears {A}"),
    ];
    assert_eq!(world.log(), expected);
    world.acts(PhoneAct::HangsUp(A.to_owned()));
    assert!(world.log().contains(&"tells room: participant-leave SequenceNumber=3 ParticipantLabel=a".to_owned()));
    world.acts(PhoneAct::HangsUp(B.to_owned()));
    assert!(world.log().contains(&"tells room: conference-end SequenceNumber=5".to_owned()));
    let list = world.rest(Verb::Get, "Conferences", "Status=completed").body;
    assert_eq!(list["conferences"][0]["friendly_name"], "room");
}

#[test]
fn a_warm_transfer_holds_the_customer_and_brings_the_colleague_in() {
    let mut world = World::new();
    comes(&mut world, A, "customer", "endConferenceOnExit=\"true\"");
    comes(&mut world, B, "agent", "");
    world.forget();
    let held = world.rest(Verb::Post, "Conferences/room/Participants/customer", "Hold=true");
    assert_eq!(held.body["hold"], true);
    let expected = [
        "tells room: participant-hold SequenceNumber=3 ParticipantLabel=customer".to_owned(),
        format!("{A} hears nobody"),
        format!("{B} hears nobody"),
        format!("{A} hears music"),
    ];
    assert_eq!(world.log(), expected);
    let form = format!("From=%2B{}&To=%2B{}&Label=colleague", &OWN[1..], &SARA[1..]);
    let added = world.rest(Verb::Post, "Conferences/room/Participants", &form);
    assert_eq!((added.status, &added.body["status"]), (201, &serde_json::json!("queued")));
    world.pass(2.0);
    assert!(world.log().contains(&format!("{B} hears {SARA}")));
    world.rest(Verb::Post, "Conferences/room/Participants/customer", "Hold=false");
    assert!(world.log().contains(&format!("{A} hears {B} and {SARA}")));
    world.acts(PhoneAct::HangsUp(B.to_owned()));
    assert_eq!(world.live(), 2);
    world.acts(PhoneAct::HangsUp(A.to_owned()));
    assert_eq!(world.live(), 0, "with the customer it is over");
}

#[test]
fn participants_are_muted_and_put_out() {
    let mut world = World::new();
    for (number, label) in [(A, "a"), (B, "b"), (C, "c")] {
        comes(&mut world, number, label, "");
    }
    world.forget();
    world.rest(Verb::Post, "Conferences/room/Participants/a", "Muted=true");
    let log = world.log();
    assert!(log.contains(&format!("{B} hears {C}")) && log.contains(&format!("{A} hears {B} and {C}")), "{log:?}");
    assert_eq!(world.rest(Verb::Delete, "Conferences/room/Participants/b", "").status, 204);
    assert_eq!(world.live(), 2, "nothing follows, so the call is over");
    assert_eq!(world.rest(Verb::Get, "Conferences/room/Participants/b", "").status, 404);
    assert_eq!(world.rest(Verb::Post, "Conferences/room", "Status=completed").body["status"], "completed");
    assert_eq!(world.live(), 0);
}

#[test]
fn who_waits_longest_in_a_queue_is_served_first() {
    let mut world = World::new();
    for number in [A, B] {
        world.acts(PhoneAct::Calls { from: number.to_owned(), to: OWN.to_owned() });
        world.says("<Enqueue action=\"/left\">support</Enqueue>");
    }
    let log = world.log();
    assert!(log.contains(&format!("{A} hears music")) && log.contains(&format!("{B} hears music")), "{log:?}");
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says("<Dial action=\"/served\"><Queue>support</Queue></Dial>");
    let log = world.log();
    assert!(log.contains(&format!("alice hears {A}")), "{log:?}");
    world.acts(PhoneAct::HangsUp(A.to_owned()));
    let log = world.log();
    assert!(log.contains(&"tells left: completed QueueResult=bridged".to_owned()), "{log:?}");
    assert!(log.contains(&"asks served: in-progress DialCallStatus=completed".to_owned()), "{log:?}");
    world.acts(PhoneAct::HangsUp(B.to_owned()));
    let log = world.log();
    assert!(log.contains(&"tells left: completed QueueResult=hangup".to_owned()), "{log:?}");
}
