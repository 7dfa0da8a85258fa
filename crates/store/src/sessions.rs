//! Sign-ins that can be revoked, and the rotation of their refresh tokens.

use crate::{
    companies::{Company, User},
    error::Result,
};
use async_trait::async_trait;
use mobilecall_domain::{CompanyId, SessionId, Timestamp, UserId};
use std::{fmt, time::Duration};

/// Sign-ins.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Adds a session with its first refresh token. `NotFound` without the person.
    async fn create_session(&self, session: &NewSession) -> Result<()>;
    /// The person behind a session, unless it does not exist or is revoked.
    async fn principal(&self, company: CompanyId, session: SessionId) -> Result<Option<Principal>>;
    /// Exchanges a refresh token for `next`. The token itself finds the company.
    async fn refresh(
        &self,
        presented: RefreshHash,
        next: RefreshHash,
        policy: RefreshPolicy,
        now: Timestamp,
    ) -> Result<Refreshed>;
    /// Ends a session; fine if it is over already or does not exist.
    async fn revoke_session(&self, company: CompanyId, session: SessionId, now: Timestamp) -> Result<()>;
    /// Removes sessions unused since `before`; returns how many. Server-wide.
    async fn prune_sessions(&self, before: Timestamp) -> Result<u64>;
}

/// SHA-256 of a refresh token; the token itself is never stored. A plain hash suffices, since tokens are random and
/// long, not chosen by people.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshHash(pub [u8; 32]);

impl fmt::Debug for RefreshHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshHash(…)")
    }
}

/// A sign-in about to be stored.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Key.
    pub id: SessionId,
    /// Owner of the row.
    pub company_id: CompanyId,
    /// Who signed in.
    pub user_id: UserId,
    /// The first refresh token.
    pub refresh: RefreshHash,
    /// When.
    pub created_at: Timestamp,
}

/// A living session and whom it speaks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The session.
    pub session_id: SessionId,
    /// The person.
    pub user: User,
    /// The person's company.
    pub company: Company,
}

/// How refresh tokens live.
#[derive(Clone, Copy, Debug)]
pub struct RefreshPolicy {
    /// A session unused for longer than this is over.
    pub idle: Duration,
    /// A used token may be used again within this span whatever was done meanwhile, because requests overtake each other.
    /// Later only if none of its successors was presented: the client never got them, its answer was lost on the way. Either
    /// way the successors are then used up.
    pub grace: Duration,
    /// A token used longer ago than this is forgotten, and is then as unknown as one that was never given.
    pub remember: Duration,
}

/// What became of a presented refresh token.
#[derive(Clone, Debug, PartialEq)]
pub enum Refreshed {
    /// It was good; the next one is stored.
    Rotated(Box<Principal>),
    /// It had been used before, and what came of it too: somebody copied it. The session is now revoked.
    Reused(SessionId),
    /// Its session is revoked or was idle for too long.
    Ended,
    /// Not a token of this server.
    Unknown,
}
