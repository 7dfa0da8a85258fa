//! What can be dialed.

use crate::{
    dial_text::{ascii_digit, is_separator, strip_scheme, visible},
    phone::{Digits, MAX_NUMBER_CHARACTERS, PhoneNumber, PhoneNumberError, Region},
    private::Private,
    sip_uri, tel_uri,
};
use std::fmt;

/// The longest name or URI: Twilio's limit for client identities, and ample for a SIP address.
const MAX_TEXT_CHARACTERS: usize = 256;

/// A destination or origin of a call. Printing it for a log shows what it is, not whose.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A number of the public network.
    Phone(PhoneNumber),
    /// A colleague's short number, 2 to 6 digits.
    Extension(String),
    /// A service code such as `*43`.
    Service(String),
    /// A softphone identity or user name, written `client:name`.
    Client(String),
    /// A SIP or SIPS URI (RFC 3261 §19.1).
    Sip(String),
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, text) = match self {
            Self::Phone(number) => ("Phone", number.as_e164()),
            Self::Extension(text) => ("Extension", text.as_str()),
            Self::Service(text) => ("Service", text.as_str()),
            Self::Client(text) => ("Client", text.as_str()),
            Self::Sip(text) => ("Sip", text.as_str()),
        };
        f.debug_tuple(name).field(&Private::new(text)).finish()
    }
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
    #[error("'{0}' cannot be dialed: remove it and try again")]
    Character(char),
    /// A SIP URI that does not follow RFC 3261.
    #[error("this is not a SIP address: write it as sip:name@host")]
    Sip,
    /// Not a number of any plan. Its variants `Empty`, `Character` and `TooLong` do not come here, but as the
    /// variants of this enum.
    #[error(transparent)]
    Phone(PhoneNumberError),
}

impl From<PhoneNumberError> for AddressError {
    fn from(error: PhoneNumberError) -> Self {
        match error {
            PhoneNumberError::Empty => Self::Empty,
            PhoneNumberError::Character(character) => Self::Character(character),
            PhoneNumberError::TooLong => Self::TooLong { max: MAX_NUMBER_CHARACTERS },
            PhoneNumberError::TooShort | PhoneNumberError::UnknownCountry | PhoneNumberError::Invalid { .. } => {
                Self::Phone(error)
            }
        }
    }
}

impl Address {
    /// Reads what a person typed or pasted; a national number is completed with `region`.
    ///
    /// | text | address |
    /// | --- | --- |
    /// | `client:name` | [`Address::Client`]: ASCII letters, digits, `_`, `-` and `.` |
    /// | `sip:…`, `sips:…` | [`Address::Sip`], unchanged |
    /// | `tel:…` | the number of an RFC 3966 URI |
    /// | `callto:…` | whatever stands behind it |
    /// | `*43` | [`Address::Service`]: `*`, then digits, `*` and `#` |
    /// | 2 to 6 digits | [`Address::Extension`], emergency numbers included |
    /// | begins with a letter | [`Address::Client`], as if `client:` stood before it |
    /// | anything else | a number as [`PhoneNumber::parse`] reads it |
    pub fn parse(text: &str, region: Region) -> Result<Self, AddressError> {
        let text = visible(text);
        if text.chars().count() > MAX_TEXT_CHARACTERS {
            return Err(AddressError::TooLong { max: MAX_TEXT_CHARACTERS });
        }
        let text = match strip_scheme(&text, "callto") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest).trim(),
            None => text.as_str(),
        };
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(name) = strip_scheme(text, "client") {
            return client(name);
        }
        if strip_scheme(text, "sip").is_some() || strip_scheme(text, "sips").is_some() {
            return if sip_uri::is_valid(text) { Ok(Self::Sip(text.to_owned())) } else { Err(AddressError::Sip) };
        }
        if let Some(rest) = strip_scheme(text, "tel") {
            return number(&tel_uri::number(rest)?, region);
        }
        if text.starts_with('*') {
            return service(text);
        }
        if text.contains('@') {
            return Err(AddressError::Sip);
        }
        if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return client(text);
        }
        number(&Digits::read(text)?, region)
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

fn client(name: &str) -> Result<Address, AddressError> {
    let is_part = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    match name.chars().find(|character| !is_part(character)) {
        Some(character) => Err(AddressError::Character(character)),
        None if name.is_empty() => Err(AddressError::Empty),
        None => Ok(Address::Client(name.to_owned())),
    }
}

fn service(text: &str) -> Result<Address, AddressError> {
    if text.chars().count() > MAX_NUMBER_CHARACTERS {
        return Err(AddressError::TooLong { max: MAX_NUMBER_CHARACTERS });
    }
    let mut code = String::with_capacity(text.len());
    for character in text.chars() {
        match ascii_digit(character) {
            Some(digit) => code.push(digit),
            None if matches!(character, '*' | '#') => code.push(character),
            None if is_separator(character) => {}
            None => return Err(AddressError::Character(character)),
        }
    }
    if code.bytes().any(|byte| byte.is_ascii_digit()) { Ok(Address::Service(code)) } else { Err(AddressError::Empty) }
}

fn number(read: &Digits, region: Region) -> Result<Address, AddressError> {
    if !read.international && (2..=6).contains(&read.digits.len()) {
        return Ok(Address::Extension(read.digits.clone()));
    }
    Ok(Address::Phone(PhoneNumber::from_digits(read, region)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Address, AddressError> {
        Address::parse(text, Region::SA)
    }

    #[test]
    fn every_kind_of_address_is_read() {
        let cases = [
            ("+966501234567", "+966501234567"),
            (" 050 123 4567\n", "+966501234567"),
            ("tel:+966-50-123-4567", "+966501234567"),
            ("TEL:0501234567", "+966501234567"),
            ("tel:%2B966%20501234567", "+966501234567"),
            ("tel://+966501234567", "+966501234567"),
            ("tel:+966(50)123.4567;ext=12", "+966501234567"),
            ("tel:050-1234567;phone-context=+966", "+966501234567"),
            ("tel:03-331-6005;isub=12345;phone-context=+64", "+6433316005"),
            ("tel:5550101;phone-context=%2B1202", "+12025550101"),
            ("tel:+966501234567;phone-context=+1", "+966501234567"),
            ("tel:7042;phone-context=example.com", "7042"),
            ("callto:+966501234567", "+966501234567"),
            ("callto://sara", "client:sara"),
            ("callto:tel:102", "102"),
            ("102", "102"),
            ("١٠٢", "102"),
            ("10-2", "102"),
            ("911", "911"),
            ("19 777", "19777"),
            ("123456", "123456"),
            ("*43", "*43"),
            ("\u{200e}*٤٣", "*43"),
            ("*21*102#", "*21*102#"),
            ("client:agent_1", "client:agent_1"),
            ("Client:Agent", "client:Agent"),
            ("sara", "client:sara"),
            ("sara.k-2", "client:sara.k-2"),
            ("sip:alice@pbx.example.com;transport=tls", "sip:alice@pbx.example.com;transport=tls"),
            ("sips:100@192.0.2.1:5061", "sips:100@192.0.2.1:5061"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).map(|address| address.dialed()).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn the_rest_is_refused_with_its_reason() {
        let invalid = || AddressError::Phone(PhoneNumberError::Invalid { region: "SA".into() });
        let cases = [
            ("", AddressError::Empty),
            (" \u{200f}\u{a0}", AddressError::Empty),
            ("client:", AddressError::Empty),
            ("callto:", AddressError::Empty),
            ("tel:", AddressError::Empty),
            ("*", AddressError::Empty),
            ("**#", AddressError::Empty),
            ("client:a b", AddressError::Character(' ')),
            ("client:علي", AddressError::Character('ع')),
            ("علي", AddressError::Character('ع')),
            ("*4a", AddressError::Character('a')),
            ("#31#", AddressError::Character('#')),
            ("0800-PIZZA", AddressError::Character('P')),
            ("http://example.com", AddressError::Character(':')),
            ("tel:%FF", AddressError::Character('%')),
            ("tel:%252B966501234567", AddressError::Character('%')),
            ("tel:1?x=1", AddressError::Character('?')),
            ("alice@example.com", AddressError::Sip),
            ("sip:alice", AddressError::Sip),
            ("sip:a b@host", AddressError::Sip),
            ("5", AddressError::Phone(PhoneNumberError::TooShort)),
            ("1234567", invalid()),
            ("+210501234567", AddressError::Phone(PhoneNumberError::UnknownCountry)),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected), "{text}");
        }
        assert_eq!(read(&"1".repeat(33)), Err(AddressError::TooLong { max: 32 }));
        assert_eq!(read(&"1 ".repeat(17)), Err(AddressError::TooLong { max: 32 }));
        assert_eq!(read(&format!("*{}", "1".repeat(32))), Err(AddressError::TooLong { max: 32 }));
        assert_eq!(read(&"a".repeat(257)), Err(AddressError::TooLong { max: 256 }));
    }

    #[test]
    fn addresses_stay_out_of_logs() {
        for text in ["+966501234567", "102102", "*4343", "client:sara_k", "sip:sara_k@pbx.example"] {
            let printed = format!("{:?}", read(text).unwrap());
            let private = ["96650", "102102", "4343", "sara", "pbx"];
            assert!(!private.iter().any(|part| printed.contains(part)), "{printed}");
            assert!(printed.contains("private characters"), "{printed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again_as_itself(text in "\\PC{0,40}") {
            check_stable(&text);
        }
        #[test]
        fn addresses_are_stable_with_every_scheme(
            scheme in prop::sample::select(vec!["", "tel:", "sip:", "sips:", "client:", "callto:", "TEL://", "*"]),
            rest in "[-+0-9a-z٠-٩%;=@.:\\[\\]() ?&#*]{0,30}",
        ) {
            check_stable(&format!("{scheme}{rest}"));
        }
    }

    fn check_stable(text: &str) {
        if let Ok(address) = read(text) {
            assert_eq!(read(&address.dialed()), Ok(address), "{text:?}");
        }
    }
}
