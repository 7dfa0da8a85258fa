//! Identifiers on the wire.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// A call leg's identifier as the server gave it: `CA` and 32 hexadecimal digits. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallSid(pub String);

impl CallSid {
    /// From 128 bits that the caller drew at random.
    pub fn from_uuid(random: Uuid) -> Self {
        Self(format!("CA{}", random.simple()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for CallSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a message beside a call is named on the wire: `KX` and 32 hexadecimal digits, drawn by its sender.
pub fn voice_event_sid(random: Uuid) -> String {
    format!("KX{}", random.simple())
}

/// What a client calls its outgoing call until the server has given it a [`CallSid`]: `TJS` and a UUID.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TemporarySid(pub String);

impl TemporarySid {
    /// From a random UUID.
    pub fn from_uuid(random: Uuid) -> Self {
        Self(format!("TJS{}", random.hyphenated()))
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl fmt::Display for TemporarySid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
