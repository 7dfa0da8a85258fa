//! What Twilio asks and tells about calls. Every request is signed by it; what is told comes late, twice and in any order.

pub(crate) mod told;
pub(crate) mod voice;
