//! The engine with a line, media sessions and voices that only pretend, over a real database.
//!
//! Time is real, but a test moves it forward instead of waiting: see [`Rig::pass`].

mod company;
mod devices;
mod held;
mod hold;
mod incoming;
mod keyring;
mod lines;
mod lost;
mod meeting;
mod outgoing;
mod phone_calls;
mod provider;
mod provider_server;
mod recordings;
mod records;
mod rig;
mod session;
mod sound;
mod team;

pub(crate) use recordings::sound_of_seconds;
pub(crate) use rig::FakeSound;
use rig::{FakeLineEnd, FarEnd, Rig, START_MS, dial, direct, eventually, problems, profile, standing, told, within};
