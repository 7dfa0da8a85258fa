//! The part of Twilio's REST API that is asked for calls and recordings. It answers what it is told to.

use super::set_up;
use crate::office::Office;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) form: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn value(&self, name: &str) -> &str {
        self.form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// What it answers next, and what it was asked.
#[derive(Clone, Default)]
pub(crate) struct RestApi(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    answers: VecDeque<(StatusCode, HeaderMap, String)>,
    asked: Vec<Asked>,
}

impl RestApi {
    /// Begins to answer; gives an office whose server asks it.
    pub(crate) async fn with_office() -> (Self, Office) {
        let api = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(answer).with_state(api.clone());
        // It ends with the test's runtime.
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let office = Office::with(move |config| {
            set_up(config);
            config.twilio.api_url = Some(url);
        })
        .await;
        (api, office)
    }

    /// The next answer.
    pub(crate) fn answers(&self, status: u16, headers: &[(&'static str, &str)], body: impl Into<String>) {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let answer = (StatusCode::from_u16(status).unwrap(), headers, body.into());
        self.0.lock().unwrap().answers.push_back(answer);
    }

    /// What it was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

async fn answer(State(api): State<RestApi>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let target = uri.path_and_query().unwrap().to_string();
    let form = serde_urlencoded::from_bytes(&body).unwrap();
    let mut inner = api.0.lock().unwrap();
    inner.asked.push(Asked { method, target, headers, form });
    let (status, headers, body) = inner.answers.pop_front().expect("an answer is prepared");
    (status, headers, body).into_response()
}
