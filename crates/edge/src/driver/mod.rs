//! Everything with I/O and a clock around the switch: sockets, the host, media, timers.
//!
//! One task owns the switch. Sockets, sessions and questions to the host are tasks of their own that send it inputs; it
//! never waits for any of them.

mod owner;
mod reachability;
mod recorder;
mod requests;
mod retry;
mod socket;

pub(crate) use owner::{Message, Owner, OwnerConfig};
pub(crate) use socket::{Heartbeat, serve};
