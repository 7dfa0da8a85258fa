//! Keypad digits, and what people type of them.

use crate::digits::{ascii_digit, is_invisible};
use std::{fmt, time::Duration};

/// How long one key takes, with the silence after it.
pub const KEY_TIME: Duration = Duration::from_millis(230);
/// What a comma waits.
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// What a `w` waits.
const SHORT_PAUSE: Duration = Duration::from_millis(500);
/// Most steps of one text, so that nobody waits for minutes by mistake.
pub const MAX_KEY_STEPS: usize = 500;

/// One step of a text of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStep {
    /// Press a key.
    Key(DtmfDigit),
    /// Wait.
    Pause(Duration),
}

/// Why a text is no text of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// It has something that is neither a key nor a pause.
    #[error(
        "'{0}' is not a key: use 0-9, *, # and A-D, with a comma for a pause of 2 seconds and w for half a second; spaces \
         do not count"
    )]
    NotAKey(char),
    /// There is nothing to press.
    #[error("there is no key to press: use 0-9, *, # and A-D")]
    Empty,
    /// It is too long.
    #[error("these are {0} keys and pauses, and at most {MAX_KEY_STEPS} can be sent at once")]
    TooMany(usize),
}

/// Reads keys in every script and width, `,` and `w` as pauses, and takes no notice of spaces and of what cannot be seen.
///
/// # Errors
/// If there is anything else in the text, or no key at all: then nothing of it is to be pressed.
pub fn read_keys(text: &str) -> Result<Vec<KeyStep>, KeysError> {
    let mut steps = Vec::new();
    for character in text.chars().filter(|character| !is_blank(*character)) {
        steps.push(match character {
            ',' | '\u{60c}' | '\u{ff0c}' => KeyStep::Pause(LONG_PAUSE),
            'w' | 'W' | '\u{ff57}' | '\u{ff37}' => KeyStep::Pause(SHORT_PAUSE),
            key => KeyStep::Key(DtmfDigit::from_char(key).ok_or(KeysError::NotAKey(key))?),
        });
    }
    if !steps.iter().any(|step| matches!(step, KeyStep::Key(_))) {
        return Err(KeysError::Empty);
    }
    if steps.len() > MAX_KEY_STEPS { Err(KeysError::TooMany(steps.len())) } else { Ok(steps) }
}

/// How long the steps take.
pub fn time_of_keys(steps: &[KeyStep]) -> Duration {
    let time = |step: &KeyStep| match step {
        KeyStep::Key(_) => KEY_TIME,
        KeyStep::Pause(pause) => *pause,
    };
    steps.iter().map(time).sum()
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() || is_invisible(character)
}

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
    /// From a key: digits of every script, `*`, `#`, `A`–`D` in either case, plain or full width.
    pub fn from_char(key: char) -> Option<Self> {
        let event = match key {
            '0'..='9' => key as u32 - '0' as u32,
            '*' | '\u{ff0a}' | '\u{66d}' => 10,
            '#' | '\u{ff03}' => 11,
            'A'..='D' => key as u32 - 'A' as u32 + 12,
            'a'..='d' => key as u32 - 'a' as u32 + 12,
            '\u{ff21}'..='\u{ff24}' => key as u32 - 0xff21 + 12,
            '\u{ff41}'..='\u{ff44}' => key as u32 - 0xff41 + 12,
            digit => ascii_digit(digit)?.to_digit(10)?,
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
        assert_eq!(read("１２＊＃Ａｄ०๙"), "12*#AD09");
        assert_eq!(read("abcd"), "ABCD");
        assert_eq!(read("eE+wW ,é٬"), "");
    }

    /// A key as itself, a pause as its seconds.
    fn steps(text: &str) -> Result<String, String> {
        let word = |step: &KeyStep| match step {
            KeyStep::Key(key) => key.to_string(),
            KeyStep::Pause(pause) => format!("({})", pause.as_secs_f64()),
        };
        read_keys(text).map(|steps| steps.iter().map(word).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_of_keys_may_have_spaces_and_pauses() {
        for (text, expected) in [
            ("1234 5678#", "12345678#"),
            (" 1\u{a0}2\u{202f}3\t4\n", "1234"),
            ("\u{202d}12\u{202c}\u{feff}", "12"),
            ("1,2", "1(2)2"),
            ("1w2W,,", "1(0.5)2(0.5)(2)(2)"),
            ("١٢،۳#", "12(2)3#"),
            ("１２#", "12#"),
            (",5", "(2)5"),
        ] {
            assert_eq!(steps(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(time_of_keys(&read_keys("12,3w").unwrap()), KEY_TIME * 3 + LONG_PAUSE + SHORT_PAUSE);
    }

    #[test]
    fn what_cannot_be_pressed_is_refused_with_what_can() {
        let error = steps("12-34").unwrap_err();
        for word in ["'-'", "0-9", "*", "#", "A-D", "comma", "w"] {
            assert!(error.contains(word), "{word} in {error}");
        }
        for text in ["", "  ", "w,", "\u{200f}"] {
            assert_eq!(read_keys(text), Err(KeysError::Empty), "{text:?}");
        }
        assert_eq!(read_keys("1x"), Err(KeysError::NotAKey('x')));
        assert!(read_keys(&"1".repeat(MAX_KEY_STEPS)).is_ok());
        assert_eq!(read_keys(&"1".repeat(501)), Err(KeysError::TooMany(501)));
    }
}
