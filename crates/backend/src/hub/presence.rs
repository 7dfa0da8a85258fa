//! Reads the presence of people when it has changed, once for all who listen on this node.

use super::PAUSE;
use crate::{convert, directory::Directory, error::chain};
use mobilecall_api::events::Presence;
use mobilecall_domain::{CompanyId, PresenceState, UserId};
use mobilecall_store::Store;
use std::{
    collections::BTreeSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{broadcast, watch},
    time,
};

/// People of a company whose presence has changed and was not read yet. Its follower ends with it.
pub(super) struct Moved {
    people: People,
    wake: watch::Sender<()>,
}

impl Moved {
    /// Somebody's presence has changed.
    pub(super) fn add(&self, user: UserId) {
        self.people.lock().insert(user);
        self.wake.send_replace(());
    }
}

#[derive(Clone, Default)]
struct People(Arc<Mutex<BTreeSet<UserId>>>);

impl People {
    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<UserId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads and passes on.
pub(super) struct PresenceFollower {
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    company: CompanyId,
    people: People,
    presence: broadcast::Sender<Presence>,
}

impl PresenceFollower {
    /// Follows until what is returned is dropped.
    pub(super) fn start(
        store: Arc<dyn Store>,
        directory: Arc<dyn Directory>,
        company: CompanyId,
        presence: broadcast::Sender<Presence>,
    ) -> Moved {
        let (wake, woken) = watch::channel(());
        let people = People::default();
        let follower = Self { store, directory, company, people: people.clone(), presence };
        tokio::spawn(follower.run(woken));
        Moved { people, wake }
    }

    async fn run(self, mut woken: watch::Receiver<()>) {
        while woken.changed().await.is_ok() {
            self.pass_on().await;
        }
    }

    /// Passes on what holds now. Who changes meanwhile is read once more, so that the last word is the newest.
    async fn pass_on(&self) {
        loop {
            let moved = mem::take(&mut *self.people.lock());
            if moved.is_empty() {
                return;
            }
            match self.read(&moved).await {
                Ok(people) => {
                    for person in people {
                        // An error means that nobody listens any more.
                        let _ = self.presence.send(person);
                    }
                }
                Err(cause) => {
                    tracing::warn!(cause, "live presence cannot be read, trying again");
                    // What was announced is not announced again.
                    self.people.lock().extend(moved);
                    if self.presence.receiver_count() == 0 {
                        return;
                    }
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn read(&self, moved: &BTreeSet<UserId>) -> Result<Vec<Presence>, String> {
        let present = self.directory.present(self.company).await.map_err(|error| chain(&error))?;
        let mut people = Vec::new();
        for user in moved {
            let person = self.store.user(self.company, *user).await.map_err(|error| chain(&error))?;
            let state = present.get(user).copied().unwrap_or(PresenceState::Offline);
            people.extend(person.map(|person| convert::presence(person, state)));
        }
        Ok(people)
    }
}
