//! The servers over one store, and the calls that each of them carries.
//!
//! A server that runs renews its lease every few seconds, in one row however many calls it has. Calls name the node
//! that carries them, so that whoever finds the lease run out knows which calls are over, and since when.

use crate::error::Result;
use async_trait::async_trait;
use mobilecall_domain::{CallRecord, NodeId, Timestamp};

/// The servers over this store.
#[async_trait]
pub trait Nodes: Send + Sync {
    /// Notes that a node is alive now and may be taken for alive until `lease_until`; the first time adds it.
    async fn renew_lease(&self, node: &Node, now: Timestamp, lease_until: Timestamp) -> Result<()>;
    /// Direct calls that are not over and that nobody carries any more, as `node` finds them when it starts: calls of
    /// an earlier run of its instance, and of nodes whose lease has run out. Calls that no node carries, as a softphone
    /// reported them, are among them only if no other node is alive. Server-wide.
    async fn abandoned_calls(&self, node: &Node, now: Timestamp) -> Result<Vec<AbandonedCall>>;
    /// Direct calls that are not over and that another node carried whose lease has run out, as `node` looks for them while
    /// it runs. Server-wide.
    async fn orphaned_calls(&self, node: NodeId, now: Timestamp) -> Result<Vec<AbandonedCall>>;
    /// Removes the earlier runs of the node's instance, and nodes whose lease has run out, unless they still have calls
    /// that are not over.
    async fn forget_dead_nodes(&self, node: &Node, now: Timestamp) -> Result<()>;
    /// Removes a node that stops in order.
    async fn end_lease(&self, node: NodeId) -> Result<()>;
}

/// A running server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Fresh for every start.
    pub id: NodeId,
    /// The same for every start of one server: what an earlier run of it carried is over once it starts again,
    /// whatever its lease says.
    pub instance: String,
}

/// A call that is not over and that nobody carries.
#[derive(Clone, Debug, PartialEq)]
pub struct AbandonedCall {
    /// The record.
    pub record: CallRecord,
    /// When the node that carried it was last alive.
    pub last_alive_at: Option<Timestamp>,
}
