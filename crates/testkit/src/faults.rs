//! A store whose database can be made to fail, hang or panic.

use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CompanyId, LineOrder, NodeId, SessionId, Timestamp, UserId};
use mobilecall_store::{
    AbandonedCall, CallChange, CallChanges, CallFilter, CallLeg, CallLegs, CallPage, CallRequest, Calls,
    ChangeObserver, ChangePage, Changes, Companies, Company, Dialed, KnownLeg, LegReport, Look, NewLeg, NewSession,
    Node, Nodes, Principal, Recording, RecordingReport, Recordings, RefreshHash, RefreshPolicy, Refreshed, Result,
    Scope, ScopedReport, ServerIdentity, ServerKeys, Sessions, StatusCount, Store, StoreError, Turn, TwilioAccount,
    TwilioAccounts, TwilioLooks, Unfinished, User, WriteRow, WrittenPage,
};
use serde_json::{Map, Value};
use std::sync::{
    Arc, Mutex, PoisonError, Weak,
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
    /// Reads work, every write fails, as on a full disk.
    NoWrites,
    /// Every operation waits until the fault is another.
    Hang,
    /// Only the list of people does.
    HangUsers,
    /// Only looking somebody up by user name does, as signing in begins with.
    HangSignIns,
    /// Every operation panics.
    Panic,
}

/// Passes everything to a real store, unless told to do otherwise. Clones share the fault. Leases, looks into Twilio's
/// lists and the examination of the whole are spared, because the clock asks for them and no request: so a test knows what hangs or fails.
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

    /// Before a write.
    async fn write(&self) -> Result<()> {
        match self.fault() {
            Fault::NoWrites => Err(StoreError::Unavailable("made to take no writes by a test".into())),
            Fault::None | Fault::Busy(_) | Fault::Hang | Fault::HangUsers | Fault::HangSignIns | Fault::Panic => {
                self.read().await
            }
        }
    }

    /// Before the list of people is read.
    async fn list(&self) -> Result<()> {
        self.read_after(Fault::HangUsers).await
    }

    /// Before somebody is looked up by user name.
    async fn look_up(&self) -> Result<()> {
        self.read_after(Fault::HangSignIns).await
    }

    /// Before a read that alone waits while there is this fault.
    async fn read_after(&self, fault: Fault) -> Result<()> {
        let mut changed = self.changed.subscribe();
        while self.fault() == fault {
            let _counted = Counted::up(&self.hanging);
            changed.changed().await.expect("the sender lives in self");
        }
        self.read().await
    }

    /// Before a read.
    async fn read(&self) -> Result<()> {
        let mut changed = self.changed.subscribe();
        loop {
            match self.fault() {
                Fault::None | Fault::NoWrites | Fault::HangUsers | Fault::HangSignIns => return Ok(()),
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

/// Each method injects the fault, by whether it reads or writes, then asks the real store.
macro_rules! pass_on {
    ($($area:ident { $($kind:ident $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+ })+) => {$(
        #[async_trait]
        impl $area for FaultyStore {
            $(
                async fn $method(&self, $($argument: $type),*) -> Result<$answer> {
                    self.$kind().await?;
                    self.inner.$method($($argument),*).await
                }
            )+
        }
    )+};
}

#[async_trait]
impl Store for FaultyStore {
    async fn ping(&self) -> Result<()> {
        self.read().await?;
        self.inner.ping().await
    }
    async fn check_writable(&self) -> Result<()> {
        self.write().await?;
        self.inner.check_writable().await
    }
    async fn examine(&self) -> Result<()> {
        self.inner.examine().await
    }
    async fn close(&self) {
        self.inner.close().await;
    }
}

pass_on! {
    ServerKeys {
        write server_identity(fresh: ServerIdentity) -> ServerIdentity;
    }
    Companies {
        write create_company(company: &Company) -> ();
        read company(company: CompanyId) -> Option<Company>;
        read company_by_name(name: &str) -> Option<Company>;
        read companies() -> Vec<Company>;
        write set_company_lines(company: CompanyId, lines: &LineOrder) -> Company;
        write change_company_settings(company: CompanyId, changes: &Map<String, Value>) -> Company;
        write create_user(user: &User) -> ();
        read user(company: CompanyId, user: UserId) -> Option<User>;
        look_up user_by_username(username: &str) -> Option<User>;
        read user_by_extension(company: CompanyId, extension: &str) -> Option<User>;
        read usernames_by_extension(company: CompanyId, beginning: &str, limit: u32) -> Vec<String>;
        list users(company: CompanyId) -> Vec<User>;
    }
    Sessions {
        write create_session(session: &NewSession) -> ();
        read principal(company: CompanyId, session: SessionId) -> Option<Principal>;
        write refresh(presented: RefreshHash, next: RefreshHash, policy: RefreshPolicy, now: Timestamp) -> Refreshed;
        write revoke_session(company: CompanyId, session: SessionId, now: Timestamp) -> ();
        write prune_sessions(before: Timestamp) -> u64;
    }
    Calls {
        write open_calls(records: &[CallRecord], node: NodeId, now: Timestamp) -> Vec<CallChange>;
        write save_calls(records: &[CallRecord], now: Timestamp) -> Vec<CallChange>;
        write amend_call(scope: Scope, call: CallId, facts: &CallReport, now: Timestamp) -> CallChange;
        write report_calls(reports: &[ScopedReport], now: Timestamp) -> Vec<CallChange>;
        read call(scope: Scope, call: CallId) -> Option<CallRecord>;
        read calls(scope: Scope, filter: &CallFilter, cursor: Option<&str>, limit: u32) -> CallPage;
        read write_calls(
            scope: Scope, filter: &CallFilter, cursor: Option<&str>, limit: u32, write: WriteRow
        ) -> WrittenPage;
        read calls_since(scope: Scope, filter: &CallFilter, since: u64, limit: u32) -> CallChanges;
        read count_calls(scope: Scope, from: Timestamp) -> Vec<StatusCount>;
    }
    CallLegs {
        write open_leg(record: &CallRecord, leg: &NewLeg, now: Timestamp) -> CallChange;
        write report_leg(report: &LegReport, now: Timestamp) -> CallChange;
        read leg(company: CompanyId, sid: &str) -> Option<CallLeg>;
        read legs(company: CompanyId, call: CallId) -> Vec<CallLeg>;
        read call_of_leg(company: CompanyId, sid: &str) -> Option<CallId>;
        read dialed(company: CompanyId, agent: UserId, since: Timestamp, alive: Timestamp) -> Dialed;
        write claim_request(request: &CallRequest, now: Timestamp, forget: Timestamp) -> CallId;
    }
    Recordings {
        write save_recording(report: &RecordingReport, now: Timestamp) -> Recording;
        read recordings(scope: Scope, limit: u32) -> Vec<Recording>;
        read recordings_of(scope: Scope, call_sid: &str) -> Vec<Recording>;
        read recording(scope: Scope, sid: &str) -> Option<Recording>;
    }
    TwilioAccounts {
        read twilio_account(company: CompanyId) -> Option<TwilioAccount>;
        write set_twilio_account(account: &TwilioAccount) -> ();
        write remove_twilio_account(company: CompanyId) -> bool;
        read twilio_accounts_of(account_sid: &str) -> Vec<TwilioAccount>;
        read companies_with_twilio() -> Vec<CompanyId>;
    }
}

#[async_trait]
impl Changes for FaultyStore {
    async fn changes_since(&self, scope: Scope, since: u64, limit: u32) -> Result<ChangePage> {
        self.read().await?;
        self.inner.changes_since(scope, since, limit).await
    }
    async fn sequence(&self, company: CompanyId) -> Result<u64> {
        self.read().await?;
        self.inner.sequence(company).await
    }
    async fn skip_sequences(&self, upto: u64) -> Result<()> {
        self.write().await?;
        self.inner.skip_sequences(upto).await
    }
    fn observe(&self, observer: Weak<dyn ChangeObserver>) {
        self.inner.observe(observer);
    }
}

#[async_trait]
impl TwilioLooks for FaultyStore {
    async fn begin_look(&self, look: &Look, now: Timestamp) -> Result<Option<Turn>> {
        self.inner.begin_look(look, now).await
    }
    async fn note_look(&self, look: &Look, looked_until: Timestamp) -> Result<bool> {
        self.inner.note_look(look, looked_until).await
    }
    async fn end_look(&self, look: &Look) -> Result<()> {
        self.inner.end_look(look).await
    }
    async fn known_legs(&self, companies: &[CompanyId], sids: &[String]) -> Result<Vec<KnownLeg>> {
        self.inner.known_legs(companies, sids).await
    }
    async fn unfinished(&self, company: CompanyId, before: Timestamp, limit: u32) -> Result<Unfinished> {
        self.inner.unfinished(company, before, limit).await
    }
}

#[async_trait]
impl Nodes for FaultyStore {
    async fn renew_lease(&self, node: &Node, now: Timestamp, lease_until: Timestamp) -> Result<()> {
        self.inner.renew_lease(node, now, lease_until).await
    }
    async fn abandoned_calls(&self, node: &Node, now: Timestamp) -> Result<Vec<AbandonedCall>> {
        self.inner.abandoned_calls(node, now).await
    }
    async fn orphaned_calls(&self, node: NodeId, now: Timestamp) -> Result<Vec<AbandonedCall>> {
        self.inner.orphaned_calls(node, now).await
    }
    async fn forget_dead_nodes(&self, node: &Node, now: Timestamp) -> Result<()> {
        self.inner.forget_dead_nodes(node, now).await
    }
    async fn end_lease(&self, node: NodeId) -> Result<()> {
        self.inner.end_lease(node).await
    }
}
