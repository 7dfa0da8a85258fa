//! This node's part in the directory: its lease there, what it says of its people, and word to everybody whose presence
//! that changes.

use crate::{
    announce::{Announcement, Announcer},
    config::Lease,
    directory::{Directory, DirectoryError, PersonReport, PresenceChange},
    error::chain,
};
use mobilecall_domain::{CompanyId, NodeId, UserId};
use mobilecall_edge::{Edge, host::Elsewhere};
use std::{sync::Arc, time::Duration};
use tokio::time::{self, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// How long a call waits to hear what other nodes know of the person. Without it they are rung here all the same.
const WHEREABOUTS_LIMIT: Duration = Duration::from_secs(1);

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct NodePresence {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) announcer: Arc<dyn Announcer>,
    pub(crate) node: NodeId,
    pub(crate) instance: String,
    pub(crate) times: Lease,
}

impl NodePresence {
    /// What this node knows of a person now.
    pub(crate) async fn say(&self, said: PersonReport) -> Result<(), DirectoryError> {
        let change = self.directory.report(self.node, said).await?;
        self.announce(change);
        Ok(())
    }

    /// What other nodes know of a person. Nothing if the directory does not answer, so that those who are here can be
    /// called.
    pub(crate) async fn elsewhere(&self, company: CompanyId, user: UserId) -> Vec<Elsewhere> {
        match time::timeout(WHEREABOUTS_LIMIT, self.directory.whereabouts(company, user)).await {
            Ok(Ok(all)) => {
                let others = all.into_iter().filter(|there| there.node != self.node);
                others.map(|there| Elsewhere { node: there.node, reachability: there.reachability }).collect()
            }
            Ok(Err(error)) => {
                tracing::warn!(cause = chain(&error), "a call begins without knowing who is at other servers");
                Vec::new()
            }
            Err(_) => {
                tracing::warn!("the directory does not answer: a call begins without knowing who is at other servers");
                Vec::new()
            }
        }
    }

    /// Whether the directory had kept what this node said.
    pub(crate) async fn renew(&self) -> Result<bool, DirectoryError> {
        let renewed = self.directory.renew(self.node, &self.instance, self.times.lasts).await?;
        self.announce(renewed.changes);
        Ok(renewed.kept)
    }

    /// Renews the lease, and looks after people of nodes that have died, until told to stop.
    pub(crate) async fn keep(&self, edge: &Edge, stop: &CancellationToken) {
        let mut beats = time::interval_at(time::Instant::now() + self.times.renew_every, self.times.renew_every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = beats.tick() => {}
            }
            tokio::select! {
                () = stop.cancelled() => return,
                kept = self.beat(edge) => if let Err(error) = kept {
                    tracing::warn!(cause = chain(&error), "the place of this server in the directory could not be kept");
                }
            }
        }
    }

    async fn beat(&self, edge: &Edge) -> Result<(), DirectoryError> {
        // Its own lease first: after the machine slept, all have run out.
        if !self.renew().await? {
            tracing::warn!("the directory has lost what this server said: telling it again");
            edge.tell_everybody().await;
        }
        let changes = self.directory.drop_silent().await?;
        self.announce(changes);
        Ok(())
    }

    /// Takes this node out of the directory, once every phone has left.
    pub(crate) async fn end(&self) {
        match self.directory.leave(self.node).await {
            Ok(changes) => self.announce(changes),
            Err(error) => tracing::warn!(cause = chain(&error), "this server could not leave the directory"),
        }
    }

    fn announce(&self, changes: impl IntoIterator<Item = PresenceChange>) {
        for PresenceChange { company, user, .. } in changes {
            self.announcer.announce(Announcement::Presence { company, user });
        }
    }
}
