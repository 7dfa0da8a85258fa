//! Enumerations in JSON are words. Left to itself, serde also takes an object with the word as its only key.

use crate::{
    auth::Role,
    calls::{CallStatus, Direction, LineKind},
    error::ErrorCode,
    events::PresenceState,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IntoDeserializer as _, Visitor},
};
use std::fmt;

/// Reads and writes enumerations as words and as nothing else. They derive both as `#[serde(remote = "Self")]`, which makes
/// functions of the type and leaves the traits to us.
macro_rules! words {
    ($($name:ty),+ $(,)?) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$name>::serialize(self, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = deserializer.deserialize_str(Word)?;
                <$name>::deserialize(word.into_deserializer())
            }
        }
    )+};
}

words!(CallStatus, Direction, ErrorCode, LineKind, PresenceState, Role);

struct Word;

impl Visitor<'_> for Word {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<String, E> {
        Ok(word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, word: &str) {
        let json = format!("\"{word}\"");
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
        for other in
            [format!("{{{json}:null}}"), format!("{{{json}:{{}}}}"), format!("[{json}]"), "0".into(), "null".into()]
        {
            let refused = serde_json::from_str::<T>(&other).unwrap_err().to_string();
            assert!(refused.contains("expected a word"), "{other}: {refused}");
        }
        let refused = serde_json::from_str::<T>("\"sideways\"").unwrap_err().to_string();
        assert!(refused.starts_with("unknown variant `sideways`, expected "), "{refused}");
    }

    #[test]
    fn enumerations_are_words_and_nothing_else() {
        check(&CallStatus::NoAnswer, "no-answer");
        check(&Direction::Outbound, "outbound");
        check(&ErrorCode::TooLarge, "too_large");
        check(&LineKind::Sip, "sip");
        check(&PresenceState::Available, "available");
        check(&Role::SalesManager, "sales_manager");
    }
}
