//! Companies and people.

use super::fixtures::{at, company, fixture, session, user};
use crate::{Audience, Change, ChangePage, Company, Entity, Person, Scope, Store, StoreError, User, company_named};
use mobilecall_domain::{CompanyId, LineKind, LineOrder, UserId};
use serde_json::json;

/// By id, by name, all.
pub async fn companies_are_found(store: &dyn Store) {
    let (zoo, ant) = (company("Zoo"), company("Ant"));
    for company in [&zoo, &ant] {
        store.create_company(company).await.expect("stored");
    }
    assert_eq!(store.company(zoo.id).await.expect("by id").as_ref(), Some(&zoo));
    assert_eq!(store.company_by_name("Ant").await.expect("by name").as_ref(), Some(&ant));
    assert_eq!(store.company_by_name("ant").await.expect("an answer"), None);
    assert_eq!(store.company(CompanyId::generate()).await.expect("an answer"), None);
    assert_eq!(store.companies().await.expect("all"), [ant, zoo]);
}

/// However the name was typed, also where one was kept as it was typed.
pub async fn companies_are_found_by_typed_names(store: &dyn Store) {
    let (kept, old) = (company("Big Corp"), company("Old  Corp"));
    for company in [&kept, &old] {
        store.create_company(company).await.expect("stored");
    }
    for (typed, found) in [
        ("Big Corp", Some(&kept)),
        (" Big\u{a0} Corp\u{200f}", Some(&kept)),
        ("Old  Corp ", Some(&old)),
        ("Old Corp", None),
        ("\u{200f}", None),
    ] {
        assert_eq!(company_named(store, typed).await.expect("an answer").as_ref(), found, "{typed:?}");
    }
}

/// The order is kept with the company and told to everybody of it, and to nobody if it is so already.
pub async fn the_order_of_lines_is_kept_and_told(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    let order = |kinds: &[LineKind]| LineOrder::new(kinds.to_vec()).expect("an order");
    let (preferred, none) = (order(&[LineKind::Sip, LineKind::Twilio]), order(&[]));
    let begun = store.sequence(company).await.expect("a sequence");
    let others = store.sequence(two.company.id).await.expect("a sequence");
    store.set_company_lines(company, &none).await.expect("so already");
    assert_eq!(store.sequence(company).await.expect("a sequence"), begun, "nothing is entered for it");

    let changed = store.set_company_lines(company, &preferred).await.expect("set");
    assert_eq!(changed, Company { lines: preferred.clone(), ..one.company.clone() });
    assert_eq!(store.company(company).await.expect("by id").as_ref(), Some(&changed));
    let session = session(store, &one.alice, 1).await;
    let principal = store.principal(company, session).await.expect("an answer").expect("a session");
    assert_eq!(principal.company, changed);
    store.set_company_lines(company, &preferred).await.expect("so already");
    for scope in [one.everybody(), one.only(&one.alice)] {
        let page = store.changes_since(scope, begun, 10).await.expect("a page");
        let entity = Entity::Company(Box::new(changed.clone()));
        assert_eq!(page.changes, [Change { sequence: begun + 1, audience: Audience::Everybody, entity }]);
    }
    assert_eq!(store.company(two.company.id).await.expect("by id").as_ref(), Some(&two.company));
    assert_eq!(store.sequence(two.company.id).await.expect("a sequence"), others);

    store.set_company_lines(company, &none).await.expect("set");
    let page = store.changes_since(Scope::everybody(company), begun, 10).await.expect("a page");
    assert_eq!((page.changes.len(), page.changes[0].sequence), (1, begun + 2), "only the newest entry is kept");
    assert_eq!(store.company(company).await.expect("by id").as_ref(), Some(&one.company));
    let unknown = store.set_company_lines(CompanyId::generate(), &preferred).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("company"))), "{unknown:?}");
}

/// By id, user name, extension, all of a company; never across companies.
pub async fn users_are_found(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    assert_eq!(store.user(company, one.alice.id).await.expect("by id").as_ref(), Some(&one.alice));
    assert_eq!(store.user_by_username("two_basil").await.expect("by user name"), Some(two.basil));
    assert_eq!(store.user_by_extension(company, "101").await.expect("by extension").as_ref(), Some(&one.basil));
    for (beginning, limit, expected) in [
        ("1", 9, &["one_alice", "one_basil"][..]),
        ("10", 1, &["one_alice"]),
        ("101", 9, &["one_basil"]),
        ("102", 9, &[]),
    ] {
        let found = store.usernames_by_extension(company, beginning, limit).await.expect("by a beginning");
        assert_eq!(found, expected, "{beginning}");
    }
    assert_eq!(store.users(company).await.expect("all"), [one.alice, one.basil]);
    assert_eq!(store.user(company, two.alice.id).await.expect("an answer"), None);
    assert_eq!(store.user(company, UserId::generate()).await.expect("an answer"), None);
    assert_eq!(store.user_by_extension(company, "102").await.expect("an answer"), None);
    assert_eq!(store.user_by_username("nobody").await.expect("an answer"), None);
}

/// Company names and user names are unique on the server.
pub async fn names_are_unique(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let taken = store.create_company(&company("one")).await;
    assert!(matches!(taken, Err(StoreError::Conflict("company name"))), "{taken:?}");
    let taken = store.create_user(&user(two.company.id, &one.alice.username, None)).await;
    assert!(matches!(taken, Err(StoreError::Conflict("user name"))), "{taken:?}");
    let homeless = store.create_user(&user(CompanyId::generate(), "homeless", None)).await;
    assert!(matches!(homeless, Err(StoreError::NotFound("company"))), "{homeless:?}");
}

/// Extensions are unique within a company, and any number of people have none.
pub async fn extensions_are_unique_in_a_company(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let taken = store.create_user(&user(one.company.id, "third", Some("100"))).await;
    assert!(matches!(taken, Err(StoreError::Conflict("extension"))), "{taken:?}");
    for username in ["third", "fourth"] {
        store.create_user(&user(one.company.id, username, None)).await.expect("no extension, no conflict");
    }
}

fn told(page: &ChangePage) -> Vec<(u64, &Person)> {
    let everybodys = page.changes.iter().filter(|change| change.audience == Audience::Everybody);
    let people = everybodys.map(|change| match &change.entity {
        Entity::Person(person) => (change.sequence, person.as_ref()),
        Entity::Call(_) | Entity::Company(_) => panic!("nobody but {change:?}"),
    });
    people.collect()
}

fn as_person(user: &User) -> Person {
    let User { id, username, name, extension, .. } = user.clone();
    Person { id, username, name, extension }
}

/// Who is added is in the change log of the company, for everybody in it and for nobody else; who is refused is not.
pub async fn people_are_told_to_everybody(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let foreign = store.save_call(&one.call(&one.basil, at(0)), at(0)).await.expect("stored").call;
    let third = user(one.company.id, "third", None);
    store.create_user(&third).await.expect("stored");
    let refused = [user(one.company.id, "third", None), user(one.company.id, "fourth", Some("100"))];
    for person in refused {
        store.create_user(&person).await.expect_err("taken");
    }
    let people = [&one.alice, &one.basil, &third].map(as_person);
    let numbers = [one.begun - 1, one.begun, foreign.sequence + 1];
    let expected: Vec<_> = numbers.into_iter().zip(&people).collect();
    for scope in [one.everybody(), one.only(&one.alice), one.only(&third)] {
        let page = store.changes_since(scope, 0, 10).await.expect("a page");
        assert_eq!(told(&page), expected, "{scope:?}");
        assert_eq!((page.upto, page.more), (foreign.sequence + 1, false));
        let said = format!("{page:?}");
        for secret in [&third.password_hash, &third.name, &third.username] {
            assert!(!said.contains(secret.as_str()), "{secret} is in {said}");
        }
    }
    let scopes = [two.everybody(), two.only(&two.alice), Scope { agent: Some(one.alice.id), ..two.everybody() }];
    for scope in scopes {
        let page = store.changes_since(scope, 0, 10).await.expect("a page");
        let people = [&two.alice, &two.basil].map(as_person);
        assert_eq!(told(&page), [(two.begun - 1, &people[0]), (two.begun, &people[1])], "{scope:?}");
    }
    let since = store.changes_since(one.only(&one.alice), foreign.sequence, 1).await.expect("a page");
    assert_eq!(told(&since), [(foreign.sequence + 1, &people[2])], "who comes back hears only of what is new");
}

/// What is not named stays, and everybody is told that the company changed.
pub async fn settings_are_changed_one_by_one_and_told(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    let begun = store.sequence(company).await.expect("a sequence");
    let change = async |changes: serde_json::Value| {
        let changes = changes.as_object().cloned().expect("an object");
        store.change_company_settings(company, &changes).await
    };
    let set = change(json!({"language": "ar", "dialing": {"countries": ["SA"]}})).await.expect("set");
    assert_eq!(set.settings, json!({"recording": true, "language": "ar", "dialing": {"countries": ["SA"]}}));
    assert_eq!(store.company(company).await.expect("by id").as_ref(), Some(&set));
    assert_eq!(store.sequence(company).await.expect("a sequence"), begun + 1);
    change(json!({"language": "ar", "nothing": null})).await.expect("so already");
    assert_eq!(store.sequence(company).await.expect("a sequence"), begun + 1, "nothing is entered for it");
    let removed = change(json!({"language": null, "dialing": null})).await.expect("removed");
    assert_eq!(removed, one.company);
    let page = store.changes_since(one.only(&one.alice), begun, 10).await.expect("a page");
    assert_eq!((page.changes.len(), page.changes[0].sequence), (1, begun + 2));
    assert_eq!(store.company(two.company.id).await.expect("by id").as_ref(), Some(&two.company));
    let unknown = store.change_company_settings(CompanyId::generate(), &serde_json::Map::new()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("company"))), "{unknown:?}");
}
