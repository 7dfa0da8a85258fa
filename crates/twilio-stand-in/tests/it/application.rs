//! The customer's server: it answers what Twilio asks, and keeps what Twilio tells.

use crate::soon;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use mobilecall_twilio::signature::{HEADER, Payload, Signer};
use mobilecall_twilio_stand_in::Account;
use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc};

/// One request of Twilio.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    form: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

pub(crate) struct Application {
    pub(crate) url: String,
    shared: Shared,
    asked: AsyncMutex<mpsc::UnboundedReceiver<Asked>>,
}

#[derive(Clone)]
struct Shared {
    url: String,
    documents: Arc<Mutex<HashMap<String, String>>>,
    signer: Arc<Mutex<Option<Signer>>>,
    asked: mpsc::UnboundedSender<Asked>,
}

impl Application {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, asked) = mpsc::unbounded_channel();
        let shared = Shared { url: url.clone(), documents: Arc::default(), signer: Arc::default(), asked: sender };
        let router = Router::new().fallback(answer).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared, asked: AsyncMutex::new(asked) }
    }

    /// Believes what is signed by this account.
    pub(crate) fn trusts(&self, account: &Account) {
        *self.shared.signer.lock().unwrap() = Some(Signer::new(&account.auth_token));
    }

    /// What is answered at a path.
    pub(crate) fn answers(&self, path: &str, verbs: &str) {
        let document = format!("<?xml version=\"1.0\"?><Response>{verbs}</Response>");
        self.shared.documents.lock().unwrap().insert(path.to_owned(), document);
    }

    /// The next request at a path; others before it are passed over.
    pub(crate) async fn next(&self, path: &str) -> Asked {
        let mut asked = self.asked.lock().await;
        let find = async {
            loop {
                let request = asked.recv().await.expect("the application runs");
                if request.path == path {
                    return request;
                }
            }
        };
        soon(path, find).await
    }
}

async fn answer(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let signature = headers.get(HEADER).expect("a signature").to_str().unwrap();
    let called = format!("{}{uri}", shared.url);
    let signer = shared.signer.lock().unwrap().clone().expect("an account");
    signer.verify(signature, &called, Payload::Form(&form)).expect("Twilio's signature");
    let path = uri.path().to_owned();
    let document = shared.documents.lock().unwrap().get(&path).cloned();
    shared.asked.send(Asked { path, form }).expect("the test listens");
    match document {
        Some(document) => ([(CONTENT_TYPE, "text/xml")], document).into_response(),
        None => axum::http::StatusCode::NO_CONTENT.into_response(),
    }
}
