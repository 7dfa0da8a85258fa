//! One spelling for what people type in many, so that a search finds it.

use mobilecall_domain::CallRecord;

/// Brings a text into the form that searches compare: lower case, ASCII digits, one form of Arabic and Persian letters
/// that are typed in several, no vowel marks and no invisible direction marks.
pub fn fold(text: &str) -> String {
    text.trim().chars().filter_map(fold_char).flat_map(char::to_lowercase).collect()
}

fn fold_char(letter: char) -> Option<char> {
    let ascii_digit = |zero: u32| char::from_digit(letter as u32 - zero, 10);
    match letter {
        '\u{660}'..='\u{669}' => ascii_digit(0x660),
        '\u{6f0}'..='\u{6f9}' => ascii_digit(0x6f0),
        'أ' | 'إ' | 'آ' | 'ٱ' => Some('ا'),
        'ى' | 'ی' => Some('ي'),
        'ک' => Some('ك'),
        'ة' => Some('ه'),
        'ؤ' => Some('و'),
        'ئ' => Some('ي'),
        // Vowel marks, the stretching stroke, zero-width and direction marks.
        '\u{64b}'..='\u{652}' | '\u{670}' | '\u{640}' => None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' | '\u{feff}' => None,
        other => Some(other),
    }
}

/// What is stored beside a record for searches to look at.
pub(crate) fn of_record(record: &CallRecord) -> String {
    let name = record.customer_name.as_deref().unwrap_or_default();
    fold(&format!("{} {} {name}", record.from_number, record.to_number))
}

/// What to look for when `text` is typed; `None` for everything.
///
/// A number is looked for without separators and without a trunk or international prefix, so that `050 123` and
/// `0096650123` find `+96650123…`.
pub(crate) fn needle(text: &str) -> Option<String> {
    let folded = fold(text);
    if folded.is_empty() {
        return None;
    }
    let number_like = folded.chars().all(|letter| letter.is_ascii_digit() || "+-() ./".contains(letter));
    if number_like {
        let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
        let significant = digits.trim_start_matches('0');
        if !significant.is_empty() {
            return Some(significant.to_owned());
        }
    }
    Some(folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_every_form_people_type() {
        for (typed, looked_for) in [
            ("", None),
            ("  ", None),
            ("0501234567", Some("501234567")),
            ("00966 50-123", Some("96650123")),
            ("+966 (50) 123", Some("96650123")),
            ("٠٥٠١٢٣", Some("50123")),
            ("۰۹۱۲", Some("912")),
            ("0", Some("0")),
            ("*43", Some("*43")),
            ("Client:Bob", Some("client:bob")),
        ] {
            assert_eq!(needle(typed).as_deref(), looked_for, "{typed}");
        }
    }

    #[test]
    fn arabic_and_persian_spellings_meet() {
        for (one, other) in [("أحمد", "احمد"), ("علی", "علي"), ("كريم", "کریم"), ("فاطمة", "فاطمه"), ("مُحَمَّد", "محمد")]
        {
            assert_eq!(fold(one), fold(other), "{one}");
        }
    }
}
