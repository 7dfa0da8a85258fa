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
    /// What an authority is asked with; it is no certificate yet.
    #[error(
        "it is a certificate signing request in DER form: give the certificate that the authority made of it, in PEM form"
    )]
    DerRequest,
    /// Half of a key.
    #[error("it is a public key in DER form: give the certificate or the private key that it belongs to, in PEM form")]
    DerPublicKey,
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
        // A certificate begins with what was signed, a key and a store with their version, a public RSA key with its modulus.
        Some([0x30, rest @ ..]) => Err(of_sequence(rest)),
        Some([0x02, 1, 3, ..]) => Err(NotPem::Pkcs12),
        Some([0x02, 1, ..]) => Err(NotPem::DerKey),
        Some([0x02, ..]) => Err(NotPem::DerPublicKey),
        Some(_) => Err(NotPem::Der),
        None => Ok(text_file::decode_ascii(bytes)?),
    }
}

/// What a file is whose sequence begins with another one, of which this is the rest.
fn of_sequence(rest: &[u8]) -> NotPem {
    let (inner, behind) = split(rest);
    match (inner, behind) {
        // The kind of a key, and behind it the key: as it is, or under a password.
        ([0x06, ..], [0x03, ..]) => NotPem::DerPublicKey,
        ([0x06, ..], [0x04, ..]) => NotPem::DerKey,
        // The version of a request and whom it is for, a sequence of sets. A very old certificate begins with its number and
        // the kind of its signature.
        ([0x02, 1, 0, 0x30, name @ ..], _) if matches!(split(name).0, [] | [0x31, ..]) => NotPem::DerRequest,
        _ => NotPem::DerCertificate,
    }
}

/// The content of an element, whose tag was taken already, and what stands behind it; as much of both as there is.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = match bytes {
        [long @ 0x81..=0x84, rest @ ..] => {
            let (digits, rest) = rest.split_at(rest.len().min(usize::from(*long - 0x80)));
            (digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)), rest)
        }
        [length, rest @ ..] => (usize::from(*length), rest),
        [] => (0, bytes),
    };
    rest.split_at(rest.len().min(length))
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
            // With what begins a certificate of version 3 and one of version 1 with the number 0.
            (b"\x30\x82\x01\x2c\x30\x81\xdf\xa0\x03\x02\x01\x02\x02\x14\x31", NotPem::DerCertificate),
            (b"\x30\x82\x01\x2c\x30\x81\xdf\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70", NotPem::DerCertificate),
            // Requests with a short name, a long one and none.
            (b"\x30\x81\x8b\x30\x3f\x02\x01\x00\x30\x0c\x31\x0a\x30\x08", NotPem::DerRequest),
            (b"\x30\x82\x01\x8b\x30\x82\x01\x3f\x02\x01\x00\x30\x81\x8c\x31\x0a\x30\x08", NotPem::DerRequest),
            (b"\x30\x81\x7f\x30\x33\x02\x01\x00\x30\x00\x30\x2a", NotPem::DerRequest),
            // Public keys of any kind, and of RSA alone.
            (b"\x30\x0a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", NotPem::DerPublicKey),
            (b"\x30\x82\x01\x22\x30\x03\x06\x01\x2a\x03\x82\x01\x0f\x00", NotPem::DerPublicKey),
            (b"\x30\x82\x01\x0a\x02\x82\x01\x01\x00\xbd", NotPem::DerPublicKey),
            // A key under a password.
            (b"\x30\x81\x9b\x30\x03\x06\x01\x2a\x04\x40", NotPem::DerKey),
            (b"\x30\x82\x0a\x03\x06\x09", NotPem::Der),
            (b"\x30\x82\x0a", NotPem::Der),
            (b"\x7fELF\x02\0", NotPem::NotText(NotText::Nul { line: 1 })),
        ] {
            assert_eq!(text(bytes), Err(expected), "{bytes:?}");
        }
    }
}
