//! An agent's softphone calls somebody over Twilio.

use super::{
    NUMBER, ask, at, ca, call, calls, clients, dial, from_alice, number, office, path, said, set_up, tell, told_at,
};
use crate::office::{Office, outgoing, with};
use mobilecall_api::calls::{CallStatus, Direction, LineKind};
use mobilecall_domain::{CallId, Timestamp};
use mobilecall_store::Company;
use mobilecall_testkit::change_database;
use mobilecall_twilio::twiml::{Response as Document, Verb};
use serde_json::{Value, json};

const OUTBOUND: &str = "/api/calls/webhook/outbound";
const CUSTOMER: &str = "+966501234567";

#[tokio::test]
async fn a_call_is_recorded_from_the_first_moment_to_its_end() {
    let office = office().await;
    for (index, webhook) in [OUTBOUND, "/api/calls/twiml/outbound"].into_iter().enumerate() {
        let (sid, leg) = (ca(10 + u32::try_from(index).unwrap()), ca(20 + u32::try_from(index).unwrap()));
        let id = CallId::generate();
        let id_text = id.to_string();
        let mut fields = from_alice(&sid, "0501234567");
        fields.push(("CallId", id_text.as_str()));
        let dial = dial(ask(&office, webhook, &fields).await);
        let read =
            async || office.read::<mobilecall_api::calls::CallRecord>(&office.alice, &format!("/api/calls/{id}")).await;
        let record = read().await;
        assert_eq!(
            (record.status, record.direction, record.line),
            (CallStatus::Initiated, Direction::Outbound, LineKind::Twilio)
        );
        assert_eq!((record.from_number.as_str(), record.to_number.as_str()), (NUMBER, CUSTOMER));
        assert_eq!(
            (record.agent_id, record.twilio_call_sid.as_deref()),
            (Some(office.alice.user.user.id), Some(sid.as_str()))
        );

        let number = number(&dial);
        assert_eq!(number.number.expose(), CUSTOMER);
        assert_eq!(dial.options.caller_id.as_ref().map(|caller| caller.expose().as_str()), Some(NUMBER));
        let (status, action) = (path(number.status_callback.as_ref()), path(dial.options.action.as_ref()));
        let leg_says = async |status_word: &str, second: i64, more: &[(&str, &str)]| {
            let told = told_at(second);
            let fields = [
                ("CallSid", leg.as_str()),
                ("ParentCallSid", sid.as_str()),
                ("CallStatus", status_word),
                ("Timestamp", told.as_str()),
            ];
            tell(&office, &status, &[&fields[..], more].concat()).await;
        };
        leg_says("initiated", 0, &[]).await;
        assert_eq!(read().await.status, CallStatus::Initiated);
        leg_says("ringing", 2, &[]).await;
        assert_eq!(read().await.status, CallStatus::Ringing);
        // Times are told by Twilio's clock, and this call has just begun by ours.
        leg_says("in-progress", 9, &[]).await;
        assert_eq!(read().await.status, CallStatus::InProgress);
        leg_says("completed", 40, &[("CallDuration", "31")]).await;
        let ended = read().await;
        assert_eq!((ended.status, ended.duration_seconds), (CallStatus::Completed, Some(31)));
        let after = ask(
            &office,
            &action,
            &[
                ("CallSid", sid.as_str()),
                ("DialCallStatus", "completed"),
                ("DialCallSid", leg.as_str()),
                ("DialCallDuration", "31"),
            ],
        )
        .await;
        assert_eq!(after, Document(vec![Verb::Hangup]));
        tell(
            &office,
            "/api/calls/webhook/status",
            &[
                ("CallSid", sid.as_str()),
                ("From", "client:alice"),
                ("CallStatus", "completed"),
                ("CallDuration", "40"),
                ("Timestamp", told_at(41).as_str()),
            ],
        )
        .await;
        assert_eq!(read().await, ended, "what comes behind the end changes nothing");
    }
    assert_eq!(calls(&office, &office.boss).await.len(), 2);
}

#[tokio::test]
async fn a_softphones_own_record_and_twilios_are_one() {
    let office = office().await;
    let own = office.report(&office.alice, &with(outgoing(CUSTOMER), json!({"line": "twilio"}))).await;
    let (sid, id) = (ca(1), own.id.to_string());
    let mut fields = from_alice(&sid, CUSTOMER);
    fields.push(("CallId", id.as_str()));
    for _ in 0..2 {
        ask(&office, OUTBOUND, &fields).await;
    }
    let record = call(&office, &office.alice).await;
    assert_eq!((record.id, record.twilio_call_sid.as_deref()), (own.id, Some(sid.as_str())));
    let later = office.amend(&office.alice, own.id, &json!({"status": "failed", "customerName": "علي"})).await;
    assert_eq!((later.status, later.customer_name.as_deref()), (CallStatus::Initiated, Some("علي")));
}

#[tokio::test]
async fn ids_that_a_softphone_makes_up_take_no_call_from_anybody() {
    let office = office().await;
    let colleagues = office.report(&office.basil, &with(outgoing(CUSTOMER), json!({"line": "twilio"}))).await;
    let strangers = office.report(&office.zoe, &with(outgoing(CUSTOMER), json!({"line": "twilio"}))).await;
    let old = "018f0000-0000-4000-8000-00000000abcd".to_owned();
    for (index, id) in
        [colleagues.id.to_string(), strangers.id.to_string(), old, "x' OR 1=1".to_owned()].iter().enumerate()
    {
        let sid = ca(u32::try_from(index).unwrap());
        let mut fields = from_alice(&sid, CUSTOMER);
        fields.push(("CallId", id.as_str()));
        dial(ask(&office, OUTBOUND, &fields).await);
    }
    let own = calls(&office, &office.alice).await;
    assert_eq!(own.len(), 4);
    assert!(own.iter().all(|call| call.id.is_v7() && call.id != colleagues.id && call.id != strangers.id));
    assert_eq!(calls(&office, &office.basil).await, [colleagues]);
    assert_eq!(calls(&office, &office.zoe).await, [strangers]);
}

#[tokio::test]
async fn what_the_company_does_not_allow_is_refused_in_words_and_recorded() {
    let office = office().await;
    for (index, (to, words)) in [
        ("+989121234567", "does not allow calls to IR"),
        ("+881612345678", "satellite"),
        ("+979123456789", "cost more than a call"),
        ("911", "emergency"),
        // Basil's extension.
        ("102", "the direct line"),
        ("client:zoe", "nobody of your company"),
        ("sip:x@example.com", "not a number"),
        ("", "no number was dialed"),
    ]
    .into_iter()
    .enumerate()
    {
        let sid = ca(u32::try_from(index).unwrap());
        let said = said(ask(&office, OUTBOUND, &from_alice(&sid, to)).await);
        assert!(said.contains(words), "{to}: {said}");
        let all = calls(&office, &office.alice).await;
        let record = all.iter().find(|call| call.twilio_call_sid.as_deref() == Some(&sid)).unwrap();
        assert_eq!(record.status, CallStatus::Failed, "{to}");
        // The agent heard it, and that was all.
        let over =
            [("CallSid", sid.as_str()), ("From", "client:alice"), ("CallStatus", "completed"), ("CallDuration", "4")];
        tell(&office, "/api/calls/webhook/status", &over).await;
        let all = calls(&office, &office.alice).await;
        let record = all.iter().find(|call| call.twilio_call_sid.as_deref() == Some(&sid)).unwrap();
        assert_eq!((record.status, record.duration_seconds), (CallStatus::Failed, Some(0)), "{to}");
    }
}

/// Gives the company settings, as its administrator will.
async fn with_settings(company_settings: Value) -> Office {
    let office = office().await;
    let directory = office.server.directory().join("backend.sqlite");
    let Company { id, .. } = office.acme;
    change_database(
        &directory,
        &format!("UPDATE companies SET settings = '{company_settings}' WHERE id = x'{}'", id.as_uuid().simple()),
    );
    office
}

#[tokio::test]
async fn rates_are_those_of_the_company() {
    let office =
        with_settings(json!({"dialing": {"countries": ["SA", "AE"], "perMinuteOfAgent": 2, "atOnce": 3}})).await;
    let sids: Vec<_> = (0..6).map(ca).collect();
    for sid in &sids[..2] {
        dial(ask(&office, OUTBOUND, &from_alice(sid, "+971501234567")).await);
    }
    // Asked again about the same call, it counts once.
    dial(ask(&office, OUTBOUND, &from_alice(&sids[1], "+971501234567")).await);
    let fast = said(ask(&office, OUTBOUND, &from_alice(&sids[2], "+971501234567")).await);
    assert!(fast.contains("too many calls within a minute"), "{fast}");
    let from_basil = |sid| {
        let mut fields = from_alice(sid, "+971501234567");
        fields[1].1 = "client:basil";
        fields
    };
    dial(ask(&office, OUTBOUND, &from_basil(&sids[3])).await);
    let many = said(ask(&office, OUTBOUND, &from_basil(&sids[4])).await);
    assert!(many.contains("as many calls as it allows at once"), "{many}");
    let over =
        [("CallSid", sids[0].as_str()), ("From", "client:alice"), ("CallStatus", "completed"), ("CallDuration", "4")];
    tell(&office, "/api/calls/webhook/status", &over).await;
    let unreadable = with_settings(json!({"dialing": {"everywhere": true}})).await;
    let said = said(ask(&unreadable, OUTBOUND, &from_alice(&sids[5], CUSTOMER)).await);
    assert!(said.contains("cannot be read"), "{said}");
}

#[tokio::test]
async fn a_colleague_is_called_by_name_and_nobody_of_another_company() {
    let office = office().await;
    let sid = ca(1);
    let dial = dial(ask(&office, OUTBOUND, &from_alice(&sid, "client:basil")).await);
    let clients = clients(&dial);
    assert_eq!(clients.iter().map(|client| client.identity.as_str()).collect::<Vec<_>>(), ["basil"]);
    assert_eq!(call(&office, &office.alice).await.to_number, "client:basil");
}

#[tokio::test]
async fn callers_who_are_nobody_here_are_rejected() {
    let office = Office::with(set_up).await;
    for from in ["client:nobody", "client:", "+966501234567", "client:__"] {
        let sid = ca(1);
        let fields = [("CallSid", sid.as_str()), ("From", from), ("To", CUSTOMER), ("CallStatus", "ringing")];
        let document = ask(&office, OUTBOUND, &fields).await;
        assert!(matches!(document.0.as_slice(), [Verb::Reject(_)]), "{from}: {document:?}");
    }
    assert!(calls(&office, &office.boss).await.is_empty());
}

#[tokio::test]
async fn a_call_that_was_never_asked_about_is_recorded_by_its_end() {
    let office = office().await;
    let sid = ca(1);
    let (sid, told) = (sid.as_str(), told_at(5));
    let end = [("CallStatus", "failed"), ("Timestamp", told.as_str())];
    let over = [&[("CallSid", sid), ("From", "client:alice"), ("To", CUSTOMER)][..], &end].concat();
    for _ in 0..2 {
        tell(&office, "/api/calls/webhook/status", &over).await;
    }
    let record = call(&office, &office.alice).await;
    assert_eq!(
        (record.status, record.ended_at, record.to_number.as_str()),
        (CallStatus::Failed, Some(at(5)), CUSTOMER)
    );
    assert!(record.created_at < Timestamp::now());
}
