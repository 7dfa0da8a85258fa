//! The change log of a company.

use crate::office::{Office, refusal, refused};
use mobilecall_api::{
    changes::{Change, ChangePage, Entity},
    events::Presence,
    people::Person,
};
use serde_json::json;

fn calls(page: &ChangePage) -> Vec<(u64, mobilecall_domain::CallId)> {
    let call = |change: &Change| match &change.entity {
        Entity::Call { call } => (change.sequence, call.id),
        Entity::Person { .. } | Entity::Company { .. } | Entity::Unknown => panic!("no call but {change:?}"),
    };
    page.changes.iter().map(call).collect()
}

#[tokio::test]
async fn what_changed_is_paged_within_what_the_caller_may_see() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    let first = office.dial(&office.alice, "102").await;
    let second = office.dial(&office.basil, "101").await;
    office.dial(&office.zoe, "101").await;
    office.amend(&office.alice, first.id, &json!({"status": "ringing"})).await;

    let since = |sequence: u64| format!("/api/changes?since={sequence}");
    let all: ChangePage = office.read(&office.boss, &since(begun)).await;
    assert_eq!(calls(&all), [(begun + 2, second.id), (begun + 3, first.id)]);
    assert_eq!((all.sequence, all.more), (begun + 3, false));
    let page: ChangePage = office.read(&office.boss, &format!("{}&limit=1", since(begun))).await;
    assert_eq!((calls(&page), page.sequence, page.more), (vec![(begun + 2, second.id)], begun + 2, true));
    let rest: ChangePage = office.read(&office.boss, &format!("{}&limit=1", since(begun + 2))).await;
    assert_eq!((calls(&rest), rest.sequence, rest.more), (vec![(begun + 3, first.id)], begun + 3, false));

    let own: ChangePage = office.read(&office.basil, &since(begun)).await;
    let expected = (vec![(begun + 2, second.id)], begun + 3);
    assert_eq!((calls(&own), own.sequence), expected, "colleagues' changes are passed over");
    let json: serde_json::Value = office.read(&office.basil, &since(begun)).await;
    assert_eq!(json["changes"][0]["area"], "call");
    assert_eq!(json["changes"][0]["call"]["id"], second.id.to_string());
}

#[tokio::test]
async fn everybody_of_the_company_sees_its_people_and_no_secret_of_theirs() {
    let office = Office::open().await;
    let people = |page: &ChangePage| {
        let person = |change: &Change| match &change.entity {
            Entity::Person { person } => person.clone(),
            Entity::Call { .. } | Entity::Company { .. } | Entity::Unknown => panic!("no person but {change:?}"),
        };
        page.changes.iter().map(person).collect::<Vec<_>>()
    };
    for (who, company, others) in [
        (&office.alice, &office.acme, ["alice", "basil", "boss"].as_slice()),
        (&office.boss, &office.acme, &["alice", "basil", "boss"]),
        (&office.zoe, &office.zenith, &["zboss", "zoe"]),
    ] {
        let page: ChangePage = office.read(who, "/api/changes").await;
        let mut told = people(&page);
        told.sort_by(|one, other| one.username.cmp(&other.username));
        assert_eq!(told.iter().map(|person| person.username.as_str()).collect::<Vec<_>>(), others);
        assert_eq!((page.sequence, page.more), (office.sequence(company).await, false));
        // As the list of colleagues has them.
        let team: Vec<Presence> = office.read(who, "/api/team").await;
        let listed = team.into_iter().map(|Presence { user_id, username, name, extension, state: _ }| Person {
            user_id,
            username,
            name,
            extension,
        });
        assert_eq!(told, listed.collect::<Vec<_>>());
    }
    let text = office.get(&office.boss, "/api/changes").await.text().await.unwrap();
    assert!(text.contains("alice") && !text.contains("argon2") && !text.contains("assword"), "{text}");
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
    let all: ChangePage = office.read(&office.boss, "/api/changes").await;
    assert_eq!(page, all, "ahead of everybody is as if nothing were known");
    let response = office.get(&office.boss, "/api/changes?since=x").await;
    assert_eq!(refusal(response).await, refused(400, "bad_request"));
    let foreign = office.get(&office.boss, &format!("/api/changes?company_id={}", office.zenith.id)).await;
    assert_eq!(refusal(foreign).await, refused(403, "forbidden"));
    let url = format!("{}/api/changes", office.server.base_url());
    let stranger = office.server.client().get(url).send().await.unwrap();
    assert_eq!(refusal(stranger).await, refused(401, "unauthenticated"));
}
