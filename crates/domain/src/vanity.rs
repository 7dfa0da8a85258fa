//! Numbers that are words on the keys of a phone, as `1-800-FLOWERS`.

/// Letters there must be, so that a slip of the finger makes no word.
const FEWEST_LETTERS: usize = 3;

/// The keys of a number that ends in words: letters of ITU-T E.161, with the other signs as they are. `None` if the letters
/// are not all behind the digits, or are too few for a word.
pub(crate) fn keys(text: &str) -> Option<String> {
    let first = text.find(|c: char| c.is_ascii_alphabetic())?;
    let words = &text[first..];
    let is_word = words.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '.'));
    let letters = words.chars().filter(char::is_ascii_alphabetic).count();
    // A word stands by itself, and is not what a number runs into.
    let stands_alone = text[..first].ends_with(|c: char| !c.is_ascii_digit());
    (is_word && stands_alone && letters >= FEWEST_LETTERS).then(|| text.chars().map(key).collect())
}

fn key(c: char) -> char {
    match c.to_ascii_uppercase() {
        'A'..='C' => '2',
        'D'..='F' => '3',
        'G'..='I' => '4',
        'J'..='L' => '5',
        'M'..='O' => '6',
        'P'..='S' => '7',
        'T'..='V' => '8',
        'W'..='Z' => '9',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_keys_and_single_letters_are_not() {
        for (text, expected) in [
            ("1-800-FLOWERS", Some("1-800-3569377")),
            ("+1 (800) Go Fedex", Some("+1 (800) 46 33339")),
            ("050a1234567", None),
            ("0501234567abc", None),
            ("1-800-FLOWERS-2", None),
            ("1-800-FL", None),
            ("1-800-3569377", None),
        ] {
            assert_eq!(keys(text).as_deref(), expected, "{text}");
        }
    }
}
