//! Sessions and refresh tokens.

use super::fixtures::{at, fixture, session};
use crate::{NewSession, RefreshHash, RefreshPolicy, Refreshed, Store, StoreError};
use mobilecall_domain::{SessionId, Timestamp, UserId};
use std::time::Duration;

const POLICY: RefreshPolicy = RefreshPolicy {
    idle: Duration::from_secs(1000),
    grace: Duration::from_secs(60),
    remember: Duration::from_secs(5000),
};

async fn refresh(store: &dyn Store, presented: u8, next: u8, now: Timestamp) -> Refreshed {
    let (presented, next) = (RefreshHash([presented; 32]), RefreshHash([next; 32]));
    store.refresh(presented, next, POLICY, now).await.expect("an answer")
}

async fn is_alive(store: &dyn Store, company: mobilecall_domain::CompanyId, session: SessionId) -> bool {
    store.principal(company, session).await.expect("an answer").is_some()
}

/// A session speaks for its person until it is revoked, and revoking is idempotent.
pub async fn principal_is_found_until_revoked(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    let principal = store.principal(one.company.id, id).await.expect("an answer").expect("alive");
    assert_eq!((principal.session_id, principal.user, principal.company), (id, one.alice.clone(), one.company.clone()));
    for _ in 0..2 {
        store.revoke_session(one.company.id, id, at(1)).await.expect("revoked");
        assert!(!is_alive(store, one.company.id, id).await);
    }
    store.revoke_session(one.company.id, SessionId::generate(), at(1)).await.expect("nothing to revoke");
    let stranger = NewSession {
        id: SessionId::generate(),
        company_id: one.company.id,
        user_id: UserId::generate(),
        refresh: RefreshHash([9; 32]),
        created_at: at(0),
    };
    assert!(matches!(store.create_session(&stranger).await, Err(StoreError::NotFound("user"))));
}

/// Each token works once and brings the next one.
pub async fn refresh_tokens_rotate(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    for step in 1..5_u8 {
        let Refreshed::Rotated(principal) = refresh(store, step, step + 1, at(u64::from(step) * 900)).await else {
            panic!("a fresh token rotates");
        };
        assert_eq!((principal.session_id, principal.user.id), (id, one.alice.id));
    }
    assert_eq!(refresh(store, 77, 78, at(0)).await, Refreshed::Unknown);
}

/// A client whose answer was lost may present the same token again for a short while.
pub async fn lost_answers_are_forgiven(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    assert!(matches!(refresh(store, 1, 2, at(10)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 1, 3, at(70)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 3, 4, at(300)).await, Refreshed::Rotated(_)));
    // Whoever caught the lost answer is found out.
    assert_eq!(refresh(store, 2, 5, at(301)).await, Refreshed::Reused(id));
}

/// A used token ends the session, and with it every newer token.
pub async fn reuse_revokes(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    assert!(matches!(refresh(store, 1, 2, at(10)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 2, 3, at(11)).await, Refreshed::Rotated(_)));
    assert_eq!(refresh(store, 1, 4, at(72)).await, Refreshed::Reused(id));
    assert!(!is_alive(store, one.company.id, id).await);
    for token in [2, 3] {
        assert_eq!(refresh(store, token, 5, at(73)).await, Refreshed::Ended);
    }
}

/// A client that never got what was given for its token may present it at any time, and again if that is lost too; what it
/// never got is used up.
pub async fn answers_lost_long_ago_are_forgiven(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    for (next, second) in [(2, 10), (3, 500), (4, 900), (5, 1800)] {
        assert!(matches!(refresh(store, 1, next, at(second)).await, Refreshed::Rotated(_)), "at {second}");
    }
    assert!(matches!(refresh(store, 5, 6, at(1900)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 6, 7, at(2500)).await, Refreshed::Rotated(_)));
    assert!(is_alive(store, one.company.id, id).await);
    // The answer to a repetition is lost, the first one was not.
    assert!(matches!(refresh(store, 7, 8, at(2600)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 7, 9, at(2601)).await, Refreshed::Rotated(_)));
    assert!(matches!(refresh(store, 8, 10, at(3400)).await, Refreshed::Rotated(_)));
    // One of the lost answers turns up in other hands.
    assert_eq!(refresh(store, 3, 11, at(3401)).await, Refreshed::Reused(id));
    assert!(!is_alive(store, one.company.id, id).await);
}

/// A session in use does not gather tokens for ever: those used long ago are as good as never given.
pub async fn tokens_used_long_ago_are_forgotten(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let id = session(store, &one.alice, 1).await;
    for step in 1..8_u8 {
        assert!(matches!(refresh(store, step, step + 1, at(u64::from(step) * 1000)).await, Refreshed::Rotated(_)));
    }
    assert_eq!(refresh(store, 1, 20, at(7001)).await, Refreshed::Unknown);
    assert!(is_alive(store, one.company.id, id).await, "nobody was found out");
    assert_eq!(refresh(store, 2, 20, at(7001)).await, Refreshed::Reused(id));
}

/// A session unused for longer than the policy allows is over.
pub async fn idle_sessions_end(store: &dyn Store) {
    let one = fixture(store, "one").await;
    session(store, &one.alice, 1).await;
    assert!(matches!(refresh(store, 1, 2, at(1000)).await, Refreshed::Rotated(_)));
    assert_eq!(refresh(store, 2, 3, at(2001)).await, Refreshed::Ended);
}

/// A session is found and revoked only under its own company.
pub async fn other_companies_do_not_see_sessions(store: &dyn Store) {
    let (one, two) = (fixture(store, "one").await, fixture(store, "two").await);
    let id = session(store, &one.alice, 1).await;
    assert!(!is_alive(store, two.company.id, id).await);
    store.revoke_session(two.company.id, id, at(1)).await.expect("nothing to revoke");
    assert!(is_alive(store, one.company.id, id).await);
}

/// Old sessions go with their tokens, others stay.
pub async fn old_sessions_are_pruned(store: &dyn Store) {
    let one = fixture(store, "one").await;
    let (old, young) = (session(store, &one.alice, 1).await, session(store, &one.basil, 2).await);
    assert!(matches!(refresh(store, 2, 3, at(500)).await, Refreshed::Rotated(_)));
    assert_eq!(store.prune_sessions(at(400)).await.expect("pruned"), 1);
    assert!(!is_alive(store, one.company.id, old).await);
    assert!(is_alive(store, one.company.id, young).await);
    assert_eq!(refresh(store, 1, 4, at(501)).await, Refreshed::Unknown);
}
