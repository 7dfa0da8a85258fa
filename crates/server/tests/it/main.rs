//! The program as its administrator uses it.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod company;
#[cfg(target_os = "linux")]
mod descriptors;
#[cfg(target_os = "linux")]
mod disk;
mod doctor;
mod pages;
mod program;
mod restart;
mod usage;
mod users;
