//! The REST calls that we make, as data: whoever has an HTTP client sends them, the stand-in answers them.
//!
//! Base is `https://{host}/2010-04-01/Accounts/{account}`, with HTTP Basic authentication
//! ([`RestSettings`](crate::settings::RestSettings)). Forms go out, JSON comes back; times are RFC 2822, durations seconds
//! in text, prices negative numbers in text.

mod account;
mod call;
mod conference;
mod event;
mod key;
mod number;
mod page;
mod recording;
mod request;
mod token;
mod value;

pub use account::{Account, AccountStatus, Balance, CountryPermissions, get_account, get_balance, get_country};
pub use call::{
    Call, CallFilter, CreateCall, InlineTwiml, Instructions, LegCallback, MAX_TWIML, TwimlTooLong, cancel_call,
    get_call, hang_up, list_calls, redirect_call,
};
pub use conference::{
    AddParticipant, Conference, Participant, ParticipantChange, add_participant, change_participant, end_conference,
    get_conference, list_conferences, list_participants, remove_participant,
};
pub use event::{CallEvent, EventRequest, list_events};
pub use key::{Key, get_key};
pub use number::{
    Application, Capabilities, IncomingPhoneNumber, OutgoingCallerId, get_application, list_incoming_numbers,
    list_outgoing_caller_ids, update_application, update_incoming_number,
};
pub use page::{Listed, Page};
pub use recording::{
    Recording, RecordingFilter, RecordingMode, delete_recording, get_recording, list_call_recordings, list_recordings,
    recording_media_path, set_recording, start_recording,
};
pub use request::{ApiError, Host, Outcome, Request, Verb, retry_after};
pub use token::{IceServer, RelayToken, create_relay_token};
pub use value::{AmountError, Millionths};

/// Why an answer of Twilio cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Not the JSON that was expected.
    #[error("Twilio's answer is not what it documents: {0}")]
    Json(#[from] serde_json::Error),
    /// A list of something else.
    #[error("Twilio's answer has no list of {0}")]
    NoList(&'static str),
}

#[cfg(test)]
mod tests;
