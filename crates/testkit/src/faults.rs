//! A store whose database can be made to fail, hang or panic.

use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, SessionId, Timestamp, UserId};
use mobilecall_store::{
    CallChange, CallChanges, CallFilter, CallPage, CallScope, Company, NewSession, OpenCall, Principal, RefreshHash,
    RefreshPolicy, Refreshed, Result, ServerIdentity, StatusCount, Store, StoreError, User,
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;

/// What the database does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It works.
    None,
    /// The next so many operations find it busy.
    Busy(u32),
    /// Every operation waits until the fault is another.
    Hang,
    /// Every operation panics.
    Panic,
}

/// Passes everything to a real store, unless told to do otherwise. Clones share the fault.
#[derive(Clone)]
pub struct FaultyStore {
    inner: Arc<dyn Store>,
    fault: Arc<Mutex<Fault>>,
    hanging: Arc<AtomicUsize>,
    changed: watch::Sender<()>,
}

impl FaultyStore {
    /// Works at first.
    pub fn over(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            fault: Arc::new(Mutex::new(Fault::None)),
            hanging: Arc::default(),
            changed: watch::Sender::default(),
        }
    }

    /// From now on.
    pub fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
        self.changed.send_replace(());
    }

    /// What is left of the fault.
    pub fn fault(&self) -> Fault {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many operations hang now.
    pub fn hanging(&self) -> usize {
        self.hanging.load(Ordering::SeqCst)
    }

    async fn inject(&self) -> Result<()> {
        let mut changed = self.changed.subscribe();
        loop {
            match self.fault() {
                Fault::None => return Ok(()),
                Fault::Busy(times) => {
                    let left = times.saturating_sub(1);
                    self.set(if left == 0 { Fault::None } else { Fault::Busy(left) });
                    return Err(StoreError::Busy("made busy by a test".into()));
                }
                Fault::Hang => {
                    let _counted = Counted::up(&self.hanging);
                    changed.changed().await.expect("the sender lives in self");
                }
                Fault::Panic => panic!("made to panic by a test"),
            }
        }
    }
}

/// Counts itself as long as it lives, also when the operation is given up.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn up(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Each method injects the fault, then asks the real store.
macro_rules! pass_on {
    ($($method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl Store for FaultyStore {
            async fn close(&self) {
                self.inner.close().await;
            }
            $(
                async fn $method(&self, $($argument: $type),*) -> Result<$answer> {
                    self.inject().await?;
                    self.inner.$method($($argument),*).await
                }
            )+
        }
    };
}

pass_on! {
    ping() -> ();
    server_identity(fresh: ServerIdentity) -> ServerIdentity;
    create_company(company: &Company) -> ();
    company(company: CompanyId) -> Company;
    company_by_name(name: &str) -> Company;
    companies() -> Vec<Company>;
    create_user(user: &User) -> ();
    user(company: CompanyId, user: UserId) -> User;
    user_by_username(username: &str) -> User;
    user_by_extension(company: CompanyId, extension: &str) -> User;
    users(company: CompanyId) -> Vec<User>;
    create_session(session: &NewSession) -> ();
    principal(company: CompanyId, session: SessionId) -> Principal;
    refresh(presented: RefreshHash, next: RefreshHash, policy: RefreshPolicy, now: Timestamp) -> Refreshed;
    revoke_session(company: CompanyId, session: SessionId, now: Timestamp) -> ();
    prune_sessions(before: Timestamp) -> u64;
    insert_call(record: &CallRecord) -> CallChange;
    save_call(record: &CallRecord, now: Timestamp) -> CallChange;
    report_call(scope: CallScope, call: CallId, report: &CallReport, now: Timestamp) -> CallChange;
    call(scope: CallScope, call: CallId) -> CallRecord;
    calls(scope: CallScope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> CallPage;
    calls_since(scope: CallScope, filter: &CallFilter, since: u64, limit: u32) -> CallChanges;
    sequence(company: CompanyId) -> u64;
    count_calls(scope: CallScope, from: Timestamp) -> Vec<StatusCount>;
    mark_alive(calls: &[CallId], now: Timestamp) -> ();
    open_direct_calls() -> Vec<OpenCall>;
}
