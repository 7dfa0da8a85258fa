//! Legs of calls at a provider.

use super::fixtures::{Fixture, at, fixture};
use crate::{CallRequest, ChangeKind, Dialed, LegFacts, LegReport, NewLeg, Store, StoreError, User};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Direction, LineKind, Timestamp};

fn outgoing(one: &Fixture, user: &User, now: Timestamp) -> CallRecord {
    CallRecord { line: LineKind::Twilio, from_number: "+966112345678".to_owned(), ..one.call(user, now) }
}

fn first(sid: &str) -> NewLeg {
    NewLeg { sid: sid.to_owned(), facts: LegFacts::of(CallStatus::Ringing) }
}

fn of(one: &Fixture, sid: &str, facts: LegFacts) -> LegReport {
    LegReport { company: one.company.id, sid: sid.to_owned(), call: None, parent: None, agent: None, facts }
}

fn child(one: &Fixture, sid: &str, parent: &str, facts: LegFacts) -> LegReport {
    LegReport { parent: Some(parent.to_owned()), ..of(one, sid, facts) }
}

fn answered(second: u64) -> LegFacts {
    LegFacts { answered_at: Some(at(second)), ..LegFacts::of(CallStatus::InProgress) }
}

fn ended(second: u64, seconds: u32) -> LegFacts {
    LegFacts { ended_at: Some(at(second)), duration_seconds: Some(seconds), ..LegFacts::of(CallStatus::Completed) }
}

/// A stored outgoing call of `user` with a first leg.
pub(crate) async fn dialed_call(store: &dyn Store, one: &Fixture, user: &User, sid: &str, now: Timestamp) -> CallId {
    let opened = store.open_leg(&outgoing(one, user, now), &first(sid), now).await.expect("opened");
    opened.call.record.id
}

/// Both are there from the first moment; what comes twice is one call.
pub async fn a_call_is_opened_with_its_first_leg(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let record = outgoing(&one, &one.alice, at(1));
    let opened = store.open_leg(&record, &first("CA1"), at(1)).await.expect("opened");
    assert_eq!(
        (opened.kind, opened.call.record.id, opened.call.sequence),
        (ChangeKind::Created, record.id, one.nth(1))
    );
    assert_eq!(opened.call.record.twilio_call_sid.as_deref(), Some("CA1"));
    let again = outgoing(&one, &one.alice, at(2));
    let again = store.open_leg(&again, &first("CA1"), at(2)).await.expect("known");
    assert_eq!((again.kind, again.call.record.id), (ChangeKind::Unchanged, record.id));
    let leg = store.leg(one.company.id, "CA1").await.expect("an answer").expect("found");
    assert_eq!((leg.call, leg.parent, leg.created_at), (record.id, None, at(1)));
    assert_eq!(store.sequence(one.company.id).await.expect("a sequence"), one.nth(1));
}

/// What the softphone told before the provider asked is the same call, unless it has its leg already.
pub async fn a_softphones_own_record_is_joined_with_its_leg(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let told = CallRecord {
        status: CallStatus::Failed,
        to_number: "0501234567".to_owned(),
        ..outgoing(&one, &one.alice, at(1))
    };
    store.save_call(&told, at(1)).await.expect("stored");
    let asked = CallRecord { id: told.id, ..outgoing(&one, &one.alice, at(2)) };
    let opened = store.open_leg(&asked, &first("CA1"), at(2)).await.expect("opened");
    assert_eq!((opened.kind, opened.call.record.id), (ChangeKind::Updated, told.id));
    let record = &opened.call.record;
    assert_eq!((&record.from_number, &record.to_number), (&asked.from_number, &asked.to_number), "not an extension");
    let other = store.open_leg(&asked, &first("CA2"), at(3)).await.expect("opened");
    assert_ne!(other.call.record.id, told.id, "two legs that begin are two calls");
}

/// A provider that does not say whom the softphone dialed takes nothing from what the softphone told.
pub async fn what_a_leg_does_not_say_stays_as_it_was_told(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let told = CallRecord { to_number: "+966501234567".to_owned(), ..outgoing(&one, &one.alice, at(1)) };
    store.save_call(&told, at(1)).await.expect("stored");
    let listed = CallRecord { to_number: String::new(), from_number: String::new(), ..told.clone() };
    let opened = store.open_leg(&listed, &first("CA1"), at(2)).await.expect("opened");
    let record = &opened.call.record;
    assert_eq!((&record.from_number, &record.to_number), (&told.from_number, &told.to_number));
    assert_eq!(record.twilio_call_sid.as_deref(), Some("CA1"));
}

/// An id belongs to one agent's call for good.
pub async fn taken_ids_are_not_used_again(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let direct = one.call(&one.alice, at(0));
    let colleagues = outgoing(&one, &one.basil, at(0));
    let foreign = outgoing(&two, &two.alice, at(0));
    for (sid, taken) in [("CA1", &direct), ("CA2", &colleagues), ("CA3", &foreign)] {
        store.save_call(taken, at(0)).await.expect("stored");
        let asked = CallRecord { id: taken.id, ..outgoing(&one, &one.alice, at(1)) };
        let opened = store.open_leg(&asked, &first(sid), at(1)).await.expect("opened");
        assert_eq!(opened.kind, ChangeKind::Created);
        assert_ne!(opened.call.record.id, taken.id);
    }
    assert_eq!(store.call(two.everybody(), foreign.id).await.expect("an answer"), Some(foreign));
}

/// Each thing that is said of a leg brings the record on, in whatever order it comes.
pub async fn legs_make_the_record(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let in_order = [LegFacts::of(CallStatus::Ringing), answered(9), ended(40, 31)];
    let backwards = [in_order[2], in_order[1], in_order[0]];
    for (sid, facts) in [("CA1", in_order), ("CA2", backwards)] {
        let call = dialed_call(store, &one, &one.alice, sid, at(1)).await;
        for facts in facts {
            let report = child(&one, &format!("{sid}c"), sid, facts);
            store.report_leg(&report, at(50)).await.expect("reported");
            let again = store.report_leg(&report, at(51)).await.expect("reported");
            assert_eq!(again.kind, ChangeKind::Unchanged, "said twice it changes nothing");
        }
        let record = store.call(one.everybody(), call).await.expect("an answer").expect("found");
        assert_eq!((record.status, record.duration_seconds), (CallStatus::Completed, Some(31)), "{sid}");
        assert_eq!((record.answered_at, record.ended_at), (Some(at(9)), Some(at(40))), "{sid}");
        assert_eq!(record.twilio_call_sid.as_deref(), Some(sid), "the first leg's id stays");
        let legs = store.legs(one.company.id, call).await.expect("legs");
        assert_eq!(legs.iter().map(|leg| leg.parent.as_deref()).collect::<Vec<_>>(), [None, Some(sid)]);
    }
    let counts = store.count_calls(one.everybody(), at(0)).await.expect("counted");
    let completed = counts.iter().find(|count| count.status == CallStatus::Completed).expect("some");
    assert_eq!((completed.calls, completed.duration_seconds), (2, 62));
}

/// By the leg itself, by the call that is named, by the parent, by what a softphone told.
pub async fn legs_find_their_call(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    let ringing = LegFacts::of(CallStatus::Ringing);
    let named = LegReport { call: Some(call), parent: Some("CA9".to_owned()), ..of(&one, "CA2", ringing) };
    let told = CallRecord { twilio_call_sid: Some("CA5".to_owned()), ..outgoing(&one, &one.alice, at(2)) };
    store.save_call(&told, at(2)).await.expect("stored");
    assert_eq!(store.call_of_leg(one.company.id, "CA5").await.expect("an answer"), Some(told.id));
    for (report, expected) in [
        (of(&one, "CA1", ringing), call),
        (named, call),
        (child(&one, "CA3", "CA1", ringing), call),
        (of(&one, "CA3", ringing), call),
        (of(&one, "CA5", ringing), told.id),
    ] {
        let change = store.report_leg(&report, at(3)).await.expect("reported");
        assert_eq!(change.call.record.id, expected, "{}", report.sid);
        let found = store.call_of_leg(one.company.id, &report.sid).await.expect("an answer");
        assert_eq!(found, Some(expected), "{}", report.sid);
    }
    for report in [of(&one, "CA7", ringing), child(&one, "CA7", "CA8", ringing)] {
        let unknown = store.report_leg(&report, at(3)).await;
        assert!(matches!(unknown, Err(StoreError::NotFound("call"))), "{unknown:?}");
    }
}

/// Neither by an id of theirs nor by a call of theirs.
pub async fn legs_of_other_companies_are_not_found(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    assert_eq!(store.leg(two.company.id, "CA1").await.expect("an answer"), None);
    assert_eq!(store.legs(two.company.id, call).await.expect("an answer"), []);
    assert_eq!(store.call_of_leg(two.company.id, "CA1").await.expect("an answer"), None);
    let failed = LegFacts::of(CallStatus::Failed);
    for report in [of(&two, "CA1", failed), LegReport { call: Some(call), ..of(&two, "CA2", failed) }] {
        let unknown = store.report_leg(&report, at(3)).await;
        assert!(matches!(unknown, Err(StoreError::NotFound("call"))), "{unknown:?}");
    }
    let kept = store.call(one.everybody(), call).await.expect("an answer").expect("found");
    assert_eq!(kept.status, CallStatus::Initiated);
}

/// The provider sees all of a call, its softphone a part.
pub async fn a_softphones_word_does_not_count_beside_legs(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    let failed = CallReport {
        status: Some(CallStatus::Failed),
        ended_at: Some(at(5)),
        customer_name: Some("علي".to_owned()),
        ..CallReport::default()
    };
    let amended = store.amend_call(one.only(&one.alice), call, &failed, at(5)).await.expect("amended").call.record;
    assert_eq!((amended.status, amended.ended_at), (CallStatus::Initiated, None));
    assert_eq!(amended.customer_name.as_deref(), Some("علي"), "other facts count");
    store.report_leg(&child(&one, "CA2", "CA1", ended(40, 31)), at(40)).await.expect("reported");
    let kept = store.call(one.everybody(), call).await.expect("an answer").expect("found");
    assert_eq!((kept.status, kept.duration_seconds), (CallStatus::Completed, Some(31)));
}

/// While it rings at several it is nobody's; whoever takes it has it, and it counts as theirs.
pub async fn who_takes_a_call_has_it(store: &dyn Store) {
    let one = fixture(store, "one").await;
    for (sid, ends_first) in [("CA1", false), ("CA2", true)] {
        let start = outgoing(&one, &one.alice, at(1));
        let incoming = CallRecord { direction: Direction::Incoming, agent_id: None, agent_name: None, ..start };
        let opened = store.open_leg(&incoming, &first(sid), at(1)).await.expect("opened").call.record;
        assert_eq!((opened.agent_id, opened.status), (None, CallStatus::Ringing));
        let of_agent = |user: &User, facts| LegReport {
            agent: Some(user.id),
            ..child(&one, &format!("{sid}{}", user.username), sid, facts)
        };
        let over = of(&one, sid, ended(60, 54));
        if ends_first {
            store.report_leg(&over, at(60)).await.expect("reported");
        }
        for report in [
            of_agent(&one.alice, LegFacts::of(CallStatus::Ringing)),
            of_agent(&one.basil, answered(6)),
            of_agent(&one.alice, LegFacts { ended_at: Some(at(6)), ..LegFacts::of(CallStatus::Canceled) }),
            of_agent(&one.basil, ended(60, 54)),
            over,
        ] {
            store.report_leg(&report, at(61)).await.expect("reported");
        }
        let own = store.call(one.only(&one.basil), opened.id).await.expect("an answer").expect("it is basil's");
        assert_eq!((own.agent_name.as_deref(), own.duration_seconds), (Some(one.basil.name.as_str()), Some(54)));
        assert_eq!(store.call(one.only(&one.alice), opened.id).await.expect("an answer"), None);
    }
    for (scope, expected) in [(one.everybody(), 2), (one.only(&one.basil), 2), (one.only(&one.alice), 0)] {
        let counts = store.count_calls(scope, Timestamp::from_millis(0)).await.expect("counted");
        assert_eq!(counts.iter().map(|count| count.calls).sum::<u64>(), expected, "{scope:?}");
    }
    let seen = store.changes_since(one.only(&one.basil), one.begun, 10).await.expect("a page");
    assert_eq!(seen.changes.len(), 2, "whoever takes it is told");
}

/// By agent and company, since a moment; and what is not over.
pub async fn dials_are_counted(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    for (sid, user, second) in [("CA1", &one.alice, 10), ("CA2", &one.alice, 50), ("CA3", &one.basil, 60)] {
        dialed_call(store, &one, user, sid, at(second)).await;
    }
    dialed_call(store, &two, &two.alice, "CA4", at(60)).await;
    store.report_leg(&of(&one, "CA2", ended(55, 0)), at(55)).await.expect("reported");
    let incoming = CallRecord { direction: Direction::Incoming, agent_id: None, ..outgoing(&one, &one.alice, at(60)) };
    store.open_leg(&incoming, &first("CA5"), at(60)).await.expect("opened");
    let dialed = async |since: u64, alive: u64| {
        store.dialed(one.company.id, one.alice.id, at(since), at(alive)).await.expect("counted")
    };
    assert_eq!(dialed(0, 0).await, Dialed { by_agent: 2, by_company: 3, open: 2 });
    assert_eq!(dialed(40, 0).await, Dialed { by_agent: 1, by_company: 2, open: 2 });
    assert_eq!(
        dialed(70, 40).await,
        Dialed { by_agent: 0, by_company: 0, open: 1 },
        "what is lost is not open for ever"
    );
}

/// The same request of the same agent is the same call, until it is forgotten.
pub async fn a_request_is_one_call(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let request = |fixture: &Fixture, user: &User, key: &str| CallRequest {
        company: fixture.company.id,
        agent: user.id,
        key: key.to_owned(),
        call: CallId::generate(),
    };
    let first = request(&one, &one.alice, "k");
    assert_eq!(store.claim_request(&first, at(0), at(0)).await.expect("kept"), first.call);
    let again = request(&one, &one.alice, "k");
    assert_eq!(store.claim_request(&again, at(5), at(0)).await.expect("known"), first.call);
    for other in [request(&one, &one.alice, "l"), request(&one, &one.basil, "k"), request(&two, &two.alice, "k")] {
        assert_eq!(store.claim_request(&other, at(5), at(0)).await.expect("kept"), other.call);
    }
    assert_eq!(store.claim_request(&again, at(9), at(3)).await.expect("kept"), again.call, "the first is forgotten");
}
