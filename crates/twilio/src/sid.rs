//! Twilio's identifiers: two letters that say what it is, and 32 hexadecimal digits.

use mobilecall_domain::ProviderCallId;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};

/// Hexadecimal digits of every SID.
const DIGITS: usize = 32;

/// Why a text is not the SID that was asked for. What was given is not repeated, since secrets get pasted here too.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SidError {
    /// Another kind of SID.
    #[error("this is the SID of {given}, and {wanted} is needed, which begins with {prefix}")]
    OtherKind {
        /// What it is, such as "an account".
        given: &'static str,
        /// What it should be.
        wanted: &'static str,
        /// How that begins.
        prefix: &'static str,
    },
    /// Not a SID at all.
    #[error("the SID of {wanted} begins with {prefix}, and this does not")]
    Prefix {
        /// What it should be.
        wanted: &'static str,
        /// How that begins.
        prefix: &'static str,
    },
    /// Cut off, or with something behind it.
    #[error("the SID of {wanted} has {DIGITS} characters after {prefix}, and this has {given}")]
    Length {
        /// What it should be.
        wanted: &'static str,
        /// How that begins.
        prefix: &'static str,
        /// How many there are.
        given: usize,
    },
    /// A character that is no hexadecimal digit.
    #[error("the SID of {wanted} has only 0 to 9 and a to f after {prefix}, and character {place} is another")]
    Digit {
        /// What it should be.
        wanted: &'static str,
        /// How that begins.
        prefix: &'static str,
        /// The how manieth character of the whole text.
        place: usize,
    },
}

macro_rules! sids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $what:literal;)+) => {
        /// What a SID's first two letters stand for, as in "an account"; `None` for a text that begins as no SID we know.
        pub(crate) fn kind_of(text: &str) -> Option<&'static str> {
            match text.get(..2)? { $($prefix => Some($what),)+ _ => None }
        }

        $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The two letters it begins with.
            pub const PREFIX: &'static str = $prefix;
            /// From 128 bits, for the stand-in that gives SIDs out.
            pub const fn from_bits(bits: u128) -> Self { Self(bits) }
            /// The first two letters and the last four digits, for logs: `AC…9f3c`.
            pub fn shortened(self) -> String { format!("{}…{:04x}", $prefix, self.0 & 0xffff) }
        }
        impl FromStr for $name {
            type Err = SidError;
            fn from_str(text: &str) -> Result<Self, SidError> { bits(text, $prefix, $what).map(Self) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}{:032x}", $prefix, self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.shortened()) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
        )+
    };
}

sids! {
    /// An account; not secret, but with its auth token it is everything.
    AccountSid = "AC", "an account";
    /// An API key, whose secret signs access tokens and REST calls.
    ApiKeySid = "SK", "an API key";
    /// A TwiML application, which says where Twilio asks what to do with a call.
    AppSid = "AP", "a TwiML app";
    /// One leg of a call.
    CallSid = "CA", "a call";
    /// A recording.
    RecordingSid = "RE", "a recording";
    /// A conference.
    ConferenceSid = "CF", "a conference";
    /// A queue of callers.
    QueueSid = "QU", "a queue";
    /// A number of the account, bought or verified.
    PhoneNumberSid = "PN", "a phone number";
}

fn bits(text: &str, prefix: &'static str, wanted: &'static str) -> Result<u128, SidError> {
    let Some(digits) = text.strip_prefix(prefix) else {
        return Err(match kind_of(text) {
            Some(given) => SidError::OtherKind { given, wanted, prefix },
            None => SidError::Prefix { wanted, prefix },
        });
    };
    let given = digits.chars().count();
    if given != DIGITS {
        return Err(SidError::Length { wanted, prefix, given });
    }
    digits.chars().enumerate().try_fold(0, |bits, (index, character)| {
        let digit = character.to_digit(16).ok_or(SidError::Digit { wanted, prefix, place: index + 3 })?;
        Ok(bits << 4 | u128::from(digit))
    })
}

impl From<CallSid> for ProviderCallId {
    fn from(sid: CallSid) -> Self {
        Self(sid.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_wrong_with_a_sid_is_said_without_repeating_it() {
        let cases = [
            ("", "the SID of an account begins with AC, and this does not"),
            ("ac00000000000000000000000000009f3c", "the SID of an account begins with AC, and this does not"),
            ("0123456789abcdef0123456789abcdef", "the SID of an account begins with AC, and this does not"),
            (
                "SK00000000000000000000000000009f3c",
                "this is the SID of an API key, and an account is needed, which begins with AC",
            ),
            ("AC9f3c", "the SID of an account has 32 characters after AC, and this has 4"),
            (
                "AC00000000000000000000000000009f3c ",
                "the SID of an account has 32 characters after AC, and this has 33",
            ),
            (
                "AC0000000000000000000000000000xf3c",
                "the SID of an account has only 0 to 9 and a to f after AC, and character 31 is another",
            ),
            (
                "ACعععععععععععععععععععععععععععععععع",
                "the SID of an account has only 0 to 9 and a to f after AC, and character 3 is another",
            ),
            ("é", "the SID of an account begins with AC, and this does not"),
        ];
        for (text, problem) in cases {
            assert_eq!(text.parse::<AccountSid>().unwrap_err().to_string(), problem, "{text}");
        }
    }

    #[test]
    fn debug_and_logs_show_the_last_four_digits() {
        let sid: AccountSid = "AC0123456789ABCDEF0123456789ab9F3c".parse().unwrap();
        assert_eq!(sid.to_string(), "AC0123456789abcdef0123456789ab9f3c");
        assert_eq!(format!("{sid:?} {}", sid.shortened()), "AC…9f3c AC…9f3c");
        assert_eq!(format!("{:?}", CallSid::from_bits(0x3)), "CA…0003");
    }

    proptest! {
        #[test]
        fn every_sid_is_read_back(bits: u128) {
            let sid = CallSid::from_bits(bits);
            prop_assert_eq!(sid.to_string().parse::<CallSid>().unwrap(), sid);
            let json = serde_json::to_string(&sid).unwrap();
            prop_assert_eq!(serde_json::from_str::<CallSid>(&json).unwrap(), sid);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(AC|SK|)[\\PC]{0,40}") {
            if let Ok(sid) = text.parse::<AccountSid>() {
                prop_assert!(sid.to_string().eq_ignore_ascii_case(&text));
            }
        }
    }
}
