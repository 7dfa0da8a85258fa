//! Whom a company's people may call, as its administrators set it.

use super::{ask, ca, from_alice, office, said};
use crate::office::{Office, Person, refusal, refused};
use mobilecall_store::Role;
use mobilecall_twilio::twiml::Response as Document;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

const PATH: &str = "/api/company/calling";

async fn put(office: &Office, who: &Person, body: &Value) -> Response {
    office.send(who, Method::PUT, PATH, Some(body)).await
}

async fn calls(office: &Office, number: u32, to: &str) -> Document {
    ask(office, "/api/calls/webhook/outbound", &from_alice(&ca(number), to)).await
}

fn is_dialed(document: &Document) -> bool {
    document.to_xml().contains("<Dial")
}

#[tokio::test]
async fn what_an_administrator_sets_holds_for_the_next_call() {
    let office = office().await;
    let nothing = json!({"language": null, "dialing": null});
    assert_eq!(office.read::<Value>(&office.boss, PATH).await, nothing);
    assert!(!is_dialed(&calls(&office, 1, "+971501234567").await));
    let begun = office.sequence(&office.acme).await;

    let wanted = json!({"language": "en", "dialing": {"countries": ["ae", "SA", "AE"], "atOnce": 7}});
    let set = put(&office, &office.boss, &wanted).await;
    assert_eq!(set.status(), StatusCode::OK);
    let set: Value = set.json().await.unwrap();
    let expected = json!({"language": "en", "dialing": {"countries": ["AE", "SA"], "perMinuteOfAgent": 12,
        "perMinuteOfCompany": 120, "atOnce": 7}});
    assert_eq!((&set, &office.read::<Value>(&office.boss, PATH).await), (&expected, &expected));
    assert_eq!(office.sequence(&office.acme).await, begun + 1, "it is entered in the log");
    assert!(is_dialed(&calls(&office, 2, "+971501234567").await));

    let closed = json!({"dialing": {"hours": {"fromMinute": 0, "toMinute": 1, "utcOffset": 0}}});
    assert_eq!(put(&office, &office.boss, &closed).await.status(), StatusCode::OK);
    let sentence = said(calls(&office, 3, "+971501234567").await);
    assert!(sentence.contains("does not allow calls to AE"), "what was left out is as before: {sentence}");
    assert_eq!(put(&office, &office.boss, &json!({})).await.status(), StatusCode::OK);
    assert_eq!(office.read::<Value>(&office.boss, PATH).await, nothing);
}

#[tokio::test]
async fn only_administrators_of_the_company_see_and_set_it() {
    let office = office().await;
    for who in [&office.alice, &office.zboss] {
        for (method, body) in [(Method::GET, None), (Method::PUT, Some(json!({})))] {
            let answer = office.send(who, method, PATH, body.as_ref()).await;
            assert_eq!(refusal(answer).await, refused(403, "forbidden"));
        }
    }
    let user = office.server.user(&office.zenith, "zadmin", None, Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let zadmin = Person { user, session };
    assert_eq!(put(&office, &zadmin, &json!({"language": "ar"})).await.status(), StatusCode::OK);
    assert_eq!(office.read::<Value>(&office.boss, PATH).await["language"], Value::Null);
    let answer = office.server.client().get(format!("{}{PATH}", office.server.base_url())).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_whole() {
    let office = office().await;
    let hours = |from: i32, to: i32, offset: i32| json!({"dialing": {"hours": {"fromMinute": from, "toMinute": to, "utcOffset": offset}}});
    for body in [
        json!({"language": "fa"}),
        json!({"dialling": {}}),
        json!({"dialing": {"countries": ["Saudi Arabia"]}}),
        json!({"dialing": {"countries": ["XX"]}}),
        json!({"dialing": {"atOnce": 0}}),
        json!({"dialing": {"perMinuteOfAgent": 1001}}),
        hours(480, 480, 0),
        hours(1440, 10, 0),
        hours(0, 1441, 0),
        hours(0, 10, 900),
    ] {
        let answer = put(&office, &office.boss, &body).await;
        assert_eq!(refusal(answer).await, refused(422, "unprocessable"), "{body}");
    }
    assert_eq!(office.read::<Value>(&office.boss, PATH).await, json!({"language": null, "dialing": null}));
}
