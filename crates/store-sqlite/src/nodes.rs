//! The servers over this database.

use crate::{
    SqliteStore, calls,
    error::Work,
    query::{execute, list},
    rows::{self, Id},
};
use async_trait::async_trait;
use mobilecall_domain::{NodeId, Timestamp};
use mobilecall_sqlite::rusqlite::{Row, params};
use mobilecall_store::{AbandonedCall, Node, Nodes, Result};

/// Open direct calls whose node was an earlier run of this instance, or has lost its lease, or is none while nobody else
/// is alive. ?1 is the node, ?2 its instance, ?3 the time.
pub(crate) const ABANDONED: &str = concat!(
    "SELECT ",
    calls::call_columns!(),
    ", COALESCE(nodes.alive_at, calls.last_alive_at) \
     FROM calls LEFT JOIN nodes ON nodes.id = calls.node_id \
     WHERE calls.line = 'direct' AND calls.status IN ('queued', 'initiated', 'ringing', 'in-progress') \
     AND CASE WHEN calls.node_id IS NULL \
         THEN NOT EXISTS (SELECT 1 FROM nodes AS other WHERE other.instance <> ?2 AND other.lease_until >= ?3) \
         ELSE calls.node_id <> ?1 AND (nodes.id IS NULL OR nodes.instance = ?2 OR nodes.lease_until < ?3) END \
     ORDER BY calls.key"
);

/// Open direct calls of other nodes whose lease has run out. ?1 is the node, ?2 the time.
pub(crate) const ORPHANED: &str = concat!(
    "SELECT ",
    calls::call_columns!(),
    ", COALESCE(nodes.alive_at, calls.last_alive_at) \
     FROM calls LEFT JOIN nodes ON nodes.id = calls.node_id \
     WHERE calls.line = 'direct' AND calls.status IN ('queued', 'initiated', 'ringing', 'in-progress') \
     AND calls.node_id IS NOT NULL AND calls.node_id <> ?1 AND (nodes.id IS NULL OR nodes.lease_until < ?2) \
     ORDER BY calls.key"
);

#[async_trait]
impl Nodes for SqliteStore {
    async fn renew_lease(&self, node: &Node, now: Timestamp, lease_until: Timestamp) -> Result<()> {
        let node = node.clone();
        self.write(move |connection| {
            let renew = "INSERT INTO nodes (id, instance, alive_at, lease_until) VALUES (?, ?, ?, ?) \
                         ON CONFLICT (id) DO UPDATE SET alive_at = excluded.alive_at, lease_until = excluded.lease_until";
            let (now, until) = (now.as_millis(), lease_until.as_millis());
            execute(connection, renew, params![node.id.to_bytes(), node.instance, now, until])?;
            Ok(())
        })
        .await
    }

    async fn abandoned_calls(&self, node: &Node, now: Timestamp) -> Result<Vec<AbandonedCall>> {
        let node = node.clone();
        self.read(move |connection| {
            list(connection, ABANDONED, params![node.id.to_bytes(), node.instance, now.as_millis()], read_abandoned)
        })
        .await
    }

    async fn orphaned_calls(&self, node: NodeId, now: Timestamp) -> Result<Vec<AbandonedCall>> {
        self.read(move |connection| {
            list(connection, ORPHANED, params![node.to_bytes(), now.as_millis()], read_abandoned)
        })
        .await
    }

    async fn forget_dead_nodes(&self, node: &Node, now: Timestamp) -> Result<()> {
        let node = node.clone();
        self.write(move |connection| {
            let forget = "DELETE FROM nodes WHERE id <> ?1 AND (instance = ?2 OR lease_until < ?3) \
                 AND NOT EXISTS (SELECT 1 FROM calls WHERE calls.node_id = nodes.id AND calls.line = 'direct' \
                     AND calls.status IN ('queued', 'initiated', 'ringing', 'in-progress'))";
            execute(connection, forget, params![node.id.to_bytes(), node.instance, now.as_millis()])?;
            Ok(())
        })
        .await
    }

    async fn end_lease(&self, node: NodeId) -> Result<()> {
        self.write(move |connection| {
            execute(connection, "DELETE FROM nodes WHERE id = ?", [node.to_bytes()])?;
            Ok(())
        })
        .await
    }
}

fn read_abandoned(row: &Row<'_>) -> Work<AbandonedCall> {
    let found = calls::read_call(row)?;
    Ok(AbandonedCall { record: found.record, last_alive_at: rows::optional_time(row, calls::CALL_COLUMNS)? })
}
