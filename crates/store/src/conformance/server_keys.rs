//! The server's identity, and the database as a whole.

use crate::{ServerIdentity, Store, StoreError};

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

/// A database that takes writes says so, again and again.
pub async fn writes_can_be_tried(store: &dyn Store) {
    for _ in 0..2 {
        store.check_writable().await.expect("an open store takes writes");
    }
}

/// After `close` every call fails with an error that says so.
pub async fn closed_stores_refuse(store: &dyn Store) {
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
}
