//! Going through Twilio's own lists.

use super::{
    call_legs::dialed_call,
    fixtures::{Fixture, at, fixture},
};
use crate::{
    KnownLeg, LegFacts, LegReport, Look, Node, OpenLeg, RecordingReport, RecordingStatus, Store, Turn, Unfinished,
};
use mobilecall_domain::{CallRecord, CallStatus, CompanyId, LineKind, NodeId};

fn look(owner: Option<CompanyId>, node: NodeId) -> Look {
    Look { owner, account_sid: "AC1".to_owned(), node }
}

/// Of one account; that of a node that is gone passes on, and what it went through stays.
pub async fn one_node_looks_at_a_time(store: &dyn Store) {
    let one = fixture(store, "one").await;
    for owner in [None, Some(one.company.id)] {
        let (first, second) = (NodeId::generate(), NodeId::generate());
        for (id, instance) in [(first, "first"), (second, "second")] {
            let node = Node { id, instance: instance.to_owned() };
            store.renew_lease(&node, at(0), at(60)).await.expect("renewed");
        }
        let (ours, theirs) = (look(owner, first), look(owner, second));
        let begin = async |look: &Look, second: u64| store.begin_look(look, at(second)).await.expect("an answer");
        assert_eq!(begin(&ours, 0).await, Some(Turn { looked_until: None }));
        assert_eq!(begin(&ours, 1).await, Some(Turn { looked_until: None }), "it may begin again itself");
        assert_eq!(begin(&theirs, 2).await, None);
        assert!(!store.note_look(&theirs, at(2)).await.expect("an answer"), "it has no turn");
        assert!(store.note_look(&ours, at(3)).await.expect("noted"));
        assert_eq!(begin(&theirs, 60).await, None);
        assert_eq!(begin(&theirs, 61).await, Some(Turn { looked_until: Some(at(3)) }), "the first one is gone");
        assert!(!store.note_look(&ours, at(65)).await.expect("an answer"), "its turn has passed on");
        store.end_look(&ours).await.expect("it has nothing to give back");
        assert_eq!(begin(&ours, 50).await, None);
        store.end_look(&theirs).await.expect("given back");
        assert_eq!(begin(&ours, 50).await, Some(Turn { looked_until: Some(at(3)) }));
        store.end_lease(first).await.expect("ended");
        assert_eq!(begin(&theirs, 50).await, Some(Turn { looked_until: Some(at(3)) }), "it has stopped in order");
    }
}

/// What was gone through is the account's.
pub async fn another_account_begins_anew(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let before = look(Some(one.company.id), NodeId::generate());
    let after = Look { account_sid: "AC2".to_owned(), ..before.clone() };
    store.begin_look(&before, at(0)).await.expect("an answer").expect("its turn");
    assert!(store.note_look(&before, at(1)).await.expect("noted"));
    assert_eq!(store.begin_look(&after, at(2)).await.expect("an answer"), Some(Turn { looked_until: None }));
    assert!(!store.note_look(&before, at(3)).await.expect("an answer"), "it is another's row by now");
    assert!(store.note_look(&after, at(3)).await.expect("noted"));
}

/// Of the companies that were asked for and of no other.
pub async fn known_legs_are_found(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let call = dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    let told =
        CallRecord { line: LineKind::Twilio, twilio_call_sid: Some("CA2".to_owned()), ..one.call(&one.alice, at(2)) };
    store.save_call(&told, at(2)).await.expect("stored");
    let sids: Vec<_> = ["CA1", "CA2", "CA3"].map(str::to_owned).into();
    let known = |sid: &str, call, facts| KnownLeg { sid: sid.to_owned(), company: one.company.id, call, facts };
    let expected = [known("CA1", call, Some(LegFacts::of(CallStatus::Ringing))), known("CA2", told.id, None)];
    let both = [two.company.id, one.company.id];
    assert_eq!(store.known_legs(&both, &sids).await.expect("an answer"), expected);
    assert_eq!(store.known_legs(&both[..1], &sids).await.expect("an answer"), []);
}

/// A record of a call over the provider, without a leg.
async fn legless(store: &dyn Store, one: &Fixture, status: CallStatus, sid: Option<&str>) -> CallRecord {
    let sid = sid.map(str::to_owned);
    let call = one.call(&one.alice, at(3));
    let record = CallRecord { line: LineKind::Twilio, status, twilio_call_sid: sid, ..call };
    store.save_call(&record, at(3)).await.expect("stored");
    record
}

/// Only what has waited for a while, and nothing that is over, of another company, or a softphone's own affair.
pub async fn what_is_not_over_is_found(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    dialed_call(store, &one, &one.alice, "CA1", at(1)).await;
    dialed_call(store, &one, &one.alice, "CA2", at(2)).await;
    dialed_call(store, &one, &one.alice, "CA3", at(100)).await;
    dialed_call(store, &two, &two.alice, "CA4", at(1)).await;
    let report = |sid: &str, facts| {
        let sid = sid.to_owned();
        LegReport { company: one.company.id, sid, call: None, parent: None, agent: None, facts }
    };
    let answered = LegFacts { answered_at: Some(at(5)), ..LegFacts::of(CallStatus::InProgress) };
    store.report_leg(&report("CA1", answered), at(5)).await.expect("joined");
    store.report_leg(&report("CA2", LegFacts::of(CallStatus::Busy)), at(5)).await.expect("joined");
    for (sid, status) in [("RE1", RecordingStatus::InProgress), ("RE2", RecordingStatus::Completed)] {
        let (sid, call_sid) = (sid.to_owned(), "CA1".to_owned());
        let company = one.company.id;
        let recording =
            RecordingReport { company, sid, call_sid, status, duration_seconds: None, started_at: Some(at(5)) };
        store.save_recording(&recording, at(5)).await.expect("stored");
    }
    legless(store, &one, CallStatus::Ringing, Some("CA5")).await;
    legless(store, &one, CallStatus::Ringing, None).await;
    legless(store, &one, CallStatus::Failed, Some("CA6")).await;
    let unplaced = legless(store, &one, CallStatus::Queued, None).await;
    let open = |sid: &str, facts, second| OpenLeg { sid: sid.to_owned(), facts, created_at: at(second) };
    let found = store.unfinished(one.company.id, at(50), 10).await.expect("an answer");
    let expected = Unfinished {
        legs: vec![open("CA1", answered, 1), open("CA5", LegFacts::default(), 3)],
        recordings: vec![("RE1".to_owned(), "CA1".to_owned())],
        unplaced: vec![unplaced.id],
    };
    assert_eq!(found, expected);
    let found = store.unfinished(one.company.id, at(50), 1).await.expect("an answer");
    assert_eq!(found, Unfinished { legs: expected.legs[..1].to_vec(), ..expected });
    assert_eq!(store.unfinished(one.company.id, at(1), 10).await.expect("an answer"), Unfinished::default());
}
