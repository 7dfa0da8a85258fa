//! Twilio's own lists of calls and recordings are gone through again and again, and what lost callbacks have left wrong is
//! repaired: by the same ways by which callbacks are joined, so that nothing is there twice.
//!
//! [`plan`] decides, [`look`] does. One node at a time goes through an account's lists; how far it has come is in the store.

mod look;
mod plan;

use super::rest::RestError;
use crate::{
    backend::Backend,
    error::{ApiError, chain},
    state::State,
};
use look::Looker;
use mobilecall_domain::{CompanyId, Timestamp};
use mobilecall_store::{Look, StoreError};
use mobilecall_twilio::settings::RestSettings;
use std::{collections::BTreeSet, time::Duration};
use tokio::time::{self, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

/// Why a look was broken off. What was gone through until then stays noted.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Rest(#[from] RestError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the account cannot be used: {}", .0.message())]
    Account(ApiError),
    #[error("another node has taken the turn")]
    TurnLost,
}

impl From<ApiError> for LookError {
    fn from(error: ApiError) -> Self {
        Self::Account(error)
    }
}

impl Backend {
    /// Goes through Twilio's own lists at once, as a server does by itself every so often.
    pub async fn look_into_twilio(&self) {
        self.state.look_into_all(Duration::ZERO).await;
    }
}

impl State {
    /// Looks into the lists of every account, until told to stop.
    pub(crate) async fn keep_looking(&self, stop: &CancellationToken) {
        let Some(every) = self.config.twilio.look_every else { return };
        let mut beats = time::interval(every);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Whoever starts looks at once: there may have been nobody for a while.
        let mut least = Duration::ZERO;
        while stop.run_until_cancelled(beats.tick()).await.is_some() {
            if stop.run_until_cancelled(self.look_into_all(least)).await.is_none() {
                return;
            }
            least = every;
        }
    }

    async fn look_into_all(&self, every: Duration) {
        let owners = match self.store.companies_with_twilio().await {
            Ok(owners) => owners,
            Err(error) => return tracing::warn!(cause = chain(&error), "Twilio's lists could not be looked into"),
        };
        for owner in [None].into_iter().chain(owners.iter().copied().map(Some)) {
            if let Err(error) = self.look_into(owner, &owners, every).await {
                let company = owner.map(|owner| owner.to_string());
                tracing::warn!(company, cause = chain(&error), "Twilio's lists could not be gone through to the end");
            }
        }
    }

    /// Looks into the lists of a company's own account, or of the server's.
    async fn look_into(
        &self,
        owner: Option<CompanyId>,
        owners: &[CompanyId],
        every: Duration,
    ) -> Result<(), LookError> {
        let account = match owner {
            Some(company) => self.twilio_account(company).await?,
            None => self.config.twilio.server_account(),
        };
        // It may have been removed meanwhile; and without what is needed to ask there is nothing to be done.
        let Some(settings) = account.settings.for_rest().ok().filter(|_| account.owner == owner) else { return Ok(()) };
        let companies = self.companies_of(owner, owners).await?;
        let account_sid = settings.account.to_string();
        let look = Look { owner, account_sid, node: self.lease.id() };
        let now = Timestamp::now();
        let Some(turn) = self.store.begin_look(&look, now).await? else { return Ok(()) };
        let looked = if plan::is_due(turn.looked_until, now, every) {
            self.look(&look, &settings, Looker::new(self, &account, &settings, companies, now), turn.looked_until).await
        } else {
            Ok(())
        };
        self.store.end_look(&look).await?;
        looked
    }

    async fn look(
        &self,
        look: &Look,
        settings: &RestSettings,
        mut looker: Looker<'_>,
        looked_until: Option<Timestamp>,
    ) -> Result<(), LookError> {
        for window in plan::windows(looked_until, looker.now()) {
            looker.calls(window).await?;
            looker.recordings(window).await?;
            if !self.store.note_look(look, looker.reached(window)).await? {
                return Err(LookError::TurnLost);
            }
        }
        looker.unfinished().await?;
        let repaired = looker.repaired();
        if repaired > 0 {
            let account = settings.account.shortened();
            tracing::info!(account, repaired, "what Twilio did not tell, or nobody heard, was taken from its lists");
        }
        Ok(())
    }

    /// For which companies the account speaks: for its owner; the server's for everyone without an own one.
    async fn companies_of(
        &self,
        owner: Option<CompanyId>,
        owners: &[CompanyId],
    ) -> Result<BTreeSet<CompanyId>, StoreError> {
        if let Some(owner) = owner {
            return Ok([owner].into());
        }
        let all = self.store.companies().await?;
        Ok(all.into_iter().map(|company| company.id).filter(|company| !owners.contains(company)).collect())
    }
}
