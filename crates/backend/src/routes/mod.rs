//! One file a resource. Handlers extract, call one function, convert.

pub(crate) mod auth;
pub(crate) mod calls;
pub(crate) mod changes;
pub(crate) mod description;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod lists;
pub(crate) mod signal;
pub(crate) mod stats;
pub(crate) mod team;
pub(crate) mod voice_token;
