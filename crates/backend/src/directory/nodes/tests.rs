use super::*;
use proptest::prelude::*;
use std::time::Duration;
use uuid::Uuid;

const SECOND: Duration = Duration::from_secs(1);

const REGISTERED: Reachability = Reachability { registered: true, busy: false };
const BUSY: Reachability = Reachability { registered: true, busy: true };

fn node(number: u128) -> NodeId {
    NodeId::from_uuid(Uuid::from_u128(number))
}

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

fn company(number: u128) -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(number))
}

/// Of a person of the first company.
fn of(person: u128, reachability: Reachability) -> PersonReport {
    PersonReport { company: company(1), user: user(person), reachability }
}

fn becomes(person: u128, presence: PresenceState) -> PresenceChange {
    PresenceChange { company: company(1), user: user(person), presence }
}

/// Each node is an instance of its own. Says whether the directory had kept what it said.
fn renew(nodes: &mut Nodes, number: u128, lease_until: Instant) -> bool {
    let renewed = nodes.renew(node(number), &number.to_string(), lease_until);
    assert_eq!(renewed.changes, []);
    renewed.kept
}

/// With two nodes, whose leases end after one and two seconds.
fn two(now: Instant) -> Nodes {
    let mut nodes = Nodes::default();
    assert!(!renew(&mut nodes, 1, now + SECOND));
    assert!(!renew(&mut nodes, 2, now + 2 * SECOND));
    nodes
}

#[test]
fn a_person_is_what_all_nodes_together_say() {
    use PresenceState::{Available, Busy, Offline};
    let mut nodes = two(Instant::now());
    let steps = [
        (1, REGISTERED, Some(Available)),
        (2, REGISTERED, None),
        (2, BUSY, Some(Busy)),
        (1, BUSY, None),
        (2, REGISTERED, None),
        (1, Reachability::NONE, Some(Available)),
        (2, Reachability::NONE, Some(Offline)),
        (2, Reachability::NONE, None),
    ];
    for (at, reachability, change) in steps {
        let expected = change.map(|presence| becomes(7, presence));
        assert_eq!(nodes.report(node(at), of(7, reachability)), expected, "{at} {reachability:?}");
    }
    assert!(nodes.present(company(1)).is_empty());
}

#[test]
fn whereabouts_name_the_nodes_that_know_somebody() {
    let mut nodes = two(Instant::now());
    nodes.report(node(1), of(7, REGISTERED));
    nodes.report(node(2), of(7, BUSY));
    nodes.report(node(2), of(8, REGISTERED));
    let there = |at, reachability| Whereabouts { node: node(at), reachability };
    let found = |person| nodes.whereabouts(company(1), user(person)).collect::<Vec<_>>();
    assert_eq!(found(7), [there(1, REGISTERED), there(2, BUSY)]);
    assert_eq!(found(8), [there(2, REGISTERED)]);
    assert_eq!(found(9), []);
    assert_eq!(nodes.whereabouts(company(2), user(7)).count(), 0, "of another company");
    assert!(nodes.present(company(2)).is_empty());
}

#[test]
fn a_node_that_leaves_takes_its_people_along() {
    let mut nodes = two(Instant::now());
    nodes.report(node(1), of(7, BUSY));
    nodes.report(node(2), of(7, REGISTERED));
    nodes.report(node(1), of(8, REGISTERED));
    nodes.report(node(2), of(8, REGISTERED));
    nodes.report(node(1), of(9, REGISTERED));
    let mut changes = nodes.leave(node(1));
    changes.sort_by_key(|change| change.user);
    assert_eq!(changes, [becomes(7, PresenceState::Available), becomes(9, PresenceState::Offline)]);
    assert_eq!(nodes.leave(node(1)), []);
}

#[test]
fn a_silent_node_is_dropped_and_has_to_say_everything_again() {
    let now = Instant::now();
    let mut nodes = two(now);
    nodes.report(node(1), of(7, REGISTERED));
    nodes.report(node(2), of(8, REGISTERED));
    assert_eq!(nodes.drop_silent(now + SECOND), []);
    assert_eq!(nodes.drop_silent(now + SECOND * 3 / 2), [becomes(7, PresenceState::Offline)]);
    assert_eq!(nodes.report(node(1), of(7, BUSY)), None, "nobody waits for what it says");
    assert!(!renew(&mut nodes, 1, now + 3 * SECOND), "so it is told");
    assert_eq!(nodes.report(node(1), of(7, BUSY)), Some(becomes(7, PresenceState::Busy)));
    assert!(renew(&mut nodes, 1, now + 4 * SECOND));
    assert_eq!(nodes.drop_silent(now + 7 * SECOND / 2), [becomes(8, PresenceState::Offline)]);
}

#[test]
fn a_node_that_starts_again_drops_what_its_earlier_run_said() {
    let now = Instant::now();
    let mut nodes = two(now);
    nodes.report(node(1), of(7, BUSY));
    nodes.report(node(2), of(8, REGISTERED));
    let renewed = nodes.renew(node(3), "1", now + SECOND);
    assert_eq!(renewed, Renewed { kept: false, changes: vec![becomes(7, PresenceState::Offline)] });
    nodes.report(node(3), of(7, REGISTERED));
    assert_eq!(nodes.renew(node(1), "1", now), Renewed { kept: false, changes: vec![] }, "the older drops no newer");
    assert_eq!(nodes.present(company(1)).len(), 2);
}

fn reachability() -> impl Strategy<Value = Reachability> {
    (any::<bool>(), any::<bool>()).prop_map(|(registered, busy)| Reachability { registered, busy })
}

/// What each of three nodes says of three people, one after the other.
fn said() -> impl Strategy<Value = Vec<Vec<PersonReport>>> {
    let known = (0..3u128, reachability()).prop_map(|(person, reachability)| of(person, reachability));
    prop::collection::vec(prop::collection::vec(known, 0..12), 3)
}

/// The same, with the nodes' words mixed in some order: `turns` says who is next. Each node's own are in their order.
fn mixed(said: &[Vec<PersonReport>], turns: &[prop::sample::Index]) -> Vec<(NodeId, PersonReport)> {
    let mut waiting: Vec<_> = said.iter().zip(1..).map(|(words, number)| (node(number), words.iter())).collect();
    let mut turns = turns.iter().cycle();
    let mut all = Vec::new();
    while !waiting.is_empty() {
        let next = turns.next().map_or(0, |turn| turn.index(waiting.len()));
        match waiting[next].1.next() {
            Some(known) => all.push((waiting[next].0, *known)),
            None => {
                let _spent = waiting.remove(next);
            }
        }
    }
    all
}

fn turns() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 1..40)
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_of_what_nodes_say_matters(said in said(), one in turns(), other in turns()) {
        let now = Instant::now();
        let after = |words: Vec<(NodeId, PersonReport)>| {
            let mut nodes = two(now);
            renew(&mut nodes, 3, now);
            for (node, known) in words {
                nodes.report(node, known);
                nodes.report(node, known);
            }
            nodes
        };
        let (one, other) = (after(mixed(&said, &one)), after(mixed(&said, &other)));
        prop_assert_eq!(one.present(company(1)), other.present(company(1)));
        for person in 0..3 {
            let found = |nodes: &Nodes| nodes.whereabouts(company(1), user(person)).collect::<Vec<_>>();
            prop_assert_eq!(found(&one), found(&other));
        }
    }

    #[test]
    fn who_hears_of_every_change_knows_who_is_present(said in said(), turns in turns(), leaves in 1..4u128) {
        let now = Instant::now();
        let mut nodes = two(now);
        renew(&mut nodes, 3, now);
        let mut heard = HashMap::new();
        let mut hear = |change: PresenceChange| {
            let before = match change.presence {
                PresenceState::Offline => heard.remove(&change.user),
                PresenceState::Available | PresenceState::Busy => heard.insert(change.user, change.presence),
            };
            assert_ne!(before.unwrap_or(PresenceState::Offline), change.presence, "it is news");
        };
        for (node, known) in mixed(&said, &turns) {
            nodes.report(node, known).into_iter().for_each(&mut hear);
        }
        nodes.leave(node(leaves)).into_iter().for_each(&mut hear);
        prop_assert_eq!(&heard, &nodes.present(company(1)));
    }
}
