use crate::Failure;
use mobilecall_domain::{CallId, Disposition};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A call by way of the agent's own phone, as a window shows it: it goes over the telephone network alone, and here is only
/// told how it goes. `Debug` leaves out who is called.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCallView {
    /// Key in the history, once the server has taken it.
    #[ts(as = "Option<String>")]
    pub call: Option<CallId>,
    /// Who is called, dialable.
    pub address: String,
    /// Their name, if known.
    pub name: Option<String>,
    /// How far it has come.
    pub stage: PhoneCallStage,
}

/// How far a call by way of the agent's own phone has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PhoneCallStage {
    /// The server is asked.
    Asked,
    /// The agent's phone is called.
    RingsHere,
    /// The agent answered, and the other party is called.
    AnsweredHere,
    /// The other party's phone rings.
    RingsThere,
    /// Both talk.
    Talking {
        /// Since when, in milliseconds since 1970.
        #[ts(type = "number")]
        since_ms: i64,
    },
    /// It is over.
    Ended {
        /// How it ended.
        disposition: Disposition,
    },
    /// It was refused.
    Refused {
        /// Why.
        failure: Failure,
    },
}

impl PhoneCallStage {
    /// Nothing more comes of it.
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Asked | Self::RingsHere | Self::AnsweredHere | Self::RingsThere | Self::Talking { .. } => false,
            Self::Ended { .. } | Self::Refused { .. } => true,
        }
    }
}
