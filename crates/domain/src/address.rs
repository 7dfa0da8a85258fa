//! What can be dialed.

use crate::{
    Private,
    dial::Dial,
    phone::{PhoneNumber, PhoneNumberError, Region},
};
use std::fmt;

/// A destination or origin of a call. `Debug` shows what kind it is, and of a number the last two digits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A number of the public network.
    Phone(PhoneNumber),
    /// A colleague's short number, 2 to 6 digits.
    Extension(String),
    /// A service code such as `*43` or `#31#`.
    Service(String),
    /// A softphone identity or user name, written `client:name`.
    Client(String),
    /// A SIP or SIPS URI (RFC 3261 §19.1).
    Sip(String),
}

/// Why a text cannot be dialed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("nothing to dial: type a number, an extension or a name")]
    Empty,
    /// Longer than anything that can be dialed.
    #[error("too long to dial: at most {max} characters")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// A character that has no place in an address.
    #[error("'{character}' at place {place} cannot be dialed: remove it and try again")]
    Character {
        /// The character.
        character: char,
        /// The how manieth of those that can be seen.
        place: usize,
    },
    /// More than an address, where nothing can be sent after the answer.
    #[error("digits to be sent after the answer have no place here: give the number alone")]
    PostDial,
    /// A short number whose link says that it is another country's.
    #[error("short numbers of another country can be dialed only there: call the full number")]
    ShortAbroad,
    /// A SIP URI that does not follow RFC 3261.
    #[error("this is not a SIP address: write it as sip:name@host")]
    Sip,
    /// Not a number of any plan. Its variants `Empty` and `Character` do not come here, but as the
    /// variants of this enum.
    #[error(transparent)]
    Phone(PhoneNumberError),
}

impl From<PhoneNumberError> for AddressError {
    fn from(error: PhoneNumberError) -> Self {
        match error {
            PhoneNumberError::Empty => Self::Empty,
            PhoneNumberError::Character { character, place } => Self::Character { character, place },
            PhoneNumberError::TooManyDigits { .. }
            | PhoneNumberError::TooLong { .. }
            | PhoneNumberError::TooShort { .. }
            | PhoneNumberError::UnknownCountry
            | PhoneNumberError::Ambiguous
            | PhoneNumberError::Invalid { .. } => Self::Phone(error),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, text) = match self {
            Self::Phone(number) => return f.debug_tuple("Phone").field(number).finish(),
            Self::Extension(text) => ("Extension", text),
            Self::Service(text) => ("Service", text),
            Self::Client(text) => ("Client", text),
            Self::Sip(text) => ("Sip", text),
        };
        f.debug_tuple(kind).field(&Private::new(text)).finish()
    }
}

impl Address {
    /// Reads a text that is an address and no more, as [`Dial::read`] does.
    pub fn parse(text: &str, region: Region) -> Result<Self, AddressError> {
        let Dial { address, post_dial, note: _ } = Dial::read(text, region)?;
        if post_dial.is_none() { Ok(address) } else { Err(AddressError::PostDial) }
    }

    /// The form that is dialed, stored and shown: E.164, digits, `*43`, `client:name` or `sip:…`.
    pub fn dialed(&self) -> String {
        match self {
            Self::Phone(number) => number.as_e164().to_owned(),
            Self::Extension(text) | Self::Service(text) | Self::Sip(text) => text.clone(),
            Self::Client(name) => format!("client:{name}"),
        }
    }
}
