//! A host in memory whose state can be waited for.

use crate::soon;
use async_trait::async_trait;
use mobilecall_domain::{CallId, CallRecord, CallStatus, CompanyId, SessionId, Timestamp, UserId};
use mobilecall_edge::host::{
    Agent, CallReported, Destination, EdgeHost, HostError, Reachability, Subscriber, TokenRejected,
};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct Books {
    pub(crate) records: BTreeMap<CallId, CallRecord>,
    pub(crate) reachable: HashMap<UserId, Reachability>,
    /// How many transactions fail before the host takes them again.
    pub(crate) failures: u32,
    /// Transactions that changed records.
    pub(crate) transactions: u32,
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
    /// One transaction, unless it is to fail.
    fn write(&self, change: impl FnOnce(&mut Books)) -> Result<(), HostError> {
        let mut result = Ok(());
        self.books.send_modify(|books| {
            if books.failures > 0 {
                books.failures -= 1;
                result = Err(HostError::Unavailable("busy".into()));
            } else {
                books.transactions += 1;
                change(books);
            }
        });
        result
    }

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
            name => Destination::Agent { agent: agent(name), elsewhere: Vec::new() },
        })
    }

    async fn open_calls(&self, records: Vec<CallRecord>) -> Result<Vec<CallId>, HostError> {
        let ids = records.iter().map(|record| record.id).collect();
        self.write(|books| books.records.extend(records.into_iter().map(|record| (record.id, record))))?;
        Ok(ids)
    }

    async fn report_calls(&self, reports: Vec<CallReported>) -> Result<(), HostError> {
        self.write(|books| {
            for CallReported { call, report, .. } in reports {
                if let Some(record) = books.records.get_mut(&call) {
                    record.apply(&report, Timestamp::now());
                }
            }
        })
    }

    async fn reachability_changed(&self, _: CompanyId, user: UserId, now: Reachability) -> Result<(), HostError> {
        self.books.send_modify(|books| {
            books.reachable.insert(user, now);
        });
        Ok(())
    }
}
