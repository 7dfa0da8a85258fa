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
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio_util::sync::CancellationToken;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct NodePresence {
    directory: Arc<dyn Directory>,
    announcer: Arc<dyn Announcer>,
    node: NodeId,
    instance: String,
    times: Lease,
    /// A step may have been taken whose answer never came, and with it what it changed.
    unsure: Arc<AtomicBool>,
}

impl NodePresence {
    pub(crate) fn new(
        directory: Arc<dyn Directory>,
        announcer: Arc<dyn Announcer>,
        node: NodeId,
        instance: String,
        times: Lease,
    ) -> Self {
        Self { directory, announcer, node, instance, times, unsure: Arc::default() }
    }

    /// What this node knows of a person now. Announced whether or not the directory calls it a change: an earlier try may
    /// have made it and its answer been lost, or the directory have lost everything in between.
    pub(crate) async fn say(&self, said: PersonReport) -> Result<(), DirectoryError> {
        self.directory.report(self.node, said).await?;
        self.announcer.announce(Announcement::Presence { company: said.company, user: said.user });
        Ok(())
    }

    /// What other nodes know of a person. Nothing if the directory does not answer, so that those who are here can be
    /// called.
    pub(crate) async fn elsewhere(&self, company: CompanyId, user: UserId) -> Vec<Elsewhere> {
        match self.directory.whereabouts(company, user).await {
            Ok(all) => {
                let others = all.into_iter().filter(|there| there.node != self.node);
                others.map(|there| Elsewhere { node: there.node, reachability: there.reachability }).collect()
            }
            Err(error) => {
                tracing::warn!(cause = chain(&error), "a call begins without knowing who is at other servers");
                Vec::new()
            }
        }
    }

    /// Whether the directory had kept what this node said. Not known to have if an answer was lost since it last said so.
    pub(crate) async fn renew(&self) -> Result<bool, DirectoryError> {
        let was_unsure = self.unsure.swap(true, Ordering::Relaxed);
        let renewed = self.directory.renew(self.node, &self.instance, self.times.lasts).await?;
        self.unsure.store(false, Ordering::Relaxed);
        self.announce(renewed.changes);
        Ok(renewed.kept && !was_unsure)
    }

    /// Renews the lease, and looks after people of nodes that have died, until told to stop.
    pub(crate) async fn keep(&self, edge: &Edge, stop: &CancellationToken) {
        let mut beats = self.times.beats();
        while stop.run_until_cancelled(beats.tick()).await.is_some() {
            let Some(kept) = stop.run_until_cancelled(self.beat(edge)).await else { return };
            if let Err(error) = kept {
                tracing::warn!(cause = chain(&error), "the place of this server in the directory could not be kept");
            }
        }
    }

    async fn beat(&self, edge: &Edge) -> Result<(), DirectoryError> {
        // Its own lease first: after the machine slept, all have run out.
        if !self.renew().await? {
            tracing::warn!("the directory may have lost what this server said: telling it again");
            // Also of people whom it has dropped and this server does not have.
            self.announcer.announce(Announcement::AnyPresence);
            edge.tell_everybody().await;
        }
        self.unsure.store(true, Ordering::Relaxed);
        let changes = self.directory.drop_silent().await?;
        self.unsure.store(false, Ordering::Relaxed);
        self.announce(changes);
        Ok(())
    }

    /// Takes this node out of the directory, once every phone has left.
    pub(crate) async fn end(&self) {
        match self.directory.leave(self.node).await {
            Ok(changes) => self.announce(changes),
            Err(error) => {
                tracing::warn!(cause = chain(&error), "this server could not leave the directory");
                // It may have left all the same.
                self.announcer.announce(Announcement::AnyPresence);
            }
        }
    }

    fn announce(&self, changes: impl IntoIterator<Item = PresenceChange>) {
        for PresenceChange { company, user, .. } in changes {
            self.announcer.announce(Announcement::Presence { company, user });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::LoginLimits,
        directory::{LocalDirectory, Renewed, Whereabouts},
    };
    use async_trait::async_trait;
    use mobilecall_domain::{PresenceState, Reachability};
    use std::{collections::HashMap, io, net::IpAddr, sync::Mutex, time::Duration};

    /// Takes every step; the answer to the next one can be made to get lost.
    struct LosesAnswers {
        directory: LocalDirectory,
        loses: AtomicBool,
    }

    impl LosesAnswers {
        fn answer<T>(&self, answer: Result<T, DirectoryError>) -> Result<T, DirectoryError> {
            if self.loses.swap(false, Ordering::Relaxed) {
                return Err(DirectoryError(io::Error::from(io::ErrorKind::ConnectionReset).into()));
            }
            answer
        }
    }

    #[async_trait]
    impl Directory for LosesAnswers {
        async fn renew(&self, node: NodeId, instance: &str, lasts: Duration) -> Result<Renewed, DirectoryError> {
            self.answer(self.directory.renew(node, instance, lasts).await)
        }
        async fn leave(&self, node: NodeId) -> Result<Vec<PresenceChange>, DirectoryError> {
            self.answer(self.directory.leave(node).await)
        }
        async fn drop_silent(&self) -> Result<Vec<PresenceChange>, DirectoryError> {
            self.answer(self.directory.drop_silent().await)
        }
        async fn report(&self, node: NodeId, said: PersonReport) -> Result<Option<PresenceChange>, DirectoryError> {
            self.answer(self.directory.report(node, said).await)
        }
        async fn present(&self, company: CompanyId) -> Result<HashMap<UserId, PresenceState>, DirectoryError> {
            self.answer(self.directory.present(company).await)
        }
        async fn whereabouts(&self, company: CompanyId, user: UserId) -> Result<Vec<Whereabouts>, DirectoryError> {
            self.answer(self.directory.whereabouts(company, user).await)
        }
        async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<Option<Duration>, DirectoryError> {
            self.answer(self.directory.count_sign_in(username, address).await)
        }
    }

    #[derive(Default)]
    struct Heard(Mutex<Vec<Announcement>>);

    impl Announcer for Heard {
        fn announce(&self, announcement: Announcement) {
            self.0.lock().unwrap().push(announcement);
        }
    }

    impl Heard {
        fn take(&self) -> Vec<Announcement> {
            std::mem::take(&mut *self.0.lock().unwrap())
        }
    }

    fn node(directory: &Arc<LosesAnswers>, heard: &Arc<Heard>) -> NodePresence {
        let (directory, heard) = (Arc::clone(directory), Arc::clone(heard));
        NodePresence::new(directory, heard, NodeId::generate(), "one".to_owned(), Lease::default())
    }

    fn lossy() -> (Arc<LosesAnswers>, Arc<Heard>) {
        let directory = LocalDirectory::new(LoginLimits::default());
        (Arc::new(LosesAnswers { directory, loses: AtomicBool::new(false) }), Arc::default())
    }

    #[tokio::test]
    async fn a_change_is_announced_though_the_answer_to_it_was_lost() {
        let (directory, heard) = lossy();
        let presence = node(&directory, &heard);
        assert!(!presence.renew().await.unwrap());
        let (company, user) = (CompanyId::generate(), UserId::generate());
        let said = PersonReport { company, user, reachability: Reachability { registered: true, busy: false } };
        directory.loses.store(true, Ordering::Relaxed);
        presence.say(said).await.expect_err("the answer is lost");
        presence.say(said).await.unwrap();
        assert_eq!(heard.take(), [Announcement::Presence { company, user }]);
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_directory_counts_as_one_that_lost_everything() {
        let (directory, heard) = lossy();
        let presence = node(&directory, &heard);
        directory.loses.store(true, Ordering::Relaxed);
        presence.renew().await.expect_err("the answer is lost");
        assert!(!presence.renew().await.unwrap(), "nobody knows what the first one dropped");
        assert!(presence.renew().await.unwrap());
        directory.loses.store(true, Ordering::Relaxed);
        presence.end().await;
        assert_eq!(heard.take(), [Announcement::AnyPresence]);
    }
}
