//! `tel:` URIs (RFC 3966), as web pages and mail link them.

use crate::{
    dial_text::is_plus,
    phone::{Digits, PhoneNumberError},
};
use percent_encoding::percent_decode_str;

/// The number in the part of a `tel:` URI behind the scheme.
///
/// Separators are those of every number; escapes are decoded once. A `phone-context` that is a global number prefix
/// (`+966`) is put before a local number, one that is a domain changes nothing. `ext`, `isub` and unknown parameters
/// name things behind the number that cannot be dialed with it, so they are left out; the agent types an extension
/// on the keypad once the call is up.
pub(crate) fn number(rest: &str) -> Result<Digits, PhoneNumberError> {
    let mut parts = rest.strip_prefix("//").unwrap_or(rest).split(';');
    let subscriber = decoded(parts.next().unwrap_or_default())?;
    let mut digits = Digits::read(subscriber.trim())?;
    for parameter in parts {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = decoded(value)?;
        if name.eq_ignore_ascii_case("phone-context") && value.starts_with(is_plus) && !digits.international {
            let context = Digits::read(&value)?;
            digits = Digits { international: true, digits: context.digits + &digits.digits };
        }
    }
    Ok(digits)
}

fn decoded(text: &str) -> Result<String, PhoneNumberError> {
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| PhoneNumberError::Character('%'))?;
    Ok(crate::dial_text::visible(&decoded))
}
