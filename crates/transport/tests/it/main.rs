//! Two real sessions in one process, over loopback.

mod connect;
mod fake;
mod hold;
mod ice_servers;
mod lifecycle;
mod no_candidates;
mod outage;
mod peer;
mod restart;
mod stats;
