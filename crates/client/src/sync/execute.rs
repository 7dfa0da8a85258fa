//! Doing what was planned.

use super::plan::{Local, Operation, Remote, plan};
use crate::{ClientError, Session};
use mobilecall_api::{company::Company, error::ErrorCode, people::Person};
use mobilecall_cache::{Account, CacheError, PendingCall};
use mobilecall_domain::CallRecord;

/// Calls of the outbox that one round looks at.
const PUSHES_A_ROUND: u32 = 50;

/// Why a round stopped. Whatever was done until then is done; the next round goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The local database.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// What a step did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records that the server gave.
    pub pulled: u32,
    /// Records that are new or different here.
    pub changed: u32,
    /// People that the server gave. But for their extensions they are not kept here, so whoever shows them must take them
    /// now.
    pub people: Vec<Person>,
    /// The company as it stands, if the step told. It is not kept here, so whoever needs it must take it now.
    pub company: Option<Company>,
    /// The change sequences between which the step gave all people and companies: after the first, up to the second.
    pub told: Option<(u64, u64)>,
    /// What is known of the server now; `None` if the step says nothing about it.
    pub remote: Option<Remote>,
}

/// Repeats planning and doing until both sides agree. `remote` is what is known of the server; `progress` hears of each
/// step with the number of records pulled in this round and what the step did.
///
/// May be dropped anywhere: each step is complete in itself and harmless when repeated.
pub async fn synchronize(
    session: &Session,
    account: &Account,
    mut remote: Remote,
    mut progress: impl FnMut(u32, Applied),
) -> Result<Remote, SyncError> {
    let mut pulled = 0;
    loop {
        let local = Local { position: account.position().await?, pending: account.pending(PUSHES_A_ROUND).await? };
        let operations = plan(&local, &remote);
        if operations.is_empty() {
            return Ok(remote);
        }
        let mut failed = None;
        for operation in operations {
            match apply(session, account, operation).await {
                Ok(applied) => {
                    pulled += applied.pulled;
                    remote = applied.remote.unwrap_or(remote);
                    progress(pulled, applied);
                }
                // One call that makes the server stumble must not keep all others from being synchronized.
                Err(SyncError::Client(error @ ClientError::Refused { status: 500, .. })) => {
                    failed.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
}

/// Does one step.
pub async fn apply(session: &Session, account: &Account, operation: Operation) -> Result<Applied, SyncError> {
    match operation {
        Operation::StartOver => {
            tracing::warn!("the server's change sequence was rewound; all calls are pulled again");
            account.start_over().await?;
            Ok(Applied::default())
        }
        Operation::Create(call) => {
            let outcome = session.report_call(&call.record).await;
            settle(account, &call, outcome).await
        }
        Operation::Update(call) => match session.add_facts(&call.record).await {
            Err(ClientError::Refused { code: Some(ErrorCode::NotFound), .. }) => {
                account.not_on_server(call.record.id).await?;
                Ok(Applied::default())
            }
            outcome => settle(account, &call, outcome).await,
        },
        Operation::Pull { since } => pull(session, account, since).await,
    }
}

/// Takes note of the server's answer to a push.
async fn settle(
    account: &Account,
    call: &PendingCall,
    outcome: Result<CallRecord, ClientError>,
) -> Result<Applied, SyncError> {
    match outcome {
        Ok(server) => {
            account.pushed(call.record.id, call.revision, &server).await?;
            Ok(Applied { changed: 1, ..Applied::default() })
        }
        Err(error) if is_final(&error) => {
            tracing::error!(call.id = %call.record.id, %error, "the server refuses a call; it stays on this device only");
            account.refused(call.record.id, call.revision, &error.to_string()).await?;
            Ok(Applied { changed: 1, ..Applied::default() })
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether sending the same call again can only be refused again. Only our own backend can say so: a refusal without a
/// code comes from something in between, such as a proxy whose server is being replaced.
fn is_final(error: &ClientError) -> bool {
    match error {
        ClientError::Refused { code: Some(code), .. } => match code {
            ErrorCode::BadRequest
            | ErrorCode::Forbidden
            | ErrorCode::NotFound
            | ErrorCode::Conflict
            | ErrorCode::TooLarge
            | ErrorCode::Unprocessable => true,
            ErrorCode::Unauthenticated
            | ErrorCode::WrongCredentials
            | ErrorCode::MisdirectedRequest
            | ErrorCode::TooManyRequests
            | ErrorCode::Internal
            | ErrorCode::Unavailable => false,
        },
        ClientError::Refused { code: None, .. }
        | ClientError::Unreachable { .. }
        | ClientError::CertificateNotTrusted { .. }
        | ClientError::Garbled { .. }
        | ClientError::SessionEnded => false,
    }
}

async fn pull(session: &Session, account: &Account, since: u64) -> Result<Applied, SyncError> {
    let page = session.changes(since).await?;
    if page.sequence < since {
        return Ok(Applied { remote: Some(Remote { sequence: Some(page.sequence) }), ..Applied::default() });
    }
    if page.more && page.sequence == since {
        let source = "a page that leads nowhere".into();
        return Err(ClientError::Garbled { what: "GET /api/changes".to_owned(), source }.into());
    }
    let adopted = account.adopt_after(since, &page.calls, page.sequence).await?;
    let applied = Applied {
        people: page.people,
        company: page.company,
        told: Some((since, page.sequence)),
        ..Applied::default()
    };
    let Some(adopted) = adopted else {
        // What is here was begun anew meanwhile, or taken by another process: the next plan asks for what is missing.
        return Ok(Applied { remote: Some(Remote::default()), ..applied });
    };
    let sequence = (!page.more).then_some(page.sequence);
    Ok(Applied {
        pulled: u32::try_from(page.calls.len()).unwrap_or(u32::MAX),
        changed: adopted.changed,
        remote: Some(Remote { sequence }),
        ..applied
    })
}
