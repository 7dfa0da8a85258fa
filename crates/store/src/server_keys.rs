//! What the server calls itself and signs with.

use crate::error::Result;
use async_trait::async_trait;
use std::fmt;

/// The server's own keys.
#[async_trait]
pub trait ServerKeys: Send + Sync {
    /// Stores the identity unless there is one, and returns the one that holds.
    async fn server_identity(&self, fresh: ServerIdentity) -> Result<ServerIdentity>;
}

/// What the server calls itself and signs with, made once per database. `Debug` leaves out the secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerIdentity {
    /// Account of voice tokens, `AC` and 32 hex digits.
    pub account_sid: String,
    /// Key that signs voice tokens, `SK` and 32 hex digits.
    pub key_sid: String,
    /// Application of outgoing calls, `AP` and 32 hex digits.
    pub app_sid: String,
    /// HMAC secret of voice tokens.
    pub voice_secret: String,
    /// HMAC secret of session tokens.
    pub session_secret: String,
}

impl fmt::Debug for ServerIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerIdentity").field("account_sid", &self.account_sid).finish_non_exhaustive()
    }
}
