use super::{Rig, START_MS};
use mobilecall_audio::Role;
use mobilecall_domain::{CallId, CallRecord, CallStatus, Direction, LineKind, Timestamp};
use mobilecall_ipc::{
    CallState, Command, Disposition, ErrorCode, HistoryFilter, HistoryQuery, Preview, Reply, SessionView, Settings,
};
use std::time::Duration;

fn cut_off(rig: &Rig, answered: bool) -> CallRecord {
    let at = Timestamp::from_millis(START_MS);
    CallRecord {
        id: CallId::generate(),
        company_id: rig.profile.user.company_id,
        twilio_call_sid: None,
        from_number: "101".into(),
        to_number: "102".into(),
        direction: Direction::Outgoing,
        status: if answered { CallStatus::InProgress } else { CallStatus::Ringing },
        duration_seconds: None,
        recording_url: None,
        agent_id: Some(rig.profile.user.id),
        agent_name: None,
        customer_name: None,
        created_at: at,
        answered_at: answered.then_some(at),
        ended_at: None,
        line: LineKind::Direct,
        updated_at: at,
    }
}

#[tokio::test]
async fn calls_cut_off_by_a_kill_are_closed_with_their_last_sign_of_life() {
    let mut rig = Rig::start().await;
    let begun = Timestamp::from_millis(START_MS);
    for (answered, status) in [(true, CallStatus::Completed), (false, CallStatus::Failed)] {
        let record = cut_off(&rig, answered);
        rig.account.begin(&record, "a killed run", begun).await.unwrap();
        rig.account.stamp_alive("a killed run", begun.plus(Duration::from_secs(2))).await.unwrap();
        rig.pass(Duration::from_secs(21)).await;
        let closed = super::within("the closing", async {
            loop {
                rig.events.recv().await.unwrap();
                let record = rig.record(record.id).await;
                if record.status.is_final() {
                    return record;
                }
            }
        })
        .await;
        assert_eq!((closed.status, closed.ended_at), (status, Some(begun.plus(Duration::from_secs(2)))));
    }
}

#[tokio::test]
async fn live_calls_are_stamped_and_left_alone() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    for _ in 0..8 {
        rig.pass(Duration::from_secs(5)).await;
        rig.engine.snapshot().await;
    }
    assert_eq!(rig.record(call).await.status, CallStatus::InProgress);
    let later = Timestamp::from_millis(START_MS).plus(Duration::from_secs(30));
    let stale = rig.account.stale_calls("another run", later.plus(Duration::from_secs(60))).await.unwrap();
    assert!(stale.iter().any(|stale| stale.record.id == call && stale.alive_at > later), "{stale:?}");
    rig.until_state(call, CallState::Active).await;
}

#[tokio::test]
async fn history_comes_in_pages_and_marks_missed_calls_as_seen() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    let reason = mobilecall_domain::EndReason::RemoteCancel;
    rig.line.say(mobilecall_line::LineEvent::Ended { leg, reason, code: None });
    rig.until("the missed call", |snapshot| snapshot.missed == 1).await;

    let query = HistoryQuery { filter: HistoryFilter::Missed, seen: true, ..HistoryQuery::default() };
    let Reply::History { page } = rig.send(Command::History { query }).await.unwrap() else { panic!("no history") };
    let rows: Vec<_> = page.entries.iter().map(|row| (row.id, row.disposition, row.name.as_deref())).collect();
    assert_eq!(rows, [(call, Disposition::Missed, Some("Bob"))]);
    rig.until("seen", |snapshot| snapshot.missed == 0).await;
}

#[tokio::test]
async fn the_preview_says_what_the_call_would_say() {
    let rig = Rig::start().await;
    for text in ["0501234567", "sip:a@b.example", "+96650x", "102", "*43"] {
        let reply = rig.send(Command::Preview { text: text.into() }).await.unwrap();
        let Reply::Preview { preview } = reply else { panic!("{reply:?}") };
        let previewed = match preview {
            Preview::Refused { failure } => Some(failure),
            Preview::WillCall { .. } => None,
            Preview::Empty | Preview::Choices { .. } => panic!("{preview:?}"),
        };
        let reply = rig.send(Command::PlaceCall { destination: text.into() }).await;
        if let Ok(Reply::Call { call }) = reply {
            rig.send(Command::HangUp { call }).await.unwrap();
        }
        assert_eq!(reply.err(), previewed, "{text}");
    }
}

#[tokio::test]
async fn signing_out_forgets_the_person_but_not_the_history() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    rig.send(Command::SignOut).await.unwrap();
    let snapshot = rig.until("signed out", |snapshot| snapshot.session == SessionView::SignedOut).await;
    assert!(snapshot.calls.is_empty());
    assert_eq!(rig.record(call).await.status, CallStatus::Completed);
    let query = HistoryQuery::default();
    assert_eq!(rig.refused(Command::History { query }).await, ErrorCode::NotSignedIn);
    assert_eq!(rig.refused(Command::SyncNow).await, ErrorCode::NotSignedIn);
}

#[tokio::test]
async fn settings_are_checked_and_take_effect_at_once() {
    let mut rig = Rig::start().await;
    let before = rig.engine.snapshot().await.settings;
    let bad = Settings { input_device: Some(String::new()), ..before.clone() };
    assert_eq!(rig.refused(Command::ChangeSettings { settings: bad }).await, ErrorCode::BadSetting);
    assert_eq!(rig.engine.snapshot().await.settings, before);

    let (call, ..) = rig.talk("102").await;
    let server = mobilecall_ipc::ServerChoice::Remote { url: "https://other.example".into() };
    let elsewhere = Settings { server, ..before.clone() };
    assert_eq!(rig.refused(Command::ChangeSettings { settings: elsewhere }).await, ErrorCode::NotNow);

    let headset = Settings { input_device: Some("headset".into()), ..before };
    let opened = rig.sound.opened(Role::Microphone);
    rig.send(Command::ChangeSettings { settings: headset.clone() }).await.unwrap();
    super::eventually("the headset", || rig.sound.opened(Role::Microphone) > opened).await;
    rig.until("the settings", |snapshot| snapshot.settings == headset).await;
    rig.until_state(call, CallState::Active).await;
}
