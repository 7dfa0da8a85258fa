//! The change log of a company.

use crate::office::{Office, refusal, refused};
use mobilecall_api::changes::{ChangePage, Entity};
use serde_json::json;

fn calls(page: &ChangePage) -> Vec<(u64, mobilecall_domain::CallId)> {
    let call = |change: &mobilecall_api::changes::Change| match &change.entity {
        Entity::Call { call } => (change.sequence, call.id),
        Entity::Company { .. } | Entity::Unknown => panic!("an area that these tests do not know"),
    };
    page.changes.iter().map(call).collect()
}

#[tokio::test]
async fn what_changed_is_paged_within_what_the_caller_may_see() {
    let office = Office::open().await;
    let first = office.dial(&office.alice, "102").await;
    let second = office.dial(&office.basil, "101").await;
    office.dial(&office.zoe, "101").await;
    office.amend(&office.alice, first.id, &json!({"status": "ringing"})).await;

    let all: ChangePage = office.read(&office.boss, "/api/changes").await;
    assert_eq!(calls(&all), [(2, second.id), (3, first.id)]);
    assert_eq!((all.sequence, all.more), (3, false));
    let page: ChangePage = office.read(&office.boss, "/api/changes?since=0&limit=1").await;
    assert_eq!((calls(&page), page.sequence, page.more), (vec![(2, second.id)], 2, true));
    let rest: ChangePage = office.read(&office.boss, "/api/changes?since=2&limit=1").await;
    assert_eq!((calls(&rest), rest.sequence, rest.more), (vec![(3, first.id)], 3, false));

    let own: ChangePage = office.read(&office.basil, "/api/changes?since=0").await;
    assert_eq!((calls(&own), own.sequence), (vec![(2, second.id)], 3), "colleagues' changes are passed over");
    let json: serde_json::Value = office.read(&office.basil, "/api/changes").await;
    assert_eq!(json["changes"][0]["area"], "call");
    assert_eq!(json["changes"][0]["call"]["id"], second.id.to_string());
}

#[tokio::test]
async fn bad_questions_are_refused() {
    let office = Office::open().await;
    for limit in ["0", "501"] {
        let response = office.get(&office.boss, &format!("/api/changes?limit={limit}")).await;
        assert_eq!(refusal(response).await, refused(422, "unprocessable"), "{limit}");
    }
    for path in ["/api/changes", "/api/calls", "/api/events"] {
        for since in [i64::MAX.unsigned_abs() + 1, u64::MAX] {
            let request =
                office.server.request(&office.boss.session, reqwest::Method::GET, &format!("{path}?since={since}"));
            let upgrade = [
                ("connection", "upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ];
            let request = upgrade.into_iter().fold(request, |request, (name, value)| request.header(name, value));
            let response = request.send().await.unwrap();
            assert_eq!(refusal(response).await, refused(422, "unprocessable"), "{path} {since}");
        }
    }
    let last = i64::MAX;
    let page: ChangePage = office.read(&office.boss, &format!("/api/changes?since={last}")).await;
    assert_eq!((page.changes.len(), page.sequence), (0, 0), "ahead of everybody, and there is nothing");
    let response = office.get(&office.boss, "/api/changes?since=x").await;
    assert_eq!(refusal(response).await, refused(400, "bad_request"));
    let foreign = office.get(&office.boss, &format!("/api/changes?company_id={}", office.zenith.id)).await;
    assert_eq!(refusal(foreign).await, refused(403, "forbidden"));
    let url = format!("{}/api/changes", office.server.base_url());
    let stranger = office.server.client().get(url).send().await.unwrap();
    assert_eq!(refusal(stranger).await, refused(401, "unauthenticated"));
}
