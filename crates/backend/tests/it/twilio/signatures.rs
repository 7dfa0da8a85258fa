//! What is not signed is refused in words and changes nothing.

use super::{
    ACCOUNT, AUTH_TOKEN, BASE, NUMBER, ca, call, calls, from_alice, office, post, post_form, set_up, signer, tell,
};
use crate::{
    office::{Office, outgoing, refusal, refused, with},
    tenants::SIGNED,
};
use mobilecall_api::calls::{CallRecord, CallStatus};
use mobilecall_domain::Private;
use mobilecall_twilio::signature::{HEADER, Payload, Signer, with_body_hash};
use reqwest::{Method, StatusCode, header};
use serde_json::json;

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn nothing_is_done_for_whoever_does_not_sign() {
    let office = office().await;
    let begun = office.sequence(&office.acme).await;
    let sid = ca(1);
    let mut fields = owned(&from_alice(&sid, "+966501234567"));
    fields.extend(owned(&[("RecordingSid", "RE1"), ("RecordingStatus", "completed"), ("DialCallStatus", "busy")]));
    let without_account = fields.clone();
    fields.push(("AccountSid".to_owned(), ACCOUNT.to_owned()));
    let mut foreign = without_account.clone();
    foreign.push(("AccountSid".to_owned(), format!("AC{:032x}", 7)));
    for route in SIGNED {
        let path = route.strip_prefix("post ").unwrap();
        let url = format!("{BASE}{path}");
        let other = Signer::new(&Private::new("another token".to_owned()));
        let good = signer().sign(&url, Payload::Form(&fields));
        let of_another_address = signer().sign(&format!("{url}?x=1"), Payload::Form(&fields));
        let of_another_host = signer().sign(&format!("{}{path}", office.server.base_url()), Payload::Form(&fields));
        let mut changed = fields.clone();
        changed[1].1 = "client:boss".to_owned();
        let cases = [
            (&fields, None),
            (&fields, Some(String::new())),
            (&fields, Some("no signature".to_owned())),
            (&fields, Some(other.sign(&url, Payload::Form(&fields)))),
            (&fields, Some(of_another_address)),
            (&fields, Some(of_another_host)),
            (&changed, Some(good.clone())),
            (&without_account, Some(signer().sign(&url, Payload::Form(&without_account)))),
            (&foreign, Some(signer().sign(&url, Payload::Form(&foreign)))),
        ];
        for (index, (fields, signature)) in cases.iter().enumerate() {
            let response = post_form(&office, path, fields, signature.as_deref()).await;
            assert_eq!(refusal(response).await, refused(403, "forbidden"), "{path} {index}");
        }
        // Somebody who is signed in is not Twilio.
        let form = office.server.request(&office.boss.session, Method::POST, path).form_like(&fields);
        let response = form.send().await.unwrap();
        let expected = if path.ends_with("/status") { refused(400, "bad_request") } else { refused(403, "forbidden") };
        assert_eq!(refusal(response).await, expected, "{path}");
    }
    assert_eq!(office.sequence(&office.acme).await, begun, "nothing was changed");
    assert!(calls(&office, &office.boss).await.is_empty());
}

trait FormLike {
    fn form_like(self, fields: &[(String, String)]) -> Self;
}

impl FormLike for reqwest::RequestBuilder {
    fn form_like(self, fields: &[(String, String)]) -> Self {
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string(fields).unwrap())
    }
}

#[tokio::test]
async fn both_variants_of_a_signature_are_taken() {
    let office = office().await;
    let sid = ca(1);
    let asked = post(&office, "/api/calls/webhook/outbound", &from_alice(&sid, "+966501234567")).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let body = json!({"AccountSid": ACCOUNT, "CallSid": sid, "From": "client:alice", "CallStatus": "completed",
        "CallDuration": 7, "Timestamp": super::told_at(9)})
    .to_string();
    let path = "/api/calls/webhook/status";
    let signed = with_body_hash(&format!("{BASE}{path}"), body.as_bytes());
    let query = signed.strip_prefix(BASE).unwrap();
    let signature = signer().sign(&signed, Payload::Body(body.as_bytes()));
    let send = async |path: &str, body: &str| {
        let url = format!("{}{path}", office.server.base_url());
        let request = office.server.client().post(url).header(header::CONTENT_TYPE, "application/json");
        request.header(HEADER, &signature).body(body.to_owned()).send().await.unwrap()
    };
    let changed = body.replace("completed", "failed");
    assert_eq!(refusal(send(query, &changed).await).await, refused(403, "forbidden"));
    assert_eq!(refusal(send(path, &body).await).await, refused(403, "forbidden"), "without the hash");
    assert_eq!(send(query, &body).await.status(), StatusCode::NO_CONTENT);
    let record = call(&office, &office.alice).await;
    assert_eq!((record.status, record.duration_seconds), (CallStatus::Completed, Some(7)));
}

#[tokio::test]
async fn behind_a_proxy_its_word_counts_only_if_that_is_set() {
    let fields = owned(&[("AccountSid", ACCOUNT), ("CallSid", &ca(1)), ("CallStatus", "ringing"), ("To", NUMBER)]);
    for trusted in [false, true] {
        let office = Office::with(move |config| {
            set_up(config);
            config.twilio.settings.public_base_url = None;
            config.twilio.trust_forwarded = trusted;
        })
        .await;
        let path = "/api/calls/webhook/status";
        let own = office.server.base_url();
        let cases = [
            ("https://calls.example.com".to_owned(), Some("calls.example.com")),
            (format!("https://{}", own.strip_prefix("http://").unwrap()), None),
        ];
        for (called, host) in cases {
            let signature = signer().sign(&format!("{called}{path}"), Payload::Form(&fields));
            let request = office.server.client().post(format!("{own}{path}")).header(HEADER, signature);
            let mut request = request.form_like(&fields).header("x-forwarded-proto", "https");
            if let Some(host) = host {
                request = request.header("x-forwarded-host", host);
            }
            let response = request.send().await.unwrap();
            if trusted {
                assert_eq!(response.status(), StatusCode::NO_CONTENT, "{called}");
            } else {
                let words: serde_json::Value = response.json().await.unwrap();
                assert!(words["message"].as_str().unwrap().contains("set PUBLIC_BASE_URL"), "{words}");
            }
        }
    }
}

#[tokio::test]
async fn an_old_client_tells_of_its_own_call_alone() {
    let office = office().await;
    let sid = ca(1);
    let told = |sid: &str, status: &str| json!({"CallSid": sid, "CallStatus": status, "CallDuration": 31});
    let path = "/api/calls/webhook/status";
    let send = async |who, body| office.send(who, Method::POST, path, Some(&body)).await;
    assert_eq!(refusal(send(&office.alice, told(&sid, "completed")).await).await, refused(404, "not_found"));
    let own = with(outgoing("+966501234567"), json!({"line": "twilio", "twilioCallSid": sid, "status": "in-progress"}));
    let own: CallRecord = office.report(&office.alice, &own).await;
    for stranger in [&office.basil, &office.boss, &office.zoe] {
        assert_eq!(refusal(send(stranger, told(&sid, "failed")).await).await, refused(404, "not_found"));
    }
    assert_eq!(send(&office.alice, told(&sid, "completed")).await.status(), StatusCode::NO_CONTENT);
    let record = call(&office, &office.alice).await;
    assert_eq!((record.id, record.status, record.duration_seconds), (own.id, CallStatus::Completed, Some(31)));
    for wrong in [json!({"CallSid": sid}), json!({"CallSid": "1", "CallStatus": "failed"})] {
        assert_eq!(refusal(send(&office.alice, wrong).await).await, refused(422, "unprocessable"));
    }
    // Once Twilio tells of a call, its softphone's word on it does not count.
    let other = ca(2);
    post(&office, "/api/calls/webhook/outbound", &from_alice(&other, "+966501234567")).await;
    assert_eq!(send(&office.alice, told(&other, "failed")).await.status(), StatusCode::NO_CONTENT);
    let all = calls(&office, &office.alice).await;
    let record = all.iter().find(|call| call.twilio_call_sid.as_deref() == Some(&other)).unwrap();
    assert_eq!(record.status, CallStatus::Initiated);
    tell(&office, path, &[("CallSid", other.as_str()), ("From", "client:alice"), ("CallStatus", "busy")]).await;
    let none = Signer::new(&Private::new(AUTH_TOKEN.to_owned())).sign("", Payload::None);
    let response = post_form(&office, path, &[], Some(&none)).await;
    assert_eq!(refusal(response).await, refused(403, "forbidden"));
}

/// As it comes through a tunnel to somebody's own computer.
#[tokio::test]
async fn what_is_signed_is_taken_under_the_public_name_and_nothing_else_is() {
    let office = office().await;
    let send = async |path: &str, signature: Option<&str>| {
        let url = format!("{}{path}", office.server.base_url());
        let request = office.server.client().post(url).header(header::HOST, "calls.example.com");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(serde_urlencoded::to_string(&FIELDS[..]).unwrap());
        let request = match signature {
            Some(signature) => request.header(HEADER, signature),
            None => request,
        };
        request.send().await.unwrap().status().as_u16()
    };
    const FIELDS: [(&str, &str); 2] = [("AccountSid", ACCOUNT), ("CallSid", "CA00000000000000000000000000000001")];
    const PATH: &str = "/api/calls/webhook/status";
    let fields = FIELDS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let right = signer().sign(&format!("{BASE}{PATH}"), Payload::Form(&fields));
    assert_ne!(send(PATH, Some(&right)).await, 421, "its signature is what counts");
    assert_eq!(send(PATH, Some("d3Jvbmc=")).await, 403);
    for (path, signature) in [(PATH, None), ("/api/auth/login", Some(right.as_str()))] {
        assert_eq!(send(path, signature).await, 421, "{path}");
    }
}
