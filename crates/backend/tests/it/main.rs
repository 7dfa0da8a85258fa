//! The real router over real SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::large_futures,
    reason = "a panic in a test is a failed test, and its stack is its own"
)]

mod auth;
mod calls;
mod changes;
mod company;
mod connections;
mod direct;
mod directories;
mod events;
mod http;
mod limits;
mod nodes;
mod office;
mod old;
mod openapi;
mod pages;
mod stats;
mod tenants;
mod twilio;
mod two_nodes;
mod web;
