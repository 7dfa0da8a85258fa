//! What Twilio calls a softphone: the client name of an access token and of `<Client>`.

use std::{fmt, str::FromStr};

/// Longest identity that `<Client>` takes.
const MAX_LENGTH: usize = 256;

/// A client name of ASCII letters, digits and `_`, which Twilio takes everywhere. `Debug` shows its length.
///
/// User names of ours have other characters too; [`Self::of_name`] writes them so that [`Self::name`] finds them again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity(String);

/// Why a text is no client name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Nothing was given.
    #[error("there is no identity")]
    Empty,
    /// More than Twilio takes.
    #[error("an identity has at most {MAX_LENGTH} characters, and this has {length}")]
    TooLong {
        /// How many there are.
        length: usize,
    },
    /// A character that Twilio does not take.
    #[error("an identity has only letters from A to Z, digits and '_', and character {place} is another")]
    Character {
        /// The how manieth.
        place: usize,
    },
}

impl Identity {
    /// Writes any name as a client name. Names of the safe characters stay as they are; each other byte becomes `__` and
    /// two hexadecimal digits, and so does a `_` that would be read as the beginning of one.
    pub fn of_name(name: &str) -> Result<Self, IdentityError> {
        let bytes = name.as_bytes();
        let mut text = String::with_capacity(bytes.len());
        for (index, byte) in bytes.iter().enumerate() {
            let ends_or_is_followed_by_plain = bytes.get(index + 1).is_none_or(u8::is_ascii_alphanumeric);
            match byte {
                b'_' if ends_or_is_followed_by_plain => text.push('_'),
                byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
                byte => text.push_str(&format!("__{byte:02X}")),
            }
        }
        text.parse()
    }

    /// The name that [`Self::of_name`] wrote; `None` if that never wrote this.
    pub fn name(&self) -> Option<String> {
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some(first) = rest.bytes().next() {
            if let Some(escaped) = rest.strip_prefix("__") {
                bytes.push(u8::from_str_radix(escaped.get(..2)?, 16).ok()?);
                rest = &escaped[2..];
            } else {
                bytes.push(first);
                rest = &rest[1..];
            }
        }
        String::from_utf8(bytes).ok().filter(|name| Self::of_name(name).as_ref() == Ok(self))
    }

    /// The client name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How it stands in `To` and `From`: `client:name`.
    pub fn address(&self) -> String {
        format!("client:{}", self.0)
    }
}

impl FromStr for Identity {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, IdentityError> {
        let safe = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if text.is_empty() {
            return Err(IdentityError::Empty);
        }
        if let Some(index) = text.chars().position(|c| !safe(c)) {
            return Err(IdentityError::Character { place: index + 1 });
        }
        if text.len() > MAX_LENGTH {
            return Err(IdentityError::TooLong { length: text.len() });
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity([{} private characters])", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Identity, IdentityError};
    use proptest::prelude::*;

    #[test]
    fn plain_names_stay_and_others_are_written_reversibly() {
        let cases = [
            ("agent", "agent"),
            ("agent_10", "agent_10"),
            ("agent_", "agent_"),
            ("sara.ali", "sara__2Eali"),
            ("a__b", "a__5F_b"),
            ("_.", "__5F__2E"),
            ("علي", "__D8__B9__D9__84__D9__8A"),
        ];
        for (name, identity) in cases {
            let written = Identity::of_name(name).unwrap();
            assert_eq!(written.as_str(), identity);
            assert_eq!(written.name().as_deref(), Some(name));
        }
    }

    #[test]
    fn what_twilio_does_not_take_is_refused() {
        let cases = [
            ("", IdentityError::Empty),
            ("sara ali", IdentityError::Character { place: 5 }),
            ("علي", IdentityError::Character { place: 1 }),
            (&"a".repeat(257), IdentityError::TooLong { length: 257 }),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<Identity>(), Err(error));
        }
        for foreign in ["__", "__4", "__zz", "__41", "a__5Fb", "__FF", "__2e"] {
            assert_eq!(foreign.parse::<Identity>().unwrap().name(), None, "{foreign}");
        }
        assert_eq!(format!("{:?}", "alice".parse::<Identity>().unwrap()), "Identity([5 private characters])");
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in "[a-zA-Z0-9_.\\PC]{1,16}") {
            prop_assert_eq!(Identity::of_name(&name).unwrap().name(), Some(name));
        }
    }
}
