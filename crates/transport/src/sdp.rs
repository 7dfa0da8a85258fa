//! Session descriptions (RFC 8866), pure: what goes over the wire is written and read here, never by the stack.
//!
//! The stack beneath only moves packets. It is given a tiny description of our own making ([`stack`]) and its own is
//! only mined for ICE, DTLS and candidates, so that none of its readings of hold, payload types, `mid` or BUNDLE can
//! reach a peer, and none of the peers' habits can confuse it. `docs` of each module names the peers that need it.

pub(crate) mod candidate;
pub(crate) mod codecs;
pub(crate) mod local;
pub(crate) mod remote;
pub(crate) mod stack;

pub(crate) use codecs::{AudioCodec, DigitFormat, PayloadTypes};
pub(crate) use local::{Layout, LocalDescription};
pub(crate) use remote::RemoteDescription;

/// Why a description of the other side cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SdpError {
    #[error("it is not a session description ({0})")]
    Syntax(String),
    #[error("it has no audio")]
    NoAudio,
    #[error("it refuses the audio")]
    AudioRefused,
    #[error("its audio is {0}, not DTLS-SRTP")]
    NotSecure(String),
    #[error("it has no {0}")]
    Missing(&'static str),
    #[error("its {0} cannot be read")]
    Unreadable(&'static str),
    #[error("it shares no codec with us (it names {0})")]
    NoCommonCodec(String),
}

/// A word of the other side's for our logs and answers: a name such as `G722` or `RTP/AVP` as it is. Anything else may be a
/// phone number, control characters or very long, and is only said to be there.
fn plain_word(word: &str) -> String {
    let fits = word.len() <= 24 && word.starts_with(|c: char| c.is_ascii_alphabetic());
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-./_".contains(c));
    if fits && plain && digits <= 5 { word.to_owned() } else { "?".to_owned() }
}

/// User name and password of the connectivity checks (RFC 8839 §5.4).
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct IceCredentials {
    pub(crate) ufrag: String,
    pub(crate) pwd: String,
}

/// Digest of the certificate of the DTLS handshake (RFC 8122 §5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    /// Lower case, as the stack wants it; Asterisk writes upper case.
    pub(crate) hash: String,
    pub(crate) digest: String,
}

/// Who starts the DTLS handshake (RFC 4145 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    ActPass,
    Active,
    Passive,
}

impl Setup {
    pub(crate) const fn value(self) -> &'static str {
        match self {
            Self::ActPass => "actpass",
            Self::Active => "active",
            Self::Passive => "passive",
        }
    }

    pub(crate) fn from_value(value: &str) -> Option<Self> {
        [Self::ActPass, Self::Active, Self::Passive].into_iter().find(|it| it.value() == value)
    }
}

#[cfg(test)]
mod tests;
