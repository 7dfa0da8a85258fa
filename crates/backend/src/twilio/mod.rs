//! Calls over Twilio: which account a company's calls are made with, what Twilio asks and tells, and what we ask of it.
//!
//! Formats are `mobilecall_twilio`'s. The legs of a call, of which Twilio tells, are joined into its record by the store.

pub(crate) mod accounts;
pub(crate) mod announcements;
mod checkup;
mod config;
pub(crate) mod dial_policy;
pub(crate) mod documents;
mod key_file;
pub(crate) mod opening;
mod reconcile;
pub(crate) mod rest;
pub(crate) mod sealing;
pub(crate) mod webhook;

pub use checkup::{TwilioCheckError, check_twilio};
pub use config::{ServiceUrl, ServiceUrlError, TwilioConfig};
pub use key_file::{KeyFileError, SecretKeyStore};
pub use sealing::{SecretKeys, SecretKeysError};
