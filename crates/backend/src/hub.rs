//! Hands what is announced to everybody on this node who listens.
//!
//! Of changes only the number reached is announced. One follower a company reads them from the store, once for all who
//! listen, and passes them on page by page. A listener that finds a gap between what it has and a page reads the gap from
//! the store itself. What another process wrote is announced to nobody here, so the follower also looks by itself how far
//! the log reaches. Of presence only whose it is is announced, and another follower reads it likewise.

mod presence;

use crate::{
    announce::{Announcement, Announcer},
    config::Limits,
    directory::Directory,
    error::chain,
};
use mobilecall_api::events::Presence;
use mobilecall_domain::{CompanyId, SessionId};
use mobilecall_store::{Change, Scope, Store};
use presence::{ChangedPeople, PresenceFollower};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{broadcast, watch},
    time::{self, Instant, MissedTickBehavior},
};

/// Sessions that may end at once before a listener has to look each up in the store.
const ENDED_SESSIONS_QUEUE: usize = 64;

/// Changes read from the store at once.
pub(crate) const PAGE: u32 = 200;

/// Pause before the store is asked again after it failed.
const PAUSE: Duration = Duration::from_secs(1);

/// The changes of a company after `from` up to and including `upto`.
pub(crate) struct Changed {
    pub(crate) from: u64,
    pub(crate) upto: u64,
    pub(crate) changes: Vec<Change>,
}

/// What happens in a company from now on.
pub(crate) struct Listener {
    /// A listener that falls behind finds a gap and reads it from the store.
    pub(crate) changed: broadcast::Receiver<Arc<Changed>>,
    /// A listener that falls behind misses the oldest and is told so.
    pub(crate) presence: broadcast::Receiver<Presence>,
}

struct Company {
    reached: watch::Sender<u64>,
    changed: broadcast::Sender<Arc<Changed>>,
    changed_people: ChangedPeople,
    presence: broadcast::Sender<Presence>,
}

impl Company {
    fn has_listeners(&self) -> bool {
        self.changed.receiver_count() > 0 || self.presence.receiver_count() > 0
    }
}

/// The companies somebody listens to. What follows a company ends when it is taken out.
#[derive(Default)]
struct Companies(Mutex<HashMap<CompanyId, Company>>);

impl Companies {
    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Company>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody listens to it; if not, it is taken out.
    fn is_heard(&self, company: CompanyId) -> bool {
        let mut companies = self.lock();
        let heard = companies.get(&company).is_some_and(Company::has_listeners);
        if !heard {
            companies.remove(&company);
        }
        heard
    }
}

/// Everybody on this node who listens.
pub(crate) struct Hub {
    limits: Limits,
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    companies: Arc<Companies>,
    ended_sessions: broadcast::Sender<SessionId>,
}

impl Hub {
    pub(crate) fn new(store: Arc<dyn Store>, directory: Arc<dyn Directory>, limits: Limits) -> Self {
        let ended_sessions = broadcast::Sender::new(ENDED_SESSIONS_QUEUE);
        Self { limits, store, directory, companies: Arc::default(), ended_sessions }
    }

    /// What happens in a company from now on.
    pub(crate) fn listen(&self, company: CompanyId) -> Listener {
        let mut companies = self.companies.lock();
        let company = companies.entry(company).or_insert_with(|| self.follow(company));
        Listener { changed: company.changed.subscribe(), presence: company.presence.subscribe() }
    }

    /// Sessions that end from now on.
    pub(crate) fn listen_for_ended_sessions(&self) -> broadcast::Receiver<SessionId> {
        self.ended_sessions.subscribe()
    }

    fn follow(&self, company: CompanyId) -> Company {
        let queue = self.limits.event_queue.max(1);
        let (reached, changed) = (watch::Sender::new(0), broadcast::Sender::new(queue));
        let follower = Follower {
            store: Arc::clone(&self.store),
            company,
            companies: Arc::downgrade(&self.companies),
            reached: reached.subscribe(),
            changed: changed.clone(),
        };
        tokio::spawn(follower.run(self.limits.look_at_log));
        let presence = broadcast::Sender::new(queue);
        let (store, directory) = (Arc::clone(&self.store), Arc::clone(&self.directory));
        let changed_people = PresenceFollower::start(store, directory, company, presence.clone());
        Company { reached, changed, changed_people, presence }
    }
}

impl Announcer for Hub {
    fn announce(&self, announcement: Announcement) {
        match announcement {
            Announcement::Reached { company, sequence } => {
                if let Some(known) = self.companies.lock().get(&company) {
                    known.reached.send_if_modified(|reached| {
                        let is_new = sequence > *reached;
                        *reached = sequence.max(*reached);
                        is_new
                    });
                }
            }
            Announcement::Presence { company, user } => {
                if let Some(company) = self.companies.lock().get(&company) {
                    company.changed_people.add(user);
                }
            }
            Announcement::AnyPresence => {
                self.companies.lock().values().for_each(|company| company.changed_people.add_everybody());
            }
            Announcement::SessionEnded { session } => {
                // An error means that nobody listens.
                let _ = self.ended_sessions.send(session);
            }
        }
    }
}

/// Reads a company's changes once for all who listen.
struct Follower {
    store: Arc<dyn Store>,
    company: CompanyId,
    companies: Weak<Companies>,
    reached: watch::Receiver<u64>,
    changed: broadcast::Sender<Arc<Changed>>,
}

impl Follower {
    /// Until nobody listens, which shows at the next look at the latest.
    async fn run(mut self, look_every: Duration) {
        let mut read = None;
        let mut looks = time::interval_at(Instant::now() + look_every, look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // What is announced while a page is read is in the next one: bursts become one reading.
            let announced = tokio::select! {
                announced = self.reached.changed() => match announced {
                    Ok(()) => Some(*self.reached.borrow_and_update()),
                    Err(_) => return,
                },
                _ = looks.tick() => None,
            };
            if !self.companies.upgrade().is_some_and(|companies| companies.is_heard(self.company)) {
                return;
            }
            let reached = match announced {
                Some(reached) => Some(reached),
                None => self.look().await,
            };
            let Some(reached) = reached else { continue };
            read = Some(self.read_on(read.unwrap_or(reached.saturating_sub(1)), reached).await);
        }
    }

    /// How far the log reaches.
    async fn look(&self) -> Option<u64> {
        match self.store.sequence(self.company).await {
            Ok(reached) => Some(reached),
            Err(error) => {
                tracing::debug!(cause = chain(&error), "the change log cannot be looked at now");
                None
            }
        }
    }

    /// Passes on what is after `from`, at least up to `reached`; returns how far it came.
    async fn read_on(&self, mut from: u64, reached: u64) -> u64 {
        while from < reached {
            let page = self.store.changes_since(Scope::everybody(self.company), from, PAGE).await;
            match page {
                Ok(page) => {
                    let upto = page.upto;
                    // An error means that nobody listens any more.
                    let _ = self.changed.send(Arc::new(Changed { from, upto, changes: page.changes }));
                    if upto <= from {
                        // The database was put back from a backup; listeners find out by themselves.
                        return upto;
                    }
                    from = upto;
                }
                Err(error) => {
                    tracing::warn!(cause = chain(&error), "live changes cannot be read, trying again");
                    // Also after an error that looks final: what was announced is not announced again.
                    if self.changed.receiver_count() == 0 {
                        return from;
                    }
                    time::sleep(PAUSE).await;
                }
            }
        }
        from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::LoginLimits, directory::LocalDirectory};
    use mobilecall_api::events::PresenceState;
    use mobilecall_domain::{Timestamp, UserId};
    use mobilecall_store::{Role, User};
    use mobilecall_store_sqlite::SqliteStore;
    use mobilecall_testkit::{eventually, within};

    /// With a company of so many people, that looks at the log often.
    async fn hub(people: usize) -> (Hub, CompanyId) {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::in_memory().await.unwrap());
        let company = mobilecall_store::Company::new("Acme", "SA", Timestamp::now());
        store.create_company(&company).await.unwrap();
        for number in 0..people {
            let user = User {
                id: UserId::generate(),
                company_id: company.id,
                username: format!("agent{number}"),
                name: format!("Agent {number}"),
                extension: None,
                password_hash: "!".to_owned(),
                role: Role::Agent,
                created_at: Timestamp::now(),
            };
            store.create_user(&user).await.unwrap();
        }
        let limits = Limits { look_at_log: Duration::from_millis(10), ..Limits::default() };
        let directory = Arc::new(LocalDirectory::new(LoginLimits::default()));
        (Hub::new(store, directory, limits), company.id)
    }

    #[tokio::test]
    async fn a_company_that_nobody_listens_to_is_not_followed() {
        let (hub, company) = hub(0).await;
        let (first, second) = (hub.listen(company), hub.listen(company));
        drop(first);
        assert!(hub.companies.is_heard(company));
        drop(second);
        let is_gone = async || hub.companies.lock().is_empty().then_some(());
        eventually("the end of the follower", is_gone).await;
        let _third = hub.listen(company);
        assert!(hub.companies.is_heard(company));
    }

    #[tokio::test]
    async fn when_it_may_be_anybodys_everybodys_presence_is_told() {
        for people in [2, 30] {
            let (hub, company) = hub(people).await;
            let mut listener = hub.listen(company);
            hub.announce(Announcement::AnyPresence);
            for _ in 0..people {
                let told = within("a presence", listener.presence.recv()).await.unwrap();
                assert_eq!(told.state, PresenceState::Offline);
            }
            assert!(listener.presence.is_empty());
        }
    }
}
