//! The store against real SQLite.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

mod conformance;
mod damage;
mod files;
mod old;
