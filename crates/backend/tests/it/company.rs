//! The company, and which lines its calls prefer.

use crate::{
    events::{event, listen},
    office::{Office, Person, refusal, refused},
};
use mobilecall_api::{
    auth::User,
    calls::LineKind,
    changes::{ChangePage, Entity},
    company::Company,
    events::Event,
};
use mobilecall_store::Role;
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn put(office: &Office, who: &Person, body: &Value) -> Response {
    office.send(who, Method::PUT, "/api/company/lines", Some(body)).await
}

async fn set(office: &Office, who: &Person, lines: &[&str]) -> Company {
    let response = put(office, who, &json!({ "lines": lines })).await;
    assert_eq!(response.status(), 200, "{lines:?}");
    response.json().await.unwrap()
}

#[tokio::test]
async fn an_administrator_sets_the_order_and_everybody_reads_it() {
    let office = Office::open().await;
    let none: Value = office.read(&office.alice, "/api/company").await;
    assert_eq!(none, json!({"id": office.acme.id, "name": "Acme", "lines": [], "available": ["direct"]}));
    let changed = set(&office, &office.boss, &["sip", "twilio"]).await;
    assert_eq!(changed.lines, [LineKind::Sip, LineKind::Twilio]);
    for who in [&office.alice, &office.basil, &office.boss] {
        let seen: Company = office.read(who, "/api/company").await;
        assert_eq!(seen, Company { available: Some(vec![LineKind::Direct]), ..changed.clone() });
        let me: User = office.read(who, "/api/auth/me").await;
        assert_eq!(me.company_lines, changed.lines, "so does who signs in");
    }
    let none = set(&office, &office.boss, &[]).await;
    assert_eq!(none.lines, []);
    let me: Value = office.read(&office.alice, "/api/auth/me").await;
    assert_eq!(me.get("company_lines"), None);
}

#[tokio::test]
async fn only_administrators_of_the_company_change_it() {
    let office = Office::open().await;
    let order = json!({"lines": ["sip"]});
    let begun = office.sequence(&office.acme).await;
    for (name, role) in [("sales", Role::SalesManager), ("support", Role::SupportManager), ("agent", Role::Agent)] {
        let user = office.server.user(&office.acme, name, None, role).await;
        let session = office.server.sign_in(&user).await;
        let response = put(&office, &Person { user, session }, &order).await;
        assert_eq!(refusal(response).await, refused(403, "forbidden"), "{name}");
    }
    // An administrator of another company changes that one alone.
    let user = office.server.user(&office.zenith, "zadmin", None, Role::Admin).await;
    let session = office.server.sign_in(&user).await;
    let stranger = Person { user, session };
    let foreign = format!("/api/company/lines?company_id={}", office.acme.id);
    let response = office.send(&stranger, Method::PUT, &foreign, Some(&order)).await;
    assert_eq!(refusal(response).await, refused(403, "forbidden"));
    let theirs = set(&office, &stranger, &["sip"]).await;
    assert_eq!((theirs.id, theirs.name.as_str()), (office.zenith.id, "Zenith"));
    let ours: Company = office.read(&office.alice, "/api/company").await;
    assert_eq!((ours.lines, ours.name.as_str()), (Vec::new(), "Acme"));
    let news: ChangePage = office.read(&office.boss, &format!("/api/changes?since={begun}")).await;
    assert!(!news.changes.iter().any(|change| matches!(change.entity, Entity::Company { .. })), "{news:?}");
}

#[tokio::test]
async fn what_is_no_order_is_refused_in_words() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    for (body, status, words) in [
        (json!({"lines": ["isdn"]}), 422, "isdn"),
        (json!({"lines": ["sip", "twilio", "sip"]}), 422, "names sip twice"),
        (json!({"lines": ["direct", "sip"]}), 422, "leave it out"),
        (json!({"lines": "sip"}), 422, "lines"),
        (json!({"lines": null}), 422, "lines"),
        (json!({}), 422, "'lines' is missing"),
        (json!(["sip"]), 422, "it must be an object"),
        (json!([["sip"]]), 422, "it must be an object"),
        (json!([]), 422, "it must be an object"),
        (json!({"lines": [], "name": "Umbrella"}), 422, "no field 'name'"),
    ] {
        let response = put(&office, &office.boss, &body).await;
        assert_eq!(response.status(), status, "{body}");
        let said: Value = response.json().await.unwrap();
        assert_eq!(said["code"], "unprocessable", "{body}");
        let message = said["message"].as_str().unwrap();
        assert!(message.contains(words), "{body}: {message}");
    }
    let malformed = office.server.request(&office.boss.session, Method::PUT, "/api/company/lines");
    let malformed = malformed.header("content-type", "application/json").body("{\"lines\": [").send().await.unwrap();
    assert_eq!(refusal(malformed).await, refused(400, "bad_request"));
    let text = office.server.request(&office.boss.session, Method::PUT, "/api/company/lines").body("sip");
    assert_eq!(refusal(text.send().await.unwrap()).await, refused(415, "bad_request"));
    assert_eq!(office.sequence(&office.acme).await, begun, "nothing was entered");
}

#[tokio::test]
async fn a_change_is_told_to_everybody_once() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    let mut sockets = [listen(&office, &office.alice, "").await, listen(&office, &office.boss, "").await];
    for socket in &mut sockets {
        assert_eq!(event(socket).await, Event::Hello { sequence: begun });
    }
    let changed = set(&office, &office.boss, &["twilio"]).await;
    for socket in &mut sockets {
        let told = Event::Company { sequence: begun + 1, company: Box::new(changed.clone()) };
        assert_eq!(event(socket).await, told);
    }
    set(&office, &office.boss, &["twilio"]).await;
    assert_eq!(office.sequence(&office.acme).await, begun + 1, "it was so already");
    let call = office.dial(&office.alice, "102").await;
    let next = event(&mut sockets[0]).await;
    assert_eq!(next, Event::Call { sequence: begun + 2, call: Box::new(call) });
    // Who reads later finds it in the log, an agent too.
    let page: Value = office.read(&office.basil, &format!("/api/changes?since={begun}")).await;
    let company = json!({"id": office.acme.id, "name": "Acme", "lines": ["twilio"]});
    let entry = json!({"sequence": begun + 1, "area": "company", "company": company});
    assert_eq!(page["changes"], json!([entry]));
    let mut late = listen(&office, &office.basil, &format!("?since={begun}")).await;
    assert_eq!(event(&mut late).await, Event::Hello { sequence: begun + 2 });
    assert_eq!(event(&mut late).await, Event::Company { sequence: begun + 1, company: Box::new(changed) });
}
