//! Lists and searches do not slow down with the number of calls. This is the quick check of every day; `cargo xtask
//! bench` measures with 100 000 calls.

use crate::SqliteStore;
use mobilecall_domain::{CallRecord, CallStatus, Direction};
use mobilecall_store::{CallFilter, Calls as _, Scope, Store as _, conformance::fixtures};
use std::time::{Duration, Instant};

/// A quarter of what is allowed for ten times as many calls.
const SEARCH_BUDGET: Duration = Duration::from_millis(25);
/// A list does not depend on how many calls there are.
const LIST_BUDGET: Duration = Duration::from_millis(20);
const CALLS: u64 = 10_000;
/// The best of a few tries counts, since other tests run beside this one.
const TRIES: usize = 5;

/// Calls with other numbers and names, a minute apart; a tenth incoming, a thousandth busy.
fn history(one: &fixtures::Fixture) -> Vec<CallRecord> {
    let call = |index: u64| CallRecord {
        to_number: format!("+9665{:08}", index * 7919 % 100_000_000),
        customer_name: Some(format!("customer {index}")),
        direction: if index.is_multiple_of(10) { Direction::Incoming } else { Direction::Outgoing },
        status: if index.is_multiple_of(1000) { CallStatus::Busy } else { CallStatus::Completed },
        ..one.call(&one.alice, fixtures::at(60 * index))
    };
    (1..=CALLS).map(call).collect()
}

/// The quickest of a few tries at the first page, and what it held.
async fn first_page(store: &SqliteStore, scope: Scope, filter: &CallFilter) -> (Duration, usize) {
    let (mut quickest, mut found) = (Duration::MAX, 0);
    for _ in 0..TRIES {
        let begun = Instant::now();
        found = store.calls(scope, filter, None, 50).await.unwrap().calls.len();
        quickest = quickest.min(begun.elapsed());
    }
    (quickest, found)
}

#[tokio::test]
async fn lists_and_searches_keep_to_their_budget() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&directory.path().join("backend.sqlite")).await.unwrap();
    let one = fixtures::fixture(&store, "one").await;
    store.insert_calls(&history(&one)).await.unwrap();
    let (everybody, alice, basil) = (one.everybody(), one.only(&one.alice), one.only(&one.basil));
    let none = CallFilter::default();
    let search = |q: &str| CallFilter { q: Some(q.to_owned()), ..CallFilter::default() };
    let busy = CallFilter { status: Some(CallStatus::Busy), ..CallFilter::default() };
    let queued = CallFilter { status: Some(CallStatus::Queued), ..CallFilter::default() };
    let inbound = CallFilter { direction: Some(Direction::Incoming), ..CallFilter::default() };
    let cases = [
        (everybody, none.clone(), 50, LIST_BUDGET),
        (alice, none.clone(), 50, LIST_BUDGET),
        (basil, none, 0, LIST_BUDGET),
        (everybody, busy, 10, LIST_BUDGET),
        (alice, queued, 0, LIST_BUDGET),
        (alice, inbound, 50, LIST_BUDGET),
        // In every record, in a tenth, in one, in none; as number, as national number, as name.
        (everybody, search("+9665"), 50, SEARCH_BUDGET),
        (alice, search("05"), 50, SEARCH_BUDGET),
        (everybody, search("customer 9"), 50, SEARCH_BUDGET),
        (alice, search("customer 9999"), 1, SEARCH_BUDGET),
        (everybody, search("customer 10001"), 0, SEARCH_BUDGET),
        (basil, search("customer"), 0, SEARCH_BUDGET),
        (everybody, search("قحطاني"), 0, SEARCH_BUDGET),
        // As short as can be: in every record, in none.
        (everybody, search("5"), 50, SEARCH_BUDGET),
        (everybody, search("zz"), 0, SEARCH_BUDGET),
    ];
    for (scope, filter, expected, budget) in cases {
        let (took, found) = first_page(&store, scope, &filter).await;
        assert_eq!(found, expected, "{filter:?}");
        assert!(took <= budget, "{filter:?} took {took:?} of {budget:?}");
    }
    store.close().await;
}
