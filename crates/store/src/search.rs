//! How a typed text finds a call: by the folding that the softphone's own history uses too, see
//! [`mobilecall_domain::search`].

use mobilecall_domain::{CallRecord, search};

pub use mobilecall_domain::search::{MAX_PATTERN_CHARS, MOST_PEOPLE, addresses_of, beginning_of_extension, patterns};

/// The searchable text of a record.
pub fn text_of(record: &CallRecord) -> String {
    let names = [record.agent_name.as_deref(), record.customer_name.as_deref()];
    let numbers = [Some(record.from_number.as_str()), Some(record.to_number.as_str())];
    search::text_of(numbers.into_iter().chain(names).flatten())
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
            ("عَلي", &["علي"]),
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
