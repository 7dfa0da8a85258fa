//! What the nodes over one store tell one another. Each message is small and says only where to look: whoever hears late,
//! twice or out of order reads the rest from the store or the directory and misses nothing.

use mobilecall_domain::{CompanyId, SessionId, UserId};
use mobilecall_store::{ChangeObserver, Store};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Announcement {
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
    /// A session is over.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
}

/// Tells every node, this one included. The [`Hub`](crate::hub::Hub) alone does for a single node; with several, what is
/// announced goes through a broker, and each node hands what comes from there to its hub.
pub(crate) trait Announcer: Send + Sync + 'static {
    fn announce(&self, announcement: Announcement);
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
