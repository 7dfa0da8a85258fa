//! One file a resource. Handlers extract, call one function, convert.

pub(crate) mod auth;
pub(crate) mod calls;
pub(crate) mod changes;
pub(crate) mod company;
pub(crate) mod company_calling;
pub(crate) mod company_twilio;
pub(crate) mod description;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod make_call;
pub(crate) mod recordings;
pub(crate) mod report_bodies;
pub(crate) mod signal;
pub(crate) mod stats;
pub(crate) mod team;
pub(crate) mod twilio;
pub(crate) mod voice_token;

use crate::error::ApiError;

/// The change sequence from which a reader goes on. Whoever is ahead of the company gets everything, because a backup may
/// have been put back; what no database can count to was never told to anybody.
fn sequence(since: Option<u64>) -> Result<Option<u64>, ApiError> {
    match since.filter(|since| i64::try_from(*since).is_err()) {
        Some(_) => {
            let most = i64::MAX;
            Err(ApiError::unprocessable(format!("since is a change sequence that this server told: at most {most}")))
        }
        None => Ok(since),
    }
}
