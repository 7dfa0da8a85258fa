//! Files of certificates and keys in PEM form (RFC 7468), as people give them.

use crate::text_file::{self, NotText};

/// Why a file is not in PEM form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPem {
    /// The same in the form of bytes.
    #[error("it is a certificate in DER form: convert it with 'openssl x509 -inform der -in FILE -out FILE.pem'")]
    DerCertificate,
    /// The same in the form of bytes.
    #[error("it is a key in DER form: convert it with 'openssl pkey -inform der -in FILE -out FILE.pem'")]
    DerKey,
    /// A store of keys and certificates under a password.
    #[error("it is a PKCS #12 store (.p12, .pfx): convert it with 'openssl pkcs12 -nodes -in FILE -out FILE.pem'")]
    Pkcs12,
    /// Something else in the form of bytes, such as PKCS #7, or a file that was cut off.
    #[error("it is a file in DER form, and no whole certificate or key: give one in PEM form")]
    Der,
    /// A file of another kind.
    #[error(transparent)]
    NotText(#[from] NotText),
}

/// The text of a PEM file, on whatever system it was written. Only its blocks count, which are ASCII: what stands between
/// them, such as the names of authorities, may be in any code page.
///
/// # Errors
/// What the file is instead, and what to do about it.
pub fn text(bytes: &[u8]) -> Result<String, NotPem> {
    match der_content(bytes) {
        // A certificate begins with what was signed, a key and a store with their version.
        Some([0x30, ..]) => Err(NotPem::DerCertificate),
        Some([0x02, 1, 3, ..]) => Err(NotPem::Pkcs12),
        Some([0x02, ..]) => Err(NotPem::DerKey),
        Some(_) => Err(NotPem::Der),
        None => Ok(text_file::decode_ascii(bytes)?),
    }
}

/// What the sequence holds that a DER file is. A text that begins with the same sign, `0`, has another behind it: the length
/// of a long sequence is no ASCII, and that of a short one is the file's. In other code pages that may be a letter, but no
/// text goes on with a number, a name or a sequence, as every certificate, key and store does.
fn der_content(bytes: &[u8]) -> Option<&[u8]> {
    let content = match bytes {
        [0x30, long @ 0x81..=0x84, rest @ ..] => rest.get(usize::from(*long - 0x80)..).unwrap_or_default(),
        [0x30, length, rest @ ..] if usize::from(*length) == rest.len() => rest,
        _ => return None,
    };
    // Nothing is left of one that was cut off.
    matches!(content, [] | [0x02 | 0x06 | 0x30, ..]).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: &str = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";

    #[test]
    fn what_stands_between_blocks_may_be_in_any_code_page() {
        for before in
            [&b""[..], b"# caf\xe9, \xcd\xf2\xc7\xe5\n", b"\x93quoted\x94\r\n", b"\xef\xbb\xbf", "سلطة\n".as_bytes()]
        {
            for block in [BLOCK.to_owned(), BLOCK.replace('\n', "\r\n"), BLOCK.replace('\n', "\r")] {
                let file = [before, block.as_bytes(), b"\xe4\n"].concat();
                assert!(text(&file).unwrap().contains(BLOCK), "{before:?}");
            }
        }
        let utf16: Vec<u8> = format!("\u{feff}é\n{BLOCK}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(text(&utf16).unwrap().contains(BLOCK));
        for comment in
            [&b"0 is how this comment begins\n"[..], b"0\x82\xa0\xa1\xe0 in Shift JIS\n", b"0\x0aten signs\n"]
        {
            let file = [comment, BLOCK.as_bytes()].concat();
            assert!(text(&file).unwrap().contains(BLOCK), "{comment:?}");
            assert!(text(comment).is_ok(), "{comment:?}");
        }
        assert_eq!(text(b"").as_deref(), Ok(""));
    }

    #[test]
    fn other_forms_are_named() {
        for (bytes, expected) in [
            (&b"\x30\x82\x03\x0b\x30\x82\x01\xf3"[..], NotPem::DerCertificate),
            (b"\x30\x81\x90\x30\x3c", NotPem::DerCertificate),
            (b"\x30\x82\x09\x71\x02\x01\x03\x30", NotPem::Pkcs12),
            (b"\x30\x82\x04\xbd\x02\x01\x00\x30", NotPem::DerKey),
            (b"\x30\x05\x02\x01\x00\x30\x00", NotPem::DerKey),
            (b"\x30\x82\x0a\x03\x06\x09", NotPem::Der),
            (b"\x30\x82\x0a", NotPem::Der),
            (b"\x7fELF\x02\0", NotPem::NotText(NotText::Nul { line: 1 })),
        ] {
            assert_eq!(text(bytes), Err(expected), "{bytes:?}");
        }
    }
}
