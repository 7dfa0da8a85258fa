//! `mcall` as scripts use it: the real program against real servers.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod audio;
mod calls;
mod demo;
mod disk;
mod doctor;
mod history;
mod meeting;
mod office;
mod program;
mod reach;
mod refused;
mod session;
mod twilio;
mod usage;
