//! What the direct line's edge asks of the backend: who a token belongs to, whom a dialed text means, and a place for
//! call records.

use crate::{
    directory::PersonReport,
    error::chain,
    openings::Openings,
    presence::NodePresence,
    sign_in::is_username,
    tokens::{Invalid, Tokens},
};
use async_trait::async_trait;
use mobilecall_domain::{
    Address, CallId, CallRecord, CompanyId, Reachability, Region, Service, Timestamp, UserId, names,
};
use mobilecall_edge::host::{Agent, CallReported, Destination, EdgeHost, HostError, Subscriber, TokenRejected};
use mobilecall_store::{Result as StoreResult, Scope, ScopedReport, Store, StoreError, User};
use std::sync::Arc;

/// The backend as the edge sees it. Holds parts of the backend, not the backend, which holds the edge.
pub(crate) struct BackendHost {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) presence: NodePresence,
    pub(crate) openings: Openings,
    pub(crate) tokens: Arc<Tokens>,
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

    async fn open_calls(&self, records: Vec<CallRecord>) -> Result<Vec<CallId>, HostError> {
        self.openings.open(records).await.map_err(|error| unserved(&error))
    }

    async fn report_calls(&self, reports: Vec<CallReported>) -> Result<(), HostError> {
        let scoped = |CallReported { company, call, report }| {
            // The edge sees every party of a call.
            ScopedReport { scope: Scope::everybody(company), call, report }
        };
        let reports = reports.into_iter().map(scoped).collect();
        self.openings.report(reports, Timestamp::now()).await.map_err(|error| unserved(&error))?;
        Ok(())
    }

    async fn reachability_changed(
        &self,
        company: CompanyId,
        user: UserId,
        reachability: Reachability,
    ) -> Result<(), HostError> {
        let said = self.presence.say(PersonReport { company, user, reachability }).await;
        said.map_err(|error| HostError::Unavailable(chain(&error)))
    }
}

impl BackendHost {
    async fn find_dialed(&self, company: CompanyId, dialed: &str) -> StoreResult<Destination> {
        let region = self.store.company(company).await?.ok_or(StoreError::NotFound("company"))?.region;
        let region = Region::parse(&region).map_err(|error| StoreError::Internal(error.into()))?;
        let user = match Address::parse(dialed, region) {
            Ok(Address::Service(code)) => {
                return Ok(match Service::of_code(&code) {
                    Some(Service::Echo) => Destination::Echo,
                    None => Destination::Unknown,
                });
            }
            Ok(Address::Client(name)) => self.find_name(company, &name).await?,
            Ok(Address::Extension(extension)) => match self.store.user_by_extension(company, &extension).await? {
                Some(user) => Some(user),
                None => self.find_name(company, &extension).await?,
            },
            // A user name may look like anything that its few characters allow.
            Ok(Address::Phone(_) | Address::Sip(_)) | Err(_) => self.find_name(company, dialed).await?,
        };
        let Some(user) = user else { return Ok(Destination::Unknown) };
        let elsewhere = self.presence.elsewhere(company, user.id).await;
        Ok(Destination::Agent { agent: agent(user), elsewhere })
    }

    async fn find_name(&self, company: CompanyId, name: &str) -> StoreResult<Option<User>> {
        let name = name.to_ascii_lowercase();
        if !is_username(&name) {
            return Ok(None);
        }
        let user = self.store.user_by_username(&name).await?;
        Ok(user.filter(|user| user.company_id == company))
    }
}

fn agent(user: User) -> Agent {
    Agent { user: user.id, username: user.username, name: names::clean(&user.name), extension: user.extension }
}

fn known<T>(result: StoreResult<Option<T>>) -> Result<T, TokenRejected> {
    match result {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(TokenRejected::Revoked),
        Err(error) => {
            tracing::error!(cause = chain(&error), "a voice token could not be checked");
            Err(TokenRejected::Unavailable)
        }
    }
}

fn unserved(error: &StoreError) -> HostError {
    if error.is_retryable() { HostError::Unavailable(chain(error)) } else { HostError::Failed(chain(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{Lease, Limits, LoginLimits},
        directory::{Directory, LocalDirectory},
        hub::Hub,
        node::NodeLease,
        tokens::fresh_identity,
    };
    use mobilecall_domain::{CallReport, CallStart, CallStatus, Direction, LineKind};
    use mobilecall_sqlite::rusqlite::Connection;
    use mobilecall_store::{CallFilter, Company, Role};
    use mobilecall_store_sqlite::SqliteStore;
    use mobilecall_testkit::{Fault, FaultyStore};
    use std::time::Duration;
    use tokio_util::sync::CancellationToken;

    struct Setting {
        host: BackendHost,
        faults: FaultyStore,
        sqlite: SqliteStore,
        company: CompanyId,
        alice: User,
        /// How far the company's change log reached before any call.
        begun: u64,
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
        let company = Company::new(name, "SA", Timestamp::now());
        store.create_company(&company).await.unwrap();
        company.id
    }

    async fn setting() -> Setting {
        setting_over(SqliteStore::in_memory().await.unwrap()).await
    }

    async fn setting_over(sqlite: SqliteStore) -> Setting {
        let faults = FaultyStore::over(Arc::new(sqlite.clone()));
        let store: Arc<dyn Store> = Arc::new(faults.clone());
        let (acme, zenith) = (company(&*store, "Acme").await, company(&*store, "Zenith").await);
        let alice = user(&*store, acme, "alice", Some("101")).await;
        user(&*store, acme, "300", Some("102")).await;
        user(&*store, acme, "301", Some("300")).await;
        user(&*store, zenith, "zoe", Some("103")).await;
        let node = NodeLease::take(Arc::clone(&store), "one", Lease::default()).await.unwrap().id();
        let directory: Arc<dyn Directory> = Arc::new(LocalDirectory::new(LoginLimits::default()));
        let announcer = Arc::new(Hub::new(Arc::clone(&store), Arc::clone(&directory), Limits::default()));
        let presence = NodePresence::new(directory, announcer, node, "one".to_owned(), Lease::default());
        let host = BackendHost {
            presence,
            openings: Openings::new(Arc::clone(&store), node, CancellationToken::new()),
            tokens: Arc::new(Tokens::new(fresh_identity())),
            store,
        };
        let begun = host.store.sequence(acme).await.unwrap();
        Setting { host, faults, sqlite, company: acme, alice, begun }
    }

    impl Setting {
        /// How often a call of the company was changed.
        async fn changes(&self) -> u64 {
            self.host.store.sequence(self.company).await.unwrap() - self.begun
        }

        fn call(&self) -> CallRecord {
            let now = Timestamp::now();
            let start = CallStart {
                id: CallId::generate(),
                company_id: self.company,
                line: LineKind::Direct,
                from_number: "101".to_owned(),
                to_number: "102".to_owned(),
                at: now,
            };
            CallRecord::outgoing(start).of_agent(self.alice.id, None)
        }

        async fn open(&self, record: CallRecord) -> Result<CallId, HostError> {
            Ok(self.host.open_calls(vec![record]).await?[0])
        }

        async fn report(&self, call: CallId, report: CallReport) -> Result<(), HostError> {
            self.host.report_calls(vec![CallReported { company: self.company, call, report }]).await
        }

        async fn kept(&self, call: CallId) -> CallRecord {
            self.host.store.call(Scope::everybody(self.company), call).await.unwrap().unwrap()
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
                Destination::Agent { agent, .. } => Some(agent.username),
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
        setting.host.store.save_call(&record, Timestamp::now()).await.unwrap();
        assert_eq!(setting.open(record.clone()).await.unwrap(), record.id);
        assert_eq!(setting.changes().await, 1, "nothing new was said");
    }

    #[tokio::test]
    async fn a_call_that_was_hung_up_before_the_edge_opened_it_is_one_call() {
        let setting = setting().await;
        let record = setting.call();
        let over = CallRecord { status: CallStatus::Canceled, ..record.clone() };
        setting.host.store.save_call(&over, Timestamp::now()).await.unwrap();
        assert_eq!(setting.open(record.clone()).await.unwrap(), record.id);
        assert_eq!(setting.kept(record.id).await.status, CallStatus::Canceled);
    }

    #[tokio::test]
    async fn a_taken_id_is_not_used_again() {
        let setting = setting().await;
        let long_ago = Timestamp::now().minus(Duration::from_secs(120));
        let over = CallRecord { status: CallStatus::Busy, updated_at: long_ago, ..setting.call() };
        setting.host.store.save_call(&over, Timestamp::now()).await.unwrap();
        let again = CallRecord { id: over.id, ..setting.call() };
        let fresh = setting.open(again).await.unwrap();
        assert_ne!(fresh, over.id);
        assert_eq!(setting.kept(over.id).await, over);
        assert_eq!(setting.kept(fresh).await.status, CallStatus::Initiated);
    }

    #[tokio::test]
    async fn while_the_edge_has_a_call_only_the_edge_says_how_it_goes() {
        let setting = setting().await;
        let store = &setting.host.store;
        let now = Timestamp::now();
        let own = Scope::only(setting.company, setting.alice.id);
        let record = setting.call();
        setting.open(record.clone()).await.unwrap();

        let failed = CallReport {
            status: Some(CallStatus::Failed),
            answered_at: Some(now),
            ended_at: Some(now),
            duration_seconds: Some(7),
            customer_name: Some("Bob".to_owned()),
            ..CallReport::default()
        };
        let amended = store.amend_call(own, record.id, &failed, now).await.unwrap().call.record;
        let mut saved = record.clone();
        saved.apply(&failed, now);
        let saved = store.save_call(&saved, now).await.unwrap().call.record;
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
            setting.report(record.id, report).await.unwrap();
        }
        store.amend_call(own, record.id, &failed, now).await.unwrap();
        assert_eq!(setting.kept(record.id).await.status, CallStatus::Completed);

        // What the edge never had is told by whoever saw it.
        let unseen = setting.call();
        store.save_call(&unseen, now).await.unwrap();
        store.amend_call(own, unseen.id, &failed, now).await.unwrap();
        assert_eq!(setting.kept(unseen.id).await.status, CallStatus::Failed);
    }

    #[tokio::test]
    async fn a_stolen_id_takes_no_call_from_the_edge() {
        let setting = setting().await;
        let record = setting.call();
        setting.open(record.clone()).await.unwrap();
        let thief = CallRecord { to_number: "103".to_owned(), ..record.clone() };
        let fresh = setting.open(thief).await.unwrap();
        for id in [record.id, fresh] {
            let own = Scope::everybody(setting.company);
            let failed = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
            setting.host.store.amend_call(own, id, &failed, Timestamp::now()).await.unwrap();
            assert_eq!(setting.kept(id).await.status, CallStatus::Initiated);
        }
    }

    #[tokio::test]
    async fn a_busy_database_may_be_asked_again_and_makes_no_call_longer() {
        let setting = setting().await;
        let record = setting.call();
        setting.faults.set(Fault::Busy(3));
        let mut tries = 0;
        let id = loop {
            tries += 1;
            match setting.open(record.clone()).await {
                Ok(id) => break id,
                Err(error) => assert!(error.may_pass(), "{error}"),
            }
        };
        assert_eq!((id, tries, setting.faults.fault()), (record.id, 4, Fault::None));
        let (answered_at, ended_at) = (Timestamp::now().minus(Duration::from_secs(20)), Timestamp::now());
        let answer = CallReport {
            status: Some(CallStatus::InProgress),
            answered_at: Some(answered_at),
            ..CallReport::default()
        };
        setting.report(record.id, answer).await.unwrap();
        setting.faults.set(Fault::Busy(1));
        let end = CallReport { status: Some(CallStatus::Completed), ended_at: Some(ended_at), ..CallReport::default() };
        assert!(setting.report(record.id, end.clone()).await.unwrap_err().may_pass());
        setting.report(record.id, end).await.unwrap();
        let kept = setting.kept(record.id).await;
        assert_eq!((kept.status, kept.duration_seconds), (CallStatus::Completed, Some(20)));
        assert_eq!(kept.ended_at, Some(ended_at), "the end is when the edge saw it");
    }

    #[tokio::test]
    async fn opening_again_what_was_half_opened_opens_it_once() {
        let setting = setting().await;
        let records = vec![setting.call(), CallRecord { direction: Direction::Incoming, ..setting.call() }];
        setting.open(records[0].clone()).await.unwrap();
        let ids = setting.host.open_calls(records.clone()).await.unwrap();
        assert_eq!(ids, [records[0].id, records[1].id]);
        assert_eq!(setting.changes().await, 2);
    }

    #[tokio::test]
    async fn a_report_of_a_call_that_is_not_there_is_not_worth_another_try() {
        let setting = setting().await;
        let report = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
        assert!(!setting.report(CallId::generate(), report).await.unwrap_err().may_pass());
    }

    #[tokio::test]
    async fn an_answered_call_is_four_transactions_for_both_sides() {
        let setting = setting().await;
        let caller = setting.call();
        let callee = CallRecord { direction: Direction::Incoming, ..setting.call() };
        let before = setting.sqlite.statistics().commits;
        let ids = setting.host.open_calls(vec![caller, callee]).await.unwrap();
        for status in [CallStatus::Ringing, CallStatus::InProgress, CallStatus::Completed] {
            let report = CallReport { status: Some(status), ..CallReport::default() };
            let both =
                ids.iter().map(|call| CallReported { company: setting.company, call: *call, report: report.clone() });
            setting.host.report_calls(both.collect()).await.unwrap();
        }
        assert_eq!(setting.sqlite.statistics().commits - before, 4);
        for id in ids {
            assert_eq!(setting.kept(id).await.status, CallStatus::Completed);
        }
    }

    #[tokio::test]
    async fn a_call_does_not_wait_for_a_database_that_another_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backend.sqlite");
        let setting = setting_over(SqliteStore::open(&path).await.unwrap()).await;
        let taken = CallRecord { to_number: "103".to_owned(), ..setting.call() };
        setting.host.store.save_call(&taken, Timestamp::now()).await.unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();

        // Of the second, the id turns out to be another call's.
        let records = [setting.call(), CallRecord { id: taken.id, ..setting.call() }];
        let mut told = Vec::new();
        for record in &records {
            told.push(setting.open(record.clone()).await.unwrap());
        }
        assert_eq!(told, [records[0].id, records[1].id], "told while the database is held");
        let (answered_at, ended_at) = (Timestamp::now(), Timestamp::now().plus(Duration::from_secs(20)));
        let talk = async {
            for call in told {
                let answered = CallReport {
                    status: Some(CallStatus::InProgress),
                    answered_at: Some(answered_at),
                    ..CallReport::default()
                };
                let ended = CallReport {
                    status: Some(CallStatus::Completed),
                    ended_at: Some(ended_at),
                    ..CallReport::default()
                };
                // As the edge does: as often as need be, and nothing waits for it.
                for report in [answered, ended] {
                    while let Err(error) = setting.report(call, report.clone()).await {
                        assert!(error.may_pass(), "{error}");
                    }
                }
            }
        };
        let release = async { other.execute_batch("COMMIT").unwrap() };
        tokio::join!(talk, release);
        let kept = setting.kept(records[0].id).await;
        assert_eq!(
            (kept.status, kept.answered_at, kept.ended_at),
            (CallStatus::Completed, Some(answered_at), Some(ended_at))
        );
        assert_eq!(setting.kept(taken.id).await.status, taken.status, "another call is not touched");
        let all = setting.host.store.calls(Scope::everybody(setting.company), &CallFilter::default(), None, 10).await;
        let completed = all.unwrap().calls.iter().filter(|call| call.status == CallStatus::Completed).count();
        assert_eq!(completed, 2, "both are complete");
        assert!(setting.host.openings.is_settled(), "nothing is kept of them");
    }
}
