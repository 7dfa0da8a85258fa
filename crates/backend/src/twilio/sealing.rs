//! Secrets at rest. They are sealed with ChaCha20-Poly1305 under a key of the server that is not in the database, and bound
//! to their company and name, so that a sealed secret is of no use elsewhere.

use mobilecall_domain::Private;
use mobilecall_store::SealedSecret;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest as _, Sha256};
use std::{fmt, fmt::Write as _, sync::Arc};

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Before the key in what its id is a hash of.
const ID_DOMAIN: &[u8] = b"mobile-call secret key id";

/// The server's keys: the first one seals, any of them opens. So a key is replaced by putting a new one before it. Cheap to
/// clone; `Debug` shows nothing.
#[derive(Clone)]
pub struct SecretKeys(Arc<[Key]>);

struct Key {
    id: String,
    key: LessSafeKey,
}

/// The text holds no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must hold one key a line, each of {} hexadecimal digits", KEY_BYTES * 2)]
pub struct SecretKeysError;

/// Why a sealed secret cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("a secret was sealed with the key {0}, which this server does not have")]
    OtherKey(String),
    #[error("a sealed secret is damaged, or of another company or name")]
    Damaged,
}

impl SecretKeys {
    /// Reads keys, one a line. Empty lines and what stands behind `#` are passed over.
    pub fn parse(text: &str) -> Result<Self, SecretKeysError> {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        let keys: Option<Vec<_>> = lines.filter(|line| !line.is_empty()).map(read_key).collect();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or(SecretKeysError)?;
        Ok(Self(keys.iter().map(Key::new).collect()))
    }

    /// A fresh key as [`Self::parse`] reads it.
    pub fn generate() -> Private<String> {
        let mut bytes = [0; KEY_BYTES];
        rand::fill(&mut bytes);
        Private::new(hex(&bytes))
    }

    /// Seals a secret for one place.
    pub(crate) fn seal(&self, place: &str, secret: &str) -> SealedSecret {
        let Key { id, key } = &self.0[0];
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce);
        let mut sealed = secret.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut sealed)
            .expect("a short secret can be sealed");
        SealedSecret { key_id: id.clone(), bytes: [nonce.as_slice(), &sealed].concat() }
    }

    /// Opens what was sealed for the same place.
    pub(crate) fn open(&self, place: &str, sealed: &SealedSecret) -> Result<Private<String>, Unreadable> {
        let key = self.0.iter().find(|key| key.id == sealed.key_id);
        let Key { key, .. } = key.ok_or_else(|| Unreadable::OtherKey(sealed.key_id.clone()))?;
        let (nonce, sealed) = sealed.bytes.split_first_chunk::<NONCE_LEN>().ok_or(Unreadable::Damaged)?;
        let mut opened = sealed.to_vec();
        let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(place), &mut opened);
        let text = opened.ok().and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or(Unreadable::Damaged)?;
        Ok(Private::new(text.to_owned()))
    }
}

impl fmt::Debug for SecretKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretKeys").finish_non_exhaustive()
    }
}

impl Key {
    fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        let digest = Sha256::new_with_prefix(ID_DOMAIN).chain_update(bytes).finalize();
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes).expect("the key has the length of this cipher");
        Self { id: hex(&digest[..4]), key: LessSafeKey::new(key) }
    }
}

fn read_key(line: &str) -> Option<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    if line.len() != KEY_BYTES * 2 || !line.is_ascii() {
        return None;
    }
    for (byte, index) in key.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&line[index..index + 2], 16).ok()?;
    }
    Some(key)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> SecretKeys {
        let lines: Vec<_> = bytes.iter().map(|byte| hex(&[*byte; KEY_BYTES])).collect();
        SecretKeys::parse(&lines.join("\n")).unwrap()
    }

    #[test]
    fn a_secret_is_read_only_by_its_key_and_in_its_place() {
        let (old, other) = (keys(&[1]), keys(&[2]));
        let sealed = old.seal("acme/TWILIO_AUTH_TOKEN", "0123456789abcdef");
        assert!(!sealed.bytes.windows(4).any(|window| window == b"0123"), "nothing of it shows");
        let opened = |keys: &SecretKeys, place: &str| keys.open(place, &sealed).map(Private::into_inner);
        assert_eq!(opened(&old, "acme/TWILIO_AUTH_TOKEN").as_deref(), Ok("0123456789abcdef"));
        assert_eq!(opened(&old, "zenith/TWILIO_AUTH_TOKEN"), Err(Unreadable::Damaged));
        assert_eq!(opened(&old, "acme/TWILIO_API_SECRET"), Err(Unreadable::Damaged));
        assert!(matches!(opened(&other, "acme/TWILIO_AUTH_TOKEN"), Err(Unreadable::OtherKey(_))));
        let replaced = keys(&[2, 1]);
        assert_eq!(opened(&replaced, "acme/TWILIO_AUTH_TOKEN").as_deref(), Ok("0123456789abcdef"));
        assert_ne!(replaced.seal("x", "y").key_id, sealed.key_id, "the first key seals");
        for index in 0..sealed.bytes.len() {
            let mut bytes = sealed.bytes.clone();
            bytes[index] ^= 1;
            let changed = SealedSecret { bytes, ..sealed.clone() };
            assert_eq!(old.open("acme/TWILIO_AUTH_TOKEN", &changed).err(), Some(Unreadable::Damaged));
        }
        let short = SealedSecret { bytes: vec![0; NONCE_LEN], ..sealed.clone() };
        assert_eq!(old.open("acme/TWILIO_AUTH_TOKEN", &short).err(), Some(Unreadable::Damaged));
        assert_ne!(old.seal("x", "y"), old.seal("x", "y"), "the same secret is sealed otherwise each time");
    }

    #[test]
    fn keys_are_read_from_lines() {
        let fresh = SecretKeys::generate();
        SecretKeys::parse(fresh.expose()).unwrap();
        let text = format!("# ours\n\n  {}  # of March\n", fresh.expose());
        assert_eq!(SecretKeys::parse(&text).unwrap().0.len(), 1);
        let long = format!("{}0", fresh.expose());
        let (accents, letters) = ("é".repeat(32), "g".repeat(64));
        for text in ["", "# nothing", "abc", long.as_str(), accents.as_str(), letters.as_str()] {
            assert_eq!(SecretKeys::parse(text).err(), Some(SecretKeysError), "{text}");
        }
        assert_eq!(format!("{:?}", keys(&[1])), "SecretKeys(..)");
    }
}
