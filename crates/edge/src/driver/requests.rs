//! Questions to the host, each in a task of its own; all but the opening of records have a time limit.

use super::retry::Retry;
use crate::core::{CallKey, CheckId, Input, SocketId};
use crate::host::{EdgeHost, HostError, TokenRejected};
use mobilecall_domain::{CallRecord, CompanyId, Private};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long the host may take. The switch gives a call up a little later.
const HOST_TIMEOUT: Duration = Duration::from_secs(8);

pub(crate) async fn authenticate(
    host: Arc<dyn EdgeHost>,
    socket: SocketId,
    check: CheckId,
    token: Private<String>,
) -> Input {
    let result = timeout(HOST_TIMEOUT, host.authenticate(token.expose())).await;
    Input::Authenticated(socket, check, result.unwrap_or(Err(TokenRejected::Unavailable)))
}

pub(crate) async fn resolve(
    host: Arc<dyn EdgeHost>,
    call: CallKey,
    company: CompanyId,
    dialed: Private<String>,
) -> Input {
    let result = timeout(HOST_TIMEOUT, host.resolve(company, dialed.expose())).await;
    Input::Resolved(call, result.unwrap_or_else(|_| Err(too_slow())))
}

/// Waits as long as it takes: records that are written late must be known, or they would stay open for ever. The switch
/// has given the call up by then, and reports its end when the answer is here.
pub(crate) async fn open_records(
    host: Arc<dyn EdgeHost>,
    giving_up: CancellationToken,
    call: CallKey,
    records: Vec<CallRecord>,
) -> Input {
    let mut retry = Retry::new("opening call records", &giving_up);
    let opened = loop {
        match host.open_calls(records.clone()).await {
            Ok(ids) => break Ok(ids),
            Err(error) => {
                if let Err(error) = retry.pause_after(error).await {
                    break Err(error);
                }
            }
        }
    };
    Input::RecordsOpened(call, opened)
}

fn too_slow() -> HostError {
    HostError::Unavailable(format!("no answer within {} s", HOST_TIMEOUT.as_secs()))
}
