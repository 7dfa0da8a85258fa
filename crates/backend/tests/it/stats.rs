//! Counts.

use crate::office::{Office, outgoing, refusal, refused, with};
use mobilecall_domain::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn counts_are_of_the_period_and_of_what_one_may_see() {
    let office = Office::open().await;
    let now = Timestamp::now();
    let days_ago = |days: u64| now.minus(Duration::from_secs(days * 24 * 3600 + 60));
    let call = |status: &str, talked: u32, days: u64| {
        let fields = json!({"status": status, "durationSeconds": talked, "createdAt": days_ago(days)});
        with(outgoing("102"), fields)
    };
    office.report(&office.alice, &call("completed", 60, 1)).await;
    office.report(&office.alice, &call("completed", 30, 8)).await;
    office.report(&office.basil, &call("failed", 0, 1)).await;
    let missed = with(call("no-answer", 0, 0), json!({"direction": "inbound"}));
    office.report(&office.basil, &missed).await;

    let own: Value = office.read(&office.alice, "/api/calls/stats").await;
    let expected = json!({
        "period": "7d", "total": 1, "outbound": 1, "inbound": 0, "completed": 1, "missed": 0, "failed": 0, "ongoing": 0,
        "totalDurationSeconds": 60, "averageDurationSeconds": 60.0,
    });
    assert_eq!(own, expected);
    let path = format!("/api/calls/stats?period=2w&company_id={}", office.acme.id);
    let all: Value = office.read(&office.boss, &path).await;
    assert_eq!(
        (&all["total"], &all["completed"], &all["missed"], &all["failed"]),
        (&json!(4), &json!(2), &json!(1), &json!(1))
    );
    assert_eq!(all["averageDurationSeconds"], 45.0);
    for period in ["", "7", "367d", "d", "-1d"] {
        let response = office.get(&office.boss, &format!("/api/calls/stats?period={period}")).await;
        assert_eq!(refusal(response).await, refused(422, "unprocessable"), "{period}");
    }
}
