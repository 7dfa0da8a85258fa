//! Validation of SIP and SIPS URIs (RFC 3261 §19.1.1 and §25.1). The text is kept as it was given: a parameter or an
//! escape may mean something to a PBX, so nothing is guessed or rewritten.

use crate::digits::strip_scheme;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Whether the text is a `sip:` or `sips:` URI. A password in it is refused although the grammar knows it, because
/// the address is shown and written into the history; so is a bare host, because whoever types `sip:alice` means a
/// person.
pub(crate) fn is_valid(text: &str) -> bool {
    let Some(rest) = strip_scheme(text, "sip").or_else(|| strip_scheme(text, "sips")) else { return false };
    let (rest, headers) = match rest.split_once('?') {
        Some((rest, headers)) => (rest, Some(headers)),
        None => (rest, None),
    };
    // The user part may hold ';', so it is cut off before the parameters are.
    let Some((user, rest)) = rest.rsplit_once('@') else { return false };
    let mut parts = rest.split(';');
    is_user(user)
        && parts.next().is_some_and(is_host_port)
        && parts.all(is_parameter)
        && headers.is_none_or(|headers| headers.split('&').all(is_header))
}

fn is_user(text: &str) -> bool {
    !text.is_empty() && is_made_of(text, "&=+$,;?/")
}

fn is_parameter(text: &str) -> bool {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let fits = |text: &str| !text.is_empty() && is_made_of(text, "[]/:&+$");
    fits(name) && value.is_none_or(fits)
}

fn is_header(text: &str) -> bool {
    let allowed = "[]/?:+$";
    text.split_once('=')
        .is_some_and(|(name, value)| !name.is_empty() && is_made_of(name, allowed) && is_made_of(value, allowed))
}

/// Whether every character is unreserved, one of `extra`, or a complete percent escape.
fn is_made_of(text: &str, extra: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let escaped = byte == b'%'
            && matches!((bytes.next(), bytes.next()), (Some(high), Some(low)) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
        let unreserved = byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
        if !(escaped || unreserved || extra.as_bytes().contains(&byte)) {
            return false;
        }
    }
    true
}

fn is_host_port(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (None, port),
            _ => return false,
        },
        None => match text.find(':') {
            Some(colon) => (Some(&text[..colon]), &text[colon..]),
            None => (Some(text), ""),
        },
    };
    let port_fits = port.is_empty()
        || port.strip_prefix(':').is_some_and(|digits| {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port != 0)
        });
    host.is_none_or(is_host) && port_fits
}

fn is_host(text: &str) -> bool {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return text.parse::<Ipv4Addr>().is_ok();
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let begins_with_letter =
        name.rsplit('.').next().is_some_and(|top| top.starts_with(|c: char| c.is_ascii_alphabetic()));
    name.len() <= 253 && name.split('.').all(is_label) && begins_with_letter
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn uris_of_the_standard_are_accepted() {
        for text in [
            "sip:alice@atlanta.com",
            "SIPS:alice@atlanta.com",
            "sip:alice@atlanta.com;transport=tcp",
            "sip:+1-212-555-1212@gateway.com;user=phone",
            "sip:alice@192.0.2.4",
            "sip:alice@[2001:db8::1]:5061;lr",
            "sip:bob@atlanta.com;method=INVITE?to=alice%40atlanta.com",
            "sip:alice;day=tuesday@atlanta.com",
            "sip:100@pbx:5060",
            "sip:%D8%B9@example.com.",
            "sip:*43@pbx.example.com?subject=",
        ] {
            assert!(is_valid(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "sip:",
            "sip:alice",
            "sip:atlanta.com",
            "sip:@host",
            "sip:a@",
            "sip:alice:secret@atlanta.com",
            "sip:a@b@c:0",
            "sip:alice@host:0",
            "sip:alice@host:65536",
            "sip:alice@host:",
            "sip:alice@host:5o60",
            "sip:alice@host;",
            "sip:alice@host;=x",
            "sip:alice@host?subject",
            "sip:al ice@host",
            "sip:al%4@host",
            "sip:al%zz@host",
            "sip:علي@host",
            "sip:alice@ho_st",
            "sip:alice@-host",
            "sip:alice@192.0.2.256",
            "sip:alice@[2001:db8::1",
            "sip:alice@[nonsense]",
            "sip:alice@host..com",
            "sip:alice@host\r\nVia: x",
            "alice@atlanta.com",
            "http:alice@atlanta.com",
        ] {
            assert!(!is_valid(text), "{text}");
        }
    }
}
