use super::*;
use mobilecall_domain::{CallId, CallRecord, CallStart, CompanyId, LineKind};
use proptest::prelude::*;

const BEGUN: i64 = 1_770_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((BEGUN + seconds) * 1000)
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: u8) -> T {
    format!("018f0000-0000-7000-8000-0000000000{last:02}").parse().unwrap()
}

/// One thing that is said: of which leg (0 is the first), and what.
#[derive(Clone, Copy, Debug)]
struct Said {
    leg: u8,
    facts: LegFacts,
    /// The last that is said of this leg.
    last: bool,
}

const fn early(leg: u8, facts: LegFacts) -> Said {
    Said { leg, facts, last: false }
}

fn answered(leg: u8, second: i64) -> Said {
    early(leg, LegFacts { answered_at: Some(at(second)), ..LegFacts::of(CallStatus::InProgress) })
}

fn ended(leg: u8, status: CallStatus, second: i64, seconds: u32) -> Said {
    let facts = LegFacts { ended_at: Some(at(second)), duration_seconds: Some(seconds), ..LegFacts::of(status) };
    Said { leg, facts, last: true }
}

fn ringing(leg: u8) -> Said {
    early(leg, LegFacts::of(CallStatus::Ringing))
}

fn dialed(status: CallStatus, seconds: u32) -> Said {
    early(0, LegFacts::dialed(status, Some(seconds)))
}

/// Legs as a store joins them.
#[derive(Default)]
struct Legs(Vec<CallLeg>);

impl Legs {
    fn hear(&mut self, said: &Said) {
        let sid = format!("CA{:032}", said.leg);
        if let Some(leg) = self.0.iter_mut().find(|leg| leg.sid == sid) {
            leg.facts.join(&said.facts);
            return;
        }
        self.0.push(CallLeg {
            sid,
            company_id: id(1),
            call: id(2),
            parent: (said.leg > 0).then(|| format!("CA{:032}", 0)),
            agent: (said.leg > 0).then(|| id(10 + said.leg)),
            facts: said.facts,
            created_at: at(0),
        });
    }
}

/// The record after all of it was said in this order.
fn record(direction: Direction, said: &[Said]) -> CallRecord {
    let start = CallStart {
        id: id::<CallId>(2),
        company_id: id::<CompanyId>(1),
        line: LineKind::Twilio,
        from_number: "+966112345678".to_owned(),
        to_number: "+966501234567".to_owned(),
        at: at(0),
    };
    let mut record = CallRecord { direction, ..CallRecord::outgoing(start) };
    let mut legs = Legs::default();
    // The request that asks what to do opens the call, and is never lost.
    legs.hear(&early(0, LegFacts::of(CallStatus::Ringing)));
    for (index, one) in said.iter().enumerate() {
        legs.hear(one);
        let Progress { report, agent } = progress(direction, &legs.0);
        record.correct(&report, at(1000 + i64::try_from(index).unwrap()));
        record.agent_id = agent.or(record.agent_id);
    }
    CallRecord { updated_at: at(0), ..record }
}

fn outcome(record: &CallRecord) -> (CallStatus, Option<Timestamp>, Option<Timestamp>, Option<u32>) {
    (record.status, record.answered_at, record.ended_at, record.duration_seconds)
}

fn talked() -> Vec<Said> {
    vec![
        early(1, LegFacts::of(CallStatus::Initiated)),
        ringing(1),
        answered(1, 9),
        answered(0, 9),
        ended(1, CallStatus::Completed, 40, 31),
        dialed(CallStatus::Completed, 31),
        ended(0, CallStatus::Completed, 41, 32),
    ]
}

fn not_reached(end: CallStatus) -> Vec<Said> {
    vec![ringing(1), ended(1, end, 30, 0), dialed(end, 0), ended(0, CallStatus::NoAnswer, 30, 0)]
}

/// The first of three agents takes it.
fn taken() -> Vec<Said> {
    vec![
        ringing(1),
        ringing(2),
        ringing(3),
        answered(2, 6),
        answered(0, 6),
        ended(1, CallStatus::Canceled, 6, 0),
        ended(3, CallStatus::NoAnswer, 6, 0),
        ended(2, CallStatus::Completed, 60, 54),
        dialed(CallStatus::Completed, 54),
        ended(0, CallStatus::Completed, 60, 54),
    ]
}

fn missed() -> Vec<Said> {
    vec![
        ringing(1),
        ringing(2),
        ended(1, CallStatus::NoAnswer, 25, 0),
        ended(2, CallStatus::Busy, 3, 0),
        dialed(CallStatus::NoAnswer, 0),
        answered(0, 26),
        ended(0, CallStatus::Completed, 33, 7),
    ]
}

#[test]
fn each_way_a_call_goes_has_its_record() {
    use CallStatus::{Busy, Canceled, Completed, Failed, NoAnswer};
    let cases = [
        (Direction::Outgoing, talked(), (Completed, Some(at(9)), Some(at(40)), Some(31))),
        (Direction::Outgoing, not_reached(Busy), (Busy, None, Some(at(30)), Some(0))),
        (Direction::Outgoing, not_reached(NoAnswer), (NoAnswer, None, Some(at(30)), Some(0))),
        (Direction::Outgoing, not_reached(Canceled), (Canceled, None, Some(at(30)), Some(0))),
        (Direction::Outgoing, not_reached(Failed), (Failed, None, Some(at(30)), Some(0))),
        // Refused before anybody was dialed: it spoke to the agent and that was all.
        (Direction::Outgoing, vec![dialed(Failed, 0), ended(0, Completed, 5, 5)], (Failed, None, Some(at(5)), Some(0))),
        // Nothing was ever said of the customer's leg.
        (Direction::Outgoing, vec![ended(0, Completed, 50, 20)], (Completed, Some(at(30)), Some(at(50)), Some(20))),
        (Direction::Outgoing, vec![ringing(1), ended(0, Completed, 8, 0)], (Canceled, None, Some(at(8)), Some(0))),
        // An agent's own phone, called first, is not picked up.
        (Direction::Outgoing, vec![ended(0, NoAnswer, 20, 0)], (NoAnswer, None, Some(at(20)), Some(0))),
        (Direction::Incoming, taken(), (Completed, Some(at(6)), Some(at(60)), Some(54))),
        (Direction::Incoming, missed(), (NoAnswer, None, Some(at(33)), Some(0))),
        (
            Direction::Incoming,
            vec![ringing(1), ended(0, CallStatus::NoAnswer, 7, 0)],
            (NoAnswer, None, Some(at(7)), Some(0)),
        ),
        (Direction::Incoming, vec![ended(0, Completed, 7, 5)], (NoAnswer, None, Some(at(7)), Some(0))),
    ];
    for (direction, said, expected) in cases {
        assert_eq!(outcome(&record(direction, &said)), expected, "{direction} {said:?}");
    }
}

#[test]
fn a_call_goes_step_by_step() {
    use CallStatus::{Completed, InProgress, Initiated, Ringing};
    let said = talked();
    let statuses: Vec<_> = (0..=said.len()).map(|upto| record(Direction::Outgoing, &said[..upto]).status).collect();
    assert_eq!(statuses, [Initiated, Initiated, Ringing, InProgress, InProgress, Completed, Completed, Completed]);
    let mut said = taken();
    said.truncate(5);
    let ringing = record(Direction::Incoming, &said[..1]);
    assert_eq!((ringing.status, ringing.agent_id), (Ringing, None), "nobody has it while it rings at several");
    let taken = record(Direction::Incoming, &said);
    assert_eq!((taken.status, taken.answered_at, taken.agent_id), (InProgress, Some(at(6)), Some(id(12))));
}

#[test]
fn an_end_that_is_told_of_the_first_leg_alone_ends_the_call() {
    let lost = [ringing(1), answered(1, 9), ended(0, CallStatus::Completed, 41, 32)];
    let expected = (CallStatus::Completed, Some(at(9)), Some(at(41)), Some(32));
    assert_eq!(outcome(&record(Direction::Outgoing, &lost)), expected);
    let found = [&lost[..], &[ended(1, CallStatus::Completed, 40, 31)]].concat();
    let expected = (CallStatus::Completed, Some(at(9)), Some(at(40)), Some(31));
    assert_eq!(outcome(&record(Direction::Outgoing, &found)), expected, "what is known better holds");
}

/// Some of what was said, in any order, some of it more than once; each leg's end is among it.
fn heard(said: Vec<Said>) -> impl Strategy<Value = Vec<Said>> {
    let times = prop::collection::vec(0_usize..3, said.len());
    times.prop_flat_map(move |times| {
        let kept = said.iter().zip(times).flat_map(|(said, times)| vec![*said; times.max(usize::from(said.last))]);
        Just(kept.collect::<Vec<_>>()).prop_shuffle()
    })
}

fn calls() -> impl Strategy<Value = (Direction, Vec<Said>)> {
    prop::sample::select(vec![
        (Direction::Outgoing, talked()),
        (Direction::Outgoing, not_reached(CallStatus::Busy)),
        (Direction::Outgoing, not_reached(CallStatus::NoAnswer)),
        (Direction::Outgoing, not_reached(CallStatus::Canceled)),
        (Direction::Outgoing, not_reached(CallStatus::Failed)),
        (Direction::Incoming, taken()),
        (Direction::Incoming, missed()),
    ])
}

proptest! {
    #[test]
    fn any_order_repetition_and_loss_gives_the_same_record(
        (direction, said, heard) in calls().prop_flat_map(|(direction, said)| {
            (Just(direction), Just(said.clone()), heard(said))
        })
    ) {
        prop_assert_eq!(record(direction, &heard), record(direction, &said), "{:?}", heard);
    }
}
