//! What all nodes must agree on and what is not worth a place in the store: who can be reached at which node, who is
//! busy, and how often somebody tried to sign in. (Which node carries a call stands in the call's row.)
//!
//! Each node says what it knows of its people; what is asked is joined from what all said. What a node said counts until
//! it leaves, or until it is found to have been silent for longer than its lease.

mod bounded;
mod nodes;

pub(crate) use bounded::BoundedDirectory;

use crate::{config::LoginLimits, rate_limit::LoginLimiter};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, NodeId, PresenceState, Reachability, UserId};
use nodes::Nodes;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The state that nodes share. Whatever goes in or comes out is a small value that can travel, so an implementation may
/// be in another process. What changes presence says so to the node that did it, which tells everybody through the
/// [`Broker`](crate::Broker) that the nodes share.
#[async_trait]
pub trait Directory: Send + Sync + 'static {
    /// Lets what the node says count for so long from now. If nothing is kept of it, because it is new or was silent for too
    /// long, what earlier runs of the same instance said is dropped.
    async fn renew(&self, node: NodeId, instance: &str, lasts: Duration) -> Result<Renewed, DirectoryError>;
    /// Drops what the node said, which has stopped.
    async fn leave(&self, node: NodeId) -> Result<Vec<PresenceChange>, DirectoryError>;
    /// Drops what nodes said that have not renewed their lease in time.
    async fn drop_silent(&self) -> Result<Vec<PresenceChange>, DirectoryError>;
    /// Takes what the node knows of a person now, in place of what it said before. Without effect if the node has no lease;
    /// it hears so when it renews that.
    async fn report(&self, node: NodeId, said: PersonReport) -> Result<Option<PresenceChange>, DirectoryError>;
    /// Everybody of the company who is not offline.
    async fn present(&self, company: CompanyId) -> Result<HashMap<UserId, PresenceState>, DirectoryError>;
    /// Which nodes can reach the person, or are busy with them.
    async fn whereabouts(&self, company: CompanyId, user: UserId) -> Result<Vec<Whereabouts>, DirectoryError>;
    /// Counts a try to sign in; says how long to wait if it was one too many.
    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<Option<Duration>, DirectoryError>;
}

/// What came of renewing a lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renewed {
    /// What the node said is kept. If not, it has to say everything again.
    pub kept: bool,
    /// Of people whom earlier runs of the instance had.
    pub changes: Vec<PresenceChange>,
}

/// What a node says of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonReport {
    /// The person's company.
    pub company: CompanyId,
    /// Who.
    pub user: UserId,
    /// What holds at the node.
    pub reachability: Reachability,
}

/// What one node said of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The node.
    pub node: NodeId,
    /// What holds there.
    pub reachability: Reachability,
}

/// What all nodes together know of a person has become this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceChange {
    /// The person's company.
    pub company: CompanyId,
    /// Who.
    pub user: UserId,
    /// What colleagues see.
    pub presence: PresenceState,
}

/// The directory cannot be reached now.
#[derive(Debug, thiserror::Error)]
#[error("the directory of the servers cannot be reached")]
pub struct DirectoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// For a single node, or several in one process: in memory.
pub struct LocalDirectory {
    nodes: Mutex<Nodes>,
    sign_ins: LoginLimiter,
}

impl LocalDirectory {
    /// Nobody is in it.
    pub fn new(limits: LoginLimits) -> Self {
        Self { nodes: Mutex::default(), sign_ins: LoginLimiter::new(limits) }
    }

    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Nodes> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Directory for LocalDirectory {
    async fn renew(&self, node: NodeId, instance: &str, lasts: Duration) -> Result<Renewed, DirectoryError> {
        Ok(self.lock().renew(node, instance, Instant::now() + lasts))
    }

    async fn leave(&self, node: NodeId) -> Result<Vec<PresenceChange>, DirectoryError> {
        Ok(self.lock().leave(node))
    }

    async fn drop_silent(&self) -> Result<Vec<PresenceChange>, DirectoryError> {
        Ok(self.lock().drop_silent(Instant::now()))
    }

    async fn report(&self, node: NodeId, said: PersonReport) -> Result<Option<PresenceChange>, DirectoryError> {
        Ok(self.lock().report(node, said))
    }

    async fn present(&self, company: CompanyId) -> Result<HashMap<UserId, PresenceState>, DirectoryError> {
        Ok(self.lock().present(company))
    }

    async fn whereabouts(&self, company: CompanyId, user: UserId) -> Result<Vec<Whereabouts>, DirectoryError> {
        Ok(self.lock().whereabouts(company, user).collect())
    }

    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<Option<Duration>, DirectoryError> {
        Ok(self.sign_ins.count(username, address).err())
    }
}
