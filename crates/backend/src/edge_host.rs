//! What the direct line's edge asks of the backend: who a token belongs to, whom a dialed text means, and a place for
//! call records.

use crate::{
    call_log::CallLog,
    convert,
    error::chain,
    hub::Hub,
    sign_in::{found, is_username},
    tokens::{Invalid, Tokens},
};
use async_trait::async_trait;
use mobilecall_api::events::PresenceState;
use mobilecall_domain::{
    Address, CallId, CallRecord, CallReport, CallStatus, CompanyId, LineKind, Region, Timestamp, UserId,
};
use mobilecall_edge::host::{Agent, Destination, EdgeHost, HostError, Presence, Subscriber, TokenRejected};
use mobilecall_store::{CallScope, Result as StoreResult, Store, StoreError, User};
use std::{sync::Arc, time::Duration};
use tokio::time;
use tokio_util::sync::CancellationToken;

/// The echo test.
const ECHO: &str = "*43";

/// A softphone's report of a call and the edge's own are not further apart than this.
const REPORTED_JUST_NOW: Duration = Duration::from_secs(60);

/// Pause before a write is tried again; doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The backend as the edge sees it. Holds parts of the backend, not the backend, which holds the edge.
pub(crate) struct BackendHost {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) calls: CallLog,
    pub(crate) tokens: Arc<Tokens>,
    /// Cancelled when writes that do not succeed are given up, long after the edge was told to stop.
    pub(crate) giving_up: CancellationToken,
}

#[async_trait]
impl EdgeHost for BackendHost {
    async fn authenticate(&self, token: &str) -> Result<Subscriber, TokenRejected> {
        let now = Timestamp::now();
        let claims = self.tokens.check_voice(token).map_err(|invalid| match invalid {
            Invalid::Malformed => TokenRejected::Malformed,
            Invalid::BadSignature => TokenRejected::BadSignature,
            Invalid::Expired => TokenRejected::Expired,
        })?;
        let grant = &claims.grants.voice;
        let session = grant.endpoint_id.as_ref().and_then(|id| id.parse().ok()).ok_or(TokenRejected::Malformed)?;
        let user = known(self.store.user_by_username(&claims.grants.identity).await)?;
        let principal = known(self.store.principal(user.company_id, session).await)?;
        if principal.user.id != user.id {
            return Err(TokenRejected::Revoked);
        }
        // Last, because an expired token lets calls go on, and the end of its session does not.
        let expires_in = claims.remaining(now).ok_or(TokenRejected::Expired)?;
        Ok(Subscriber {
            company: user.company_id,
            session,
            expires_in,
            may_receive: grant.incoming.as_ref().is_some_and(|incoming| incoming.allow),
            may_dial: grant.outgoing.as_ref().is_some_and(|outgoing| outgoing.application_sid == self.tokens.app_sid()),
            agent: agent(user),
        })
    }

    async fn resolve(&self, company: CompanyId, dialed: &str) -> Result<Destination, HostError> {
        self.find_dialed(company, dialed).await.map_err(|error| unserved(&error))
    }

    async fn open_call(&self, record: CallRecord) -> Result<CallId, HostError> {
        let now = Timestamp::now();
        let mut retry = self.retry("a call record");
        // From before it is written, so that no report of a client comes between.
        let hold = self.calls.hold(record.id);
        let opened = loop {
            match self.open(&record, now).await {
                Ok(id) => break Ok(id),
                Err(error) => {
                    if let Err(error) = retry.pause_after(error).await {
                        break Err(error);
                    }
                }
            }
        };
        match &opened {
            Ok(id) if *id == record.id => hold.keep(),
            Ok(id) => self.calls.hold(*id).keep(),
            Err(_) => {}
        }
        opened
    }

    async fn report_call(&self, company: CompanyId, call: CallId, report: CallReport) -> Result<(), HostError> {
        // Taken before the first try, so that a late success does not make the call longer.
        let now = Timestamp::now();
        let scope = CallScope { company, agent: None };
        let mut retry = self.retry("a call report");
        let over = report.status.is_some_and(CallStatus::is_final);
        let written = loop {
            match self.calls.report(scope, call, report.clone(), now).await {
                Ok(_) => break Ok(()),
                Err(error) => {
                    if let Err(error) = retry.pause_after(error).await {
                        break Err(error);
                    }
                }
            }
        };
        if over {
            self.calls.let_go(call);
        }
        written
    }

    async fn calls_alive(&self, calls: &[CallId]) -> Result<(), HostError> {
        self.store.mark_alive(calls, Timestamp::now()).await.map_err(|error| unserved(&error))
    }

    async fn presence_changed(&self, company: CompanyId, user: UserId, presence: Presence) {
        let state = match presence {
            Presence::Offline => PresenceState::Offline,
            Presence::Available => PresenceState::Available,
            Presence::Busy => PresenceState::Busy,
        };
        let mut retry = self.retry("a presence");
        loop {
            match self.store.user(company, user).await {
                Ok(user) => return self.hub.set_presence(company, convert::presence(user, state)),
                Err(error) => {
                    if let Err(error) = retry.pause_after(error).await {
                        tracing::warn!(user.id = %user, %error, "a presence could not be told");
                        return;
                    }
                }
            }
        }
    }
}

impl BackendHost {
    async fn find_dialed(&self, company: CompanyId, dialed: &str) -> StoreResult<Destination> {
        let region = self.store.company(company).await?.region;
        let region = Region::parse(&region).map_err(|error| StoreError::Internal(error.into()))?;
        let user = match Address::parse(dialed, region) {
            Ok(Address::Service(code)) if code == ECHO => return Ok(Destination::Echo),
            Ok(Address::Client(name)) => self.find_name(company, &name).await?,
            Ok(Address::Extension(extension)) => {
                match found(self.store.user_by_extension(company, &extension).await)? {
                    Some(user) => Some(user),
                    None => self.find_name(company, &extension).await?,
                }
            }
            // A user name may look like anything that its few characters allow.
            Ok(Address::Phone(_) | Address::Service(_) | Address::Sip(_)) | Err(_) => {
                self.find_name(company, dialed).await?
            }
        };
        Ok(user.map_or(Destination::Unknown, |user| Destination::Agent(agent(user))))
    }

    async fn find_name(&self, company: CompanyId, name: &str) -> StoreResult<Option<User>> {
        let name = name.to_ascii_lowercase();
        if !is_username(&name) {
            return Ok(None);
        }
        let user = found(self.store.user_by_username(&name).await)?;
        Ok(user.filter(|user| user.company_id == company))
    }

    /// Writes the record under its own id, or, if that is another call's, under a fresh one. The softphone may have
    /// reported its call before the edge opened it; then both mean the same call.
    async fn open(&self, record: &CallRecord, now: Timestamp) -> StoreResult<CallId> {
        match self.calls.insert(record.clone()).await {
            Ok(change) => return Ok(change.call.record.id),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other),
        }
        let scope = CallScope { company: record.company_id, agent: record.agent_id };
        let same =
            found(self.store.call(scope, record.id).await)?.is_some_and(|known| is_same_call(&known, record, now));
        if same {
            self.calls.report(scope, record.id, record.as_report(), now).await?;
            return Ok(record.id);
        }
        let fresh = CallRecord { id: CallId::generate(), ..record.clone() };
        Ok(self.calls.insert(fresh).await?.call.record.id)
    }

    fn retry(&self, what: &'static str) -> Retry<'_> {
        Retry { what, pause: FIRST_PAUSE, giving_up: &self.giving_up }
    }
}

/// Tries go on until they succeed, fail for good, or the backend gives up: a record must not be lost because the disk
/// was full or another process held the database for a while.
struct Retry<'a> {
    what: &'static str,
    pause: Duration,
    giving_up: &'a CancellationToken,
}

impl Retry<'_> {
    /// Waits before the next try, or says that there is none.
    async fn pause_after(&mut self, error: StoreError) -> Result<(), HostError> {
        if !error.is_retryable() || self.giving_up.is_cancelled() {
            return Err(unserved(&error));
        }
        tracing::warn!(cause = chain(&error), "{} failed, trying again", self.what);
        tokio::select! {
            () = time::sleep(self.pause) => {}
            () = self.giving_up.cancelled() => {}
        }
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

/// A call that was hung up at once may be over before the edge opens it, so its status says nothing; that it was
/// reported a moment ago does.
fn is_same_call(known: &CallRecord, opened: &CallRecord, now: Timestamp) -> bool {
    known.line == LineKind::Direct
        && known.direction == opened.direction
        && known.to_number == opened.to_number
        && now.since(known.updated_at) < REPORTED_JUST_NOW
}

fn agent(user: User) -> Agent {
    Agent { user: user.id, username: user.username, name: user.name, extension: user.extension }
}

fn known<T>(result: StoreResult<T>) -> Result<T, TokenRejected> {
    match found(result) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(TokenRejected::Revoked),
        Err(error) => {
            tracing::error!(cause = chain(&error), "a voice token could not be checked");
            Err(TokenRejected::Unavailable)
        }
    }
}

fn unserved(error: &StoreError) -> HostError {
    HostError(chain(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::fresh_identity;
    use mobilecall_domain::Direction;
    use mobilecall_store::{Company, Role};
    use mobilecall_store_sqlite::SqliteStore;
    use mobilecall_testkit::{Fault, FaultyStore};

    struct Setting {
        host: BackendHost,
        faults: FaultyStore,
        company: CompanyId,
        alice: User,
    }

    async fn user(store: &dyn Store, company: CompanyId, username: &str, extension: Option<&str>) -> User {
        let user = User {
            id: UserId::generate(),
            company_id: company,
            username: username.to_owned(),
            name: username.to_owned(),
            extension: extension.map(str::to_owned),
            password_hash: "!".to_owned(),
            role: Role::Agent,
            created_at: Timestamp::now(),
        };
        store.create_user(&user).await.unwrap();
        user
    }

    async fn company(store: &dyn Store, name: &str) -> CompanyId {
        let (id, name, region) = (CompanyId::generate(), name.to_owned(), "SA".to_owned());
        let company = Company { id, name, region, settings: serde_json::json!({}), created_at: Timestamp::now() };
        store.create_company(&company).await.unwrap();
        id
    }

    async fn setting() -> Setting {
        let faults = FaultyStore::over(Arc::new(SqliteStore::in_memory().await.unwrap()));
        let store: Arc<dyn Store> = Arc::new(faults.clone());
        let (acme, zenith) = (company(&*store, "Acme").await, company(&*store, "Zenith").await);
        let alice = user(&*store, acme, "alice", Some("101")).await;
        user(&*store, acme, "300", Some("102")).await;
        user(&*store, acme, "301", Some("300")).await;
        user(&*store, zenith, "zoe", Some("103")).await;
        let hub = Arc::new(Hub::new(8));
        let host = BackendHost {
            calls: CallLog::new(Arc::clone(&store), Arc::clone(&hub)),
            tokens: Arc::new(Tokens::new(fresh_identity())),
            giving_up: CancellationToken::new(),
            store,
            hub,
        };
        Setting { host, faults, company: acme, alice }
    }

    impl Setting {
        fn call(&self) -> CallRecord {
            let now = Timestamp::now();
            CallRecord {
                id: CallId::generate(),
                company_id: self.company,
                twilio_call_sid: None,
                from_number: "101".to_owned(),
                to_number: "102".to_owned(),
                direction: Direction::Outgoing,
                status: CallStatus::Initiated,
                duration_seconds: None,
                recording_url: None,
                agent_id: Some(self.alice.id),
                agent_name: None,
                customer_name: None,
                created_at: now,
                answered_at: None,
                ended_at: None,
                line: LineKind::Direct,
                updated_at: now,
            }
        }

        async fn kept(&self, call: CallId) -> CallRecord {
            self.host.store.call(CallScope { company: self.company, agent: None }, call).await.unwrap()
        }
    }

    #[tokio::test]
    async fn dialed_texts_mean_people_of_the_company() {
        let setting = setting().await;
        let cases = [
            ("101", Some("alice")),
            ("client:alice", Some("alice")),
            ("client:Alice", Some("alice")),
            ("alice", Some("alice")),
            // An extension wins over a user name of the same digits, which is still reached where there is none.
            ("300", Some("301")),
            ("client:300", Some("300")),
            ("301", Some("301")),
            ("103", None),
            ("client:zoe", None),
            ("zoe", None),
            ("+966501234567", None),
            ("*44", None),
            ("", None),
            ("x'; DROP TABLE users", None),
        ];
        for (dialed, expected) in cases {
            let found = setting.host.resolve(setting.company, dialed).await.unwrap();
            let name = match found {
                Destination::Agent(agent) => Some(agent.username),
                Destination::Unknown => None,
                Destination::Echo => panic!("{dialed} is no echo"),
            };
            assert_eq!(name.as_deref(), expected, "{dialed:?}");
        }
        for echo in ["*43", "*٤٣", "*۴۳", "\u{202a}*43\u{202c}"] {
            assert_eq!(setting.host.resolve(setting.company, echo).await.unwrap(), Destination::Echo, "{echo:?}");
        }
    }

    #[tokio::test]
    async fn a_call_that_the_phone_reported_first_is_the_same_call() {
        let setting = setting().await;
        let record = setting.call();
        setting.host.calls.save(record.clone(), Timestamp::now()).await.unwrap();
        assert_eq!(setting.host.open_call(record.clone()).await.unwrap(), record.id);
        assert_eq!(setting.host.store.sequence(setting.company).await.unwrap(), 1, "nothing new was said");
    }

    #[tokio::test]
    async fn a_call_that_was_hung_up_before_the_edge_opened_it_is_one_call() {
        let setting = setting().await;
        let record = setting.call();
        let over = CallRecord { status: CallStatus::Canceled, ..record.clone() };
        setting.host.calls.save(over, Timestamp::now()).await.unwrap();
        assert_eq!(setting.host.open_call(record.clone()).await.unwrap(), record.id);
        assert_eq!(setting.kept(record.id).await.status, CallStatus::Canceled);
    }

    #[tokio::test]
    async fn a_taken_id_is_not_used_again() {
        let setting = setting().await;
        let long_ago = Timestamp::now().minus(2 * REPORTED_JUST_NOW);
        let over = CallRecord { status: CallStatus::Busy, updated_at: long_ago, ..setting.call() };
        setting.host.store.insert_call(&over).await.unwrap();
        let again = CallRecord { id: over.id, ..setting.call() };
        let fresh = setting.host.open_call(again).await.unwrap();
        assert_ne!(fresh, over.id);
        assert_eq!(setting.kept(over.id).await, over);
        assert_eq!(setting.kept(fresh).await.status, CallStatus::Initiated);
    }

    #[tokio::test]
    async fn while_the_edge_has_a_call_only_the_edge_says_how_it_goes() {
        let setting = setting().await;
        let calls = &setting.host.calls;
        let now = Timestamp::now();
        let own = CallScope { company: setting.company, agent: Some(setting.alice.id) };
        let record = setting.call();
        setting.host.open_call(record.clone()).await.unwrap();

        let failed = CallReport {
            status: Some(CallStatus::Failed),
            answered_at: Some(now),
            ended_at: Some(now),
            duration_seconds: Some(7),
            customer_name: Some("Bob".to_owned()),
            ..CallReport::default()
        };
        let amended = calls.amend(own, record.id, failed.clone(), now).await.unwrap().call.record;
        let mut saved = record.clone();
        saved.apply(&failed, now);
        let saved = calls.save(saved, now).await.unwrap().call.record;
        for kept in [amended, saved] {
            assert_eq!((kept.status, kept.answered_at, kept.ended_at), (CallStatus::Initiated, None, None));
            assert_eq!(
                (kept.duration_seconds, kept.customer_name.as_deref()),
                (None, Some("Bob")),
                "other facts count"
            );
        }

        for status in [CallStatus::InProgress, CallStatus::Completed] {
            let report = CallReport { status: Some(status), ..CallReport::default() };
            setting.host.report_call(setting.company, record.id, report).await.unwrap();
        }
        calls.amend(own, record.id, failed.clone(), now).await.unwrap();
        assert_eq!(setting.kept(record.id).await.status, CallStatus::Completed);

        // What the edge never had, or lost, is told by whoever saw it.
        let unseen = setting.call();
        calls.save(unseen.clone(), now).await.unwrap();
        calls.amend(own, unseen.id, failed, now).await.unwrap();
        assert_eq!(setting.kept(unseen.id).await.status, CallStatus::Failed);
    }

    #[tokio::test]
    async fn a_stolen_id_takes_no_call_from_the_edge() {
        let setting = setting().await;
        let record = setting.call();
        setting.host.open_call(record.clone()).await.unwrap();
        let thief = CallRecord { to_number: "103".to_owned(), ..record.clone() };
        let fresh = setting.host.open_call(thief).await.unwrap();
        for id in [record.id, fresh] {
            let own = CallScope { company: setting.company, agent: None };
            let failed = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
            setting.host.calls.amend(own, id, failed, Timestamp::now()).await.unwrap();
            assert_eq!(setting.kept(id).await.status, CallStatus::Initiated);
        }
    }

    #[tokio::test]
    async fn a_busy_database_loses_no_record_and_makes_no_call_longer() {
        let setting = setting().await;
        let record = setting.call();
        setting.faults.set(Fault::Busy(3));
        assert_eq!(setting.host.open_call(record.clone()).await.unwrap(), record.id);
        assert_eq!(setting.faults.fault(), Fault::None);
        let answer = CallReport { status: Some(CallStatus::InProgress), ..CallReport::default() };
        setting.host.report_call(setting.company, record.id, answer).await.unwrap();
        setting.faults.set(Fault::Busy(3));
        let before = Timestamp::now();
        let end = CallReport { status: Some(CallStatus::Completed), ..CallReport::default() };
        setting.host.report_call(setting.company, record.id, end).await.unwrap();
        let kept = setting.kept(record.id).await;
        assert_eq!(kept.status, CallStatus::Completed);
        assert!(kept.ended_at.unwrap().since(before) < FIRST_PAUSE, "the end is when it was reported");
    }

    #[tokio::test]
    async fn a_backend_that_gives_up_says_so() {
        let setting = setting().await;
        setting.faults.set(Fault::Busy(u32::MAX));
        setting.host.giving_up.cancel();
        assert!(setting.host.open_call(setting.call()).await.is_err());
    }
}
