//! Companies and people.

use super::fixtures::{company, fixture, session, user};
use crate::{Audience, Change, Company, Entity, Scope, Store, StoreError};
use mobilecall_domain::{CompanyId, LineKind, LineOrder, UserId};

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

/// The order is kept with the company and told to everybody of it, and to nobody if it is so already.
pub async fn the_order_of_lines_is_kept_and_told(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    let order = |kinds: &[LineKind]| LineOrder::new(kinds.to_vec()).expect("an order");
    let (preferred, none) = (order(&[LineKind::Sip, LineKind::Twilio]), order(&[]));
    let begun = store.sequence(company).await.expect("a sequence");
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
    assert_eq!(store.sequence(two.company.id).await.expect("a sequence"), begun);

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
