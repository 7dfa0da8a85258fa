//! The change log.

use super::fixtures::{at, company, fixture, user};
use crate::{Audience, ChangeObserver, ChangePage, Entity, Scope, Store};
use mobilecall_domain::{CallId, CallReport, CallStatus, CompanyId};
use std::sync::{Arc, Mutex};

async fn since(store: &dyn Store, scope: Scope, since: u64, limit: u32) -> ChangePage {
    store.changes_since(scope, since, limit).await.expect("a page")
}

fn calls(page: &ChangePage) -> Vec<(CallId, u64)> {
    let call = |change: &crate::Change| match &change.entity {
        Entity::Call(record) => (record.id, change.sequence),
        Entity::Person(_) | Entity::Company(_) => panic!("no call but {change:?}"),
    };
    page.changes.iter().map(call).collect()
}

/// Everything changed since, oldest change first, each entity once and as it stands; others' changes are passed over.
pub async fn the_log_is_complete(store: &dyn Store) {
    let empty = company("empty");
    store.create_company(&empty).await.expect("stored");
    assert_eq!(store.sequence(empty.id).await.expect("sequence"), 0);
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let (first, second, third) =
        (one.call(&one.alice, at(9)), one.call(&one.alice, at(1)), one.call(&one.basil, at(3)));
    store.save_calls(&[first.clone(), second.clone()], at(0)).await.expect("stored");
    store.save_call(&two.call(&two.alice, at(1)), at(0)).await.expect("stored");
    let ringing = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
    store.report_call(one.everybody(), first.id, &ringing, at(2)).await.expect("reported");
    store.save_call(&third, at(0)).await.expect("stored");
    let all = since(store, one.everybody(), one.begun, 10).await;
    assert_eq!(calls(&all), [(second.id, one.nth(2)), (first.id, one.nth(3)), (third.id, one.nth(4))]);
    assert_eq!((all.upto, all.more), (one.nth(4), false));
    let own = since(store, one.only(&one.alice), one.begun, 10).await;
    assert_eq!((calls(&own), own.upto), (vec![(second.id, one.nth(2)), (first.id, one.nth(3))], one.nth(4)));
    let Entity::Call(record) = &own.changes[1].entity else { panic!("{:?}", own.changes[1]) };
    assert_eq!(record.status, CallStatus::Ringing);
    assert_eq!(own.changes[1].audience, Audience::Agent(one.alice.id));
    let none = since(store, one.everybody(), one.nth(4), 10).await;
    assert_eq!((none.changes.len(), none.upto, none.more), (0, one.nth(4), false));
    let other = since(store, Scope { agent: Some(one.alice.id), ..two.everybody() }, two.begun, 10).await;
    assert_eq!((other.changes.len(), other.upto), (0, two.nth(1)), "an agent of another company sees nothing");
}

/// A call that is nobody's is seen by those who see the whole company.
pub async fn what_is_nobodys_is_for_managers(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let mut record = one.call(&one.alice, at(0));
    (record.agent_id, record.agent_name) = (None, None);
    store.save_call(&record, at(0)).await.expect("stored");
    assert_eq!(since(store, one.everybody(), one.begun, 10).await.changes.len(), 1);
    assert_eq!(since(store, one.only(&one.alice), one.begun, 10).await.changes.len(), 0);
}

/// Pages lead to the end without gap or repetition.
pub async fn the_log_pages(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let mut expected = Vec::new();
    for second in 0..5 {
        expected.push(store.save_call(&one.call(&one.alice, at(second)), at(0)).await.expect("stored").call.record.id);
        store.save_call(&one.call(&one.basil, at(second)), at(0)).await.expect("stored");
    }
    let (mut seen, mut reached) = (Vec::new(), one.begun);
    loop {
        let page = since(store, one.only(&one.alice), reached, 2).await;
        seen.extend(calls(&page).into_iter().map(|(call, _)| call));
        reached = page.upto;
        if !page.more {
            break;
        }
    }
    assert_eq!((seen, reached), (expected, one.nth(10)));
}

/// A reader that is ahead of the company has seen a database that was since put back; it gets everything.
pub async fn the_log_starts_over_after_a_restore(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let made = store.save_call(&one.call(&one.alice, at(1)), at(0)).await.expect("stored").call;
    let page = since(store, one.everybody(), 1000, 10).await;
    assert_eq!(page, since(store, one.everybody(), 0, 10).await);
    let last = page.changes.last().map(|change| change.sequence);
    assert_eq!((last, page.upto, page.more), (Some(made.sequence), one.nth(1), false));
}

/// Readers that are behind skip along, and those ahead of a company that was put back miss nothing.
pub async fn skipped_numbers_are_never_given(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let before = store.save_call(&one.call(&one.alice, at(1)), at(0)).await.expect("stored").call;
    store.skip_sequences(1000).await.expect("skipped");
    store.skip_sequences(500).await.expect("nothing to skip");
    for scope in [one.everybody(), one.only(&one.alice)] {
        let all = since(store, scope, one.begun, 10).await;
        assert_eq!((calls(&all), all.upto, all.more), (vec![(before.record.id, one.nth(1))], 1000, false));
        let none = since(store, scope, 700, 10).await;
        assert_eq!((none.changes.len(), none.upto), (0, 1000), "a reader ahead of the backup loses its number");
    }
    let next = store.save_call(&one.call(&one.alice, at(2)), at(0)).await.expect("stored").call;
    assert_eq!(next.sequence, 1001);
    assert_eq!(calls(&since(store, one.everybody(), 700, 10).await), [(next.record.id, 1001)]);
    assert_eq!(store.sequence(two.company.id).await.expect("sequence"), 1000);
}

/// What an observer was told.
#[derive(Default)]
struct Told(Mutex<Vec<(CompanyId, u64)>>);

impl ChangeObserver for Told {
    fn reached(&self, company: CompanyId, sequence: u64) {
        self.0.lock().expect("no panic").push((company, sequence));
    }
}

impl Told {
    fn take(&self) -> Vec<(CompanyId, u64)> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

/// Whoever observes knows of a change before its writer does; of what changes nothing, or fails, nobody is told.
pub async fn observers_are_told(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let told = Arc::new(Told::default());
    let observer: Arc<dyn ChangeObserver> = told.clone();
    store.observe(Arc::downgrade(&observer));
    let (first, second, foreign) =
        (one.call(&one.alice, at(1)), one.call(&one.basil, at(2)), two.call(&two.alice, at(3)));
    store.save_calls(&[first.clone(), foreign, second], at(4)).await.expect("stored");
    let mut reached = told.take();
    reached.sort_by_key(|(_, sequence)| *sequence);
    let expected = [(two.company.id, two.nth(1)), (one.company.id, one.nth(2))];
    assert_eq!(reached, expected, "each company once, as far as it came");
    store.save_call(&first, at(5)).await.expect("known");
    let unknown = store.report_call(one.everybody(), CallId::generate(), &CallReport::default(), at(6)).await;
    assert!(unknown.is_err(), "{unknown:?}");
    let taken = store.create_user(&user(one.company.id, &two.alice.username, None)).await;
    assert!(taken.is_err(), "{taken:?}");
    assert_eq!(told.take(), []);
    store.create_user(&user(one.company.id, "third", None)).await.expect("stored");
    assert_eq!(told.take(), [(one.company.id, one.nth(3))]);
    drop(observer);
    let told = {
        let weak = Arc::downgrade(&told);
        drop(told);
        weak
    };
    store.save_call(&one.call(&one.alice, at(7)), at(7)).await.expect("stored");
    assert!(told.upgrade().is_none(), "an observer that has gone is not held");
}
