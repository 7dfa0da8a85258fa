//! What happens, told to everybody who listens: one bounded channel a company, one for ended sessions.

use mobilecall_api::events::{Presence, PresenceState};
use mobilecall_domain::{CompanyId, SessionId, UserId};
use mobilecall_store::SequencedCall;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::broadcast;

/// Sessions that may end at once before a listener has to look each up in the store.
const ENDED_SESSIONS_QUEUE: usize = 64;

/// Something that happened in a company.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// A call was made or changed.
    Call(Arc<SequencedCall>),
    /// A person's reachability changed.
    Presence(Presence),
}

/// Tells what happens. A listener that falls behind by more than the queue misses the oldest and is told so.
pub(crate) struct Hub {
    queue: usize,
    companies: Mutex<HashMap<CompanyId, broadcast::Sender<News>>>,
    ended_sessions: broadcast::Sender<SessionId>,
    presence: Mutex<HashMap<UserId, PresenceState>>,
}

impl Hub {
    pub(crate) fn new(queue: usize) -> Self {
        Self {
            queue: queue.max(1),
            companies: Mutex::default(),
            ended_sessions: broadcast::Sender::new(ENDED_SESSIONS_QUEUE),
            presence: Mutex::default(),
        }
    }

    /// What happens in a company from now on.
    pub(crate) fn listen(&self, company: CompanyId) -> broadcast::Receiver<News> {
        let mut companies = lock(&self.companies);
        companies.entry(company).or_insert_with(|| broadcast::Sender::new(self.queue)).subscribe()
    }

    /// Sessions that end from now on.
    pub(crate) fn listen_for_ended_sessions(&self) -> broadcast::Receiver<SessionId> {
        self.ended_sessions.subscribe()
    }

    pub(crate) fn tell(&self, company: CompanyId, news: News) {
        let mut companies = lock(&self.companies);
        // An error means that nobody listens any more; the channel is made anew when somebody does.
        if companies.get(&company).is_some_and(|sender| sender.send(news).is_err()) {
            companies.remove(&company);
        }
    }

    pub(crate) fn tell_session_ended(&self, session: SessionId) {
        // An error means that nobody listens.
        let _ = self.ended_sessions.send(session);
    }

    /// Keeps and tells a person's reachability.
    pub(crate) fn set_presence(&self, company: CompanyId, presence: Presence) {
        let before = match presence.state {
            PresenceState::Offline => lock(&self.presence).remove(&presence.user_id),
            state @ (PresenceState::Available | PresenceState::Busy) => {
                lock(&self.presence).insert(presence.user_id, state)
            }
        };
        if before.unwrap_or(PresenceState::Offline) != presence.state {
            self.tell(company, News::Presence(presence));
        }
    }

    /// A person's reachability now.
    pub(crate) fn presence_of(&self, user: UserId) -> PresenceState {
        lock(&self.presence).get(&user).copied().unwrap_or(PresenceState::Offline)
    }
}

/// Nothing panics while these are held, and each step leaves them whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
