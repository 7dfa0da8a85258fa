//! Lists: pages, filters, search, changes since.

use crate::office::{Office, Person, outgoing, refusal, refused, with};
use mobilecall_api::calls::CallRecord;
use mobilecall_domain::CallId;
use mobilecall_store::Role;
use reqwest::{Response, header};
use serde_json::json;

/// The path in the `Link` header that leads on.
fn next(response: &Response) -> Option<String> {
    let link = response.headers().get(header::LINK)?.to_str().unwrap();
    let (path, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(rest, "; rel=\"next\"");
    Some(path.to_owned())
}

fn sequence(response: &Response) -> u64 {
    response.headers()["mobile-call-sequence"].to_str().unwrap().parse().unwrap()
}

async fn ids(response: Response) -> Vec<CallId> {
    response.json::<Vec<CallRecord>>().await.unwrap().into_iter().map(|call| call.id).collect()
}

async fn follow(office: &Office, who: &Person, path: &str) -> Vec<CallId> {
    let (mut all, mut path) = (Vec::new(), Some(path.to_owned()));
    while let Some(current) = path {
        let response = office.get(who, &current).await;
        assert_eq!(response.status(), 200, "{current}");
        path = next(&response);
        all.extend(ids(response).await);
    }
    all
}

async fn dial_many(office: &Office, count: usize) -> Vec<CallId> {
    let mut made = Vec::new();
    for index in 0..count {
        made.push(office.dial(&office.alice, &format!("10{index}")).await.id);
    }
    made
}

#[tokio::test]
async fn pages_stay_in_place_while_calls_come_in() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    let mut expected = dial_many(&office, 5).await;
    expected.reverse();
    let first = office.get(&office.alice, "/api/calls?limit=2").await;
    assert_eq!(sequence(&first), begun + 5);
    let mut path = next(&first);
    let mut seen = ids(first).await;
    while let Some(current) = path {
        office.dial(&office.alice, "199").await;
        let page = office.get(&office.alice, &current).await;
        path = next(&page);
        seen.extend(ids(page).await);
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn links_keep_the_filters() {
    let office = Office::open().await;
    for index in 0..4 {
        let status = if index % 2 == 0 { "busy" } else { "failed" };
        let fields = json!({"status": status, "customerName": "سارة & co"});
        office.report(&office.alice, &with(outgoing("+966501234567"), fields)).await;
    }
    let path = "/api/calls?limit=1&status=busy&direction=outbound&q=%D8%B3%D8%A7%D8%B1%D8%A9%20%26";
    assert_eq!(follow(&office, &office.boss, path).await.len(), 2);
    assert_eq!(follow(&office, &office.boss, "/api/calls?direction=inbound").await.len(), 0);
    assert_eq!(follow(&office, &office.boss, "/api/calls?q=0501234567&limit=3").await.len(), 4);
}

#[tokio::test]
async fn changes_since_a_number_are_complete_and_in_order() {
    let office = Office::open().await;
    let begun = office.sequence(&office.acme).await;
    let made = dial_many(&office, 5).await;
    office.dial(&office.basil, "101").await;
    office.amend(&office.alice, made[1], &json!({"status": "ringing"})).await;
    let changed = [made[0], made[2], made[3], made[4], made[1]];
    assert_eq!(follow(&office, &office.alice, "/api/calls?since=0&limit=2").await, changed);
    let last = office.get(&office.alice, &format!("/api/calls?since={}", begun + 5)).await;
    assert_eq!((sequence(&last), next(&last)), (begun + 7, None));
    assert_eq!(ids(last).await, [made[1]]);
    let nothing = office.get(&office.alice, &format!("/api/calls?since={}", begun + 7)).await;
    assert_eq!((sequence(&nothing), ids(nothing).await), (begun + 7, vec![]));
    assert_eq!(follow(&office, &office.boss, "/api/calls?since=0&limit=3").await.len(), 6);
    // A reader from the time before a backup was put back catches up from the beginning.
    assert_eq!(follow(&office, &office.alice, "/api/calls?since=5000").await, changed);
}

#[tokio::test]
async fn queries_that_mean_nothing_are_refused() {
    let office = Office::open().await;
    let cases = [
        ("limit=0", 422, "unprocessable"),
        ("limit=501", 422, "unprocessable"),
        ("limit=ten", 400, "bad_request"),
        ("since=1&cursor=1", 422, "unprocessable"),
        ("since=-1", 400, "bad_request"),
        ("cursor=elsewhere", 400, "bad_request"),
        ("direction=sideways", 400, "bad_request"),
        ("status=Busy", 400, "bad_request"),
        ("company_id=7", 400, "bad_request"),
    ];
    for (query, status, code) in cases {
        let response = office.get(&office.boss, &format!("/api/calls?{query}")).await;
        assert_eq!(refusal(response).await, refused(status, code), "{query}");
    }
    let long = format!("/api/calls?q={}", "x".repeat(513));
    assert_eq!(refusal(office.get(&office.boss, &long).await).await, refused(422, "unprocessable"));
    assert_eq!(office.get(&office.boss, "/api/calls?limit=500&q=&nonsense=1").await.status(), 200);
}

#[tokio::test]
async fn numbers_are_found_however_they_are_written() {
    let office = Office::open().await;
    let call = office.dial(&office.alice, "+966501234567").await.id;
    for typed in [
        "+966 (0)50 123 4567",
        "050\u{a0}123\u{a0}4567",
        "050\u{2011}123\u{2011}4567",
        "０５０１２３",
        "tel:+966501234567",
        "00966 0501234567",
        "٠٥٠١٢٣",
        "\u{2066}+966 50-123\u{2069}",
    ] {
        let query = serde_urlencoded::to_string([("q", typed)]).unwrap();
        assert_eq!(ids(office.get(&office.boss, &format!("/api/calls?{query}")).await).await, [call], "{typed:?}");
    }
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_their_extension() {
    let office = Office::open().await;
    office.server.user(&office.acme, "carol", Some("705"), Role::Agent).await;
    for to in ["client:carol", "client:basil"] {
        office.report(&office.alice, &outgoing(to)).await;
    }
    for (q, found) in [("705", 1), ("70", 1), ("7", 1), ("%D9%A7", 1), ("8", 0)] {
        assert_eq!(follow(&office, &office.boss, &format!("/api/calls?q={q}")).await.len(), found, "{q}");
    }
}
