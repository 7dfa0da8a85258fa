//! Brings webhooks to the customer's server: signed, in order for each call, and with the faults that were asked for.

use crate::core::{Document, FetchProblem, Webhook};
use crate::faults::{Delivery, Faults};
use crate::phones::Voice;
use mobilecall_twilio::CallSid;
use mobilecall_twilio::callback::Method;
use mobilecall_twilio::signature::{HEADER, Payload, Signer};
use reqwest::header::CONTENT_TYPE;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use url::Url;

/// How long Twilio waits for an answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Servers close connections that nobody uses, the quickest after five seconds (Node.js). What is sent at that moment is lost,
/// and here only what shall be lost is.
const IDLE: Duration = Duration::from_secs(2);

/// An HTTP client that trusts whom the operating system trusts, as Twilio does.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the default versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    builder.timeout(TIME_LIMIT).pool_idle_timeout(IDLE).build()
}

pub(crate) struct Courier {
    sender: Sender,
    faults: Arc<Mutex<Faults>>,
    /// The last callback of each call, which the next one waits for.
    last: HashMap<CallSid, JoinHandle<()>>,
}

/// What requests are made with.
#[derive(Clone)]
pub(crate) struct Sender {
    client: reqwest::Client,
    signer: Signer,
}

impl Courier {
    pub(crate) fn new(client: reqwest::Client, signer: Signer, faults: Arc<Mutex<Faults>>) -> Self {
        Self { sender: Sender { client, signer }, faults, last: HashMap::new() }
    }

    pub(crate) fn sender(&self) -> Sender {
        self.sender.clone()
    }

    /// Tells something; what is answered does not count.
    pub(crate) fn notify(&mut self, webhook: Webhook) {
        let plan = self.faults.lock().expect("nothing panics while it holds the lock").plan(webhook);
        self.last.retain(|_, last| !last.is_finished());
        for Delivery { webhook, after } in plan {
            let (sender, call) = (self.sender.clone(), webhook.call);
            if !after.is_zero() {
                tokio::spawn(async move {
                    tokio::time::sleep(after).await;
                    sender.tell(&webhook).await;
                });
                continue;
            }
            let before = self.last.remove(&call);
            let telling = tokio::spawn(async move {
                if let Some(before) = before
                    && let Err(error) = before.await
                {
                    tracing::error!(%error, "a callback broke");
                }
                sender.tell(&webhook).await;
            });
            self.last.insert(call, telling);
        }
    }
}

impl Sender {
    async fn tell(&self, webhook: &Webhook) {
        match self.ask(webhook).await {
            Ok(document) if (200..300).contains(&document.status) => {}
            Ok(document) => tracing::warn!(url = webhook.target.url, document.status, "a callback was refused"),
            Err(problem) => tracing::warn!(url = webhook.target.url, ?problem, "a callback did not arrive"),
        }
    }

    /// Asks, and waits for what is answered.
    pub(crate) async fn ask(&self, webhook: &Webhook) -> Result<Document, FetchProblem> {
        let mut url = Url::parse(&webhook.target.url).map_err(|_| FetchProblem::Url)?;
        let request = match webhook.target.method {
            Method::Get => {
                url.query_pairs_mut().extend_pairs(&webhook.form);
                let signature = self.signer.sign(url.as_str(), Payload::None);
                self.client.get(url).header(HEADER, signature)
            }
            Method::Post => {
                // What was signed is what was configured, unchanged.
                let signature = self.signer.sign(&webhook.target.url, Payload::Form(&webhook.form));
                let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&webhook.form).finish();
                let kind = "application/x-www-form-urlencoded; charset=UTF-8";
                self.client.post(url).header(HEADER, signature).header(CONTENT_TYPE, kind).body(body)
            }
        };
        let response = request.header("User-Agent", "TwilioProxy/1.1").send().await.map_err(|error| problem(&error))?;
        let status = response.status().as_u16();
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        let body = response.text().await.map_err(|error| problem(&error))?;
        Ok(Document { status, content_type, body })
    }

    /// The sound at a URL, if there is one that can be read.
    pub(crate) async fn sound(&self, url: String) -> Option<Voice> {
        let response = self.client.get(url).send().await.ok()?.error_for_status().ok()?;
        Voice::from_wav(&response.bytes().await.ok()?).ok()
    }
}

fn problem(error: &reqwest::Error) -> FetchProblem {
    if error.is_timeout() { FetchProblem::Timeout } else { FetchProblem::Connection }
}
