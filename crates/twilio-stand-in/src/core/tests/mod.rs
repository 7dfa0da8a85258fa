//! The cloud by tables: what goes in, and what comes out.

mod callers;
mod dialing;
mod groups;
mod softphones;
mod world;
