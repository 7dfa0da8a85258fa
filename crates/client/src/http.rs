//! One request and its answer.

use crate::{
    ClientError, ServerUrl, TlsError,
    recordings::{RecordingPart, range_told},
};
use backon::{ExponentialBuilder, Retryable as _};
use mobilecall_api::health::Health;
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_RANGE, HeaderMap, RANGE, RETRY_AFTER},
};
use rustls::ClientConfig;
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

/// Time for a TCP connection and TLS; a host that does not exist in the local network answers nothing at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a whole request. A page of 500 calls takes well under a second.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// Somebody waits for these repetitions, so they are few.
const RETRIES: usize = 2;
/// The header by which a request that is repeated is done once.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// A longer `Retry-After` is reported instead of waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The connection to one server, without a session; cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    server: ServerUrl,
    client: reqwest::Client,
    tls: Arc<ClientConfig>,
}

impl Http {
    /// Prepares connections; nothing is sent yet.
    pub fn new(server: ServerUrl, tls: Arc<ClientConfig>) -> Result<Self, TlsError> {
        let mut client = reqwest::Client::builder()
            .tls_backend_preconfigured(ClientConfig::clone(&tls))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .user_agent(concat!("mobile-call/", env!("CARGO_PKG_VERSION")));
        if server.is_loopback() {
            // A proxy of the environment cannot reach this machine's own loopback.
            client = client.no_proxy();
        }
        let failed = |error: reqwest::Error| TlsError::Provider(rustls::Error::General(error.to_string()));
        Ok(Self { server, client: client.build().map_err(failed)?, tls })
    }

    /// The server.
    pub fn server(&self) -> &ServerUrl {
        &self.server
    }

    /// Whom connections to it trust, for the sockets of events and signaling.
    pub fn tls(&self) -> &Arc<ClientConfig> {
        &self.tls
    }

    /// `GET /api/health`. Cancel-safe.
    pub async fn health(&self) -> Result<Health, ClientError> {
        let attempt = || async { Ok(self.send::<(), _>(&Request::get("/api/health"), None).await?.1) };
        attempt.retry(pauses()).when(ClientError::is_retryable).adjust(honor_retry_after).await
    }

    /// Sends a request once and reads the JSON of the answer.
    pub(crate) async fn send<B: Serialize + ?Sized, A: DeserializeOwned>(
        &self,
        request: &Request<'_, B>,
        token: Option<&str>,
    ) -> Result<(HeaderMap, A), ClientError> {
        let response = self.exchange(self.prepare(request, token)).await?;
        let headers = response.headers().clone();
        let garbled = |source: Box<dyn std::error::Error + Send + Sync>| ClientError::Garbled {
            what: format!("{} {}", request.method, request.path),
            source,
        };
        let body = response.bytes().await.map_err(|error| self.failed(error))?;
        let answer = serde_json::from_slice(&body).map_err(|error| garbled(error.into()))?;
        Ok((headers, answer))
    }

    /// Sends a request once; the answer has no content.
    pub(crate) async fn send_for_nothing<B: Serialize + ?Sized>(
        &self,
        request: &Request<'_, B>,
        token: Option<&str>,
    ) -> Result<(), ClientError> {
        self.exchange(self.prepare(request, token)).await.map(drop)
    }

    /// Asks once for a part of something that is no JSON.
    pub(crate) async fn part(
        &self,
        path: &str,
        from: u64,
        length: u64,
        token: &str,
    ) -> Result<RecordingPart, ClientError> {
        let request = self.prepare(&Request::get(path), Some(token));
        let last = from.saturating_add(length.max(1) - 1);
        let response = self.exchange(request.header(RANGE, format!("bytes={from}-{last}"))).await?;
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
        let told = response.headers().get(CONTENT_RANGE).and_then(|told| range_told(told.to_str().ok()?));
        let bytes = response.bytes().await.map_err(|error| self.failed(error))?;
        let whole = (0, bytes.len() as u64);
        match if is_part { told } else { Some(whole) } {
            Some((first, total)) if first == from || !is_part => {
                Ok(RecordingPart { from: first, bytes: bytes.into(), total })
            }
            Some(_) | None => Err(ClientError::Garbled {
                what: format!("GET {path}"),
                source: "it does not say which part of the recording it is".into(),
            }),
        }
    }

    fn prepare<B: Serialize + ?Sized>(&self, request: &Request<'_, B>, token: Option<&str>) -> RequestBuilder {
        let mut prepared = self.client.request(request.method.clone(), self.server.at(&request.path));
        if let Some(token) = token {
            prepared = prepared.bearer_auth(token);
        }
        if let Some(key) = request.key {
            prepared = prepared.header(IDEMPOTENCY_KEY, key);
        }
        if let Some(body) = request.body {
            prepared = prepared.json(body);
        }
        prepared
    }

    async fn exchange(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let response = request.send().await.map_err(|error| self.failed(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let retry_after = retry_after(response.headers());
        // A body that breaks off says no less than none: the status is what counts.
        let body = response.bytes().await.unwrap_or_default();
        Err(ClientError::refused(status.as_u16(), &body, retry_after))
    }

    fn failed(&self, error: reqwest::Error) -> ClientError {
        // The address in reqwest's message repeats ours and may carry a query.
        ClientError::connection(self.server.to_string(), error.without_url().into())
    }
}

/// What to ask.
pub(crate) struct Request<'a, B: ?Sized> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<&'a B>,
    /// By which the server knows it again when it is repeated.
    pub(crate) key: Option<&'a str>,
}

impl Request<'static, ()> {
    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, path: path.into(), body: None, key: None }
    }
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, key: None }
    }
}

impl<'a, B: Serialize + ?Sized> Request<'a, B> {
    pub(crate) fn post(path: impl Into<String>, body: &'a B) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), key: None }
    }
    pub(crate) fn patch(path: impl Into<String>, body: &'a B) -> Self {
        Self { method: Method::PATCH, path: path.into(), body: Some(body), key: None }
    }
    pub(crate) fn put(path: impl Into<String>, body: &'a B) -> Self {
        Self { method: Method::PUT, path: path.into(), body: Some(body), key: None }
    }
    /// The same request under this name is done once.
    pub(crate) fn once(self, key: &'a str) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// Pauses between the repetitions of a request that somebody waits for.
pub(crate) fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(RETRIES).with_jitter()
}

/// Takes the server's pause instead of ours, unless it is too long for somebody who waits.
pub(crate) fn honor_retry_after(error: &ClientError, pause: Option<Duration>) -> Option<Duration> {
    let pause = pause?;
    match error.retry_after() {
        Some(asked) if asked > LONGEST_PAUSE => None,
        Some(asked) => Some(asked.max(pause)),
        None => Some(pause),
    }
}

/// `Retry-After` in its form of seconds, the only one that our backend sends (RFC 9110 §10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
