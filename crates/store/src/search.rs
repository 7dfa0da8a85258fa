//! How a typed text finds a call: both sides are brought into one form, then one contains the other.
//!
//! Letters lose their case, Arabic-Indic and Persian digits become ASCII, the Arabic and Persian letters that keyboards
//! mix up become one, vowel marks and bidi controls go away. A text that looks like a number also loses its
//! separators and its national or international prefix, so that `050 123-45` finds `+9665012345…`.

use mobilecall_domain::CallRecord;

/// Longest text that is searched for, in characters; more cannot stand in a number or name.
pub const MAX_PATTERN_CHARS: usize = 64;

/// The searchable text of a record.
pub fn text_of(record: &CallRecord) -> String {
    let names = [record.agent_name.as_deref(), record.customer_name.as_deref()];
    let parts = [Some(record.from_number.as_str()), Some(record.to_number.as_str())].into_iter().chain(names).flatten();
    parts.map(fold).collect::<Vec<_>>().join("\n")
}

/// The patterns of which any must be contained in [`text_of`] a record. Empty if there is nothing to search for.
pub fn patterns(q: &str) -> Vec<String> {
    let folded: String = fold(q.trim()).chars().take(MAX_PATTERN_CHARS).collect();
    let folded = folded.trim();
    if folded.is_empty() {
        return Vec::new();
    }
    let mut patterns = vec![folded.to_owned()];
    if let Some(number) = compact_number(folded) {
        let national = number.strip_prefix('0').filter(|rest| rest.len() >= 2 && !rest.starts_with('0'));
        let international = number.strip_prefix("00").filter(|rest| !rest.is_empty());
        let variants = [national.map(str::to_owned), international.map(|rest| format!("+{rest}"))];
        patterns.push(number);
        patterns.extend(variants.into_iter().flatten());
    }
    patterns.dedup();
    patterns
}

/// The digits of a text that holds nothing but a number and separators, with a leading `+` kept.
fn compact_number(folded: &str) -> Option<String> {
    let is_separator = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')');
    let number: String = folded.chars().filter(|c| !is_separator(*c)).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).filter_map(fold_char).collect()
}

fn fold_char(c: char) -> Option<char> {
    let folded = match c {
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0),
        'ي' | 'ى' => 'ی',
        'ك' => 'ک',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ة' => 'ه',
        // Tatweel, vowel marks, zero-width joiners, bidi controls.
        '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' => return None,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => return None,
        '\n' | '\r' | '\t' | '\u{a0}' => ' ',
        '\0' => return None,
        other => other,
    };
    Some(folded)
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_typed_texts() {
        let cases: [(&str, &[&str]); 9] = [
            ("", &[]),
            (" \u{200f} ", &[]),
            ("Ali", &["ali"]),
            ("+966 50-123", &["+966 50-123", "+96650123"]),
            ("0501234567", &["0501234567", "501234567"]),
            ("00966501", &["00966501", "+966501"]),
            ("٠٥٠١", &["0501", "501"]),
            ("عَلي", &["علی"]),
            ("0", &["0"]),
        ];
        for (typed, expected) in cases {
            assert_eq!(patterns(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(patterns(&"x".repeat(1000)), ["x".repeat(MAX_PATTERN_CHARS)]);
    }
}
