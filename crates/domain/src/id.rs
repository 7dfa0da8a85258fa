//! Identifiers. Ours are newtypes over UUIDv7, so that they sort by the time of their making and a client can make
//! them while it is offline.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an existing UUID, for example one read from storage.
            pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            /// The UUID inside.
            pub const fn as_uuid(&self) -> Uuid { self.0 }
            /// Makes a fresh UUIDv7. The one place in this crate that reads the clock and randomness, at the
            /// caller's explicit wish.
            pub fn generate() -> Self { Self(Uuid::now_v7()) }
            /// Whether this is a UUIDv7, which is what clients must send.
            pub fn is_v7(&self) -> bool { self.0.get_version_num() == 7 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!(stringify!($name), "({})"), self.0) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> { text.parse().map(Self) }
        }
    )+};
}

uuid_id! {
    /// A call as the user sees it, and the key of its record. One agent's view of one call has one id, on every
    /// device of that agent and on the server.
    CallId
    /// One signaling dialog within a call.
    LegId
    /// A company; every row of the backend belongs to one.
    CompanyId
    /// A person who signs in.
    UserId
    /// A sign-in at the backend that can be revoked.
    SessionId
    /// One installation of the softphone, kept for good.
    DeviceId
    /// One run of a server over a store that several may share.
    NodeId
    /// One line of a softphone.
    LineId
}

/// A call's id in the provider's own form, such as Twilio's `CA…`; not secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProviderCallId(pub String);

impl fmt::Display for ProviderCallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
