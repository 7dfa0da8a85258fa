//! Reporting and reading single calls.

use crate::office::{Office, outgoing, refusal, refused, with};
use mobilecall_domain::{CallId, Timestamp};
use mobilecall_testkit::Fault;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_call_has_the_fields_of_the_old_contract_and_ours() {
    let office = Office::open().await;
    let report = outgoing("+966501234567");
    let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&report)).await;
    assert_eq!(response.status(), 201);
    let record: Value = response.json().await.unwrap();
    let expected = json!({
        "id": report["id"], "twilioCallSid": null, "fromNumber": "101", "toNumber": "+966501234567",
        "direction": "outbound", "status": "initiated", "durationSeconds": null, "recordingUrl": null,
        "agentId": office.alice.user.user.id, "agentName": "alice of the tests",
        "createdAt": report["createdAt"], "endedAt": null, "companyId": office.acme.id, "customerName": null,
        "answeredAt": null, "line": "direct", "updatedAt": record["updatedAt"],
    });
    assert_eq!(record, expected);
    let path = format!("/api/calls/{}", report["id"].as_str().unwrap());
    assert_eq!(office.read::<Value>(&office.alice, &path).await, expected);
    assert_eq!(office.read::<Vec<Value>>(&office.alice, "/api/calls").await, [expected]);
}

#[tokio::test]
async fn reporting_again_changes_nothing_and_late_reports_rewind_nothing() {
    let office = Office::open().await;
    let report = outgoing("102");
    let first = office.report(&office.alice, &report).await;
    let again = office.send(&office.alice, Method::POST, "/api/calls", Some(&report)).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.json::<Value>().await.unwrap(), serde_json::to_value(&first).unwrap());

    let answered = first.created_at.plus(Duration::from_secs(5));
    let ended = first.created_at.plus(Duration::from_secs(65));
    // The end overtakes the answer.
    let over = office
        .amend(&office.alice, first.id, &json!({"status": "completed", "endedAt": ended, "answeredAt": answered}))
        .await;
    assert_eq!((over.duration_seconds, over.ended_at), (Some(60), Some(ended)));
    for late in ["ringing", "in-progress", "failed"] {
        assert_eq!(office.amend(&office.alice, first.id, &json!({"status": late})).await, over, "{late}");
    }
    assert_eq!(office.report(&office.alice, &report).await, over);
    let named = office.amend(&office.alice, first.id, &json!({"customerName": "علي"})).await;
    assert_eq!(named.customer_name.as_deref(), Some("علي"));
    assert!(named.updated_at >= over.updated_at);
}

#[tokio::test]
async fn a_report_of_a_finished_call_is_completed_by_the_server() {
    let office = Office::open().await;
    let record = office.report(&office.alice, &with(outgoing("102"), json!({"status": "no-answer"}))).await;
    assert!(record.ended_at.is_some());
    assert_eq!(record.duration_seconds, Some(0));
}

#[tokio::test]
async fn bad_reports_are_refused_with_the_reason() {
    let office = Office::open().await;
    let good = outgoing("102");
    let now = Timestamp::now();
    let later = |seconds| now.plus(Duration::from_secs(seconds));
    let tomorrow = Timestamp::now().plus(Duration::from_secs(48 * 3600));
    let bad = [
        (json!({"id": "0b5b4d1e-8f3a-4d7a-9a53-0f3f4d1e8f3a"}), "UUIDv7"),
        (json!({"id": "not-a-uuid"}), "id"),
        (json!({"agentId": office.basil.user.user.id}), "agentId"),
        (json!({"companyId": office.zenith.id}), "companyId"),
        (json!({"status": "talking"}), "talking"),
        (json!({"direction": "incoming"}), "direction"),
        (json!({"createdAt": "yesterday"}), "yesterday"),
        (json!({"toNumber": "x".repeat(257)}), "toNumber"),
        (json!({"toNumber": "10\n2"}), "control character"),
        (json!({"customerName": "x".repeat(257)}), "customerName"),
        (json!({"durationSeconds": -1}), "-1"),
        (json!({"endedAt": tomorrow}), "endedAt"),
        (json!({"answeredAt": "1969-12-31T23:59:59.999Z"}), "answeredAt"),
        (json!({"toNumber": ""}), "toNumber"),
        (json!({"toNumber": " \u{202e}\u{200b} "}), "toNumber"),
        (json!({"answeredAt": later(20), "endedAt": later(10)}), "endedAt"),
        (json!({"endedAt": now.minus(Duration::from_secs(3600))}), "endedAt"),
        (json!({"endedAt": "2999-01-01T00:00:00.000Z"}), "endedAt"),
        (json!({"durationSeconds": 3_155_760_000_u64}), "durationSeconds"),
        (json!({"durationSeconds": 4_294_967_296_u64}), "4294967296"),
        (json!({"durationSeconds": 1.5}), "1.5"),
        (json!({"createdAt": now, "endedAt": later(60), "durationSeconds": 61}), "durationSeconds"),
        (json!({"createdAt": now, "endedAt": now, "durationSeconds": 1}), "durationSeconds"),
        // Nobody answered, so nobody talked.
        (json!({"status": "busy", "durationSeconds": 7}), "durationSeconds"),
        (json!({"status": "no-answer", "createdAt": now, "endedAt": later(60), "durationSeconds": 1}), "no-answer"),
        (json!({"status": "canceled", "answeredAt": now, "endedAt": later(5)}), "answeredAt"),
        // Of whatever clock.
        (
            json!({"createdAt": "2090-01-01T00:00:00Z", "endedAt": "2090-01-01T00:01:00Z", "durationSeconds": 3600}),
            "durationSeconds",
        ),
    ];
    for (fields, word) in bad {
        let body = with(good.clone(), fields.clone());
        let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&body)).await;
        assert_eq!(response.status(), 422, "{fields}");
        let message = response.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(word), "{fields}: {message}");
    }
    let mut missing = good.clone();
    missing.as_object_mut().unwrap().remove("toNumber");
    let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&missing)).await;
    assert_eq!(refusal(response).await, refused(422, "unprocessable"));
    assert_eq!(office.read::<Vec<Value>>(&office.boss, "/api/calls").await.len(), 0);
}

#[tokio::test]
async fn bad_facts_are_refused_with_the_reason() {
    let office = Office::open().await;
    let call = office.dial(&office.alice, "102").await;
    let path = format!("/api/calls/{}", call.id);
    let tomorrow = Timestamp::now().plus(Duration::from_secs(48 * 3600));
    let bad = [
        (json!({"agentId": office.basil.user.user.id}), "agentId"),
        (json!({"toNumber": "103"}), "toNumber"),
        (json!({"staus": "ringing"}), "staus"),
        (json!({"status": "Ringing"}), "Ringing"),
        (json!({"endedAt": tomorrow}), "endedAt"),
        (json!({"customerName": "a\u{0}b"}), "customerName"),
        (json!({"answeredAt": tomorrow, "endedAt": call.created_at}), "endedAt"),
        (json!({"answeredAt": "2001-01-01T00:00:00.000Z"}), "answeredAt"),
        (json!({"durationSeconds": 90_000}), "durationSeconds"),
        (json!({"status": "busy", "durationSeconds": 1}), "nobody answered: leave durationSeconds out"),
        (json!({"status": "no-answer", "answeredAt": call.created_at}), "nobody answered: leave answeredAt out"),
        (
            json!({
                "answeredAt": call.created_at,
                "endedAt": call.created_at.plus(Duration::from_secs(60)),
                "durationSeconds": 61,
            }),
            "durationSeconds",
        ),
    ];
    for (facts, word) in bad {
        let response = office.send(&office.alice, Method::PATCH, &path, Some(&facts)).await;
        assert_eq!(response.status(), 422, "{facts}");
        let message = response.json::<Value>().await.unwrap()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(word), "{facts}: {message}");
    }
    assert_eq!(office.amend(&office.alice, call.id, &json!({})).await, call, "nothing said, nothing changed");
}

#[tokio::test]
async fn ids_belong_to_whoever_came_first() {
    let office = Office::open().await;
    let report = outgoing("102");
    office.report(&office.alice, &report).await;
    for thief in [&office.basil, &office.boss, &office.zoe] {
        let response = office.send(thief, Method::POST, "/api/calls", Some(&report)).await;
        assert_eq!(refusal(response).await, refused(409, "conflict"));
    }
}

#[tokio::test]
async fn roles_see_and_change_what_is_theirs() {
    let office = Office::open().await;
    let call = office.dial(&office.alice, "102").await;
    let path = format!("/api/calls/{}", call.id);
    assert_eq!(office.get(&office.alice, &path).await.status(), 200);
    assert_eq!(office.get(&office.boss, &path).await.status(), 200);
    assert_eq!(refusal(office.get(&office.basil, &path).await).await, refused(404, "not_found"));
    let facts = json!({"status": "failed"});
    let basil = office.send(&office.basil, Method::PATCH, &path, Some(&facts)).await;
    assert_eq!(refusal(basil).await, refused(404, "not_found"));
    let boss = office.send(&office.boss, Method::PATCH, &path, Some(&facts)).await;
    assert_eq!(refusal(boss).await, refused(403, "forbidden"));
    assert_eq!(office.read::<Vec<Value>>(&office.basil, "/api/calls").await.len(), 0);
    assert_eq!(office.read::<Vec<Value>>(&office.boss, "/api/calls").await.len(), 1);
    let unknown = format!("/api/calls/{}", CallId::generate());
    assert_eq!(refusal(office.get(&office.boss, &unknown).await).await, refused(404, "not_found"));
    assert_eq!(refusal(office.get(&office.boss, "/api/calls/7").await).await, refused(400, "bad_request"));
}

#[tokio::test]
async fn a_report_that_met_a_busy_database_can_be_sent_again() {
    let office = Office::open().await;
    let report = outgoing("102");
    // The first operation of a request asks for the session, the second writes.
    office.server.faults().set(Fault::Busy(2));
    let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&report)).await;
    assert_eq!(refusal(response).await, refused(503, "unavailable"));
    office.server.faults().set(Fault::None);
    office.report(&office.alice, &report).await;
    office.report(&office.alice, &report).await;
    assert_eq!(office.read::<Vec<Value>>(&office.alice, "/api/calls").await.len(), 1);
}

#[tokio::test]
async fn a_wrong_clock_costs_no_call() {
    let office = Office::open().await;
    for created in
        ["9998-12-31T23:59:00.000Z", "2199-06-01T08:00:00.000Z", "1969-12-31T23:00:00.000Z", "0001-01-01T00:00:00.000Z"]
    {
        let created: Timestamp = created.parse().unwrap();
        let (answered, ended) = (created.plus(Duration::from_secs(5)), created.plus(Duration::from_secs(65)));
        let times = json!({
            "line": "sip", "status": "completed", "createdAt": created, "answeredAt": answered, "endedAt": ended,
        });
        let before = Timestamp::now();
        let kept = office.report(&office.alice, &with(outgoing("102"), times)).await;
        let ended = kept.ended_at.unwrap();
        assert!(ended >= before && ended <= Timestamp::now(), "it ended just now by our clock: {ended}");
        assert_eq!(ended.since(kept.created_at), Duration::from_secs(65), "and took as long as it was said");
        assert_eq!(
            (kept.answered_at.unwrap().since(kept.created_at), kept.duration_seconds),
            (Duration::from_secs(5), Some(60))
        );
    }
    // A clock that is behind cannot be told from a call that waited long.
    let old = json!({"line": "sip", "status": "completed", "createdAt": "1970-01-01T00:05:00.000Z"});
    let kept = office.report(&office.alice, &with(outgoing("102"), old)).await;
    assert_eq!(kept.created_at, "1970-01-01T00:05:00.000Z".parse().unwrap());
    assert_eq!(office.read::<Vec<Value>>(&office.alice, "/api/calls").await.len(), 5);
}

#[tokio::test]
async fn a_direct_call_began_by_our_clock_and_goes_on_by_the_clients() {
    let office = Office::open().await;
    let call = office.dial(&office.alice, "102").await;
    let behind = call.created_at.minus(Duration::from_secs(7200));
    let facts = json!({"status": "completed", "answeredAt": behind, "endedAt": behind.plus(Duration::from_secs(60))});
    let kept = office.amend(&office.alice, call.id, &facts).await;
    assert!(kept.answered_at >= Some(call.created_at) && kept.ended_at >= kept.answered_at, "{kept:?}");
}

#[tokio::test]
async fn a_duration_that_is_said_alone_must_fit_too() {
    let office = Office::open().await;
    let began = Timestamp::now().minus(Duration::from_secs(60));
    let direct = office.report(&office.alice, &with(outgoing("102"), json!({"createdAt": began}))).await;
    let ended = json!({
        "line": "sip", "createdAt": began, "status": "completed", "endedAt": began.plus(Duration::from_secs(30)),
    });
    let over = office.report(&office.alice, &with(outgoing("103"), ended)).await;
    for (call, too_long, fits) in [(&direct, 3600, 59), (&over, 31, 30)] {
        let facts = |seconds: u32| json!({"status": "completed", "durationSeconds": seconds});
        let path = format!("/api/calls/{}", call.id);
        let response = office.send(&office.alice, Method::PATCH, &path, Some(&facts(too_long))).await;
        assert_eq!(refusal(response).await, refused(422, "unprocessable"), "{too_long}");
        office.amend(&office.alice, call.id, &facts(fits)).await;
    }
}

#[tokio::test]
async fn calls_that_nobody_answered_took_no_time() {
    let office = Office::open().await;
    for status in ["busy", "no-answer", "canceled", "failed"] {
        for said in [json!({"durationSeconds": 0}), json!({})] {
            let report = with(with(outgoing("102"), json!({"status": status})), said);
            let kept = office.report(&office.alice, &report).await;
            assert_eq!((kept.duration_seconds, kept.answered_at), (Some(0), None), "{status}");
        }
    }
    // This one broke.
    let report = with(outgoing("102"), json!({"status": "failed", "durationSeconds": 7}));
    assert_eq!(office.report(&office.alice, &report).await.duration_seconds, Some(7));
}

/// Late reports are taken, whichever comes first, and the record says one thing.
#[tokio::test]
async fn nobody_talks_in_an_unanswered_call_across_reports() {
    use mobilecall_api::calls::CallStatus;
    let office = Office::open().await;
    let began = Timestamp::now().minus(Duration::from_secs(60));
    let answered = began.plus(Duration::from_secs(5));
    let call = || with(outgoing("102"), json!({"line": "sip", "createdAt": began}));
    for status in ["busy", "no-answer", "canceled"] {
        let over = office.report(&office.alice, &with(call(), json!({"status": status}))).await;
        for late in [
            json!({"answeredAt": answered}),
            json!({"durationSeconds": 7}),
            json!({"status": "completed", "answeredAt": answered, "durationSeconds": 7}),
        ] {
            let kept = office.amend(&office.alice, over.id, &late).await;
            assert_eq!((kept.status, kept.duration_seconds, kept.answered_at), (over.status, Some(0), None), "{late}");
        }
        let talking = json!({"status": "in-progress", "answeredAt": answered});
        let talked = office.report(&office.alice, &with(call(), talking)).await;
        let ended = json!({"status": status, "endedAt": began.plus(Duration::from_secs(12))});
        let kept = office.amend(&office.alice, talked.id, &ended).await;
        let expected = (CallStatus::Completed, Some(7), Some(answered));
        assert_eq!((kept.status, kept.duration_seconds, kept.answered_at), expected, "{status}");
    }
}

#[tokio::test]
async fn names_keep_what_can_be_seen() {
    let office = Office::open().await;
    let named = |name: &str| with(outgoing("102"), json!({"customerName": name, "fromNumber": "\u{2068}101\u{2069}"}));
    for (sent, kept) in [
        ("Ali\u{202e}moc.knab\u{2066}", Some("Alimoc.knab")),
        ("می\u{200c}لاد", Some("می\u{200c}لاد")),
        ("\u{200b}\u{202e} \u{3164}", None),
        (&format!("Zoe{}", "\u{301}".repeat(200)), Some(&*format!("Zoe{}", "\u{301}".repeat(6)))),
    ] {
        let record = office.report(&office.alice, &named(sent)).await;
        assert_eq!((record.customer_name.as_deref(), record.from_number.as_str()), (kept, "101"), "{sent:?}");
        let amended = office.dial(&office.alice, "103").await;
        let amended = office.amend(&office.alice, amended.id, &json!({"customerName": sent})).await;
        assert_eq!(amended.customer_name.as_deref(), kept, "{sent:?}");
    }
}

/// Every order of these.
fn orders<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let Some((first, rest)) = words.split_first() else { return vec![vec![]] };
    let with_first = |order: Vec<&'a str>| {
        (0..=order.len()).map(move |place| [&order[..place], &[*first], &order[place..]].concat()).collect::<Vec<_>>()
    };
    orders(rest).into_iter().flat_map(with_first).collect()
}

#[tokio::test]
async fn reports_in_any_order_and_number_make_one_record() {
    let office = Office::open().await;
    let began = Timestamp::now().minus(Duration::from_secs(120));
    let (answered, ended) = (began.plus(Duration::from_secs(10)), began.plus(Duration::from_secs(70)));
    let all = orders(&["initiated", "ringing", "in-progress", "completed"]);
    assert_eq!(all.len(), 24);
    for (number, order) in all.iter().enumerate() {
        let call = with(outgoing("102"), json!({"line": "sip", "createdAt": began}));
        let before: Value = office.read(&office.alice, "/api/changes?since=0&limit=500").await;
        for status in order {
            let facts = match *status {
                "in-progress" => json!({"status": status, "answeredAt": answered}),
                "completed" => json!({"status": status, "answeredAt": answered, "endedAt": ended}),
                _ => json!({"status": status}),
            };
            let body = with(call.clone(), facts);
            // Once to three times, two of them at once.
            let send = || office.send(&office.alice, Method::POST, "/api/calls", Some(&body));
            let (first, second) = tokio::join!(send(), send());
            assert!(first.status().is_success() && second.status().is_success(), "{order:?}");
            for _ in 0..number % 2 {
                assert!(send().await.status().is_success());
            }
        }
        let path = format!("/api/calls/{}", call["id"].as_str().unwrap());
        let kept: mobilecall_api::calls::CallRecord = office.read(&office.alice, &path).await;
        let expected = (mobilecall_api::calls::CallStatus::Completed, Some(60), Some(answered), Some(ended));
        assert_eq!((kept.status, kept.duration_seconds, kept.answered_at, kept.ended_at), expected, "{order:?}");
        let after: Value = office.read(&office.alice, "/api/changes?since=0&limit=500").await;
        let changes = after["sequence"].as_u64().unwrap() - before["sequence"].as_u64().unwrap();
        assert!((1..=4).contains(&changes), "{order:?}: {changes} changes, one for each that said something new");
    }
    assert_eq!(office.read::<Vec<Value>>(&office.alice, "/api/calls").await.len(), 24);
}
