//! What surrounds every request.

pub(crate) mod admission;
pub(crate) mod answers;
pub(crate) mod asked;
pub(crate) mod cors;
pub(crate) mod host;
pub(crate) mod observe;
pub(crate) mod panics;
