//! A host in memory whose state can be waited for.

use crate::soon;
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, CompanyId, SessionId, Timestamp, UserId};
use mobilecall_edge::host::{Agent, Destination, EdgeHost, HostError, Presence, Subscriber, TokenRejected};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct Books {
    pub(crate) records: BTreeMap<CallId, CallRecord>,
    pub(crate) presence: HashMap<UserId, Presence>,
    /// How many reports fail before the host takes them again.
    pub(crate) failures: u32,
    /// Tokens of these people are revoked.
    pub(crate) signed_out: Vec<String>,
}

pub(crate) struct MemoryHost {
    pub(crate) books: watch::Sender<Books>,
}

impl Default for MemoryHost {
    fn default() -> Self {
        Self { books: watch::channel(Books::default()).0 }
    }
}

pub(crate) fn company() -> CompanyId {
    CompanyId::from_uuid(Uuid::from_u128(7))
}

pub(crate) fn agent(name: &str) -> Agent {
    let number = name.bytes().fold(0u128, |sum, byte| sum * 256 + u128::from(byte));
    let user = UserId::from_uuid(Uuid::from_u128(number));
    Agent { user, username: name.to_owned(), name: name.to_uppercase(), extension: None }
}

impl MemoryHost {
    /// Waits until the books are as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl FnMut(&Books) -> bool) {
        let mut books = self.books.subscribe();
        soon(what, books.wait_for(wanted)).await.unwrap();
    }

    /// Waits until there are as many records and all have this status.
    pub(crate) async fn all(&self, count: usize, status: CallStatus) {
        let wanted = |books: &Books| {
            books.records.len() == count && books.records.values().all(|record| record.status == status)
        };
        self.until(&format!("{count} records {status}"), wanted).await;
    }
}

#[async_trait]
impl EdgeHost for MemoryHost {
    async fn authenticate(&self, token: &str) -> Result<Subscriber, TokenRejected> {
        if token == "bad" {
            return Err(TokenRejected::BadSignature);
        }
        if self.books.borrow().signed_out.iter().any(|name| name == token) {
            return Err(TokenRejected::Revoked);
        }
        let expires_in = Duration::from_secs(3600);
        let agent = agent(token);
        let session = SessionId::from_uuid(agent.user.as_uuid());
        Ok(Subscriber { company: company(), agent, session, expires_in, may_receive: true, may_dial: true })
    }

    async fn resolve(&self, _: CompanyId, dialed: &str) -> Result<Destination, HostError> {
        Ok(match dialed.strip_prefix("client:").unwrap_or(dialed) {
            "*43" => Destination::Echo,
            "nobody" => Destination::Unknown,
            name => Destination::Agent(agent(name)),
        })
    }

    async fn open_call(&self, record: CallRecord) -> Result<CallId, HostError> {
        let id = record.id;
        self.books.send_modify(|books| {
            books.records.insert(id, record);
        });
        Ok(id)
    }

    async fn report_call(&self, _: CompanyId, call: CallId, report: CallReport) -> Result<(), HostError> {
        let mut result = Ok(());
        self.books.send_modify(|books| {
            if books.failures > 0 {
                books.failures -= 1;
                result = Err(HostError("busy".into()));
            } else if let Some(record) = books.records.get_mut(&call) {
                record.apply(&report, Timestamp::now());
            }
        });
        result
    }

    async fn calls_alive(&self, _: &[CallId]) -> Result<(), HostError> {
        Ok(())
    }

    async fn presence_changed(&self, _: CompanyId, user: UserId, presence: Presence) {
        self.books.send_modify(|books| {
            books.presence.insert(user, presence);
        });
    }
}
