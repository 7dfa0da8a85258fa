use crate::Failure;
use mobilecall_domain::{LineCapabilities, LineId, LineKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who is signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SessionView {
    /// Nobody.
    SignedOut {
        /// Why the engine could not sign in by itself, or why a session ended.
        why: Option<Failure>,
    },
    /// Being signed in.
    SigningIn,
    /// Somebody.
    SignedIn {
        /// User name.
        username: String,
        /// Display name.
        name: String,
        /// Company.
        company: String,
        /// Short number.
        extension: Option<String>,
        /// Region of national numbers.
        region: String,
        /// Kinds of line that the company prefers, the first before the others. Empty if it has no preference.
        company_lines: Vec<LineKind>,
        /// The company has an account with which the server can call the agent's own phone.
        calls_via_phone: bool,
        /// This person may set the company's account at Twilio.
        sets_up_twilio: bool,
        /// The session outlives the app (kept in the OS keyring).
        kept: bool,
    },
}

/// The server in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerView {
    /// Runs inside this app?
    pub embedded: bool,
    /// Address in use; for the embedded server with the port it got.
    pub url: String,
    /// Answers?
    pub reachable: bool,
    /// The port that the embedded server was to have, if another program has it.
    pub port_taken: Option<u16>,
}

/// A line and its standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LineView {
    /// Key.
    #[ts(as = "String")]
    pub id: LineId,
    /// Kind.
    pub kind: LineKind,
    /// Name for people; empty for the line of the server that the agent is signed in at, whose kind says it all.
    pub label: String,
    /// Standing.
    pub registration: Registration,
    /// Why it is down, as far as that is known.
    pub why: Option<Failure>,
    /// What it can do beyond calls; nothing else is offered.
    pub capabilities: LineCapabilities,
}

/// A line's standing with its registrar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Registration {
    /// Off.
    Unregistered,
    /// Under way.
    Registering {
        /// Failed attempts so far.
        attempt: u32,
    },
    /// Ready.
    Registered,
    /// Refused for good.
    Failed {
        /// Why.
        code: crate::ErrorCode,
    },
}

/// State of the history's sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum SyncView {
    /// The server cannot be reached; changes wait here.
    Offline {
        /// Changes that wait.
        pending: u32,
    },
    /// Under way.
    Syncing {
        /// Records pulled so far.
        pulled: u32,
        /// Changes that wait.
        pending: u32,
    },
    /// Everything is on both sides.
    UpToDate {
        /// When, in milliseconds since 1970.
        #[ts(type = "number")]
        at_ms: i64,
    },
}
