//! The signs of a text that people type or paste to dial: what is a digit, what only groups digits, what cannot be seen.

use unicode_normalization::UnicodeNormalization as _;

/// The zeros of all scripts that have digits of their own, full width and mathematical ones too; the other nine follow
/// each. Unicode 16.
const ZEROS: [u32; 75] = [
    0x0030, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0,
    0x11950, 0x11bf0, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1d7ce,
    0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
];

/// The ASCII digit that a digit of any script stands for. Signs that only look like one, as `²` or `Ⅳ`, are none.
pub(crate) fn ascii_digit(c: char) -> Option<char> {
    let value = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|zero| *zero <= value)].last()?;
    char::from_digit(value - zero, 10)
}

/// Signs without a shape that copying from a web page or a chat brings along: marks, embeddings and isolates of
/// direction (UAX #9), zero-width spaces and joiners, invisible operators, the byte order mark, the soft hyphen, and what
/// chooses the look of the sign before it, as in the keycaps of emoji.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Signs that only group the digits of a number for the eye: spaces of every kind, dashes, dots, slashes and brackets.
/// In ASCII, since [`plain`] comes before.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '[' | ']' | '_' | '~')
}

/// One ASCII sign for those that mean the same in a number: full width and small forms, dashes of every length (the long
/// vowel mark of Japanese keyboards too), dots, and the commas and stars of Arabic. Others stay what they are.
pub(crate) fn plain(c: char) -> char {
    match c {
        c if c.is_ascii_control() && c.is_whitespace() => ' ',
        c if c.is_ascii() => c,
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{207b}' | '\u{208b}' | '\u{2212}' | '\u{30fc}' | '\u{ff70}' => '-',
        '\u{1806}' | '\u{2e3a}' | '\u{2e3b}' | '\u{fe58}' | '\u{fe31}' | '\u{fe32}' | '\u{5be}' => '-',
        '\u{2053}' | '\u{223c}' | '\u{301c}' => '~',
        '\u{b7}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22c5}' | '\u{30fb}' | '\u{ff65}'
        | '\u{6d4}' => '.',
        // Between thousands, and so between groups.
        '\u{66b}' | '\u{66c}' => '.',
        '\u{2044}' | '\u{2215}' => '/',
        '\u{60c}' | '\u{3001}' => ',',
        '\u{61b}' => ';',
        '\u{66d}' | '\u{2217}' | '\u{2731}' => '*',
        '\u{2795}' | '\u{207a}' | '\u{fb29}' => '+',
        '\u{3010}' | '\u{3014}' | '\u{2768}' => '(',
        '\u{3011}' | '\u{3015}' | '\u{2769}' => ')',
        // Has no shape, but the room of a letter.
        '\u{2800}' | '\u{3164}' => ' ',
        c if c.is_whitespace() => ' ',
        c => ascii_digit(c).or_else(|| wide_form(c)).unwrap_or(c),
    }
}

/// The ASCII sign behind a full-width or small form.
fn wide_form(c: char) -> Option<char> {
    if !matches!(c, '\u{ff01}'..='\u{ff5e}' | '\u{fe50}'..='\u{fe6b}') {
        return None;
    }
    std::iter::once(c).nfkc().next().filter(char::is_ascii)
}

/// The text without what cannot be seen and without white space around it.
pub(crate) fn visible(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_invisible(*c)).collect();
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
    fn digits_of_every_script_are_read_and_look_alikes_not_guessed() {
        assert!(ZEROS.is_sorted());
        for zeros in ["0", "٠", "۰", "०", "০", "๐", "០", "߀", "０", "𝟘", "𞥐", "\u{1fbf0}"] {
            let zero = u32::from(zeros.chars().next().unwrap());
            let digits: String = (zero..zero + 10).filter_map(char::from_u32).filter_map(ascii_digit).collect();
            assert_eq!(digits, "0123456789", "{zeros}");
        }
        assert_eq!("a²Ⅳ①½o".chars().filter_map(ascii_digit).count(), 0);
    }

    #[test]
    fn signs_of_every_width_are_one() {
        let all: String = "＋﹢➕−‐－ー․・（［﹙／～＊٭＃﹟，،；؛ｘＡ\u{a0}\u{3000}٠".chars().map(plain).collect();
        assert_eq!(all, "+++----..([(/~**##,,;;xA  0");
        assert_eq!("éعⅣ²①".chars().map(plain).collect::<String>(), "éعⅣ²①");
    }

    #[test]
    fn invisible_signs_and_outer_space_go() {
        assert_eq!(visible("\u{202a}\u{200f} +966\u{200b}50 \u{202c}\u{feff}\n"), "+96650");
        assert_eq!(visible("\u{2067} \u{2069}\u{fe0f}\u{2063}\u{180e}"), "");
        assert_eq!(visible("0\u{fe0f}\u{20e3}5\u{fe0f}\u{20e3}"), "05");
    }

    #[test]
    fn schemes_are_cut_in_any_case() {
        assert_eq!(strip_scheme("TEL:5", "tel"), Some("5"));
        assert_eq!(strip_scheme("telephone", "tel"), None);
        assert_eq!(strip_scheme("té", "tel"), None);
    }
}
