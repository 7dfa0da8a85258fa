//! The backend's HTTP and event API as plain types: the only thing that `backend` and `client` share.
//!
//! Names and spellings are contracts: sign-in follows the agent portal (snake case), calls follow the old softphone
//! (camel case). See `docs/` and `GET /api/openapi.json`.

pub mod auth;
pub mod calls;
pub mod changes;
pub mod company;
pub mod company_calling;
pub mod error;
pub mod events;
pub mod health;
pub mod people;
pub mod twilio;
pub mod twilio_check;
mod words;

/// Request header of `POST /api/calls/make-call`: the sender's name for the request, so that one that is sent again is no second
/// call.
pub const IDEMPOTENCY_HEADER: &str = "idempotency-key";

/// Response header of `GET /api/calls`: the change sequence of the company up to which this page brings the reader.
pub const SEQUENCE_HEADER: &str = "mobile-call-sequence";
