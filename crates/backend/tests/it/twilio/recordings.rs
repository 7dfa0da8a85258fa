//! Recordings, in the shape that old pages read.

use super::{ask, ca, call, from_alice, office, post, tell, told_at};
use crate::office::{Office, refusal, refused};
use mobilecall_domain::Timestamp;
use mobilecall_store::{RecordingReport, RecordingStatus};
use serde_json::{Value, json};

const LIST: &str = "/api/calls/recordings";

fn re(number: u32) -> String {
    format!("RE{number:032x}")
}

/// A call of this agent, and a finished recording of it.
async fn recorded(office: &Office, agent: &str, number: u32) {
    let (sid, recording, begun) = (ca(number), re(number), told_at(i64::from(number)));
    let mut fields = from_alice(&sid, "+966501234567");
    let from = format!("client:{agent}");
    fields[1].1 = &from;
    ask(office, "/api/calls/webhook/outbound", &fields).await;
    let told = [
        ("CallSid", sid.as_str()),
        ("From", from.as_str()),
        ("RecordingSid", recording.as_str()),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "31"),
        ("RecordingChannels", "2"),
        ("RecordingStartTime", begun.as_str()),
    ];
    tell(office, "/api/calls/webhook/recording", &told).await;
}

#[tokio::test]
async fn a_recording_is_told_in_the_old_shape_and_with_its_call() {
    let office = office().await;
    recorded(&office, "alice", 5).await;
    let path = format!("/api/recordings/{}/media", re(5));
    let expected = json!([{"sid": re(5), "callSid": ca(5), "duration": 31, "url": path,
        "dateCreated": super::at(5), "status": "completed"}]);
    for list in [LIST.to_owned(), format!("{LIST}?limit=50"), format!("{LIST}/{}", ca(5))] {
        assert_eq!(office.read::<Value>(&office.alice, &list).await, expected, "{list}");
    }
    let record = call(&office, &office.alice).await;
    assert_eq!((record.recording_url.as_deref(), record.twilio_call_sid), (Some(path.as_str()), Some(ca(5))));
    // Late, and of a call that nobody knows.
    let begun = [
        ("CallSid", ca(5)),
        ("RecordingSid", re(5)),
        ("RecordingStatus", "in-progress".to_owned()),
        ("From", "client:alice".to_owned()),
    ];
    let unknown = [
        ("CallSid", ca(9)),
        ("RecordingSid", re(9)),
        ("RecordingStatus", "completed".to_owned()),
        ("From", "client:alice".to_owned()),
    ];
    for fields in [begun, unknown] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        tell(&office, "/api/calls/webhook/recording", &fields).await;
    }
    assert_eq!(office.read::<Value>(&office.alice, LIST).await, expected);
}

#[tokio::test]
async fn agents_see_their_own_and_nobody_another_companys() {
    let office = office().await;
    recorded(&office, "alice", 1).await;
    recorded(&office, "basil", 2).await;
    recorded(&office, "alice", 3).await;
    let sids = async |who, path: &str| {
        let list: Vec<Value> = office.read(who, path).await;
        list.iter().map(|recording| recording["sid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sids(&office.boss, LIST).await, [re(3), re(2), re(1)]);
    assert_eq!(sids(&office.boss, &format!("{LIST}?limit=1")).await, [re(3)]);
    assert_eq!(sids(&office.alice, LIST).await, [re(3), re(1)]);
    assert!(sids(&office.zboss, LIST).await.is_empty());
    let of_basil = format!("{LIST}/{}", ca(2));
    assert_eq!(sids(&office.basil, &of_basil).await, [re(2)]);
    for stranger in [&office.alice, &office.zoe, &office.zboss] {
        assert!(sids(stranger, &of_basil).await.is_empty());
    }
    for limit in ["0", "501"] {
        let response = office.get(&office.alice, &format!("{LIST}?limit={limit}")).await;
        assert_eq!(refusal(response).await, refused(422, "unprocessable"));
    }
    let response = post(&office, "/api/calls/webhook/recording", &[("RecordingSid", "RE1")]).await;
    assert_eq!(refusal(response).await, refused(422, "unprocessable"));
}

#[tokio::test]
async fn why_there_is_no_sound_is_told_apart() {
    let office = office().await;
    recorded(&office, "alice", 4).await;
    let media = |number| format!("/api/recordings/{}/media", re(number));
    let begun = async |status: &str| {
        let (sid, recording) = (ca(4), re(6));
        let told = [
            ("CallSid", sid.as_str()),
            ("From", "client:alice"),
            ("RecordingSid", recording.as_str()),
            ("RecordingStatus", status),
        ];
        tell(&office, "/api/calls/webhook/recording", &told).await;
        refusal(office.get(&office.alice, &media(6)).await).await
    };
    assert_eq!(begun("in-progress").await, refused(409, "conflict"));
    assert_eq!(begun("absent").await, refused(404, "not_found"));
    let deleted = RecordingReport {
        company: office.acme.id,
        sid: re(4),
        call_sid: ca(4),
        status: RecordingStatus::Deleted,
        duration_seconds: None,
        started_at: None,
    };
    office.server.store().save_recording(&deleted, Timestamp::now()).await.unwrap();
    assert_eq!(refusal(office.get(&office.alice, &media(4)).await).await, refused(410, "not_found"));
    assert_eq!(call(&office, &office.alice).await.recording_url, None, "devices hear of it with the record");
    assert_eq!(refusal(office.get(&office.basil, &media(4)).await).await, refused(404, "not_found"));
}
