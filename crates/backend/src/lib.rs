//! The backend of Mobile Call: the HTTP API, sign-in, live events, voice tokens, and the direct line's edge, as a
//! library over a [`Store`](mobilecall_store::Store). The same [`serve()`] runs inside the desktop app, in
//! `mobile-call-server` and in tests:
//!
//! ```no_run
//! # async fn run(store: std::sync::Arc<dyn mobilecall_store::Store>) -> Result<(), Box<dyn std::error::Error>> {
//! use mobilecall_backend::{BackendConfig, CancellationToken, serve};
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
//! serve(listener, store, BackendConfig::default(), CancellationToken::new()).await?;
//! # Ok(()) }
//! ```
//!
//! Handlers (`routes/`) are thin: they extract, call one function (of the store, `sign_in`, `events`) and convert. Every
//! request but sign-in, health and what Twilio signs needs a session, and every question to the store carries the session's company. Each
//! refused request answers with an [`ErrorBody`](mobilecall_api::error::ErrorBody).

mod accounts;
mod announce;
mod backend;
mod call_times;
mod config;
mod convert;
mod directory;
mod edge_host;
mod error;
mod event_socket;
mod extract;
mod health;
mod hub;
mod layers;
mod limited_listener;
mod node;
mod occasional;
mod openapi;
mod openings;
mod passwords;
mod permissions;
mod presence;
mod rate_limit;
mod refusal;
mod relays;
mod router;
mod routes;
mod serve;
mod sign_in;
mod slots;
mod state;
pub mod tls;
mod tokens;
mod twilio;
mod web;

pub use accounts::{AddUserError, NewUser, add_user};
pub use announce::{Announcement, Announcer, Broker, LocalBroker};
pub use backend::{Backend, StartError};
pub use config::{BackendConfig, Lease, Limits, LoginLimits, PasswordCost, Rate};
pub use directory::{Directory, DirectoryError, LocalDirectory, PersonReport, PresenceChange, Renewed, Whereabouts};
pub use mobilecall_api::twilio_check::{TwilioCheck, TwilioFinding, TwilioFindingState, TwilioSubject};
pub use mobilecall_edge::{EdgeConfig, LOG_DIRECTIVES, MediaRuntime, PeerAddresses};
pub use mobilecall_twilio::settings::{Setting, SettingFaults, TwilioSettings};
pub use openapi::openapi_json;
pub use passwords::{PasswordError, hash_password};
pub use relays::{RelayServers, RelayServersError};
pub use serve::{ServeError, serve};
pub use tokio_util::sync::CancellationToken;
pub use twilio::{
    KeyFileError, SecretKeyStore, SecretKeys, SecretKeysError, ServiceUrl, ServiceUrlError, TwilioCheckError,
    TwilioConfig, check_twilio,
};
pub use web::WebPages;
