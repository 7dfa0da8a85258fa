//! What a line needs from the program around it.

use async_trait::async_trait;
use mobilecall_domain::{LineKind, Private};
use std::{sync::Arc, time::Duration};
use url::Url;

/// How long a call survives without signaling; the most that a server grants.
const MAX_CALL_SIGNALING_TIMEOUT: Duration = mobilecall_pstream::MAX_RECONNECT_TIMEOUT;

/// Settings of a line.
#[derive(Clone)]
pub struct PstreamLineConfig {
    /// [`LineKind::Twilio`] or [`LineKind::Direct`]; only what the line says of itself, the protocol is the same.
    pub kind: LineKind,
    /// Signaling URLs, tried in this order: `wss://…/signal`, or `ws://…` on this machine only. Others are refused.
    pub urls: Vec<Url>,
    /// Where voice tokens come from.
    pub tokens: Arc<dyn TokenSource>,
    /// Trusted certificates; `None` takes the operating system's, with the process's default crypto provider.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// What the server is told of this program.
    pub user_agent: String,
    /// How long a live call is kept while its signaling is lost, at most 30 s.
    pub call_signaling_timeout: Duration,
}

impl PstreamLineConfig {
    /// Settings for production: system certificates, a limit of 30 s.
    pub fn new(kind: LineKind, urls: Vec<Url>, tokens: Arc<dyn TokenSource>) -> Self {
        Self {
            kind,
            urls,
            tokens,
            tls: None,
            user_agent: concat!("MobileCall/", env!("CARGO_PKG_VERSION")).to_owned(),
            call_signaling_timeout: MAX_CALL_SIGNALING_TIMEOUT,
        }
    }
}

/// Fetches voice tokens, from the backend in a program and from memory in a test.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token that has just been made. The line decides when it needs one and asks for one at a time. Must end by
    /// itself, with an error if the backend does not answer.
    async fn fetch(&self) -> Result<VoiceToken, TokenError>;
}

/// A short-lived credential for signaling.
#[derive(Clone, Debug)]
pub struct VoiceToken {
    /// The JWT.
    pub token: Private<String>,
    /// The client identity in it.
    pub identity: String,
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no voice token: {reason}")]
pub struct TokenError {
    /// Whether asking again later can help; it cannot once the session at the backend has ended.
    pub retryable: bool,
    /// For the log, without secrets.
    pub reason: String,
}
