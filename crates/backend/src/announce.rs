//! What the nodes over one store tell one another. Each message is small and says only where to look: whoever hears late,
//! twice or out of order reads the rest from the store or the directory and misses nothing.

use mobilecall_domain::{CompanyId, SessionId, UserId};
use mobilecall_store::{ChangeObserver, Store};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Announcement {
    /// A company's change log has reached this number.
    Reached {
        /// The company.
        company: CompanyId,
        /// At least this far.
        sequence: u64,
    },
    /// A person's reachability changed.
    Presence {
        /// The person's company.
        company: CompanyId,
        /// Who; the directory says what holds now.
        user: UserId,
    },
    /// It is not known whose reachability changed: the answer that said so was lost.
    AnyPresence,
    /// A session is over.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
}

/// Somebody who is to hear of it: those who listen on one node, or all nodes.
pub trait Announcer: Send + Sync + 'static {
    /// Returns at once, and must not announce in turn.
    fn announce(&self, announcement: Announcement);
}

/// Carries announcements between the nodes over one store.
pub trait Broker: Send + Sync + 'static {
    /// From now on `node` hears what any node announces, for as long as it lives. What is returned tells all of them, this
    /// one included.
    fn join(&self, node: Arc<dyn Announcer>) -> Arc<dyn Announcer>;
}

/// For a single node, or several in one process: in memory. All clones are one.
#[derive(Clone, Default)]
pub struct LocalBroker(Arc<Mutex<Vec<Weak<dyn Announcer>>>>);

impl Broker for LocalBroker {
    fn join(&self, node: Arc<dyn Announcer>) -> Arc<dyn Announcer> {
        let mut nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        nodes.retain(|known| known.strong_count() > 0);
        nodes.push(Arc::downgrade(&node));
        Arc::new(self.clone())
    }
}

impl Announcer for LocalBroker {
    fn announce(&self, announcement: Announcement) {
        let nodes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for node in nodes.iter().filter_map(Weak::upgrade) {
            node.announce(announcement.clone());
        }
    }
}

/// Announces what the store is given to keep, whatever the area and whoever writes it.
pub(crate) struct AnnouncedChanges(Arc<dyn Announcer>);

impl AnnouncedChanges {
    /// For as long as what is returned lives.
    pub(crate) fn of(store: &dyn Store, announcer: Arc<dyn Announcer>) -> Arc<Self> {
        let changes = Arc::new(Self(announcer));
        let observer: Arc<dyn ChangeObserver> = changes.clone();
        store.observe(Arc::downgrade(&observer));
        changes
    }
}

impl ChangeObserver for AnnouncedChanges {
    fn reached(&self, company: CompanyId, sequence: u64) {
        self.0.announce(Announcement::Reached { company, sequence });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn announcements_travel_as_json() {
        let company = "018f0000-0000-7000-8000-00000000abcd";
        let reached = Announcement::Reached { company: company.parse().unwrap(), sequence: 7 };
        let json = serde_json::to_string(&reached).unwrap();
        assert_eq!(json, format!(r#"{{"type":"reached","company":"{company}","sequence":7}}"#));
        assert_eq!(serde_json::from_str::<Announcement>(&json).unwrap(), reached);
    }
}
