//! `GET /api/health`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Answer of `GET /api/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`; anything else is an error status.
    pub status: String,
    /// Version of the server.
    pub version: String,
    /// What this server can do, so that clients ask before they use: `direct`, `events`.
    pub capabilities: Vec<String>,
}
