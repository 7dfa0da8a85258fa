//! All areas together.

use crate::{
    call_legs::CallLegs, calls::Calls, changes::Changes, companies::Companies, error::Result, nodes::Nodes,
    recordings::Recordings, server_keys::ServerKeys, sessions::Sessions, twilio_accounts::TwilioAccounts,
    twilio_looks::TwilioLooks,
};
use async_trait::async_trait;

/// The backend's storage: one trait an area, and the database as a whole.
///
/// Every write is one transaction: when a method returns `Ok` its change is on the disk, and when it returns an error or
/// its future is dropped nothing of it is, or (only if dropped) all of it is. Time is passed in. A look-up that finds
/// nothing returns `None`; `NotFound` is for writes that name something that is missing.
#[async_trait]
pub trait Store:
    ServerKeys
    + Companies
    + Sessions
    + Calls
    + CallLegs
    + Recordings
    + TwilioAccounts
    + TwilioLooks
    + Changes
    + Nodes
    + 'static
{
    /// Whether the database answers, and no part of it has shown to be damaged.
    async fn ping(&self) -> Result<()>;
    /// Whether the database takes writes: makes a small one, on the disk when this returns.
    async fn check_writable(&self) -> Result<()>;
    /// Whether the database is whole: reads all of it, which takes a while. What can be made again is mended; of what
    /// cannot, [`Self::ping`] tells from then on.
    async fn examine(&self) -> Result<()>;
    /// Finishes what is under way and lets go of the database. Later calls fail.
    async fn close(&self);
}
