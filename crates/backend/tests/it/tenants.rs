//! Companies see nothing of each other, on any route. A route that this file does not know fails the first test.

use crate::office::{Office, outgoing, refusal, refused, with};
use mobilecall_api::{calls::CallRecord, events::Presence};
use reqwest::Method;
use serde_json::{Value, json};

/// Routes for everybody.
const PUBLIC: [&str; 3] = ["post /api/auth/login", "post /api/auth/refresh", "get /api/health"];

/// Routes for Twilio, which signs what it sends; `twilio/signatures.rs` tries them without.
pub(crate) const SIGNED: [&str; 6] = [
    "post /api/calls/twiml/outbound",
    "post /api/calls/webhook/outbound",
    "post /api/calls/webhook/incoming",
    "post /api/calls/webhook/dial",
    "post /api/calls/webhook/status",
    "post /api/calls/webhook/recording",
];

/// Routes that need a session; each is tried across companies below, or in `twilio/`.
const PRIVATE: [&str; 24] = [
    "get /api/openapi.json",
    "get /api/auth/me",
    "post /api/auth/logout",
    "get /api/calls",
    "post /api/calls",
    "get /api/calls/{id}",
    "patch /api/calls/{id}",
    "get /api/calls/stats",
    "get /api/calls/token",
    "get /api/calls/recordings",
    "get /api/calls/recordings/{callSid}",
    "get /api/recordings/{sid}/media",
    "post /api/calls/make-call",
    "get /api/changes",
    "get /api/events",
    "get /api/team",
    "get /api/company",
    "put /api/company/lines",
    "get /api/company/twilio",
    "put /api/company/twilio",
    "delete /api/company/twilio",
    "post /api/company/twilio/check",
    "get /api/company/calling",
    "put /api/company/calling",
];

fn documented() -> Vec<String> {
    let document: Value = serde_json::from_str(mobilecall_backend::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let routes = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| format!("{method} {path}")));
    routes.collect()
}

#[tokio::test]
async fn every_private_route_wants_a_session() {
    let mut known: Vec<String> =
        PUBLIC.iter().chain(&SIGNED).chain(&PRIVATE).map(|route| (*route).to_owned()).collect();
    let mut routes = documented();
    known.sort();
    routes.sort();
    assert_eq!(routes, known, "tell this file about the new route and try it across companies");
    let office = Office::open().await;
    for route in PRIVATE {
        let (method, path) = route.split_once(' ').unwrap();
        let method: Method = method.to_uppercase().parse().unwrap();
        let path = path.replace("{id}", "018f0000-0000-7000-8000-000000000000");
        let request = office.server.client().request(method, format!("{}{path}", office.server.base_url()));
        let response = request.json(&json!({})).send().await.unwrap();
        assert_eq!(refusal(response).await, refused(401, "unauthenticated"), "{route}");
    }
}

#[tokio::test]
async fn records_stay_in_their_company() {
    let office = Office::open().await;
    let begun = office.sequence(&office.zenith).await;
    let call = office.dial(&office.alice, "+966501234567").await;
    let own = office.dial(&office.zoe, "+966507654321").await;
    let path = format!("/api/calls/{}", call.id);
    let changed = |change: &Value| match change["area"].as_str() {
        Some("call") => change["call"]["id"].as_str().unwrap().to_owned(),
        Some("person") => change["person"]["userId"].as_str().unwrap().to_owned(),
        _ => panic!("what is this? {change}"),
    };
    let people = [&office.zoe, &office.zboss].map(|person| person.user.user.id.to_string());
    let mut expected = [people.as_slice(), &[own.id.to_string()]].concat();
    expected.sort();
    for stranger in [&office.zoe, &office.zboss] {
        assert_eq!(refusal(office.get(stranger, &path).await).await, refused(404, "not_found"));
        let patch = office.send(stranger, Method::PATCH, &path, Some(&json!({"status": "failed"}))).await;
        assert_eq!(refusal(patch).await, refused(404, "not_found"));
        for list in ["/api/calls", "/api/calls?since=0", "/api/calls?q=96650", "/api/calls?q=9&direction=outbound"] {
            let calls: Vec<CallRecord> = office.read(stranger, list).await;
            assert_eq!(calls, std::slice::from_ref(&own), "{list}");
        }
        let changes: Value = office.read(stranger, "/api/changes").await;
        let mut seen: Vec<_> = changes["changes"].as_array().unwrap().iter().map(changed).collect();
        seen.sort();
        assert_eq!((seen, &changes["sequence"]), (expected.clone(), &json!(begun + 1)));
        let stats: Value = office.read(stranger, "/api/calls/stats").await;
        assert_eq!(stats["total"], 1);
        let copy = with(outgoing("102"), json!({"id": call.id}));
        let copy = office.send(stranger, Method::POST, "/api/calls", Some(&copy)).await;
        assert_eq!(refusal(copy).await, refused(409, "conflict"));
    }
    let kept: CallRecord = office.read(&office.boss, &path).await;
    assert_eq!(kept, call);
}

#[tokio::test]
async fn sequences_tell_nothing_about_other_companies() {
    let office = Office::open().await;
    let begun = office.sequence(&office.zenith).await;
    for _ in 0..3 {
        office.dial(&office.alice, "102").await;
    }
    office.dial(&office.zoe, "102").await;
    let response = office.get(&office.zoe, "/api/calls?since=0").await;
    assert_eq!(response.headers()["mobile-call-sequence"], (begun + 1).to_string());
}

#[tokio::test]
async fn a_company_id_may_only_repeat_ones_own() {
    let office = Office::open().await;
    for path in [
        "/api/calls",
        "/api/calls/stats",
        "/api/calls/token",
        "/api/team",
        "/api/auth/me",
        "/api/changes",
        "/api/events",
        "/api/company",
        "/api/company/twilio",
        "/api/calls/recordings",
    ] {
        let foreign = format!("{path}?company_id={}", office.acme.id);
        for stranger in [&office.zoe, &office.zboss] {
            assert_eq!(refusal(office.get(stranger, &foreign).await).await, refused(403, "forbidden"), "{path}");
        }
        let status = office.get(&office.boss, &foreign).await.status();
        assert_ne!(status, 403, "{path}");
    }
    let mine = with(outgoing("102"), json!({"company_id": office.acme.id}));
    assert_eq!(office.send(&office.alice, Method::POST, "/api/calls", Some(&mine)).await.status(), 201);
    let foreign = format!("/api/company/lines?company_id={}", office.zenith.id);
    let response = office.send(&office.boss, Method::PUT, &foreign, Some(&json!({"lines": ["sip"]}))).await;
    assert_eq!(refusal(response).await, refused(403, "forbidden"));
    let foreign = with(outgoing("102"), json!({"company_id": office.zenith.id}));
    let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&foreign)).await;
    assert_eq!(refusal(response).await, refused(403, "forbidden"));
}

#[tokio::test]
async fn teams_tokens_and_identities_are_ones_own() {
    let office = Office::open().await;
    let team: Vec<Presence> = office.read(&office.zoe, "/api/team").await;
    let names: Vec<_> = team.iter().map(|person| person.username.as_str()).collect();
    assert_eq!(names, ["zboss", "zoe"]);
    let me: Value = office.read(&office.zoe, "/api/auth/me").await;
    assert_eq!(me["company_id"], json!(office.zenith.id));
    let token: Value = office.read(&office.zoe, "/api/calls/token?identity=zoe").await;
    assert_eq!(token["identity"], "zoe");
    for other in ["alice", "zboss", "Zoe", ""] {
        let response = office.get(&office.zoe, &format!("/api/calls/token?identity={other}")).await;
        assert_eq!(refusal(response).await, refused(403, "forbidden"), "{other}");
    }
    let out = office.send(&office.zoe, Method::POST, "/api/auth/logout", None).await;
    assert_eq!(out.status(), 204);
    assert_eq!(office.get(&office.alice, "/api/auth/me").await.status(), 200);
}
