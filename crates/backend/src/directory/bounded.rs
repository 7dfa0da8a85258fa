//! A directory that always answers within a bound.

use super::{Directory, DirectoryError, PersonReport, PresenceChange, Renewed, Whereabouts};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, NodeId, PresenceState, UserId};
use std::{collections::HashMap, io, net::IpAddr, sync::Arc, time::Duration};
use tokio::time;

/// Whoever calls waits for it, and a server that stops or starts. Callers are rung here all the same without an answer.
const LIMIT: Duration = Duration::from_secs(1);

/// The same, with silence told as an error.
pub(crate) struct BoundedDirectory(pub(crate) Arc<dyn Directory>);

async fn bounded<T>(answer: impl Future<Output = Result<T, DirectoryError>> + Send) -> Result<T, DirectoryError> {
    let late = |_elapsed| DirectoryError(io::Error::from(io::ErrorKind::TimedOut).into());
    time::timeout(LIMIT, answer).await.map_err(late)?
}

#[async_trait]
impl Directory for BoundedDirectory {
    async fn renew(&self, node: NodeId, instance: &str, lasts: Duration) -> Result<Renewed, DirectoryError> {
        bounded(self.0.renew(node, instance, lasts)).await
    }

    async fn leave(&self, node: NodeId) -> Result<Vec<PresenceChange>, DirectoryError> {
        bounded(self.0.leave(node)).await
    }

    async fn drop_silent(&self) -> Result<Vec<PresenceChange>, DirectoryError> {
        bounded(self.0.drop_silent()).await
    }

    async fn report(&self, node: NodeId, said: PersonReport) -> Result<Option<PresenceChange>, DirectoryError> {
        bounded(self.0.report(node, said)).await
    }

    async fn present(&self, company: CompanyId) -> Result<HashMap<UserId, PresenceState>, DirectoryError> {
        bounded(self.0.present(company)).await
    }

    async fn whereabouts(&self, company: CompanyId, user: UserId) -> Result<Vec<Whereabouts>, DirectoryError> {
        bounded(self.0.whereabouts(company, user)).await
    }

    async fn count_sign_in(&self, username: &str, address: IpAddr) -> Result<Option<Duration>, DirectoryError> {
        bounded(self.0.count_sign_in(username, address)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_an_error() {
        let silent = std::future::pending::<Result<(), DirectoryError>>();
        bounded(silent).await.expect_err("no answer ever comes");
        bounded(async { Ok(()) }).await.expect("an answer is one");
    }
}
