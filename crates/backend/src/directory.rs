//! What all nodes must agree on and what is not worth a place in the store: who can be reached, and how often somebody
//! tried to sign in. (Which node carries a call stands in the call's row.)

use crate::{config::LoginLimits, rate_limit::LoginLimiter};
use async_trait::async_trait;
use mobilecall_api::events::PresenceState;
use mobilecall_domain::{CompanyId, UserId};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The state that nodes share.
#[async_trait]
pub(crate) trait Directory: Send + Sync + 'static {
    /// Notes a person's reachability; says whether it was another before.
    async fn set_presence(&self, company: CompanyId, user: UserId, state: PresenceState) -> bool;
    /// Everybody of the company who is not offline.
    async fn present(&self, company: CompanyId) -> HashMap<UserId, PresenceState>;
    /// Counts a try to sign in; an error says how long to wait for the next.
    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<(), Duration>;
}

/// For a single node: in memory.
pub(crate) struct LocalDirectory {
    present: Mutex<HashMap<CompanyId, HashMap<UserId, PresenceState>>>,
    sign_ins: LoginLimiter,
}

impl LocalDirectory {
    pub(crate) fn new(limits: LoginLimits) -> Self {
        Self { present: Mutex::default(), sign_ins: LoginLimiter::new(limits) }
    }

    /// Nothing panics while it is held, and each step leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<CompanyId, HashMap<UserId, PresenceState>>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Directory for LocalDirectory {
    async fn set_presence(&self, company: CompanyId, user: UserId, state: PresenceState) -> bool {
        let mut companies = self.lock();
        let present = companies.entry(company).or_default();
        let before = match state {
            PresenceState::Offline => present.remove(&user),
            PresenceState::Available | PresenceState::Busy => present.insert(user, state),
        };
        if present.is_empty() {
            companies.remove(&company);
        }
        before.unwrap_or(PresenceState::Offline) != state
    }

    async fn present(&self, company: CompanyId) -> HashMap<UserId, PresenceState> {
        self.lock().get(&company).map_or_else(HashMap::new, HashMap::clone)
    }

    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<(), Duration> {
        self.sign_ins.count(username, address)
    }
}
