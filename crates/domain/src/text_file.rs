//! Text files that people write, on whatever system: every mark of byte order, UTF-16, and every end of a line.

/// Why a file is not text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// Bytes that are no letters in UTF-8, as in a Windows code page or a file that is no text.
    #[error("line {line} is not UTF-8 text: save the file as UTF-8")]
    Utf8 {
        /// The first is 1.
        line: usize,
    },
    /// A NUL, as in a file that is no text and in UTF-16 without a byte order mark.
    #[error(
        "line {line} holds a NUL, as files that are no text do, and UTF-16 without its mark: save the file as UTF-8"
    )]
    Nul {
        /// The first is 1.
        line: usize,
    },
    /// The mark says UTF-16, the rest is something else.
    #[error("line {line} is broken UTF-16 text: save the file as UTF-8")]
    Utf16 {
        /// The first is 1.
        line: usize,
    },
    /// The mark says UTF-32.
    #[error("line 1 begins with the mark of UTF-32 text, which is not read: save the file as UTF-8")]
    Utf32,
}

/// The text of a file, without a byte order mark and with `\n` at the end of its lines.
///
/// # Errors
/// What is wrong, in which line, and what to do about it.
pub fn decode(bytes: &[u8]) -> Result<String, NotText> {
    decoded(bytes, utf8)
}

/// As [`decode`], for files in which only ASCII counts: a sign stands for bytes that are no letters in UTF-8.
pub(crate) fn decode_ascii(bytes: &[u8]) -> Result<String, NotText> {
    decoded(bytes, |bytes| Ok(String::from_utf8_lossy(bytes).into_owned()))
}

fn decoded(bytes: &[u8], utf8: fn(&[u8]) -> Result<String, NotText>) -> Result<String, NotText> {
    let text = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Err(NotText::Utf32),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        bytes => utf8(bytes)?,
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    match text.split_once('\0') {
        Some((before, _)) => Err(NotText::Nul { line: line_after(before) }),
        None => Ok(text),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, NotText> {
    let text = std::str::from_utf8(bytes).map(str::to_owned);
    text.map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        match before.split_once('\0') {
            Some((before, _)) => NotText::Nul { line: line_after(before) },
            None => NotText::Utf8 { line: line_after(&before) },
        }
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for letter in char::decode_utf16(pairs.iter().copied().map(unit)) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => return Err(NotText::Utf16 { line: line_after(&text) }),
        }
    }
    if rest.is_empty() { Ok(text) } else { Err(NotText::Utf16 { line: line_after(&text) }) }
}

/// The number of the line that follows this text, whatever ends its lines.
fn line_after(before: &str) -> usize {
    let ends = before.matches(['\n', '\r']).count() - before.matches("\r\n").count();
    ends + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn text_of_every_system_is_read() {
        let text = "first\nسارة 👩\n";
        let marked = format!("\u{feff}{text}");
        for (what, bytes) in [
            ("plain", text.as_bytes().to_vec()),
            ("with a mark", marked.into_bytes()),
            ("of Windows", text.replace('\n', "\r\n").into_bytes()),
            ("of old Macs", text.replace('\n', "\r").into_bytes()),
            ("little endian", utf16_of(text, u16::to_le_bytes)),
            ("big endian", utf16_of(text, u16::to_be_bytes)),
            ("of Notepad", utf16_of(&text.replace('\n', "\r\n"), u16::to_le_bytes)),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(text), "{what}");
        }
        assert_eq!(decode(b"").as_deref(), Ok(""));
        assert_eq!(decode(b"\xef\xbb\xbf").as_deref(), Ok(""));
        assert_eq!(decode(b"\xff\xfe").as_deref(), Ok(""));
        assert_eq!(decode("a\u{feff}b".as_bytes()).as_deref(), Ok("a\u{feff}b"), "only the first is a mark");
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_line() {
        for (bytes, why) in [
            (&b"a\nb\xe9c\n"[..], NotText::Utf8 { line: 2 }),
            (b"a\r\nb\rc\xff", NotText::Utf8 { line: 3 }),
            (b"a\nb\0c", NotText::Nul { line: 2 }),
            (b"a\0\n\0b\0", NotText::Nul { line: 1 }),
            (b"\x7fELF\x02\x01\0\0\xff", NotText::Nul { line: 1 }),
            (b"\xff\xfea\0\n\0\x00\xd8b\0", NotText::Utf16 { line: 2 }),
            (b"\xff\xfea\0\n", NotText::Utf16 { line: 1 }),
            (b"\xff\xfe\0\0a\0\0\0", NotText::Utf32),
            (b"\0\0\xfe\xff\0\0\0a", NotText::Utf32),
        ] {
            assert_eq!(decode(bytes), Err(why.clone()), "{bytes:?}");
            assert!(why.to_string().contains("save the file as UTF-8") && why.to_string().contains("line "), "{why}");
        }
    }
}
