//! Companies, people, the server's identity.

use super::fixtures::{company, fixture, user};
use crate::{ServerIdentity, Store, StoreError};
use mobilecall_domain::{CompanyId, UserId};

fn identity(tag: &str) -> ServerIdentity {
    ServerIdentity {
        account_sid: format!("AC{tag}"),
        key_sid: format!("SK{tag}"),
        app_sid: format!("AP{tag}"),
        voice_secret: format!("voice {tag}"),
        session_secret: format!("session {tag}"),
    }
}

/// The first identity holds for good.
pub async fn identity_is_made_once(store: &dyn Store) {
    store.ping().await.expect("an open store answers");
    assert_eq!(store.server_identity(identity("1")).await.expect("stored"), identity("1"));
    assert_eq!(store.server_identity(identity("2")).await.expect("kept"), identity("1"));
}

/// By id, by name, all.
pub async fn companies_are_found(store: &dyn Store) {
    let (zoo, ant) = (company("Zoo"), company("Ant"));
    for company in [&zoo, &ant] {
        store.create_company(company).await.expect("stored");
    }
    assert_eq!(store.company(zoo.id).await.expect("by id"), zoo);
    assert_eq!(store.company_by_name("Ant").await.expect("by name"), ant);
    assert!(matches!(store.company_by_name("ant").await, Err(StoreError::NotFound("company"))));
    assert!(matches!(store.company(CompanyId::generate()).await, Err(StoreError::NotFound("company"))));
    assert_eq!(store.companies().await.expect("all"), [ant, zoo]);
}

/// By id, user name, extension, all of a company; never across companies.
pub async fn users_are_found(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let company = one.company.id;
    assert_eq!(store.user(company, one.alice.id).await.expect("by id"), one.alice);
    assert_eq!(store.user_by_username("two_basil").await.expect("by user name"), two.basil);
    assert_eq!(store.user_by_extension(company, "101").await.expect("by extension"), one.basil);
    assert_eq!(store.users(company).await.expect("all"), [one.alice, one.basil]);
    assert!(matches!(store.user(company, two.alice.id).await, Err(StoreError::NotFound("user"))));
    assert!(matches!(store.user(company, UserId::generate()).await, Err(StoreError::NotFound("user"))));
    assert!(matches!(store.user_by_extension(company, "102").await, Err(StoreError::NotFound("user"))));
    assert!(matches!(store.user_by_username("nobody").await, Err(StoreError::NotFound("user"))));
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

/// After `close` every call fails with an error that says so.
pub async fn closed_stores_refuse(store: &dyn Store) {
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
}
