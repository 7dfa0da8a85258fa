//! What the API refuses, as Twilio's library tells it.

use super::{Cloud, OWN, SARA};
use mobilecall_twilio_stand_in::{Country, Faults, RequestRule};
use serde_json::{Value, json};
use std::time::Duration;

/// A refusal has Twilio's status and code, words, and the page that explains it.
fn judge(refused: &Value, status: u16, code: u32, what: &str) {
    assert_eq!((&refused["status"], &refused["code"]), (&json!(status), &json!(code)), "{what}: {refused}");
    assert_eq!(refused["moreInfo"], format!("https://www.twilio.com/docs/errors/{code}"));
    assert!(refused["message"].as_str().is_some_and(|message| !message.is_empty()), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_cannot_be_made_are_refused_by_their_codes() {
    let cloud = Cloud::open_with(|account| {
        account.permissions.countries = vec![Country::new("SA", "+966")];
        account.permissions.unreachable = vec!["+96699".to_owned()];
    })
    .await;
    let url = cloud.at("/hello");
    let cases = [
        (json!({ "to": "", "from": OWN, "url": url }), 21_201),
        (json!({ "to": SARA, "from": "", "url": url }), 21_213),
        (json!({ "to": SARA, "from": OWN }), 21_205),
        (json!({ "to": SARA, "from": "x", "url": url }), 21_212),
        (json!({ "to": "0501234567", "from": OWN, "url": url }), 21_211),
        (json!({ "to": OWN, "from": OWN, "url": url }), 21_211),
        (json!({ "to": SARA, "from": "+15005550006", "url": url }), 21_210),
        (json!({ "to": "+966990000000", "from": OWN, "url": url }), 21_214),
        (json!({ "to": "+15005550006", "from": OWN, "url": url }), 21_215),
        (json!({ "to": SARA, "from": OWN, "applicationSid": format!("AP{:032}", 0) }), 21_218),
        (json!({ "to": SARA, "from": OWN, "url": url, "timeout": "soon" }), 20_001),
        (
            json!({ "to": SARA, "from": OWN, "url": url, "statusCallback": url, "statusCallbackEvent": ["begun"] }),
            21_626,
        ),
    ];
    for (form, code) in cases {
        let what = form.to_string();
        judge(&cloud.refuses(json!(["calls", ["create", form]])).await, 400, code, &what);
    }
    assert_eq!(cloud.reads(json!(["calls", ["list"]])).await, json!([]), "none was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_account_calls_verified_numbers_only() {
    let cloud = Cloud::open_with(|account| account.permissions.trial = true).await;
    let create = json!(["calls", ["create", { "to": SARA, "from": OWN, "twiml": "<Response/>" }]]);
    judge(&cloud.refuses(create.clone()).await, 400, 21_219, "a number of somebody");
    cloud.stand_in.verify_number(SARA).await;
    assert_eq!(cloud.reads(create).await["status"], "queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_over_is_refused() {
    let cloud = Cloud::open().await;
    let nothing = |kind: &str| format!("{kind}{:032}", 0);
    for steps in [
        json!([["calls", nothing("CA")], ["fetch"]]),
        json!([["recordings", nothing("RE")], ["fetch"]]),
        json!([["recordings", nothing("RE")], ["remove"]]),
        json!([["conferences", nothing("CF")], ["fetch"]]),
        json!([["conferences", nothing("CF")], ["participants", "alice"], ["fetch"]]),
    ] {
        judge(&cloud.refuses(steps.clone()).await, 404, 20_404, &steps.to_string());
    }
    let create = json!({ "to": SARA, "from": OWN, "twiml": "<Response><Pause length=\"60\"/></Response>" });
    let sid = cloud.reads(json!(["calls", ["create", create]])).await["sid"].take();
    let running = json!([["calls", sid], ["remove"]]);
    judge(&cloud.refuses(running).await, 400, 20_009, "a call that goes on cannot be deleted");
    cloud.reads(json!([["calls", sid], ["update", { "status": "completed" }]])).await;
    for form in [json!({ "status": "completed" }), json!({ "twiml": "<Response/>" })] {
        let what = form.to_string();
        judge(&cloud.refuses(json!([["calls", sid], ["update", form]])).await, 400, 21_220, &what);
    }
    let record = json!([["calls", sid], "recordings", ["create", {}]]);
    judge(&cloud.refuses(record).await, 400, 21_220, "nobody talks");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_must_be_known() {
    let cloud = Cloud::open().await;
    let key = &cloud.account().key;
    let list = json!(["calls", ["list"]]);
    let by_key = json!({ "username": key.sid, "password": key.secret.expose() });
    assert_eq!(cloud.library(by_key, list.clone()).await["read"], json!([]), "the API key is a password too");
    let wrong = cloud.library(json!({ "password": "wrong" }), list.clone()).await;
    judge(&wrong["refused"], 401, 20_003, "a wrong token");
    let suspended = Cloud::open_with(|account| account.permissions.suspended = true).await;
    judge(&suspended.refuses(list).await, 403, 20_005, "a suspended account");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_told_to_come_again_and_the_library_does() {
    let cloud = Cloud::open().await;
    let rule = |status, code, times| RequestRule {
        path: "Calls".to_owned(),
        status,
        code,
        message: "Too Many Requests".to_owned(),
        times: Some(times),
    };
    let list = json!(["calls", ["list"]]);
    cloud.stand_in.set_faults(Faults::default().request(rule(429, 20_429, 1)).retry_after(Duration::from_secs(2)));
    let refused = cloud.refuses(list.clone()).await;
    judge(&refused, 429, 20_429, "once");
    assert_eq!(refused["retryAfter"], "2");
    cloud.stand_in.set_faults(Faults::default().request(rule(429, 20_429, 2)));
    let patient = json!({ "options": { "autoRetry": true, "maxRetryDelay": 50 } });
    assert_eq!(cloud.library(patient, list.clone()).await["read"], json!([]), "at the third time");
    cloud.stand_in.set_faults(Faults::default().request(rule(503, 20_503, 1)));
    judge(&cloud.refuses(list).await, 503, 20_503, "not there for a moment");
}
