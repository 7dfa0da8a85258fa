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
use presence::PresenceFollower;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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
    moved: presence::Moved,
    presence: broadcast::Sender<Presence>,
}

/// Everybody on this node who listens.
pub(crate) struct Hub {
    limits: Limits,
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    companies: Mutex<HashMap<CompanyId, Company>>,
    ended_sessions: broadcast::Sender<SessionId>,
}

impl Hub {
    pub(crate) fn new(store: Arc<dyn Store>, directory: Arc<dyn Directory>, limits: Limits) -> Self {
        let ended_sessions = broadcast::Sender::new(ENDED_SESSIONS_QUEUE);
        Self { limits, store, directory, companies: Mutex::default(), ended_sessions }
    }

    /// What happens in a company from now on.
    pub(crate) fn listen(&self, company: CompanyId) -> Listener {
        let mut companies = self.lock();
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
            reached: reached.subscribe(),
            changed: changed.clone(),
        };
        tokio::spawn(follower.run(self.limits.look_at_log));
        let presence = broadcast::Sender::new(queue);
        let (store, directory) = (Arc::clone(&self.store), Arc::clone(&self.directory));
        let moved = PresenceFollower::start(store, directory, company, presence.clone());
        Company { reached, changed, moved, presence }
    }

    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, Company>> {
        self.companies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Announcer for Hub {
    fn announce(&self, announcement: Announcement) {
        match announcement {
            Announcement::Reached { company, sequence } => {
                let mut companies = self.lock();
                let Some(known) = companies.get(&company) else { return };
                if known.changed.receiver_count() == 0 {
                    // Nobody listens any more; dropping it ends its follower.
                    companies.remove(&company);
                    return;
                }
                known.reached.send_if_modified(|reached| {
                    let is_new = sequence > *reached;
                    *reached = sequence.max(*reached);
                    is_new
                });
            }
            Announcement::Presence { company, user } => {
                if let Some(company) = self.lock().get(&company) {
                    company.moved.add(user);
                }
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
    reached: watch::Receiver<u64>,
    changed: broadcast::Sender<Arc<Changed>>,
}

impl Follower {
    /// Until nobody listens.
    async fn run(mut self, look_every: Duration) {
        let mut read = None;
        let mut looks = time::interval_at(Instant::now() + look_every, look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // What is announced while a page is read is in the next one: bursts become one reading.
            let reached = tokio::select! {
                announced = self.reached.changed() => match announced {
                    Ok(()) => Some(*self.reached.borrow_and_update()),
                    Err(_) => return,
                },
                _ = looks.tick() => self.look().await,
            };
            let Some(reached) = reached else { continue };
            read = Some(self.read_on(read.unwrap_or(reached.saturating_sub(1)), reached).await);
        }
    }

    /// How far the log reaches, if somebody wants to know.
    async fn look(&self) -> Option<u64> {
        if self.changed.receiver_count() == 0 {
            return None;
        }
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
