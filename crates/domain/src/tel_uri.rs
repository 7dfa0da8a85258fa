//! `tel:` URIs (RFC 3966), as web pages and mail link them.

use crate::{
    address::AddressError,
    digits::{plain, visible},
    post_dial::PostDial,
};
use percent_encoding::percent_decode_str;

/// What a `tel:` URI names.
pub(crate) struct TelUri {
    /// The number in plain signs.
    pub(crate) subscriber: String,
    /// What belongs before a local number, if `phone-context` says it: a plus and digits.
    pub(crate) context: Option<String>,
    /// What is to be sent after the answer: `ext`, or `postd` of older links.
    pub(crate) post_dial: Option<PostDial>,
}

/// Reads the part behind the scheme.
///
/// Escapes are decoded once. A `phone-context` counts for a local number if it is a global number prefix (`+966`); one that
/// is a domain changes nothing. `isub` and unknown parameters name nothing that could be dialed.
pub(crate) fn read(rest: &str) -> Result<TelUri, AddressError> {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let (subscriber, parameters) = rest.split_once(';').unwrap_or((rest, ""));
    let mut uri = TelUri { subscriber: decoded(subscriber)?, context: None, post_dial: None };
    for parameter in parameters.split(';').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = decoded(value)?;
        if ["ext", "postd"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            uri.post_dial = PostDial::of_parameter(&value)?;
        } else if name.eq_ignore_ascii_case("phone-context") && value.starts_with('+') && is_local(&uri.subscriber) {
            uri.context = Some(value);
        } else if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) && !parameter.contains('=') {
            // A dialer's pause, and no parameter.
            uri.post_dial = PostDial::of_parameter(name)?;
        }
    }
    Ok(uri)
}

fn is_local(subscriber: &str) -> bool {
    !subscriber.contains(['+', '*', '#'])
}

/// The text of a URI without escapes, in plain signs.
pub(crate) fn decoded(text: &str) -> Result<String, AddressError> {
    let decoded = percent_decode_str(text).decode_utf8();
    let place = text.find('%').map_or(1, |at| text[..at].chars().count() + 1);
    let decoded = decoded.map_err(|_| AddressError::Character { character: '%', place })?;
    Ok(visible(&decoded).chars().map(plain).collect::<String>().trim().to_owned())
}
