//! The outer object that every frame shares.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Protocol version that every frame carries.
pub const VERSION: &str = "1.6";

/// A text that is no frame of this protocol, or misses a field it needs. The offending text is not kept, because it
/// may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not a JSON object with a text `type`, or longer than [`MAX_FRAME_BYTES`](crate::MAX_FRAME_BYTES).
    #[error("the message is not a signaling frame")]
    NotAFrame,
    /// A frame type that this side does not know; ignoring it is the rule.
    #[error("unknown frame type '{0}'")]
    UnknownType(String),
    /// A field is missing or has the wrong type.
    #[error("bad '{kind}' frame: {problem}")]
    Payload {
        /// The frame type.
        kind: String,
        /// What is wrong, without any value of the frame.
        problem: String,
        /// The call it names, so that a reply can name it too.
        callsid: Option<String>,
    },
}

#[derive(Deserialize)]
struct Incoming {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    payload: Map<String, Value>,
}

#[derive(Serialize)]
struct Outgoing<'a, P> {
    payload: P,
    #[serde(rename = "type")]
    kind: &'a str,
    version: &'static str,
}

/// A frame with its payload still undecoded.
pub(crate) struct Envelope {
    pub(crate) kind: String,
    pub(crate) payload: Map<String, Value>,
}

impl Envelope {
    pub(crate) fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > crate::MAX_FRAME_BYTES {
            return Err(Malformed::NotAFrame);
        }
        let Incoming { mut kind, payload } = serde_json::from_str(text).map_err(|_| Malformed::NotAFrame)?;
        kind.truncate(kind.floor_char_boundary(32));
        Ok(Self { kind, payload })
    }

    pub(crate) fn decode<P: DeserializeOwned>(self) -> Result<P, Malformed> {
        let callsid = self.payload.get("callsid").and_then(Value::as_str).map(str::to_owned);
        serde_json::from_value(Value::Object(self.payload)).map_err(|error| Malformed::Payload {
            kind: self.kind,
            problem: without_values(&error),
            callsid,
        })
    }
}

/// serde quotes the offending value in its message; only which rule was broken is safe to log and to send back.
fn without_values(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once('`') {
        Some((head @ "missing field ", rest)) => format!("{head}{}", rest.trim_end_matches('`')),
        _ => "a field has the wrong type".to_owned(),
    }
}

pub(crate) fn encode<P: Serialize>(kind: &str, payload: P) -> String {
    serde_json::to_string(&Outgoing { payload, kind, version: VERSION })
        .expect("frames hold only text, numbers and JSON values, which always serialize")
}

/// `serde(with)` adapters for values that hide themselves.
pub(crate) mod hidden {
    use mobilecall_domain::{Private, SdpAnswer, SdpOffer};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Text values that are wrapped on the way in and uncovered on the way out.
    pub(crate) trait Hidden: Sized {
        fn wrap(text: String) -> Self;
        fn uncover(&self) -> &str;
    }
    impl Hidden for Private<String> {
        fn wrap(text: String) -> Self {
            Self::new(text)
        }
        fn uncover(&self) -> &str {
            self.expose()
        }
    }
    impl Hidden for SdpOffer {
        fn wrap(text: String) -> Self {
            Self::new(text)
        }
        fn uncover(&self) -> &str {
            self.expose()
        }
    }
    impl Hidden for SdpAnswer {
        fn wrap(text: String) -> Self {
            Self::new(text)
        }
        fn uncover(&self) -> &str {
            self.expose()
        }
    }

    pub(crate) fn serialize<T: Hidden, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.uncover())
    }
    pub(crate) fn deserialize<'de, T: Hidden, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        String::deserialize(deserializer).map(T::wrap)
    }

    /// The same for optional fields; they also need `default` and `skip_serializing_if`.
    pub(crate) mod option {
        use super::{Deserialize, Deserializer, Hidden, Serialize, Serializer};

        pub(crate) fn serialize<T: Hidden, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
            value.as_ref().map(Hidden::uncover).serialize(serializer)
        }
        pub(crate) fn deserialize<'de, T: Hidden, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<T>, D::Error> {
            Option::<String>::deserialize(deserializer).map(|text| text.map(T::wrap))
        }
    }
}
