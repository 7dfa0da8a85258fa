//! Twilio's lists, as far as they are looked into: what stands in them is given by the test.

use crate::office::Office;
use crate::twilio::{ACCOUNT, API_SECRET, KEY, set_up};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

/// Entries of a page, whatever is asked for.
const PAGE: usize = 2;

/// The lists, newest first, and what was asked.
#[derive(Clone, Default)]
pub(super) struct Lists(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    lists: BTreeMap<String, Vec<Value>>,
    asked: Vec<String>,
    refuses: bool,
}

impl Lists {
    /// Begins to answer; gives an office whose server asks it.
    pub(super) async fn with_office() -> (Self, Office) {
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

    /// What is listed below the account at `Calls`, `Recordings`, or `Calls/CA…/Events`; of `Calls/CA…` the first counts.
    pub(super) fn set(&self, path: &str, entries: Vec<Value>) {
        self.0.lock().unwrap().lists.insert(path.to_owned(), entries);
    }

    /// Whether it refuses everything, as for a wrong secret.
    pub(super) fn refuse(&self, refuses: bool) {
        self.0.lock().unwrap().refuses = refuses;
    }

    /// What it was asked for since the last time, below the account.
    pub(super) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }
}

async fn answer(State(api): State<Lists>, uri: Uri, headers: HeaderMap) -> Response {
    let account = format!("/2010-04-01/Accounts/{ACCOUNT}/");
    let path = uri.path().strip_prefix(&account).unwrap().trim_end_matches(".json").to_owned();
    let query: BTreeMap<String, String> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).unwrap();
    let mut inner = api.0.lock().unwrap();
    inner.asked.push(path.clone());
    let basic = format!("Basic {}", STANDARD.encode(format!("{KEY}:{API_SECRET}")));
    if inner.refuses || headers[header::AUTHORIZATION] != basic {
        let refusal = json!({"code": 20003, "message": "Authenticate", "status": 401});
        return (StatusCode::UNAUTHORIZED, refusal.to_string()).into_response();
    }
    let list = inner.lists.get(&path).cloned();
    let field = match path.rsplit('/').next().unwrap() {
        "Calls" => "calls",
        "Recordings" => "recordings",
        "Events" => "events",
        _ => {
            let found = list.and_then(|list| list.first().cloned());
            let refusal = json!({"code": 20404, "message": "The requested resource was not found", "status": 404});
            return match found {
                Some(found) => found.to_string().into_response(),
                None => (StatusCode::NOT_FOUND, refusal.to_string()).into_response(),
            };
        }
    };
    let page: usize = query.get("Page").map_or(0, |page| page.parse().unwrap());
    let all = list.unwrap_or_default();
    let next = (all.len() > (page + 1) * PAGE).then(|| format!("{account}{path}.json?Page={}", page + 1));
    let shown: Vec<_> = all.into_iter().skip(page * PAGE).take(PAGE).collect();
    json!({field: shown, "page": page, "next_page_uri": next}).to_string().into_response()
}
