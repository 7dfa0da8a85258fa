//! What stands behind a number and is sent as digits once it answers: an extension, or keys behind pauses.

use crate::{
    address::AddressError,
    digits::{ascii_digit, is_separator},
    search::fold,
};
use std::fmt;
use unicode_normalization::char::is_combining_mark;

/// Words before an extension, folded. Of languages in which contacts of our users are kept.
const EXTENSION_WORDS: [&str; 22] = [
    "x",
    "ext",
    "extn",
    "xtn",
    "extension",
    "int",
    "interno",
    "anexo",
    "ramal",
    "poste",
    "durchwahl",
    "dahili",
    "доб",
    "добавочныи",
    "تحويله",
    "التحويله",
    "داخلي",
    "الداخلي",
    "فرعي",
    "ملحق",
    "ايكسٹينشن",
    "extensao",
];

/// Words for "number" that may stand between such a word and the extension, folded.
const FILLERS: [&str; 5] = ["no", "nr", "number", "رقم", "شماره"];

/// Keys to send after the answer: `0-9`, `*` and `#`, with `,` for a pause of two seconds and `w` for half a second, as
/// [`read_keys`](crate::dtmf::read_keys) takes them. `Debug` hides them, since they may be a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PostDial(String);

impl PostDial {
    /// The keys and pauses.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Reads plain text behind a number; `place` is where it begins. `None` if there is no key in it.
    fn read(text: &str, place: usize) -> Result<Option<Self>, AddressError> {
        let mut keys = String::with_capacity(text.len());
        for (index, c) in text.chars().enumerate() {
            match c {
                c if c.is_ascii_digit() || matches!(c, '*' | '#') => keys.push(c),
                // Before the first key no pause is needed: they are sent when the agent says so.
                _ if keys.is_empty() && (is_pause(c) || matches!(c, ':' | '=')) => {}
                'w' | 'W' => keys.push('w'),
                c if is_pause(c) => keys.push(','),
                c if is_separator(c) => {}
                c => return Err(AddressError::Character { character: c, place: place + index }),
            }
        }
        keys.truncate(keys.trim_end_matches([',', 'w']).len());
        Ok(keys.bytes().any(|byte| byte.is_ascii_digit()).then_some(Self(keys)))
    }
    /// The value of a URI's parameter.
    pub(crate) fn of_parameter(value: &str) -> Result<Option<Self>, AddressError> {
        Self::read(value, 1)
    }
}

impl fmt::Debug for PostDial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostDial([{} private characters])", self.0.len())
    }
}

/// `,` and `;` of dialers, `w` of modems and `p` of mobile phones.
fn is_pause(c: char) -> bool {
    matches!(c, ',' | ';' | 'w' | 'W' | 'p' | 'P')
}

/// Cuts the plain text behind the number: into the number, and what is sent after the answer. Behind a service code, which
/// has `#` itself, only a pause begins that.
pub(crate) fn split(text: &str) -> Result<(&str, Option<PostDial>), AddressError> {
    let is_service = text.starts_with(['*', '#']);
    let mut has_digit = false;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        has_digit |= ascii_digit(c).is_some();
        let word = word_at(&text[at..]);
        let marker = match c {
            ',' | ';' => Some(c.len_utf8()),
            '#' if !is_service => Some(c.len_utf8()),
            _ if is_pause(c) && word.len() == 1 => Some(word.len()),
            _ if !is_service && is_extension_word(word) => Some(word.len()),
            _ => None,
        };
        match marker {
            Some(length) if has_digit => return cut(text, at, at + length, c),
            _ => at += word.len().max(c.len_utf8()),
        }
    }
    Ok((text, None))
}

/// Cuts at the mark, and leaves out what else announces the keys: `;ext=12` has two marks in a row.
fn cut(text: &str, from: usize, to: usize, marker: char) -> Result<(&str, Option<PostDial>), AddressError> {
    let mut keys = &text[to..];
    loop {
        let behind = keys.trim_start_matches(|c: char| is_separator(c) || matches!(c, ':' | '='));
        let word = word_at(behind);
        if !is_extension_word(word) && !FILLERS.contains(&fold(word).as_str()) {
            break;
        }
        keys = &behind[word.len()..];
    }
    let place = |at: usize| text[..at].chars().count() + 1;
    match PostDial::read(keys, place(text.len() - keys.len()))? {
        Some(keys) => Ok((text[..from].trim_end(), Some(keys))),
        None => Err(AddressError::Character { character: marker, place: place(from) }),
    }
}

/// The letters at the front, with their marks where those stand for themselves.
fn word_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphabetic() && !is_combining_mark(c)).unwrap_or(text.len());
    &text[..end]
}

fn is_extension_word(word: &str) -> bool {
    !word.is_empty() && EXTENSION_WORDS.contains(&fold(word).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(text: &str) -> String {
        match split(text) {
            Ok((number, Some(keys))) => format!("{number}|{}", keys.as_str()),
            Ok((number, None)) => number.to_owned(),
            Err(AddressError::Character { character, place }) => format!("{character} at {place}"),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn words_are_compared_in_the_form_in_which_they_are_kept() {
        for word in EXTENSION_WORDS.into_iter().chain(FILLERS) {
            assert_eq!(fold(word), word);
        }
    }

    #[test]
    fn extensions_and_pauses_are_cut_off() {
        for (text, expected) in [
            ("0114651234", "0114651234"),
            ("011 465 1234 x123", "011 465 1234|123"),
            ("011 465 1234x123", "011 465 1234|123"),
            ("0114651234 ext. 12", "0114651234|12"),
            ("0114651234 EXT:12", "0114651234|12"),
            ("0114651234 extension 1-2", "0114651234|12"),
            ("0114651234 extensión 12", "0114651234|12"),
            ("0114651234 extensio\u{301}n 12", "0114651234|12"),
            ("0114651234 EXTENSIO\u{301}N: 12", "0114651234|12"),
            ("0114651234 extensa\u{303}o 12", "0114651234|12"),
            ("0114651234 добавочныи\u{306} 12", "0114651234|12"),
            ("0114651234 تحويلة 12", "0114651234|12"),
            ("0114651234 تحويله: 12", "0114651234|12"),
            ("02188881234 داخلی 12", "02188881234|12"),
            ("0114651234 تحويلة رقم 12", "0114651234|12"),
            ("0114651234 Ext. No. 12", "0114651234|12"),
            ("0114651234 (ext 12)", "0114651234 (|12"),
            ("0114651234;ext=12", "0114651234|12"),
            ("0114651234; ext. 12", "0114651234|12"),
            ("0114651234#12", "0114651234|12"),
            ("0114651234 # 12#", "0114651234|12#"),
            ("0114651234,,12,3", "0114651234|12,3"),
            ("0114651234;12", "0114651234|12"),
            ("0114651234w12W3p4;5", "0114651234|12w3,4,5"),
            ("0114651234,*12#,", "0114651234|*12#"),
            ("*98,1234#", "*98|1234#"),
            ("*21*102#", "*21*102#"),
            ("#31#", "#31#"),
            ("1-800-FLOWERS ext 5", "1-800-FLOWERS|5"),
            ("1-800-FLOWERS", "1-800-FLOWERS"),
            ("x12", "x12"),
        ] {
            assert_eq!(cut_text(text), expected, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_told_with_its_place() {
        for (text, expected) in [
            ("0114651234 x12a3", "a at 15"),
            ("0114651234 ext", "e at 12"),
            ("0114651234,", ", at 11"),
            ("0114651234#", "# at 11"),
            ("0114651234,ext 12 x 3", "x at 19"),
        ] {
            assert_eq!(cut_text(text), expected, "{text}");
        }
        assert_eq!(format!("{:?}", PostDial("12#".into())), "PostDial([3 private characters])");
    }
}
