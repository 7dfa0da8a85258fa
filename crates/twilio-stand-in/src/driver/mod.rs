//! Everything with I/O and a clock around the cloud.

mod control;
mod courier;
mod http;
mod owner;
mod ranges;
mod socket;

pub(crate) use courier::{Courier, client};
pub(crate) use http::{Front, router};
pub(crate) use owner::{Message, Owner};
