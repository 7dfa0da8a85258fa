//! Custom parameters: a query string inside a frame.
//!
//! Outgoing ones are written as JavaScript's `encodeURIComponent` does, so that the real SDK's and ours look alike. Reading takes
//! `+` as a space and decodes keys and values.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::borrow::Cow;

/// All that `encodeURIComponent` escapes.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Writes pairs as `key=value&key=value`.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(key, COMPONENT));
        text.push('=');
        text.extend(utf8_percent_encode(value, COMPONENT));
    }
    text
}

/// Reads a query string; pairs without a key are skipped, bytes that are no UTF-8 become the replacement character.
pub fn decode(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (!key.is_empty()).then(|| (component(key), component(value)))
        })
        .collect()
}

/// The first value of `key` in a query string.
pub fn find(text: &str, key: &str) -> Option<String> {
    decode(text).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn component(text: &str) -> String {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_what_the_sdk_was_seen_to_write() {
        let pairs = [("To", "+966500000000"), ("Note", "a b&c=d+e"), ("Ar", "مرحبا")];
        let text = "To=%2B966500000000&Note=a%20b%26c%3Dd%2Be&Ar=%D9%85%D8%B1%D8%AD%D8%A8%D8%A7";
        assert_eq!(encode(pairs), text);
    }

    #[test]
    fn reads_what_the_server_was_seen_to_write() {
        let text = "name=%D8%B9%D9%84%D9%8A&note=a+b%26c&&=x&flag";
        let read = decode(text);
        let expected = [("name", "علي"), ("note", "a b&c"), ("flag", "")];
        assert_eq!(read, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(find(text, "note").as_deref(), Some("a b&c"));
        assert_eq!(find(text, "missing"), None);
    }

    proptest! {
        #[test]
        fn reads_back_what_it_wrote(pairs in proptest::collection::vec((".{1,8}", ".{0,12}"), 0..6)) {
            let text = encode(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
            prop_assert_eq!(decode(&text), pairs);
        }
    }
}
