//! Who can be reached, for everybody to read, and a task that tells the host of changes.

use crate::host::{EdgeHost, Presence};
use mobilecall_domain::{CompanyId, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Notify;

/// Cheap to clone; all clones are one board.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    companies: HashMap<CompanyId, HashMap<UserId, Presence>>,
    /// Whose change the host has not heard of yet.
    dirty: BTreeSet<(CompanyId, UserId)>,
    closed: bool,
}

impl Board {
    pub(crate) fn set(&self, company: CompanyId, user: UserId, presence: Presence) {
        let mut state = self.state();
        let people = state.companies.entry(company).or_default();
        match presence {
            Presence::Offline => people.remove(&user),
            Presence::Available | Presence::Busy => people.insert(user, presence),
        };
        if people.is_empty() {
            state.companies.remove(&company);
        }
        state.dirty.insert((company, user));
        self.0.changed.notify_one();
    }

    /// Everybody of the company who is not offline.
    pub(crate) fn company(&self, company: CompanyId) -> Vec<(UserId, Presence)> {
        let state = self.state();
        let people = state.companies.get(&company).into_iter().flatten();
        people.map(|(user, presence)| (*user, *presence)).collect()
    }

    /// Lets [`Self::tell`] end once everything is told.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.0.changed.notify_one();
    }

    /// Tells the host of each change. A person who changes again before the host has heard is told once, with the
    /// latest.
    pub(crate) async fn tell(self, host: Arc<dyn EdgeHost>) {
        loop {
            let (news, closed) = {
                let mut state = self.state();
                let dirty = std::mem::take(&mut state.dirty);
                let presence = |company: &CompanyId, user: &UserId| {
                    let known = state.companies.get(company).and_then(|people| people.get(user));
                    known.copied().unwrap_or(Presence::Offline)
                };
                let news: Vec<_> =
                    dirty.iter().map(|(company, user)| (*company, *user, presence(company, user))).collect();
                (news, state.closed)
            };
            if news.is_empty() && closed {
                return;
            }
            for (company, user, presence) in &news {
                host.presence_changed(*company, *user, *presence).await;
            }
            if news.is_empty() {
                self.0.changed.notified().await;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds the lock")
    }
}
