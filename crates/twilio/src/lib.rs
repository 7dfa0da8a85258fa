//! Twilio's formats as values: what its cloud sends us, what it reads from us, and how both are signed.
//!
//! Only text and values: no socket, no clock, no state. Time is a parameter, and a REST request is sent by whoever has an
//! HTTP client. The backend builds on this, and so does the stand-in for Twilio's cloud in tests, which is why most
//! formats are both written and read here. The signaling of softphones is another crate, `pstream`.
//!
//! Auth tokens, secrets, phone numbers and names are private: `Debug` shows none of them.

pub mod callback;
pub mod errors;
pub mod identity;
pub mod rest;
pub mod settings;
pub mod sid;
pub mod signature;
pub mod status;
pub mod time;
pub mod token;
pub mod twiml;
pub mod webhook;
mod words;

pub use errors::{ErrorCode, Remedy};
pub use identity::{Identity, IdentityError};
pub use settings::{Secret, Setting, SettingFault, SettingFaults, TwilioSettings};
pub use sid::{
    AccountSid, ApiKeySid, AppSid, CallSid, ConferenceSid, PhoneNumberSid, QueueSid, RecordingSid, SidError,
};
pub use words::UnknownWord;
