//! Lists, searches, changes and counts do not cost more the more calls there are: what they cost is counted in steps of
//! SQLite's virtual machine, which are the same on every machine. `cargo xtask bench` measures times.

use super::{counts, list::list_query};
use crate::{SqliteStore, changes::since_query, query::Query};
use mobilecall_domain::{CallRecord, CallStatus, Direction};
use mobilecall_store::{CallFilter, Calls as _, Store as _, conformance::fixtures, search};

/// A row that is shown takes some 40 steps, and a page has 51. A look at each of the calls would take several times as
/// many.
const BUDGET: usize = 4_000;
const CALLS: u64 = 10_000;
const PAGE: usize = 51;

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

async fn filled() -> (SqliteStore, fixtures::Fixture) {
    let store = SqliteStore::in_memory().await.unwrap();
    let one = fixtures::fixture(&store, "one").await;
    store.save_calls(&history(&one), fixtures::at(0)).await.unwrap();
    (store, one)
}

/// Steps and rows of a query.
async fn cost(store: &SqliteStore, query: Query) -> (usize, usize) {
    store.read(move |connection| query.cost(connection)).await.unwrap()
}

#[tokio::test]
async fn lists_and_searches_keep_to_their_budget() {
    let (store, one) = filled().await;
    let (everybody, alice, basil) = (one.everybody(), one.only(&one.alice), one.only(&one.basil));
    let none = CallFilter::default();
    let search = |q: &str| CallFilter { q: Some(q.to_owned()), ..CallFilter::default() };
    let busy = CallFilter { status: Some(CallStatus::Busy), ..CallFilter::default() };
    let queued = CallFilter { status: Some(CallStatus::Queued), ..CallFilter::default() };
    let inbound = CallFilter { direction: Some(Direction::Incoming), ..CallFilter::default() };
    let cases = [
        (everybody, none.clone(), PAGE),
        (alice, none.clone(), PAGE),
        (basil, none, 0),
        (everybody, busy, 10),
        (alice, queued, 0),
        (alice, inbound, PAGE),
        // In every record, in a tenth, in one, in none; as number, as national number, as name.
        (everybody, search("+9665"), PAGE),
        (alice, search("05"), PAGE),
        (everybody, search("customer 9"), PAGE),
        (alice, search("customer 9999"), 1),
        (everybody, search("customer 10001"), 0),
        // A person whose user name is in the name of every customer.
        (everybody, CallFilter { people: vec!["cu".to_owned()], ..search("customer 10001") }, 0),
        // As many as a search by the beginning of an extension looks for.
        (
            everybody,
            CallFilter {
                people: (0..search::MOST_PEOPLE).map(|n| format!("agent{n}")).collect(),
                ..search("customer 10001")
            },
            0,
        ),
        (basil, search("customer"), 0),
        (everybody, search("قحطاني"), 0),
        // As short as can be: in every record, in none.
        (everybody, search("5"), PAGE),
        (everybody, search("zz"), 0),
    ];
    for (scope, filter, expected) in cases {
        let (steps, rows) = cost(&store, list_query(scope, &filter, None, 51)).await;
        assert_eq!(rows, expected, "{filter:?} {:?}", filter.q);
        assert!(steps <= BUDGET, "{filter:?} {:?}: {steps} steps", filter.q);
    }
    store.close().await;
}

#[tokio::test]
async fn changes_and_counts_keep_to_their_budget() {
    let (store, one) = filled().await;
    for scope in [one.everybody(), one.only(&one.alice), one.only(&one.basil)] {
        for since in [0, CALLS / 2, CALLS] {
            let (steps, _) = cost(&store, since_query(scope, since, 50)).await;
            assert!(steps <= BUDGET, "changes since {since}: {steps} steps");
        }
    }
    // Of an agent the rows of a part of a day are counted, here one a minute, of the company those of a part of an hour.
    for (scope, budget) in [(one.everybody(), BUDGET), (one.only(&one.alice), 24 * 60 * 40)] {
        let (steps, rows) = cost(&store, counts::query(scope, fixtures::at(60 * 100))).await;
        assert_eq!(rows, 3, "completed both ways, busy one way");
        assert!(steps <= budget, "counts: {steps} steps");
    }
    store.close().await;
}
