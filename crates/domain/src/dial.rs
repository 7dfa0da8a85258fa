//! What a person asks for by a text: whom to call, and what to send once they answer.

use crate::{
    Address, Region,
    address::AddressError,
    digits::{is_separator, plain, strip_scheme, visible},
    numbering::{self, Certainty, Zero},
    phone::{Digits, PhoneNumber},
    post_dial::{self, PostDial},
    sip_uri,
    tel_uri::{self, TelUri},
    vanity,
};
use serde::{Deserialize, Serialize};

/// The longest name or URI: Twilio's limit for client identities, and ample for a SIP address.
const MAX_TEXT_CHARACTERS: usize = 256;
/// The longest service code.
const MAX_SERVICE_CHARACTERS: usize = 32;
/// Schemes of links that hold anything that can be dialed.
const LINK_SCHEMES: [&str; 2] = ["callto", "mobilecall"];

/// What was read from a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// Whom to call.
    pub address: Address,
    /// An extension, or keys behind pauses: to be sent once they answer.
    pub post_dial: Option<PostDial>,
    /// What to know before the call.
    pub note: Option<DialNote>,
}

/// What whoever dials a number should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum DialNote {
    /// No plan known here has the number, although its length fits: its range may be new.
    UnknownRange,
    /// Letters were read as the keys they stand on.
    Letters,
}

impl DialNote {
    /// The note in English.
    pub const fn as_sentence(self) -> &'static str {
        match self {
            Self::UnknownRange => "no such number is known here, though its length fits: check it if the call fails",
            Self::Letters => "the letters are dialed as the keys they stand on",
        }
    }
}

impl Dial {
    /// Reads what a person typed or pasted; a national number is completed with `region`.
    ///
    /// | text | address |
    /// | --- | --- |
    /// | `client:name` | [`Address::Client`]: ASCII letters, digits, `_`, `-` and `.` |
    /// | `sip:…`, `sips:…` | [`Address::Sip`], unchanged |
    /// | `tel:…` | the number, short number or service code of an RFC 3966 URI |
    /// | `callto:…`, `mobilecall:…` | whatever stands behind it |
    /// | `*43`, `#31#` | [`Address::Service`]: `*` or `#`, then digits, `*` and `#` |
    /// | 2 to 6 digits | [`Address::Extension`], emergency numbers included |
    /// | begins with a letter | [`Address::Client`], as if `client:` stood before it |
    /// | anything else | a number as [`PhoneNumber::parse`] reads it |
    ///
    /// Behind a number may stand an extension (`x12`, `ext. 12`, `;ext=12`, `#12`, `تحويلة 12`) or pauses and keys
    /// (`,,12#`).
    pub fn read(text: &str, region: Region) -> Result<Self, AddressError> {
        let text = visible(text);
        if text.chars().count() > MAX_TEXT_CHARACTERS {
            return Err(AddressError::TooLong { max: MAX_TEXT_CHARACTERS });
        }
        let text = behind_links(text)?;
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if let Some(name) = strip_scheme(&text, "client") {
            return client(name).map(Self::to);
        }
        if strip_scheme(&text, "sip").is_some() || strip_scheme(&text, "sips").is_some() {
            return if sip_uri::is_valid(&text) { Ok(Self::to(Address::Sip(text))) } else { Err(AddressError::Sip) };
        }
        if let Some(rest) = strip_scheme(&text, "tel") {
            let uri = tel_uri::read(rest)?;
            let dial = of_uri(&uri, region)?;
            return Ok(Self { post_dial: dial.post_dial.or(uri.post_dial), ..dial });
        }
        if text.contains('@') {
            return Err(AddressError::Sip);
        }
        if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return client(&text).map(Self::to);
        }
        keyed(&text.chars().map(plain).collect::<String>(), region)
    }

    fn to(address: Address) -> Self {
        Self { address, post_dial: None, note: None }
    }
}

/// Whether the text is a link to something to dial, and so no name.
pub fn is_link(text: &str) -> bool {
    let text = visible(text);
    ["tel", "sip", "sips"].iter().chain(&LINK_SCHEMES).any(|scheme| strip_scheme(&text, scheme).is_some())
}

/// Whether keys for the time after the answer stand behind what is dialed, also where that alone is no number.
pub fn has_keys(text: &str) -> bool {
    let signs: String = visible(text).chars().map(plain).collect();
    matches!(post_dial::split(&signs), Ok((_, Some(_))))
}

/// What stands behind schemes that say nothing but that it can be dialed. Its escapes are decoded, but for those of URIs of
/// their own.
fn behind_links(text: String) -> Result<String, AddressError> {
    let Some(rest) = LINK_SCHEMES.iter().find_map(|scheme| strip_scheme(&text, scheme)) else { return Ok(text) };
    let rest = match rest.strip_prefix("//") {
        // A browser ends the host it thinks to see by a slash.
        Some(rest) => rest.strip_suffix('/').unwrap_or(rest),
        None => rest,
    };
    let rest = rest.trim();
    if ["tel", "sip", "sips"].iter().any(|scheme| strip_scheme(rest, scheme).is_some()) {
        return Ok(rest.to_owned());
    }
    tel_uri::decoded(rest)
}

fn client(name: &str) -> Result<Address, AddressError> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    match name.chars().enumerate().find(|(_, character)| !is_part(*character)) {
        Some((index, character)) => Err(AddressError::Character { character, place: index + 1 }),
        None if name.is_empty() => Err(AddressError::Empty),
        None => Ok(Address::Client(name.to_owned())),
    }
}

/// A local number belongs behind its context. Where that makes no number, a short one is dialed as it is in the country that
/// the context names, and so only from there.
fn of_uri(uri: &TelUri, region: Region) -> Result<Dial, AddressError> {
    let Some(context) = &uri.context else { return keyed(&uri.subscriber, region) };
    let whole = keyed(&format!("{context} {}", uri.subscriber), region);
    if matches!(whole, Ok(Dial { note: None, .. })) {
        return whole;
    }
    let code: String = context.chars().filter(char::is_ascii_digit).collect();
    match keyed(&uri.subscriber, region) {
        Ok(short @ Dial { address: Address::Extension(_), .. }) if region.has_code(&code) => Ok(short),
        Ok(Dial { address: Address::Extension(_), .. }) if whole.is_err() && numbering::is_country_code(&code) => {
            Err(AddressError::ShortAbroad)
        }
        Ok(_) | Err(_) => whole,
    }
}

/// Reads what is dialed on keys, in plain signs.
fn keyed(text: &str, region: Region) -> Result<Dial, AddressError> {
    let (head, post_dial) = post_dial::split(text)?;
    if head.starts_with(['*', '#']) {
        return Ok(Dial { address: service(head)?, post_dial, note: None });
    }
    let dial = match Digits::read(head) {
        Ok(digits) => number(&digits, region)?,
        Err(error) => worded(head, region).ok_or(error)?,
    };
    if post_dial.is_some() && matches!(dial.address, Address::Extension(_)) {
        refuse_torn(text, head, region)?;
    }
    Ok(Dial { post_dial, ..dial })
}

/// A number that is torn apart by a sign between its digits is no extension with keys behind it.
fn refuse_torn(text: &str, head: &str, region: Region) -> Result<(), AddressError> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_number =
        PhoneNumber::from_digits(&Digits { international: false, zero: Zero::Bare, digits }, region).is_ok();
    match text[head.len()..].char_indices().find(|(_, c)| !is_separator(*c)) {
        Some((at, character)) if is_number => {
            let place = text[..head.len() + at].chars().count() + 1;
            Err(AddressError::Character { character, place })
        }
        _ => Ok(()),
    }
}

/// A number with a word in it, if it is one of those that companies buy for their word.
fn worded(head: &str, region: Region) -> Option<Dial> {
    let digits = Digits::read(&vanity::keys(head)?).ok()?;
    let (number, certainty) = PhoneNumber::from_digits(&digits, region).ok()?;
    let is_word = certainty == Certainty::Known && number.may_be_word();
    is_word.then_some(Dial { address: Address::Phone(number), post_dial: None, note: Some(DialNote::Letters) })
}

fn service(text: &str) -> Result<Address, AddressError> {
    if text.chars().count() > MAX_SERVICE_CHARACTERS {
        return Err(AddressError::TooLong { max: MAX_SERVICE_CHARACTERS });
    }
    let mut code = String::with_capacity(text.len());
    for (index, character) in text.chars().enumerate() {
        match character {
            '0'..='9' | '*' | '#' => code.push(character),
            c if is_separator(c) => {}
            _ => return Err(AddressError::Character { character, place: index + 1 }),
        }
    }
    if code.bytes().any(|byte| byte.is_ascii_digit()) { Ok(Address::Service(code)) } else { Err(AddressError::Empty) }
}

fn number(read: &Digits, region: Region) -> Result<Dial, AddressError> {
    if !read.international && (2..=6).contains(&read.digits.len()) {
        return Ok(Dial::to(Address::Extension(read.digits.clone())));
    }
    let (number, certainty) = PhoneNumber::from_digits(read, region)?;
    let note = match certainty {
        Certainty::Known => None,
        Certainty::UnknownRange => Some(DialNote::UnknownRange),
    };
    Ok(Dial { address: Address::Phone(number), post_dial: None, note })
}

#[cfg(test)]
mod tests;
