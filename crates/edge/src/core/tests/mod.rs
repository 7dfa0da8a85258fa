//! The switch, tested without sockets, media or clock: a [`World`] plays the host and the media anchor.

mod answering;
mod devices;
mod limits;
mod live;
mod meeting;
mod outcomes;
mod races;
mod reconnecting;
mod world;
