//! A request, what may be done when it fails, and Twilio's refusal.

use super::AnswerError;
use crate::{errors::ErrorCode, settings::RestSettings, sid::AccountSid};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{fmt, time::Duration};

/// The method of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Reads; the pairs are the query.
    Get,
    /// Makes or changes; the pairs are a form.
    Post,
    /// Removes.
    Delete,
}

impl Verb {
    /// As HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Which of Twilio's APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// Calls, recordings and all else of an account.
    Api,
    /// Geographic permissions.
    Voice,
}

impl Host {
    /// Its name in the region and through the edge of these settings, such as `api.twilio.com`.
    pub fn name(self, settings: &RestSettings) -> String {
        settings.host(match self {
            Self::Api => "api",
            Self::Voice => "voice",
        })
    }
}

/// A request. `Debug` shows the names of its pairs only, since numbers and TwiML are among the values.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub host: Host,
    /// How.
    pub verb: Verb,
    /// From the host's name on, escaped.
    pub path: String,
    /// The query of a [`Verb::Get`], otherwise the form; names may repeat.
    pub pairs: Vec<(&'static str, String)>,
    /// Whether doing it twice is doing it once.
    repeatable: bool,
}

/// What became of a request that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not sent: no address, no connection.
    NotSent,
    /// It was sent, and no answer came.
    NoAnswer,
    /// It was answered with this status.
    Status(u16),
}

impl Request {
    pub(super) fn get(account: AccountSid, path: impl fmt::Display) -> Self {
        Self::of_account(Verb::Get, account, path).repeatable()
    }
    /// Makes something, so that doing it twice makes two.
    pub(super) fn create(account: AccountSid, path: impl fmt::Display) -> Self {
        Self::of_account(Verb::Post, account, path)
    }
    /// Brings something into a state, so that doing it twice changes nothing more.
    pub(super) fn set(account: AccountSid, path: impl fmt::Display) -> Self {
        Self::of_account(Verb::Post, account, path).repeatable()
    }
    pub(super) fn delete(account: AccountSid, path: impl fmt::Display) -> Self {
        Self::of_account(Verb::Delete, account, path).repeatable()
    }
    /// Of an API that has no account in its path.
    pub(super) fn get_at(host: Host, path: String) -> Self {
        Self { host, verb: Verb::Get, path, pairs: Vec::new(), repeatable: true }
    }

    fn of_account(verb: Verb, account: AccountSid, path: impl fmt::Display) -> Self {
        let path = format!("/2010-04-01/Accounts/{account}{path}.json");
        Self { host: Host::Api, verb, path, pairs: Vec::new(), repeatable: false }
    }

    fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.pairs.push((name, value.to_string()));
        self
    }

    pub(super) fn with_some(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The value of a pair.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// The pairs as `application/x-www-form-urlencoded`, for the query or the body.
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.pairs).finish()
    }

    /// Path and, of a [`Verb::Get`], the query.
    pub fn target(&self) -> String {
        match self.verb {
            Verb::Get if !self.pairs.is_empty() => format!("{}?{}", self.path, self.encoded()),
            Verb::Get | Verb::Post | Verb::Delete => self.path.clone(),
        }
    }

    /// Whether it may be sent again without doing twice what was wanted once.
    ///
    /// | outcome | repeatable (reads, changes of state, removals) | others (a new call) |
    /// | --- | --- | --- |
    /// | not sent | yes | yes |
    /// | 429 | yes, Twilio has done nothing | yes, Twilio has done nothing |
    /// | no answer, 5xx | yes | no: it may have been done |
    /// | any other status | no, it would be refused again | no |
    pub const fn may_repeat(&self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::NotSent | Outcome::Status(429) => true,
            Outcome::NoAnswer | Outcome::Status(500..=599) => self.repeatable,
            Outcome::Status(_) => false,
        }
    }

    /// Reads the answer of a request that succeeded, 2xx.
    pub fn answer<T: DeserializeOwned>(json: &str) -> Result<T, AnswerError> {
        Ok(serde_json::from_str(json)?)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.pairs.iter().map(|(name, _)| name).collect();
        write!(f, "{} {:?} {} {names:?}", self.verb.as_str(), self.host, self.path)
    }
}

/// The time that a `Retry-After` header asks to wait; Twilio sends whole seconds.
pub fn retry_after(header: &str) -> Option<Duration> {
    header.trim().parse().ok().map(Duration::from_secs)
}

/// Twilio's refusal, the body of a 4xx or 5xx. `Display` says it without numbers that Twilio's own text may repeat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// Twilio's number, see [`ErrorCode`]. Some answers of HTTP's own have none.
    #[serde(default)]
    pub code: Option<u32>,
    /// Twilio's text, which may repeat numbers of people.
    #[serde(default)]
    pub message: String,
    /// The status of HTTP.
    pub status: u16,
}

impl ApiError {
    /// Reads the body of an answer; what is no refusal of Twilio, such as a page of a proxy, is told by its status.
    pub fn read(status: u16, body: &str) -> Self {
        serde_json::from_str(body).unwrap_or_else(|_| Self { code: None, message: String::new(), status })
    }
    /// What is known of its code.
    pub fn known(&self) -> Option<&'static ErrorCode> {
        self.code.and_then(ErrorCode::of)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.known(), self.code) {
            (Some(known), _) => known.fmt(f),
            (None, Some(code)) => write!(f, "Twilio refused the request (its error {code}, status {})", self.status),
            (None, None) => write!(f, "Twilio refused the request (status {})", self.status),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError").field("code", &self.code).field("status", &self.status).finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}
