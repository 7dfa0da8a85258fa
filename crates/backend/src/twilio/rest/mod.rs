//! Requests to Twilio's REST API: each within a time limit, tried again only where nothing can happen twice by it.

mod error;
mod pace;

pub(crate) use error::RestError;

use crate::error::ApiError;
use backon::{ExponentialBuilder, Retryable as _};
use mobilecall_twilio::{
    rest::{AnswerError, Listed, Page, Request, Verb},
    settings::RestSettings,
    sid::AccountSid,
};
use pace::Pace;
use reqwest::{Client, RequestBuilder, Response, StatusCode, header};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use serde::de::DeserializeOwned;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Time for a TCP connection and TLS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for a request, and between the parts of a recording. Whoever asked waits for all tries together.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// Tries after the first.
const RETRIES: usize = 2;
/// A longer `Retry-After` is told instead of waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// The way to Twilio, for all companies.
pub(crate) struct Rest {
    /// Instead of Twilio's own address.
    api_url: Option<String>,
    is_loopback: bool,
    /// Made when it is first needed: most servers never need it, and reading the system's authorities takes a while.
    client: OnceLock<Client>,
    pace: Pace,
}

impl Rest {
    pub(crate) fn new(config: &super::TwilioConfig) -> Self {
        let url = config.api_url.as_ref();
        Self {
            api_url: url.map(|url| url.as_str().to_owned()),
            is_loopback: url.is_some_and(super::ServiceUrl::is_loopback),
            client: OnceLock::new(),
            pace: Pace::default(),
        }
    }

    /// How many calls of an account wait for their turn.
    pub(crate) fn waiting(&self, account: AccountSid) -> usize {
        self.pace.waiting(account)
    }

    /// Waits until the account may begin another call: Twilio takes one a second.
    pub(crate) async fn turn_to_call(&self, account: AccountSid) -> Result<(), RestError> {
        self.pace.turn(account).await
    }

    /// Sends a request and reads the JSON of the answer.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        settings: &RestSettings,
        request: &Request,
    ) -> Result<T, RestError> {
        self.asked(settings, request, |body| Ok(serde_json::from_str(body)?)).await
    }

    /// Sends a request for a list and reads a page of it.
    pub(crate) async fn page<T: Listed>(
        &self,
        settings: &RestSettings,
        request: &Request,
    ) -> Result<Page<T>, RestError> {
        self.asked(settings, request, Page::read).await
    }

    async fn asked<T>(
        &self,
        settings: &RestSettings,
        request: &Request,
        read: impl Fn(&str) -> Result<T, AnswerError>,
    ) -> Result<T, RestError> {
        let attempt = || async {
            let response = answered(self.prepared(settings, request)?.timeout(ANSWER_TIMEOUT)).await?;
            let body = response.bytes().await.map_err(RestError::cut_off)?;
            read(&String::from_utf8_lossy(&body)).map_err(RestError::Garbled)
        };
        let may_repeat = |error: &RestError| error.outcome().is_some_and(|outcome| request.may_repeat(outcome));
        attempt.retry(pauses()).when(may_repeat).adjust(honor_retry_after).await
    }

    /// Begins to fetch something of any size; the range is passed on.
    pub(crate) async fn fetch(
        &self,
        settings: &RestSettings,
        target: &str,
        range: Option<&header::HeaderValue>,
    ) -> Result<Response, RestError> {
        let mut prepared = self.to(settings, &settings.host("api"), reqwest::Method::GET, target)?;
        if let Some(range) = range {
            prepared = prepared.header(header::RANGE, range);
        }
        answered(prepared).await
    }

    fn prepared(&self, settings: &RestSettings, request: &Request) -> Result<RequestBuilder, RestError> {
        let method = match request.verb {
            Verb::Get => reqwest::Method::GET,
            Verb::Post => reqwest::Method::POST,
            Verb::Delete => reqwest::Method::DELETE,
        };
        let prepared = self.to(settings, &request.host.name(settings), method, &request.target())?;
        match request.verb {
            Verb::Get | Verb::Delete => Ok(prepared),
            Verb::Post => {
                let form = prepared.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                Ok(form.body(request.encoded()))
            }
        }
    }

    fn to(
        &self,
        settings: &RestSettings,
        host: &str,
        method: reqwest::Method,
        target: &str,
    ) -> Result<RequestBuilder, RestError> {
        let base = self.api_url.clone().unwrap_or_else(|| format!("https://{host}"));
        let (user, password) = settings.credentials.basic();
        Ok(self.client()?.request(method, format!("{base}{target}")).basic_auth(user, Some(password)))
    }

    fn client(&self) -> Result<&Client, RestError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let mut client = Client::builder()
            .tls_backend_preconfigured(trust()?)
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(ANSWER_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mobile-call/", env!("CARGO_PKG_VERSION")));
        if self.is_loopback {
            // A proxy of the environment cannot reach this machine's own loopback.
            client = client.no_proxy();
        }
        let client = client.build().map_err(RestError::unreached)?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// The system's authorities.
fn trust() -> Result<ClientConfig, RestError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "a certificate of the system's store was skipped");
    }
    roots.add_parsable_certificates(native.certs);
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(RestError::Tls)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

async fn answered(request: RequestBuilder) -> Result<Response, RestError> {
    let response = request.send().await.map_err(RestError::unreached)?;
    // A range beyond the end is an answer too.
    if response.status().is_success() || response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
        return Ok(response);
    }
    let (status, headers) = (response.status(), response.headers().clone());
    // A body that breaks off says no less than none: the status is what counts.
    let body = response.bytes().await.unwrap_or_default();
    Err(RestError::refused(status.as_u16(), &headers, &body))
}

fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default().with_min_delay(Duration::from_millis(200)).with_max_times(RETRIES).with_jitter()
}

/// Takes Twilio's pause instead of ours, unless it is too long for somebody who waits.
fn honor_retry_after(error: &RestError, pause: Option<Duration>) -> Option<Duration> {
    let pause = pause?;
    match error.retry_after() {
        Some(asked) if asked > LONGEST_PAUSE => None,
        Some(asked) => Some(asked.max(pause)),
        None => Some(pause),
    }
}

impl From<RestError> for ApiError {
    fn from(error: RestError) -> Self {
        let (words, refusal) = (error.words(), error.refusal());
        if error.is_refusal() {
            return Self::unprocessable(words).of_provider(refusal);
        }
        tracing::warn!(cause = crate::error::chain(&error), "Twilio could not be asked");
        Self::unavailable(words).of_provider(refusal)
    }
}
