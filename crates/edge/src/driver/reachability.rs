//! Changes of people's reachability on their way to the host. Who can be reached is known by the switch alone; here is
//! only what the host has not heard of yet.

use super::retry::Retry;
use crate::host::{EdgeHost, Reachability};
use mobilecall_domain::{CompanyId, UserId};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Cheap to clone; all clones are one queue.
#[derive(Clone, Default)]
pub(crate) struct ReachabilityQueue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// The latest of each.
    waiting: HashMap<Key, Reachability>,
    /// Whose change is told next, first come first served.
    order: VecDeque<Key>,
    closed: bool,
}

type Key = (CompanyId, UserId);

impl ReachabilityQueue {
    /// Takes the place of a change of the same person that the host has not heard of yet.
    pub(crate) fn push(&self, company: CompanyId, user: UserId, now: Reachability) {
        let mut state = self.state();
        if state.waiting.insert((company, user), now).is_none() {
            state.order.push_back((company, user));
        }
        self.0.changed.notify_one();
    }

    /// Lets [`Self::run`] end once everything is told.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.0.changed.notify_one();
    }

    /// Tells the host of each change. A person who changes again before the host has heard is told once, with the
    /// latest.
    pub(crate) async fn run(self, host: Arc<dyn EdgeHost>, giving_up: CancellationToken) {
        loop {
            let (next, closed) = {
                let mut state = self.state();
                (state.order.pop_front(), state.closed)
            };
            match next {
                Some(key) => self.tell(&*host, key, &giving_up).await,
                None if closed => return,
                None => self.0.changed.notified().await,
            }
        }
    }

    /// Tells the host what holds now of this person.
    async fn tell(&self, host: &dyn EdgeHost, key: Key, giving_up: &CancellationToken) {
        let (company, user) = key;
        let mut retry = Retry::new("a reachability", giving_up);
        // Taken out for each try, so that a change in the meantime is not told after it.
        while let Some(now) = self.take(key) {
            let Err(error) = host.reachability_changed(company, user, now).await else { return };
            let may_pass = error.may_pass();
            if may_pass {
                self.put_back(key, now);
            }
            if let Err(error) = retry.pause_after(error).await {
                tracing::warn!(user.id = %user, %error, "a reachability could not be told");
                if may_pass {
                    // Everything is given up.
                    self.take(key);
                }
            }
        }
    }

    fn take(&self, key: Key) -> Option<Reachability> {
        self.state().waiting.remove(&key)
    }

    fn put_back(&self, key: Key, now: Reachability) {
        self.state().waiting.entry(key).or_insert(now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().expect("nothing panics while it holds the lock")
    }
}
