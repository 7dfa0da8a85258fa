//! Cleaning of text that people type or paste, before it is read as an address.

/// The ASCII digit a character stands for: ASCII, Arabic-Indic (٠–٩), Persian (۰–۹) and full-width digits.
pub(crate) fn ascii_digit(character: char) -> Option<char> {
    let zero = match character {
        '0'..='9' => return Some(character),
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        '\u{ff10}'..='\u{ff19}' => 0xff10,
        _ => return None,
    };
    char::from_digit(character as u32 - zero, 10)
}

/// Characters without a shape that copying from a web page or a chat brings along: bidi marks, embeddings and
/// isolates (UAX #9), zero-width spaces and joiners, the byte order mark and the soft hyphen.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// Characters that only group the digits of a number for the eye: spaces of every kind, dashes, dots, slashes and
/// brackets.
pub(crate) fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '-' | '\u{2010}'
                ..='\u{2015}'
                    | '\u{2212}'
                    | '\u{ff0d}'
                    | '.'
                    | '\u{b7}'
                    | '/'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '\u{ff08}'
                    | '\u{ff09}'
        )
}

/// Whether the character is a plus sign, plain or full-width.
pub(crate) fn is_plus(character: char) -> bool {
    matches!(character, '+' | '\u{ff0b}')
}

/// The text without invisible characters and without white space around it.
pub(crate) fn visible(text: &str) -> String {
    let shown: String = text.chars().filter(|character| !is_invisible(*character)).collect();
    shown.trim().to_owned()
}

/// Cuts a scheme such as `tel:` off the front, in any case.
pub(crate) fn strip_scheme<'a>(text: &'a str, scheme: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(':')?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_four_scripts_are_read() {
        for (text, expected) in
            [("0123456789", "0123456789"), ("٠١٢٣٤٥٦٧٨٩", "0123456789"), ("۰۱۲۳۴۵۶۷۸۹", "0123456789"), ("０９", "09")]
        {
            assert_eq!(text.chars().filter_map(ascii_digit).collect::<String>(), expected);
        }
        assert_eq!("a٫²Ⅳ०".chars().filter_map(ascii_digit).count(), 0, "other scripts and look-alikes are not guessed");
    }

    #[test]
    fn invisible_characters_and_outer_space_go() {
        assert_eq!(visible("\u{202a}\u{200f} +966\u{200b}50 \u{202c}\u{feff}\n"), "+96650");
        assert_eq!(visible("\u{2067} \u{2069}"), "");
    }

    #[test]
    fn schemes_are_cut_in_any_case() {
        assert_eq!(strip_scheme("TEL:5", "tel"), Some("5"));
        assert_eq!(strip_scheme("telephone", "tel"), None);
        assert_eq!(strip_scheme("té", "tel"), None);
    }
}
