//! The backend's HTTP and event API as plain types: the only thing that `backend` and `client` share.
//!
//! Names and spellings are contracts: sign-in follows the agent portal (snake case), calls follow the old softphone
//! (camel case). See `docs/` and `GET /api/openapi.json`.

pub mod auth;
pub mod calls;
pub mod changes;
pub mod company;
pub mod error;
pub mod events;
pub mod health;
pub mod people;
pub mod twilio;
pub mod twilio_check;
mod words;

/// Response header of `GET /api/calls`: the change sequence of the company up to which this page brings the reader.
pub const SEQUENCE_HEADER: &str = "mobile-call-sequence";
