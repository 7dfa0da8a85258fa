//! Reading calls.

use super::fixtures::{Fixture, at, every_page, fixture};
use crate::{CallFilter, Scope, StatusCount, Store, StoreError};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Direction};

fn ids<'a>(calls: impl IntoIterator<Item = &'a CallRecord>) -> Vec<CallId> {
    calls.into_iter().map(|call| call.id).collect()
}

async fn insert(store: &dyn Store, record: CallRecord) -> CallRecord {
    store.save_call(&record, at(0)).await.expect("stored").call.record
}

/// Newest first by creation, also for calls reported late and calls of the same millisecond; calls that come while
/// somebody turns pages neither repeat nor hide others.
pub async fn pages_are_stable(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let mut newest_first = Vec::new();
    for second in [5, 1, 3, 2, 4, 3, 3] {
        newest_first.push(insert(store, one.call(&one.alice, at(second))).await);
    }
    newest_first.sort_by_key(|call| std::cmp::Reverse(call.created_at));
    let everything = CallFilter::default();
    let first = store.calls(one.everybody(), &everything, None, 3).await.expect("a page");
    assert_eq!(first.sequence, one.nth(7));
    insert(store, one.call(&one.alice, at(9))).await;
    let mut seen = first.calls;
    let mut next = first.next;
    while let Some(cursor) = next {
        let page = store.calls(one.everybody(), &everything, Some(&cursor), 3).await.expect("a page");
        seen.extend(page.calls);
        next = page.next;
    }
    let times = |calls: &[CallRecord]| calls.iter().map(|call| call.created_at).collect::<Vec<_>>();
    assert_eq!(times(&seen), times(&newest_first));
    let (mut seen, mut expected) = (ids(&seen), ids(&newest_first));
    seen.sort_unstable();
    expected.sort_unstable();
    assert_eq!(seen, expected);
    let exact = store.calls(one.everybody(), &everything, None, 8).await.expect("a page");
    assert_eq!((exact.calls.len(), exact.next), (8, None), "a full last page has no next one");
}

/// Direction, status, agent, and all of them together.
pub async fn filters_narrow(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let missed = CallRecord { direction: Direction::Incoming, ..one.call(&one.alice, at(1)) };
    let missed = insert(store, CallRecord { status: CallStatus::NoAnswer, ..missed }).await;
    let dialed = insert(store, one.call(&one.alice, at(2))).await;
    let other = insert(store, one.call(&one.basil, at(3))).await;
    let alice = one.only(&one.alice);
    let (incoming, initiated) = (Some(Direction::Incoming), Some(CallStatus::Initiated));
    let cases = [
        (one.everybody(), None, None, &[&other, &dialed, &missed][..]),
        (one.everybody(), incoming, None, &[&missed]),
        (one.everybody(), None, initiated, &[&other, &dialed]),
        (alice, None, None, &[&dialed, &missed]),
        (alice, None, initiated, &[&dialed]),
        (alice, incoming, initiated, &[]),
    ];
    for (scope, direction, status, expected) in cases {
        let filter = CallFilter { direction, status, ..CallFilter::default() };
        let found = every_page(store, scope, &filter, 2).await;
        assert_eq!(ids(&found), ids(expected.iter().copied()), "{filter:?}");
    }
}

async fn searchable(store: &dyn Store) -> (Fixture, [CallRecord; 3]) {
    let one = fixture(store, "one").await;
    let ali = CallRecord { customer_name: Some("علي القحطاني".to_owned()), ..one.call(&one.alice, at(1)) };
    let omar = CallRecord { to_number: "client:omar_2".to_owned(), ..one.call(&one.alice, at(2)) };
    let quoted = CallRecord { to_number: "sip:o\"hara%_@host".to_owned(), ..one.call(&one.basil, at(3)) };
    let calls = [insert(store, ali).await, insert(store, omar).await, insert(store, quoted).await];
    (one, calls)
}

async fn found_by(store: &dyn Store, scope: Scope, q: &str) -> Vec<CallId> {
    let filter = CallFilter { q: Some(q.to_owned()), ..CallFilter::default() };
    ids(&every_page(store, scope, &filter, 2).await)
}

/// A part of a number or name in any case, script and punctuation.
pub async fn search_finds_numbers_and_names(store: &dyn Store) {
    let (one, [ali, omar, quoted]) = searchable(store).await;
    let cases: [(&str, &[&CallRecord]); 15] = [
        ("123456", &[&ali]),
        ("+966 50-123", &[&ali]),
        ("0501234567", &[&ali]),
        ("00966501", &[&ali]),
        ("٠٥٠١٢٣", &[&ali]),
        ("القحطانى", &[&ali]),
        ("قحطانى", &[&ali]),
        ("علي قحطاني", &[&ali]),
        ("OMAR_2", &[&omar]),
        ("omar 2", &[]),
        ("o\"hara%_", &[&quoted]),
        ("alice", &[&omar, &ali]),
        ("OF THE tests", &[&quoted, &omar, &ali]),
        ("search : x OR 1", &[]),
        ("  ", &[&quoted, &omar, &ali]),
    ];
    for (q, expected) in cases {
        assert_eq!(found_by(store, one.everybody(), q).await, ids(expected.iter().copied()), "{q:?}");
    }
    let later = CallReport { customer_name: Some("Sara".to_owned()), ..CallReport::default() };
    store.report_call(one.everybody(), omar.id, &later, at(9)).await.expect("reported");
    assert_eq!(found_by(store, one.everybody(), "sara").await, [omar.id], "a name learned later is found");
    assert_eq!(found_by(store, one.everybody(), "omar_2").await, [omar.id]);
}

/// With the Arabic article and without, wherever in the name the word stands.
pub async fn search_takes_the_article_as_no_part_of_a_word(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let named =
        |name: &str, second| CallRecord { customer_name: Some(name.to_owned()), ..one.call(&one.alice, at(second)) };
    let first = insert(store, named("قحطاني علي", 1)).await;
    let last = insert(store, named("علي القحطاني", 2)).await;
    insert(store, named("سهام رضا", 3)).await;
    let cases: [(&str, &[&CallRecord]); 5] = [
        ("قحطاني", &[&last, &first]),
        ("القحطانى", &[&last, &first]),
        ("القحطاني علي", &[&first]),
        ("علي قحطاني", &[&last]),
        ("الهام", &[]),
    ];
    for (q, expected) in cases {
        assert_eq!(found_by(store, one.everybody(), q).await, ids(expected.iter().copied()), "{q:?}");
        let filter = CallFilter { q: Some(q.to_owned()), ..CallFilter::default() };
        let changes = store.calls_since(one.everybody(), &filter, 0, 10).await.expect("changes");
        assert_eq!(changes.calls.len(), expected.len(), "{q:?}");
    }
}

/// Whoever is meant by an extension or its beginning is found where the record has the user name, and nobody whose name is like it.
pub async fn search_finds_people_by_their_user_names(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let incoming = |from: &str, second| CallRecord { from_number: from.to_owned(), ..one.call(&one.alice, at(second)) };
    let outgoing = |to: &str, second| CallRecord { to_number: to.to_owned(), ..one.call(&one.alice, at(second)) };
    let from = insert(store, CallRecord { direction: Direction::Incoming, ..incoming("client:bob", 1) }).await;
    let named = insert(store, outgoing("client:Bob", 2)).await;
    let bare = insert(store, outgoing("bob", 3)).await;
    let dialed = insert(store, outgoing("102", 4)).await;
    insert(store, incoming("client:bobby", 5)).await;
    insert(store, CallRecord { customer_name: Some("Bob".to_owned()), ..one.call(&one.alice, at(6)) }).await;
    let filter = |q: &str, person: &str| CallFilter {
        q: Some(q.to_owned()),
        people: vec!["nobody".to_owned(), person.to_owned()],
        ..Default::default()
    };
    let all = [&dialed, &bare, &named, &from];
    for scope in [one.everybody(), one.only(&one.alice)] {
        let found = every_page(store, scope, &filter("102", "bob"), 2).await;
        assert_eq!(ids(&found), ids(all), "{scope:?}");
        let changes = store.calls_since(scope, &filter("102", "bob"), 0, 10).await.expect("changes");
        assert_eq!(changes.calls.len(), all.len());
    }
    assert!(every_page(store, one.only(&one.basil), &filter("102", "bob"), 2).await.is_empty());
    let short = insert(store, outgoing("client:Al", 7)).await;
    let found = every_page(store, one.everybody(), &filter("909", "al"), 2).await;
    assert_eq!(ids(&found), [short.id], "of a short name too");
    let changes = store.calls_since(one.everybody(), &filter("909", "al"), 0, 10).await.expect("changes");
    assert_eq!(changes.calls.len(), 1);
    let incoming_only = CallFilter { direction: Some(Direction::Incoming), ..filter("102", "bob") };
    assert_eq!(ids(&every_page(store, one.everybody(), &incoming_only, 2).await), [from.id]);
}

/// One or two characters are enough.
pub async fn short_patterns_are_found(store: &dyn Store) {
    let (one, [ali, omar, quoted]) = searchable(store).await;
    let cases: [(&str, &[&CallRecord]); 4] = [("٦", &[&ali]), ("ع", &[&ali]), ("r_", &[&omar]), ("\"", &[&quoted])];
    for (q, expected) in cases {
        assert_eq!(found_by(store, one.everybody(), q).await, ids(expected.iter().copied()), "{q:?}");
    }
}

/// Search narrows within a scope and never widens it.
pub async fn search_keeps_to_its_scope(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let alice = insert(store, one.call(&one.alice, at(1))).await;
    let basil = insert(store, one.call(&one.basil, at(2))).await;
    let foreign = insert(store, two.call(&two.alice, at(3))).await;
    for q in ["5012345", "5"] {
        assert_eq!(found_by(store, one.everybody(), q).await, [basil.id, alice.id]);
        assert_eq!(found_by(store, one.only(&one.alice), q).await, [alice.id]);
        assert_eq!(found_by(store, two.everybody(), q).await, [foreign.id]);
    }
}

/// Everything changed since, oldest change first, each record once; others' changes are passed over, not waited for.
pub async fn changes_are_complete(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let first = insert(store, one.call(&one.alice, at(9))).await;
    let second = insert(store, one.call(&one.alice, at(1))).await;
    insert(store, two.call(&two.alice, at(1))).await;
    let ringing = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
    store.report_call(one.everybody(), first.id, &ringing, at(2)).await.expect("reported");
    insert(store, one.call(&one.basil, at(3))).await;
    let everything = CallFilter::default();
    let changes = store.calls_since(one.only(&one.alice), &everything, 0, 10).await.expect("changes");
    let found: Vec<_> = changes.calls.iter().map(|call| (call.record.id, call.sequence)).collect();
    assert_eq!(found, [(second.id, one.nth(2)), (first.id, one.nth(3))]);
    assert_eq!((changes.upto, changes.more), (one.nth(4), false));
    let none = store.calls_since(one.everybody(), &everything, one.nth(4), 10).await.expect("changes");
    assert_eq!((none.calls.len(), none.upto, none.more), (0, one.nth(4), false));
}

/// Pages of changes lead to the end without gap or repetition, also through a filter.
pub async fn changes_page(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let mut expected = Vec::new();
    for second in 0..5 {
        expected.push(insert(store, one.call(&one.alice, at(second))).await.id);
        insert(store, one.call(&one.basil, at(second))).await;
    }
    let (mut seen, mut since) = (Vec::new(), 0);
    loop {
        let page = store.calls_since(one.only(&one.alice), &CallFilter::default(), since, 2).await.expect("a page");
        seen.extend(page.calls.iter().map(|call| call.record.id));
        since = page.upto;
        if !page.more {
            break;
        }
    }
    assert_eq!((seen, since), (expected, one.nth(10)));
    let nothing = CallFilter { q: Some("99999".to_owned()), ..CallFilter::default() };
    let page = store.calls_since(one.everybody(), &nothing, 0, 2).await.expect("a page");
    assert_eq!((page.calls.len(), page.upto, page.more), (0, one.nth(10), false));
}

/// A reader that is ahead of the company has seen a database that was since put back; it gets everything.
pub async fn changes_start_over_after_a_restore(store: &dyn Store) {
    let one = fixture(store, "one").await;
    insert(store, one.call(&one.alice, at(1))).await;
    let page = store.calls_since(one.everybody(), &CallFilter::default(), 1000, 10).await.expect("a page");
    assert_eq!((page.calls.len(), page.upto, page.more), (1, one.nth(1), false));
}

/// A position that the store did not give out is refused.
pub async fn bad_cursors_are_refused(store: &dyn Store) {
    let one = fixture(store, "one").await;
    for cursor in ["", "x", "-1", "ffffffffffffffffffff", "' OR 1=1"] {
        let refused = store.calls(one.everybody(), &CallFilter::default(), Some(cursor), 1).await;
        assert!(matches!(refused, Err(StoreError::InvalidCursor)), "{cursor}");
    }
}

/// Counted by direction and status, with talk time, from a moment on, within the scope.
pub async fn counts_add_up(store: &dyn Store) {
    let one = fixture(store, "one").await;
    for (user, second, talked) in [(&one.alice, 10, 60), (&one.alice, 20, 30), (&one.basil, 20, 5), (&one.alice, 1, 9)]
    {
        let call = CallRecord { status: CallStatus::Completed, ..one.call(user, at(second)) };
        insert(store, CallRecord { duration_seconds: Some(talked), ..call }).await;
    }
    insert(store, one.call(&one.alice, at(30))).await;
    let mut counts = store.count_calls(one.only(&one.alice), at(10)).await.expect("counted");
    counts.sort_by_key(|count| count.status.rank());
    let direction = Direction::Outgoing;
    let expected = [
        StatusCount { direction, status: CallStatus::Initiated, calls: 1, duration_seconds: 0 },
        StatusCount { direction, status: CallStatus::Completed, calls: 2, duration_seconds: 90 },
    ];
    assert_eq!(counts, expected);
    let all: u64 = store.count_calls(one.everybody(), at(0)).await.expect("counted").iter().map(|c| c.calls).sum();
    assert_eq!(all, 5);
}

/// A written page holds the same rows in the same order, and leads to the same next page.
pub async fn written_pages_are_the_same_pages(store: &dyn Store) {
    let one = fixture(store, "one").await;
    for second in 0..5 {
        insert(store, one.call(&one.alice, at(second))).await;
    }
    let mut cursor = None::<String>;
    loop {
        let filter = CallFilter::default();
        let page = store.calls(one.everybody(), &filter, cursor.as_deref(), 2).await.expect("a page");
        let write: crate::WriteRow =
            |row, written| written.extend_from_slice(format!("{:?};", row.to_record()).as_bytes());
        let written = store.write_calls(one.everybody(), &filter, cursor.as_deref(), 2, write).await.expect("a page");
        let expected: String = page.calls.iter().map(|call| format!("{call:?};")).collect();
        assert_eq!(String::from_utf8(written.written).expect("text"), expected);
        assert_eq!((&written.next, written.sequence), (&page.next, page.sequence));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
}

/// However a period cuts hours and days, exactly the calls from its first millisecond on are counted, those that are
/// over and those that are not.
pub async fn counts_are_exact_at_any_moment(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let minutes =
        [0, 1, 59, 60, 61, 119, 120, 24 * 60 - 1, 24 * 60, 24 * 60 + 1, 30 * 60, 47 * 60 + 59, 48 * 60, 50 * 60];
    let mut made = Vec::new();
    for (index, minute) in minutes.into_iter().enumerate() {
        for user in [&one.alice, &one.basil] {
            let status = if index % 3 == 0 { CallStatus::Ringing } else { CallStatus::Initiated };
            let call = insert(store, CallRecord { status, ..one.call(user, at(60 * minute)) }).await;
            if index % 4 != 0 {
                let (ended, talked) = (CallStatus::Completed, u32::try_from(index).expect("small"));
                let over = CallReport { status: Some(ended), duration_seconds: Some(talked), ..CallReport::default() };
                store.report_call(one.everybody(), call.id, &over, at(60 * minute)).await.expect("reported");
            }
            made.push(store.call(one.everybody(), call.id).await.expect("an answer").expect("found"));
        }
        insert(store, CallRecord { status: CallStatus::Busy, ..two.call(&two.alice, at(60 * minute)) }).await;
    }
    let moments = minutes.into_iter().flat_map(|minute| {
        let exact = at(60 * minute);
        let second = std::time::Duration::from_millis(1);
        [exact.minus(second), exact, exact.plus(second)]
    });
    for from in moments {
        for scope in [one.everybody(), one.only(&one.basil)] {
            let counted = store.count_calls(scope, from).await.expect("counted");
            let within: Vec<_> = made
                .iter()
                .filter(|call| call.created_at >= from && scope.holds(call.company_id, call.agent_id))
                .collect();
            for status in CallStatus::ALL {
                let expected: Vec<_> = within.iter().filter(|call| call.status == *status).collect();
                let found = counted.iter().find(|count| count.status == *status);
                let (calls, talked) = found.map_or((0, 0), |count| (count.calls, count.duration_seconds));
                assert_eq!(calls, expected.len() as u64, "{status} from {from}");
                let seconds: u64 = expected.iter().filter_map(|call| call.duration_seconds).map(u64::from).sum();
                assert_eq!(talked, seconds, "{status} from {from}");
            }
        }
    }
}
