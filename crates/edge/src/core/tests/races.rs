//! The caller gives up in the moment of the answer, in every order in which that can reach the switch.

use super::world::*;
use mobilecall_domain::CallStatus;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The caller gives up.
    HangUp,
    /// A device of the callee answers…
    Answer,
    /// …and another one.
    AnswerToo,
    /// The media anchor has done what it was asked.
    Reply,
}

/// Every order of these steps, each as many times as it says.
fn orders(left: &[(Step, usize)]) -> Vec<Vec<Step>> {
    let mut all = Vec::new();
    for (index, (step, times)) in left.iter().enumerate() {
        let Some(times) = times.checked_sub(1) else { continue };
        let mut rest = left.to_vec();
        rest[index].1 = times;
        all.extend(orders(&rest).into_iter().map(|order| [&[*step], &order[..]].concat()));
    }
    if all.is_empty() { vec![Vec::new()] } else { all }
}

/// Plays one order, and gives how the call ended: for both sides alike, and at once.
fn race(order: &[Step], hung_up_as: &str) -> CallStatus {
    let mut world = World::office();
    let (alice, bob) = world.ringing();
    let alice = if hung_up_as == "temporary" { "TJS1" } else { &alice };
    world.sent.clear();
    world.hold_media = true;
    for step in order {
        match step {
            Step::HangUp => world.hang_up(ALICE, alice),
            Step::Answer => world.accept(BOB, &bob),
            Step::AnswerToo => world.accept(BOB_TOO, &bob),
            Step::Reply => world.release_one(),
        }
        world.pass(Duration::from_millis(10));
    }
    world.release();
    for (name, socket) in [("first", BOB), ("second", BOB_TOO)] {
        let heard = world.heard(socket);
        let last = heard.last().expect("whoever rang hears that it is over");
        assert!(last.starts_with("cancel") || last.starts_with("hangup"), "the {name} device stays in it: {heard:?}");
    }
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Available, Presence::Available));
    let told: Vec<_> = world.records.values().map(|it| (it.status, it.answered_at, it.duration_seconds)).collect();
    let [caller, callee] = told[..] else { panic!("one record each: {told:?}") };
    assert_eq!(caller, callee, "both histories tell the same");
    let (status, answered_at, duration) = caller;
    assert_eq!(answered_at.is_some(), status == CallStatus::Completed, "{told:?}");
    assert_eq!(duration.unwrap_or_default(), 0, "nobody talked: {told:?}");
    world.talking();
    assert_eq!((world.presence_of("alice"), world.presence_of("bob")), (Presence::Busy, Presence::Busy));
    status
}

#[test]
fn who_gives_up_in_the_moment_of_the_answer_leaves_nobody_in_a_call() {
    let mut ends = BTreeMap::<String, usize>::new();
    for order in orders(&[(Step::HangUp, 1), (Step::Answer, 1), (Step::AnswerToo, 1), (Step::Reply, 4)]) {
        for hung_up_as in ["temporary", "real"] {
            println!("{order:?}, hung up by the {hung_up_as} id");
            *ends.entry(race(&order, hung_up_as).to_string()).or_default() += 1;
        }
    }
    println!("{ends:?}");
    assert_eq!(ends.values().sum::<usize>(), 420);
    assert_eq!(ends.keys().collect::<Vec<_>>(), ["canceled", "completed"], "both came about");
}
