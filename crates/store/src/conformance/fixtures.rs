//! Rows for the checks.

use crate::{CallFilter, Company, NewSession, RefreshHash, Role, Scope, Store, User};
use mobilecall_domain::{CallId, CallRecord, CallStart, CompanyId, LineKind, SessionId, Timestamp, UserId};
use std::time::Duration;

/// The checks begin at this moment.
pub const START: i64 = 1_770_000_000_000;

/// `seconds` after [`START`].
pub fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(START).plus(Duration::from_secs(seconds))
}

/// A stored company with two agents.
pub struct Fixture {
    /// The company.
    pub company: Company,
    /// The first agent.
    pub alice: User,
    /// The second agent.
    pub basil: User,
    /// How far the company's change log reaches with the two.
    pub begun: u64,
}

impl Fixture {
    /// The number of the `nth` change since the company and its agents were made.
    pub fn nth(&self, nth: u64) -> u64 {
        self.begun + nth
    }
    /// Everybody's calls.
    pub fn everybody(&self) -> Scope {
        Scope { company: self.company.id, agent: None }
    }
    /// One agent's calls.
    pub fn only(&self, user: &User) -> Scope {
        Scope { company: self.company.id, agent: Some(user.id) }
    }
    /// An outgoing call of `user` that was dialed at `created_at`.
    pub fn call(&self, user: &User, created_at: Timestamp) -> CallRecord {
        let start = CallStart {
            id: CallId::generate(),
            company_id: self.company.id,
            line: LineKind::Direct,
            from_number: "100".to_owned(),
            to_number: "+966501234567".to_owned(),
            at: created_at,
        };
        CallRecord::outgoing(start).of_agent(user.id, Some(user.name.clone()))
    }
}

/// A company that is not stored yet.
pub fn company(name: &str) -> Company {
    Company { settings: serde_json::json!({"recording": true}), ..Company::new(name, "SA", at(0)) }
}

/// A person who is not stored yet.
pub fn user(company: CompanyId, username: &str, extension: Option<&str>) -> User {
    User {
        id: UserId::generate(),
        company_id: company,
        username: username.to_owned(),
        name: format!("{username} of the tests"),
        extension: extension.map(str::to_owned),
        password_hash: "$argon2id$…".to_owned(),
        role: Role::Agent,
        created_at: at(0),
    }
}

/// Stores a company named `name` with two agents, `<name>_alice` and `<name>_basil`.
pub async fn fixture(store: &dyn Store, name: &str) -> Fixture {
    let company = company(name);
    let alice = user(company.id, &format!("{name}_alice"), Some("100"));
    let basil = user(company.id, &format!("{name}_basil"), Some("101"));
    store.create_company(&company).await.expect("an empty store takes a company");
    for user in [&alice, &basil] {
        store.create_user(user).await.expect("a new company takes a user");
    }
    let begun = store.sequence(company.id).await.expect("a company has a sequence");
    Fixture { company, alice, basil, begun }
}

/// A stored session of `user` whose refresh token hashes to `[token; 32]`.
pub async fn session(store: &dyn Store, user: &User, token: u8) -> SessionId {
    let session = NewSession {
        id: SessionId::generate(),
        company_id: user.company_id,
        user_id: user.id,
        refresh: RefreshHash([token; 32]),
        created_at: at(0),
    };
    store.create_session(&session).await.expect("a user takes a session");
    session.id
}

/// Every call that `filter` lets through, newest first, page by page of `limit`.
pub async fn every_page(store: &dyn Store, scope: Scope, filter: &CallFilter, limit: u32) -> Vec<CallRecord> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.calls(scope, filter, cursor.as_deref(), limit).await.expect("a page");
        assert!(page.calls.len() <= limit as usize, "a page holds at most its limit");
        all.extend(page.calls);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return all,
        }
    }
}
