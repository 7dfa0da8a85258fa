//! Reads the presence of people when it has changed, once for all who listen on this node.

use super::PAUSE;
use crate::{convert, directory::Directory, error::chain, occasional::Occasional};
use mobilecall_api::events::Presence;
use mobilecall_domain::{CompanyId, PresenceState, Reachability, UserId};
use mobilecall_store::{Store, User};
use std::{
    collections::BTreeSet,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{broadcast, watch},
    time,
};

/// Most people who are looked up one by one; of more, everybody's presence is read at once.
const ONE_BY_ONE: usize = 20;

/// People of a company whose presence has changed and was not read yet. Its follower ends with it.
pub(super) struct ChangedPeople {
    people: People,
    wake: watch::Sender<()>,
}

impl ChangedPeople {
    /// Somebody's presence has changed.
    pub(super) fn add(&self, user: UserId) {
        self.people.lock().some.insert(user);
        self.wake.send_replace(());
    }

    /// Anybody's presence may have changed.
    pub(super) fn add_everybody(&self) {
        self.people.lock().everybody = true;
        self.wake.send_replace(());
    }
}

#[derive(Default)]
struct Unread {
    everybody: bool,
    some: BTreeSet<UserId>,
}

impl Unread {
    fn is_empty(&self) -> bool {
        !self.everybody && self.some.is_empty()
    }
}

#[derive(Clone, Default)]
struct People(Arc<Mutex<Unread>>);

impl People {
    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Unread> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put_back(&self, unread: Unread) {
        let mut people = self.lock();
        people.everybody |= unread.everybody;
        people.some.extend(unread.some);
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
    ) -> ChangedPeople {
        let (wake, woken) = watch::channel(());
        let people = People::default();
        let follower = Self { store, directory, company, people: people.clone(), presence };
        tokio::spawn(follower.run(woken));
        ChangedPeople { people, wake }
    }

    async fn run(self, mut woken: watch::Receiver<()>) {
        while woken.changed().await.is_ok() {
            self.pass_on().await;
        }
    }

    /// Passes on what holds now. Who changes meanwhile is read once more, so that the last word is the newest.
    async fn pass_on(&self) {
        // One for all companies: it is the same directory.
        static UNREAD: Occasional = Occasional::new();
        loop {
            let changed = mem::take(&mut *self.people.lock());
            if changed.is_empty() || self.presence.receiver_count() == 0 {
                return;
            }
            match self.read(&changed).await {
                Ok(people) => {
                    for person in people {
                        // An error means that nobody listens any more.
                        let _ = self.presence.send(person);
                    }
                }
                Err(cause) => {
                    if let Some(others) = UNREAD.due() {
                        tracing::warn!(cause, others, "live presence cannot be read, trying again");
                    }
                    // What was announced is not announced again.
                    self.people.put_back(changed);
                    time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn read(&self, changed: &Unread) -> Result<Vec<Presence>, String> {
        let people = self.people_of(changed).await?;
        if people.len() <= ONE_BY_ONE {
            let mut presence = Vec::with_capacity(people.len());
            for person in people {
                let there = self.directory.whereabouts(self.company, person.id).await.map_err(|error| chain(&error))?;
                let joined = Reachability::joined(there.into_iter().map(|there| there.reachability));
                presence.push(convert::presence(person, joined.presence()));
            }
            return Ok(presence);
        }
        let present = self.directory.present(self.company).await.map_err(|error| chain(&error))?;
        let presence = |person: User| {
            let state = present.get(&person.id).copied().unwrap_or(PresenceState::Offline);
            convert::presence(person, state)
        };
        Ok(people.into_iter().map(presence).collect())
    }

    async fn people_of(&self, changed: &Unread) -> Result<Vec<User>, String> {
        if changed.everybody {
            return self.store.users(self.company).await.map_err(|error| chain(&error));
        }
        let mut people = Vec::with_capacity(changed.some.len());
        for user in &changed.some {
            people.extend(self.store.user(self.company, *user).await.map_err(|error| chain(&error))?);
        }
        Ok(people)
    }
}
