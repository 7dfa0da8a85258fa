//! Somebody calls the company's number.

use super::{NUMBER, ask, ca, call, calls, clients, dial, office, path, said, settings, tell, told_at};
use crate::office::Office;
use mobilecall_api::calls::{CallStatus, Direction};
use mobilecall_store::Role;
use serde_json::Value;

const INCOMING: &str = "/api/calls/webhook/incoming";
const CUSTOMER: &str = "+966501234567";

fn from_customer(sid: &str) -> Vec<(&str, &str)> {
    vec![("CallSid", sid), ("From", CUSTOMER), ("To", NUMBER), ("CallStatus", "ringing"), ("Direction", "inbound")]
}

#[tokio::test]
async fn the_first_who_answers_has_the_call() {
    let office = office().await;
    let sid = ca(1);
    let dial = dial(ask(&office, INCOMING, &from_customer(&sid)).await);
    let ringing = call(&office, &office.boss).await;
    assert_eq!((ringing.status, ringing.direction, ringing.agent_id), (CallStatus::Ringing, Direction::Inbound, None));
    assert_eq!((ringing.from_number.as_str(), ringing.to_number.as_str()), (CUSTOMER, NUMBER));
    assert!(calls(&office, &office.basil).await.is_empty(), "it is nobody's yet");
    let clients = clients(&dial);
    let names: Vec<_> = clients.iter().map(|client| client.identity.as_str()).collect();
    assert_eq!(names, ["alice", "basil", "boss"]);
    let id = clients[0].parameters[0].value.as_ref().unwrap().expose().clone();
    assert_eq!((clients[0].parameters[0].name.as_deref(), id), (Some("CallId"), ringing.id.to_string()));

    let leg_says = async |leg: usize, word: &str, second: i64, seconds: &str| {
        let (leg_sid, told) = (ca(10 + u32::try_from(leg).unwrap()), told_at(second));
        let callback = path(clients[leg].options.status_callback.as_ref());
        let fields = [
            ("CallSid", leg_sid.as_str()),
            ("ParentCallSid", sid.as_str()),
            ("CallStatus", word),
            ("Timestamp", told.as_str()),
            ("CallDuration", seconds),
        ];
        tell(&office, &callback, &fields).await;
    };
    for leg in 0..3 {
        leg_says(leg, "ringing", 1, "").await;
    }
    leg_says(1, "in-progress", 6, "").await;
    leg_says(0, "canceled", 6, "0").await;
    leg_says(2, "no-answer", 6, "0").await;
    let talking = call(&office, &office.basil).await;
    assert_eq!((talking.id, talking.status), (ringing.id, CallStatus::InProgress));
    assert_eq!(talking.agent_name.as_deref(), Some("basil of the tests"));
    leg_says(1, "completed", 60, "54").await;
    let after = path(dial.options.action.as_ref());
    let over = [("CallSid", sid.as_str()), ("DialCallStatus", "completed"), ("DialCallDuration", "54")];
    assert_eq!(ask(&office, &after, &over).await.0.len(), 1, "the call is over");
    let told = call(&office, &office.basil).await;
    assert_eq!((told.status, told.duration_seconds), (CallStatus::Completed, Some(54)));
    assert!(calls(&office, &office.alice).await.is_empty());
    let stats: Value = office.read(&office.basil, "/api/calls/stats").await;
    assert_eq!((&stats["completed"], &stats["missed"]), (&1.into(), &0.into()));
}

#[tokio::test]
async fn all_agents_are_rung_group_by_group_before_the_caller_hears_that_nobody_answers() {
    let office = office().await;
    for number in 0..9 {
        office.server.user(&office.acme, &format!("x{number}"), None, Role::Agent).await;
    }
    let sid = ca(1);
    let first = dial(ask(&office, INCOMING, &from_customer(&sid)).await);
    assert_eq!(clients(&first).len(), 10);
    let nobody = [("CallSid", sid.as_str()), ("DialCallStatus", "no-answer")];
    let second = dial(ask(&office, &path(first.options.action.as_ref()), &nobody).await);
    let names: Vec<_> = clients(&second).iter().map(|client| client.identity.as_str().to_owned()).collect();
    assert_eq!(names, ["x7", "x8"]);
    assert_eq!(call(&office, &office.boss).await.status, CallStatus::Ringing, "the caller still waits");
    let words = said(ask(&office, &path(second.options.action.as_ref()), &nobody).await);
    assert!(words.contains("لا يوجد موظف متاح"), "{words}");
    let told = told_at(70);
    let over = [
        ("CallSid", sid.as_str()),
        ("From", CUSTOMER),
        ("To", NUMBER),
        ("CallStatus", "completed"),
        ("CallDuration", "7"),
        ("Timestamp", told.as_str()),
    ];
    tell(&office, "/api/calls/webhook/status", &over).await;
    let missed = call(&office, &office.boss).await;
    assert_eq!((missed.status, missed.duration_seconds), (CallStatus::NoAnswer, Some(0)));
    let stats: Value = office.read(&office.boss, "/api/calls/stats").await;
    assert_eq!(stats["missed"], 1);
}

#[tokio::test]
async fn a_number_of_no_company_is_not_in_service() {
    // Two companies, and nobody has said whose the number is.
    let office = Office::with(|config| config.twilio.settings = settings(&super::ALL)).await;
    let sid = ca(1);
    let words = said(ask(&office, INCOMING, &from_customer(&sid)).await);
    assert!(words.contains("not in service"), "{words}");
    assert!(calls(&office, &office.boss).await.is_empty());
}
