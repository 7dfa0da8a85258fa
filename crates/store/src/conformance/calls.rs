//! Writing calls.

use super::fixtures::{Fixture, at, fixture};
use crate::{ChangeKind, NodeId, Scope, ScopedReport, Store, StoreError};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Direction, LineKind};

fn report(status: CallStatus) -> CallReport {
    CallReport { status: Some(status), ..CallReport::default() }
}

fn full(one: &Fixture) -> CallRecord {
    CallRecord {
        twilio_call_sid: Some("CA1".to_owned()),
        direction: Direction::Incoming,
        status: CallStatus::Completed,
        duration_seconds: Some(154),
        recording_url: Some("https://example.test/recording".to_owned()),
        customer_name: Some("علي".to_owned()),
        answered_at: Some(at(5)),
        ended_at: Some(at(159)),
        line: LineKind::Twilio,
        ..one.call(&one.alice, at(1))
    }
}

/// Every field comes back as it went in.
pub async fn a_call_is_kept_whole(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let bare = CallRecord { agent_id: None, agent_name: None, ..one.call(&one.alice, at(0)) };
    for record in [full(&one), bare] {
        let change = store.save_call(&record, at(0)).await.expect("stored");
        assert_eq!((change.kind, &change.call.record), (ChangeKind::Created, &record));
        assert_eq!(store.call(one.everybody(), record.id).await.expect("an answer"), Some(record));
    }
}

/// A late report changes nothing, and the sequence moves only with a change.
pub async fn reports_move_forward_only(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let record = one.call(&one.alice, at(0));
    let scope = one.only(&one.alice);
    store.save_call(&record, at(0)).await.expect("stored");
    let steps = [
        (CallStatus::Ringing, at(1), ChangeKind::Updated, CallStatus::Ringing, 2),
        (CallStatus::InProgress, at(2), ChangeKind::Updated, CallStatus::InProgress, 3),
        (CallStatus::Ringing, at(3), ChangeKind::Unchanged, CallStatus::InProgress, 3),
        (CallStatus::Completed, at(9), ChangeKind::Updated, CallStatus::Completed, 4),
        (CallStatus::Failed, at(10), ChangeKind::Unchanged, CallStatus::Completed, 4),
    ];
    for (reported, now, kind, status, nth) in steps {
        let change = store.report_call(scope, record.id, &report(reported), now).await.expect("reported");
        assert_eq!((change.kind, change.call.record.status, change.call.sequence), (kind, status, one.nth(nth)));
    }
    let kept = store.call(scope, record.id).await.expect("an answer").expect("found");
    assert_eq!((kept.answered_at, kept.ended_at, kept.duration_seconds), (Some(at(2)), Some(at(9)), Some(7)));
}

/// The same record again is no change; a newer copy adds what is new.
pub async fn saving_twice_changes_nothing(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let mut record = one.call(&one.alice, at(0));
    assert_eq!(store.save_call(&record, at(0)).await.expect("stored").kind, ChangeKind::Created);
    assert_eq!(store.save_call(&record, at(1)).await.expect("joined").kind, ChangeKind::Unchanged);
    record.status = CallStatus::Busy;
    record.customer_name = Some("Ali".to_owned());
    let change = store.save_call(&record, at(2)).await.expect("joined");
    assert_eq!((change.kind, change.call.sequence), (ChangeKind::Updated, one.nth(2)));
    assert_eq!(change.call.record.updated_at, at(2));
    assert_eq!(store.sequence(one.company.id).await.expect("sequence"), one.nth(2));
}

/// An id belongs to one agent of one company for good.
pub async fn ids_are_not_shared(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let record = one.call(&one.alice, at(0));
    store.save_call(&record, at(0)).await.expect("stored");
    for thief in [one.call(&one.basil, at(0)), two.call(&two.alice, at(0))] {
        let copy = CallRecord { id: record.id, ..thief };
        assert!(matches!(store.save_call(&copy, at(1)).await, Err(StoreError::Conflict("call id"))));
    }
    // An agent of another company is none of this company.
    let mixed = CallRecord { agent_id: Some(two.alice.id), ..one.call(&one.alice, at(0)) };
    assert!(matches!(store.save_call(&mixed, at(0)).await, Err(StoreError::NotFound("agent"))));
    assert_eq!(store.sequence(one.company.id).await.expect("sequence"), one.nth(1));
}

/// Reports and reads outside the scope find nothing.
pub async fn scopes_hold_for_writes(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let record = one.call(&one.alice, at(0));
    store.save_call(&record, at(0)).await.expect("stored");
    let strangers = [one.only(&one.basil), two.everybody(), Scope { agent: Some(one.alice.id), ..two.everybody() }];
    for stranger in strangers {
        let refused = store.report_call(stranger, record.id, &report(CallStatus::Failed), at(1)).await;
        assert!(matches!(refused, Err(StoreError::NotFound("call"))));
        assert_eq!(store.call(stranger, record.id).await.expect("an answer"), None);
    }
    let missing = store.report_call(one.everybody(), CallId::generate(), &report(CallStatus::Failed), at(1)).await;
    assert!(matches!(missing, Err(StoreError::NotFound("call"))));
    assert_eq!(store.call(one.everybody(), record.id).await.expect("an answer"), Some(record));
}

/// Each company counts for itself, without gaps.
pub async fn sequences_are_per_company(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    for nth in 1..=3 {
        for company in [&one, &two] {
            let change = store.save_call(&company.call(&company.alice, at(0)), at(0)).await.expect("stored");
            assert_eq!(change.call.sequence, company.nth(nth));
        }
    }
}

/// Writers at the same time get different numbers, and none is lost.
pub async fn concurrent_writers_share_the_sequence(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let records: Vec<_> = (0..3).map(|_| one.call(&one.alice, at(0))).collect();
    let [first, second, third] = [0, 1, 2].map(|index: usize| store.save_call(&records[index], at(0)));
    let mut first = first;
    let mut second = second;
    let mut third = third;
    let mut results = (None, None, None);
    std::future::poll_fn(|context| {
        poll_once(&mut first, &mut results.0, context);
        poll_once(&mut second, &mut results.1, context);
        poll_once(&mut third, &mut results.2, context);
        if results.0.is_some() && results.1.is_some() && results.2.is_some() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    let mut sequences: Vec<_> = [results.0, results.1, results.2].into_iter().flatten().collect();
    sequences.sort_unstable();
    assert_eq!(sequences, [1, 2, 3].map(|nth| one.nth(nth)));
}

fn poll_once<F>(future: &mut F, result: &mut Option<u64>, context: &mut std::task::Context<'_>)
where
    F: Future<Output = crate::Result<crate::CallChange>> + Unpin,
{
    if result.is_none()
        && let std::task::Poll::Ready(change) = std::pin::Pin::new(future).poll(context)
    {
        *result = Some(change.expect("stored").call.sequence);
    }
}

/// What is written together is written wholly or not at all.
pub async fn many_are_written_as_one(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let (first, second) = (one.call(&one.alice, at(0)), one.call(&one.basil, at(1)));
    let thief = CallRecord { id: first.id, ..second.clone() };
    let with_thief = [first.clone(), second.clone(), thief];
    assert!(matches!(store.save_calls(&with_thief, at(0)).await, Err(StoreError::Conflict("call id"))));
    assert_eq!(store.call(one.everybody(), first.id).await.expect("an answer"), None);
    let changes = store.save_calls(&with_thief[..2], at(0)).await.expect("stored");
    assert_eq!(changes.iter().map(|change| change.call.sequence).collect::<Vec<_>>(), [1, 2].map(|nth| one.nth(nth)));

    let ringing = |scope, call| ScopedReport { scope, call, report: report(CallStatus::Ringing) };
    let reports = [ringing(one.everybody(), first.id), ringing(one.only(&one.alice), second.id)];
    assert!(matches!(store.report_calls(&reports, at(2)).await, Err(StoreError::NotFound("call"))));
    let kept = store.call(one.everybody(), first.id).await.expect("an answer").expect("found");
    assert_eq!(kept.status, CallStatus::Initiated, "nothing of it was done");
    let reports = [ringing(one.everybody(), first.id), ringing(one.everybody(), second.id)];
    let changes = store.report_calls(&reports, at(2)).await.expect("reported");
    assert_eq!(changes.iter().map(|change| change.call.sequence).collect::<Vec<_>>(), [3, 4].map(|nth| one.nth(nth)));
}

/// A call that its softphone reported first is the same call; any other call keeps its id to itself.
pub async fn opened_calls_are_joined_or_get_fresh_ids(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let (reported, taken) = (one.call(&one.alice, at(0)), one.call(&one.basil, at(0)));
    store.save_calls(&[reported.clone(), taken.clone()], at(0)).await.expect("stored");
    let other = CallRecord { to_number: "103".to_owned(), ..taken.clone() };
    let new = one.call(&one.basil, at(1));
    let opened = store.open_calls(&[reported.clone(), other, new.clone()], NodeId::generate(), at(1)).await;
    let opened = opened.expect("opened");
    let kinds: Vec<_> = opened.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [ChangeKind::Unchanged, ChangeKind::Created, ChangeKind::Created]);
    assert_eq!((opened[0].call.record.id, opened[2].call.record.id), (reported.id, new.id));
    assert_ne!(opened[1].call.record.id, taken.id);
    assert_eq!(store.call(one.everybody(), taken.id).await.expect("an answer"), Some(taken));
}
