//! Keypad digits.

use std::fmt;

/// One of the sixteen digits of RFC 4733 §3.2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DtmfDigit(u8);

impl DtmfDigit {
    /// The event code of RFC 4733: 0–9, `*` 10, `#` 11, A–D 12–15.
    pub const fn event(self) -> u8 {
        self.0
    }
    /// From an event code; `None` above 15.
    pub const fn from_event(event: u8) -> Option<Self> {
        if event < 16 { Some(Self(event)) } else { None }
    }
    /// From a key: digits of any of the three scripts, `*`, `#`, `A`–`D` in either case.
    pub fn from_char(key: char) -> Option<Self> {
        let event = match key {
            '0'..='9' => key as u32 - '0' as u32,
            '\u{660}'..='\u{669}' => key as u32 - 0x660,
            '\u{6f0}'..='\u{6f9}' => key as u32 - 0x6f0,
            '*' => 10,
            '#' => 11,
            'A'..='D' => key as u32 - 'A' as u32 + 12,
            'a'..='d' => key as u32 - 'a' as u32 + 12,
            _ => return None,
        };
        u8::try_from(event).ok().and_then(Self::from_event)
    }
    /// The key's ASCII character.
    pub const fn as_char(self) -> char {
        b"0123456789*#ABCD"[self.0 as usize] as char
    }
}

/// Digits may be those of a card or a password, so a log does not get them.
impl fmt::Debug for DtmfDigit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DtmfDigit(private)")
    }
}

impl fmt::Display for DtmfDigit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, self.as_char())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_the_event_of_rfc_4733() {
        for (event, key) in "0123456789*#ABCD".chars().enumerate() {
            let digit = DtmfDigit::from_char(key).unwrap();
            assert_eq!((usize::from(digit.event()), digit.as_char()), (event, key));
            assert_eq!(DtmfDigit::from_event(digit.event()), Some(digit));
        }
        assert_eq!(DtmfDigit::from_event(16), None);
    }

    #[test]
    fn keys_of_other_scripts_and_cases_are_read_and_others_refused() {
        let read =
            |text: &str| text.chars().filter_map(DtmfDigit::from_char).map(DtmfDigit::as_char).collect::<String>();
        assert_eq!(read("٠١٢٣٤٥٦٧٨٩"), "0123456789");
        assert_eq!(read("۰۱۲۳۴۵۶۷۸۹"), "0123456789");
        assert_eq!(read("abcd"), "ABCD");
        assert_eq!(read("eE+wW ,é٬"), "");
    }
}
