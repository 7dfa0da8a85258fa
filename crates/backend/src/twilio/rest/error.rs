//! What Twilio answers instead of doing it, in words for people.

use mobilecall_api::error::ProviderRefusal;
use mobilecall_twilio::rest::{AnswerError, ApiError, Outcome, retry_after};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::Duration;

const TOO_MANY_REQUESTS: u16 = 429;

/// Why Twilio did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestError {
    #[error("Twilio cannot be reached")]
    Unreached {
        /// Whether some of the request can have arrived.
        outcome: Outcome,
        #[source]
        source: reqwest::Error,
    },
    #[error("{refusal}")]
    Refused { refusal: ApiError, status: u16, retry_after: Option<Duration> },
    #[error("Twilio's answer cannot be read")]
    Garbled(#[source] AnswerError),
    #[error("{waiting} calls of this account wait for their turn already")]
    Queue { waiting: usize },
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
}

impl RestError {
    /// The request did not get an answer. The address in the library's message names the account, so it is left out.
    pub(super) fn unreached(source: reqwest::Error) -> Self {
        let not_sent = source.is_connect() || source.is_builder();
        let outcome = if not_sent { Outcome::NotSent } else { Outcome::NoAnswer };
        Self::Unreached { outcome, source: source.without_url() }
    }

    /// The answer broke off.
    pub(super) fn cut_off(source: reqwest::Error) -> Self {
        Self::Unreached { outcome: Outcome::NoAnswer, source: source.without_url() }
    }

    pub(super) fn refused(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?));
        Self::Refused { refusal: ApiError::read(status, &String::from_utf8_lossy(body)), status, retry_after }
    }

    /// How far the request came; `None` if it was never tried or its answer was there.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Unreached { outcome, .. } => Some(*outcome),
            Self::Refused { status, .. } => Some(Outcome::Status(*status)),
            Self::Garbled(_) | Self::Queue { .. } | Self::Tls(_) => None,
        }
    }

    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreached { .. } | Self::Garbled(_) | Self::Queue { .. } | Self::Tls(_) => None,
        }
    }

    /// What Twilio answered with.
    pub(crate) fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unreached { .. } | Self::Garbled(_) | Self::Queue { .. } | Self::Tls(_) => None,
        }
    }

    /// Whether Twilio said no to what was asked, rather than that it cannot now.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status < 500 && *status != TOO_MANY_REQUESTS)
    }

    /// Whether it is certain that nothing was done.
    pub(crate) fn did_nothing(&self) -> bool {
        match self {
            Self::Unreached { outcome, .. } => *outcome == Outcome::NotSent,
            Self::Refused { status, .. } => *status < 500,
            Self::Queue { .. } | Self::Tls(_) => true,
            Self::Garbled(_) => false,
        }
    }

    /// Whether Twilio does not have what was asked for.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404 | 410, .. })
    }

    /// What Twilio said, if it answered and gave a number.
    pub(crate) fn refusal(&self) -> Option<ProviderRefusal> {
        let Self::Refused { refusal, .. } = self else { return None };
        let remedy = refusal.known().map(|known| known.remedy.word().to_owned());
        refusal.code.map(|code| ProviderRefusal { code, remedy })
    }

    /// What is the matter and what to do.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Unreached { .. } | Self::Garbled(_) | Self::Tls(_) => {
                "Twilio does not answer: check the server's connection to the internet, and try again".to_owned()
            }
            Self::Queue { waiting } => {
                format!("{waiting} calls wait already, and Twilio begins one a second: try again in a moment")
            }
            Self::Refused { refusal, .. } if refusal.known().is_some() => refusal.to_string(),
            Self::Refused { refusal, .. } => format!("{refusal}: look into Twilio's console if it stays"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> RestError {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "2".parse().unwrap());
        RestError::refused(status, &headers, body.as_bytes())
    }

    #[test]
    fn refusals_say_what_to_do_and_no_number() {
        let said = r#"{"code": 21211, "message": "+966501234567 is not valid", "status": 400}"#;
        let known = refused(400, said);
        assert!(known.words().contains("Twilio's error 21211"), "{}", known.words());
        let told = known.refusal().map(|refusal| (refusal.code, refusal.remedy));
        assert_eq!(told, Some((21_211, Some("check-number".to_owned()))));
        let unknown = refused(400, &said.replace("21211", "99999"));
        assert!(unknown.words().contains("its error 99999"), "{}", unknown.words());
        let foreign = refused(502, "<html>");
        assert!(foreign.words().contains("status 502"), "{}", foreign.words());
        for error in [known, unknown] {
            assert!(!format!("{error} {error:?} {}", error.words()).contains("501234567"));
        }
    }

    #[test]
    fn what_is_certain_is_told_from_what_is_not() {
        for (error, refusal, nothing) in [
            (refused(400, ""), true, true),
            (refused(429, ""), false, true),
            (refused(503, ""), false, false),
            (RestError::Queue { waiting: 9 }, false, true),
        ] {
            assert_eq!((error.is_refusal(), error.did_nothing()), (refusal, nothing), "{error}");
        }
        assert_eq!(refused(429, "").retry_after(), Some(Duration::from_secs(2)));
    }
}
