//! Names of people and companies, as they are kept and printed.
//!
//! A name may not act on the text around it: signs that turn the direction of text, and others that cannot be seen, do not
//! belong to it. Only the joiners of Arabic and Persian letters do, between letters. Nor may it cover the lines above and
//! below, as letters with hundreds of marks do.

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Zero-width non-joiner and joiner.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Most marks on a letter. Vietnamese needs two, vowelled Arabic three, Hebrew with its accents four, Tibetan six.
const MOST_MARKS: usize = 6;

/// The name without what cannot be seen and without marks that are too many for a letter, and with single spaces. Empty if
/// nothing is left that can be seen.
pub fn clean(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    let mut joiner = None;
    let mut marks = Marks::default();
    for c in text.chars() {
        if marks.are_too_many(c) {
            continue;
        }
        if JOINERS.contains(&c) {
            // Kept if a letter follows, and only one of a row.
            joiner = Some(c).filter(|_| !name.is_empty() && !name.ends_with(' '));
        } else if c.is_whitespace() || c.is_control() {
            joiner = None;
            if !name.is_empty() && !name.ends_with(' ') {
                name.push(' ');
            }
        } else if !is_hidden(c) {
            name.extend(joiner.take());
            name.push(c);
        }
    }
    name.truncate(name.trim_end().len());
    if name.chars().any(is_seen) { name } else { String::new() }
}

/// The clean name for the middle of a sentence: first strong isolate around it, so that it does not mix with what stands
/// beside it when it is written from right to left. For everything that a person, a system or another program has named.
pub fn isolated(text: &str) -> String {
    let name = clean(text);
    if name.is_ascii() { name } else { format!("\u{2068}{name}\u{2069}") }
}

/// Most characters of a text that [`of_call`] takes.
const MOST_CHARS: usize = 256;

/// Why a text of a call cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitText {
    /// No number, address or name is as long.
    #[error("has more than {MOST_CHARS} characters")]
    TooLong,
    /// Such as the end of a line, or what moves the cursor of a terminal.
    #[error("has a control character")]
    Control,
}

/// A number, an address, a name or an id as a record of a call keeps it, whichever way a program says it. A call is worth more
/// than its name, so what is hidden in it is taken away.
///
/// # Errors
/// What is wrong with it, to stand behind the name of a field.
pub fn of_call(text: &str) -> Result<String, UnfitText> {
    if text.chars().count() > MOST_CHARS {
        return Err(UnfitText::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(UnfitText::Control);
    }
    Ok(clean(text))
}

/// Whether the text has a sign that [`clean`] takes away, and not only as a space too many: whoever types a name is better
/// told so.
pub fn has_unfit(text: &str) -> bool {
    let mut marks = Marks::default();
    text.chars().any(|c| is_hidden(c) || c.is_control() || marks.are_too_many(c))
}

/// Counts the marks on a letter.
#[derive(Default)]
struct Marks(usize);

impl Marks {
    /// Takes the next sign, and says whether it is a mark for which the letter has no room. What cannot be seen between
    /// marks begins no other letter.
    fn are_too_many(&mut self, c: char) -> bool {
        if is_hidden(c) || JOINERS.contains(&c) {
            return false;
        }
        self.0 = if is_combining_mark(c) { self.0 + 1 } else { 0 };
        self.0 > MOST_MARKS
    }
}

/// Not a space, and no mark that needs a letter or sign to stand on.
fn is_seen(c: char) -> bool {
    let chooses_a_form = matches!(c, '\u{fe00}'..='\u{fe0f}');
    !c.is_whitespace() && !JOINERS.contains(&c) && canonical_combining_class(c) == 0 && !chooses_a_form
}

/// Signs of direction, fillers, tags and other marks without a glyph. Those that choose between forms of a sign, as of
/// emoji, change what is seen and are none.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_is_seen() {
        for (typed, kept) in [
            ("Sara", "Sara"),
            ("  Abd  al-Rahman ", "Abd al-Rahman"),
            ("Sara\u{202e} nimda", "Sara nimda"),
            ("Ali\u{202e}moc.knab\u{2066}", "Alimoc.knab"),
            ("\u{2068}علی\u{2069}", "علی"),
            ("می\u{200c}لاد", "می\u{200c}لاد"),
            ("می\u{200c}\u{200d}\u{200c}لاد", "می\u{200c}لاد"),
            ("\u{200c}رضا\u{200c}", "رضا"),
            ("رضا \u{200d} پور", "رضا پور"),
            ("a\u{0}b\nc\td", "a b c d"),
            ("e\u{301}", "e\u{301}"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("", ""),
            (" \u{a0}\u{3000}", ""),
            ("\u{200b}\u{2060}\u{3164}\u{2800}", ""),
            ("\u{200d}\u{200c}", ""),
            ("\u{301}", ""),
            ("\u{fe0f}", ""),
            ("\u{fe00} \u{200d}\u{fe0f}", ""),
            ("❤\u{fe0f}", "❤\u{fe0f}"),
        ] {
            assert_eq!(clean(typed), kept, "{typed:?}");
            assert_eq!(clean(kept), kept, "{kept:?} is clean");
        }
    }

    #[test]
    fn a_name_in_a_sentence_turns_nothing_around_it() {
        for (name, expected) in [
            ("Sara", "Sara"),
            ("Sara\u{202e}nimda", "Saranimda"),
            ("\u{2066}Ali\u{1b}[2J\n", "Ali [2J"),
            ("Ali\u{200f}\u{61c}", "Ali"),
            ("\u{200b}\u{202e}", ""),
            ("سارة", "\u{2068}سارة\u{2069}"),
            ("علی\u{200c}رضا\u{2069}\u{202c}", "\u{2068}علی\u{200c}رضا\u{2069}"),
            ("Café 3", "\u{2068}Café 3\u{2069}"),
        ] {
            assert_eq!(isolated(name), expected);
        }
    }

    #[test]
    fn texts_of_calls_are_clean_or_refused() {
        for (said, kept) in [
            ("+966501234567", Ok("+966501234567")),
            (" 101 ", Ok("101")),
            ("\u{202a}*43\u{202c}", Ok("*43")),
            (" \u{200b} ", Ok("")),
            ("10\n2", Err(UnfitText::Control)),
            ("101\r\n", Err(UnfitText::Control)),
            ("\u{1b}[2J101", Err(UnfitText::Control)),
            ("101\u{0}", Err(UnfitText::Control)),
            ("101\u{85}", Err(UnfitText::Control)),
        ] {
            assert_eq!(of_call(said).as_deref(), kept.as_ref().copied(), "{said:?}");
        }
        assert!(of_call(&"é".repeat(MOST_CHARS)).is_ok());
        assert_eq!(of_call(&"é".repeat(MOST_CHARS + 1)), Err(UnfitText::TooLong));
    }

    #[test]
    fn what_is_hidden_is_told() {
        for hidden in ["a\u{202e}", "\u{2066}a", "a\u{200f}", "a\u{feff}", "a\nb", "\u{3164}"] {
            assert!(has_unfit(hidden), "{hidden:?}");
        }
        for plain in ["Sara", "می\u{200c}لاد", "محمد", "O'Brien-Smith Jr. (2)"] {
            assert!(!has_unfit(plain), "{plain:?}");
        }
    }

    #[test]
    fn a_letter_has_a_few_marks_and_not_too_many() {
        let marks = |count: usize| "\u{301}".repeat(count);
        for (typed, kept) in [
            (format!("e{}", marks(200)), format!("e{}", marks(6))),
            (format!("Zo{}e\u{308}", marks(7)), format!("Zo{}e\u{308}", marks(6))),
            // Neither a joiner nor what is hidden makes room.
            (format!("e{}\u{200d}{}x", marks(5), marks(5)), format!("e{}\u{200d}\u{301}x", marks(5))),
            (format!("e{}\u{34f}{}", marks(5), marks(5)), format!("e{}", marks(6))),
            (format!("e{}\u{200b}{}", marks(6), marks(6)), format!("e{}", marks(6))),
            (format!("a {}b", marks(200)), format!("a {}b", marks(6))),
            (marks(200), String::new()),
            (
                "e\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}".to_owned(),
                format!("e{}", "\u{20dd}".repeat(6)),
            ),
        ] {
            assert_eq!(clean(&typed), kept, "{typed:?}");
            assert_eq!(clean(&kept), kept, "{kept:?} is clean");
            assert!(has_unfit(&typed), "{typed:?}");
        }
        for name in [
            "Nguye\u{302}\u{303}n",
            "\u{628}\u{651}\u{64e}\u{670}\u{653}",
            "مُحَمَّدٌ",
            "\u{5e9}\u{5c1}\u{5bc}\u{5b8}\u{596}",
            "क्षि",
            "ष\u{94d}ट\u{94d}र\u{94d}य",
            "\u{f66}\u{f90}\u{fb1}\u{f71}\u{f74}\u{f7e}",
            "ก\u{e38}\u{e49}",
            "👩\u{200d}❤\u{fe0f}\u{200d}👨",
            "1\u{fe0f}\u{20e3}",
        ] {
            assert_eq!(clean(name), name);
            assert!(!has_unfit(name), "{name:?}");
        }
    }
}
