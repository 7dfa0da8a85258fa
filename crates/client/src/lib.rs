//! The backend's API as typed calls, the session behind them, live events, and the sync of the local history.
//!
//! ```no_run
//! # async fn example(cache: mobilecall_cache::Cache) -> Result<(), Box<dyn std::error::Error>> {
//! use mobilecall_client::{Http, ServerUrl, Session, Sync, trust};
//!
//! let http = Http::new(ServerUrl::parse("https://call.example")?, trust(None)?)?;
//! let session = Session::log_in(&http, "alice", "secret").await?;
//! let account = cache.account(&session.account_key("https://call.example"), mobilecall_domain::Timestamp::now()).await?;
//! let (sync, mut events) = Sync::start(session.clone(), account);
//! sync.nudge();
//! while let Some(event) = events.recv().await {
//!     println!("{event:?}");
//! }
//! # Ok(()) }
//! ```
//!
//! Every request has a time limit, is repeated with growing, jittered pauses where a repetition can help, and honors
//! the server's `Retry-After`. The caller installs a `rustls` crypto provider once per program.

mod calls;
mod error;
mod events;
mod http;
mod recordings;
mod server_url;
mod session;
mod sync;
mod tls;
mod twilio;

pub use calls::Changes;
pub use error::{ClientError, TlsError};
pub use events::EventSocket;
pub use http::Http;
pub use mobilecall_api::{
    auth::{LoginResponse, Role, User},
    calls::{IceServer, VoiceToken},
    company::Company,
    error::{ErrorCode, ProviderRefusal},
    events::{Presence, PresenceState},
    health::Health,
    people::Person,
    twilio::{SecretState, TwilioAccount, TwilioSettings, TwilioSource},
};
pub use recordings::{RecordingPart, RecordingPath};
pub use server_url::{BadServerUrl, ServerUrl};
pub use session::{Session, SessionState};
pub use sync::{Applied, Local, Operation, Remote, Sync, SyncError, SyncEvent, SyncStatus, apply, plan, synchronize};
pub use tls::trust;
