//! Companies and people.

use super::fixtures::{company, fixture, user};
use crate::{Store, StoreError};
use mobilecall_domain::{CompanyId, UserId};

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
