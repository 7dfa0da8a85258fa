//! Twilio's cloud in memory: signaling of softphones, the REST API, TwiML, signed callbacks, telephones and recordings with
//! real sound. For tests, and for people who want to try everything without an account; never linked into what is shipped.
//!
//! What it does is what Twilio documents; what is not documented is said where it is decided. Calls cost nothing here, and
//! never leave this machine.
//!
//! - [`Account`] is what is set up at Twilio, [`PhoneBook`] what the telephones of the world do, [`Faults`] what goes wrong;
//! - `core` is the cloud: all rules, no I/O;
//! - `media` mixes the sound of softphones and telephones;
//! - `driver` is everything with I/O and a clock around them;
//! - [`StandIn`] is the handle.

mod account;
mod core;
mod driver;
mod faults;
mod media;
mod phones;
mod stand_in;

pub use crate::core::{Alert, WebhookKind};
pub use account::{Account, ApiKey, Application, Country, Instructions, Number, Permissions, Target, VerifiedNumber};
pub use faults::{CallbackFault, CallbackRule, Faults, RequestRule};
pub use media::SoundError;
pub use mobilecall_transport::LOG_DIRECTIVES;
pub use phones::{Phone, PhoneBook, Then, Voice};
pub use stand_in::{Config, StandIn, StartError};
