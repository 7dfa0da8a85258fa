//! Control by people and scripts: what owners of telephones do, in JSON.
//!
//! | request | what happens |
//! | --- | --- |
//! | `POST /control/call-in {from, to}` | the telephone `from` calls the account's number `to` |
//! | `POST /control/answer {number}` | whoever has the telephone answers |
//! | `POST /control/hang-up {number}` | … hangs up, or refuses |
//! | `POST /control/press {number, keys}` | … presses keys |
//! | `POST /control/phone {number, rings, then, hangsUpAfter}` | says what the telephone does when it is called; times in milliseconds |
//! | `GET /control/alerts` | what went wrong in the application |
//! | `GET /control/heard/{number}` | what the telephone heard in its last call, as WAV |

use super::http::Front;
use super::owner::Message;
use crate::core::{Input, PhoneAct};
use crate::media::RoomMessage;
use crate::phones::{Phone, Then};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use tokio::sync::oneshot;

pub(super) fn router() -> Router<Front> {
    Router::new()
        .route("/call-in", post(call_in))
        .route("/answer", post(answer))
        .route("/hang-up", post(hang_up))
        .route("/press", post(press))
        .route("/phone", post(phone))
        .route("/alerts", get(alerts))
        .route("/heard/{number}", get(heard))
}

#[derive(Deserialize)]
struct CallIn {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Which {
    number: String,
}

#[derive(Deserialize)]
struct Press {
    number: String,
    keys: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Script {
    number: String,
    #[serde(default)]
    rings: u64,
    #[serde(default)]
    then: Ending,
    hangs_up_after: Option<u64>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ending {
    #[default]
    Answers,
    IsBusy,
    RingsOn,
    DoesNotExist,
}

impl From<Ending> for Then {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Answers => Self::Answers,
            Ending::IsBusy => Self::IsBusy,
            Ending::RingsOn => Self::RingsOn,
            Ending::DoesNotExist => Self::DoesNotExist,
        }
    }
}

async fn call_in(State(front): State<Front>, Json(CallIn { from, to }): Json<CallIn>) -> Response {
    let wanted = to.clone();
    if front.visit(move |cloud| cloud.account.number(&wanted).is_none()).await.unwrap_or(true) {
        let error = format!("{to} is no number of this account");
        return (StatusCode::NOT_FOUND, Json(json!({ "error": error }))).into_response();
    }
    act(&front, PhoneAct::Calls { from, to }).await
}

async fn answer(State(front): State<Front>, Json(Which { number }): Json<Which>) -> Response {
    act(&front, PhoneAct::Answers(number)).await
}

async fn hang_up(State(front): State<Front>, Json(Which { number }): Json<Which>) -> Response {
    act(&front, PhoneAct::HangsUp(number)).await
}

async fn press(State(front): State<Front>, Json(Press { number, keys }): Json<Press>) -> Response {
    act(&front, PhoneAct::Presses(number, keys)).await
}

async fn act(front: &Front, act: PhoneAct) -> Response {
    match front.owner.send(Message::Input(Input::Phone(act))).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn phone(State(front): State<Front>, Json(script): Json<Script>) -> Response {
    let Script { number, rings, then, hangs_up_after } = script;
    let (rings, hangs_up_after) = (Duration::from_millis(rings), hangs_up_after.map(Duration::from_millis));
    let set = front.visit(move |cloud| {
        // It goes on speaking as it did.
        let says = cloud.phones.get(&number).says.clone();
        cloud.phones.set(number, Phone { rings, then: then.into(), says, hangs_up_after });
    });
    match set.await {
        Some(()) => StatusCode::NO_CONTENT.into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn alerts(State(front): State<Front>) -> Response {
    let alerts = front.visit(|cloud| cloud.alerts().to_vec()).await.unwrap_or_default();
    let shown = alerts.into_iter().map(|it| json!({ "code": it.code, "call": it.call, "text": it.text }));
    Json(shown.collect::<Vec<_>>()).into_response()
}

async fn heard(State(front): State<Front>, Path(number): Path<String>) -> Response {
    let (reply, answer) = oneshot::channel();
    if front.room.send(RoomMessage::Heard(number, reply)).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answer.await.map(|(voice, _)| voice.to_wav()) {
        Ok(Ok(file)) => ([(CONTENT_TYPE, "audio/x-wav")], file).into_response(),
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
