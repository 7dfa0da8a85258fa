//! The cache over real files.
#![expect(clippy::unwrap_used, reason = "a failing unwrap fails the test")]

mod calls;
mod damage;
mod history;
mod kill;
mod old;
mod open;
mod pull;

use mobilecall_cache::{Account, AccountKey, Cache};
use mobilecall_domain::{CallId, CallRecord, CallStart, CompanyId, LineKind, Timestamp, UserId};
use tempfile::TempDir;

/// A fresh database with one account, first used at the start of time.
struct Fixture {
    folder: TempDir,
    cache: Cache,
    account: Account,
}

impl std::ops::Deref for Fixture {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.account
    }
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
    let account = cache.account(&key(), at(0)).await.unwrap();
    Fixture { folder, cache, account }
}

fn key() -> AccountKey {
    AccountKey { server: "https://call.example".into(), company: CompanyId::generate(), user: UserId::generate() }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A call of the account's person that has just begun.
fn call(account: &Account, created_at: i64) -> CallRecord {
    let start = CallStart {
        id: CallId::generate(),
        company_id: account.key().company,
        line: LineKind::Direct,
        from_number: "100".into(),
        to_number: "+966501234567".into(),
        at: at(created_at),
    };
    CallRecord::outgoing(start).of_agent(account.key().user, Some("Alice".into()))
}
