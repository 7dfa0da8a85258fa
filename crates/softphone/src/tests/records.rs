use super::{Rig, START_MS, dial};
use crate::message::Message;
use mobilecall_audio::Role;
use mobilecall_client::{SyncEvent, SyncStatus};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStart, CallStatus, LineKind, Timestamp};
use mobilecall_ipc::{
    CallState, Command, Disposition, ErrorCode, HistoryFilter, HistoryQuery, Preview, Reply, SessionView, Settings,
};
use mobilecall_testkit::change_database;
use std::time::Duration;

fn cut_off(rig: &Rig, answered: bool) -> CallRecord {
    let at = Timestamp::from_millis(START_MS);
    let start = CallStart {
        id: CallId::generate(),
        company_id: rig.profile.user.company_id,
        line: LineKind::Direct,
        from_number: "101".into(),
        to_number: "102".into(),
        at,
    };
    CallRecord {
        status: if answered { CallStatus::InProgress } else { CallStatus::Ringing },
        answered_at: answered.then_some(at),
        ..CallRecord::outgoing(start).of_agent(rig.profile.user.id, None)
    }
}

/// A call of a killed run, as it stands when the engine has looked at it and the server is not in reach.
async fn after_a_kill(rig: &Rig, record: &CallRecord) -> CallRecord {
    let begun = Timestamp::from_millis(START_MS);
    rig.account.begin(record, "a killed run", begun).await.unwrap();
    rig.account.stamp_alive("a killed run", begun.plus(Duration::from_secs(2))).await.unwrap();
    rig.pass(Duration::from_secs(21)).await;
    sync_is(rig, SyncStatus::Offline { pending: 1 }).await;
    rig.record(record.id).await
}

async fn catch_up(rig: &Rig) {
    sync_is(rig, SyncStatus::UpToDate { at: Timestamp::from_millis(START_MS) }).await;
}

async fn sync_is(rig: &Rig, status: SyncStatus) {
    rig.engine.inbox.send(Message::Sync { epoch: 0, event: SyncEvent::Status(status) }).await.unwrap();
    rig.engine.snapshot().await;
}

#[tokio::test]
async fn calls_cut_off_by_a_kill_are_closed_with_their_last_sign_of_life() {
    for (line, answered, status) in [
        (LineKind::Direct, true, CallStatus::Completed),
        (LineKind::Direct, false, CallStatus::Failed),
        (LineKind::Twilio, true, CallStatus::Completed),
    ] {
        let mut rig = Rig::start().await;
        let record = CallRecord { line, ..cut_off(&rig, answered) };
        let kept = after_a_kill(&rig, &record).await;
        if line == LineKind::Direct {
            assert!(!kept.status.is_final(), "the server may have it");
            catch_up(&rig).await;
        }
        let closed = rig.until_record(record.id, |record| record.status.is_final()).await;
        let last_seen = Timestamp::from_millis(START_MS).plus(Duration::from_secs(2));
        assert_eq!((closed.status, closed.ended_at), (status, Some(last_seen)), "{line}");
        assert_eq!(rig.account.pending_count().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn calls_cut_off_by_a_kill_are_closed_as_soon_as_the_disk_takes_what_waits() {
    let mut rig = Rig::start_without_heartbeat().await;
    let record = cut_off(&rig, true);
    assert!(!after_a_kill(&rig, &record).await.status.is_final(), "the server may have it");
    let holder = rig.hold_database();
    // It takes longer than anybody waits for it, and so what comes next is put off.
    rig.send(Command::History { query: HistoryQuery { seen: true, ..HistoryQuery::default() } }).await.unwrap();
    catch_up(&rig).await;
    assert!(!rig.record(record.id).await.status.is_final(), "it is held all the time");
    drop(holder);
    let closed = rig.until_record(record.id, |record| record.status.is_final()).await;
    assert_eq!(closed.status, CallStatus::Completed);
}

#[tokio::test]
async fn a_call_that_cannot_be_closed_keeps_no_other_from_it() {
    for (table, change, on_server) in [("live", "DELETE ON live", true), ("calls", "UPDATE ON calls", false)] {
        let mut rig = Rig::start().await;
        let [refused, other] = [(); 2].map(|()| CallRecord { line: LineKind::Direct, ..cut_off(&rig, true) });
        let column = if on_server { "call" } else { "id" };
        if on_server {
            rig.account.adopt(std::slice::from_ref(&refused), 1).await.unwrap();
        }
        let refusal = format!(
            "CREATE TRIGGER refused BEFORE {change} WHEN old.{column} = '{}' BEGIN SELECT RAISE(ABORT, 'no'); END",
            refused.id
        );
        change_database(&rig.database(), &refusal);
        for record in [&refused, &other] {
            rig.account.begin(record, "a killed run", Timestamp::from_millis(START_MS)).await.unwrap();
        }
        rig.pass(Duration::from_secs(21)).await;
        catch_up(&rig).await;
        rig.until_record(other.id, |record| record.status.is_final()).await;
        assert!(!rig.record(refused.id).await.status.is_final(), "{table}");
    }
}

#[tokio::test]
async fn how_a_direct_call_ended_that_was_cut_off_the_server_says() {
    for answered in [true, false] {
        let rig = Rig::start().await;
        let record = cut_off(&rig, answered);
        let kept = after_a_kill(&rig, &record).await;
        rig.account.adopt(std::slice::from_ref(&kept), 7).await.unwrap();
        catch_up(&rig).await;
        assert!(!rig.record(record.id).await.status.is_final(), "it may go on, even on another device");
        assert_eq!(rig.account.pending_count().await.unwrap(), 0);

        let mut ended = kept;
        let report = CallReport { status: Some(CallStatus::Completed), ..CallReport::default() };
        ended.apply(&report, Timestamp::from_millis(START_MS).plus(Duration::from_secs(600)));
        rig.account.adopt(std::slice::from_ref(&ended), 8).await.unwrap();
        assert_eq!(rig.record(record.id).await, ended);
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
        let reply = rig.send(Command::Preview { text: text.into(), line: None }).await.unwrap();
        let Reply::Preview { preview } = reply else { panic!("{reply:?}") };
        let previewed = match preview {
            Preview::Refused { failure } => Some(failure),
            Preview::WillCall { .. } => None,
            Preview::Empty | Preview::Choices { .. } => panic!("{preview:?}"),
        };
        let reply = rig.send(dial(text, None)).await;
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
    let gone = SessionView::SignedOut { why: None };
    let snapshot = rig.until("signed out", |snapshot| snapshot.session == gone).await;
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

/// The server refuses a call for somebody who talks, and its record is all that comes here.
#[tokio::test]
async fn who_called_while_one_talks_is_said_once() {
    let mut rig = Rig::start().await;
    let changed = || Message::Sync { epoch: 0, event: SyncEvent::RecordsChanged };
    let refused = |rig: &Rig| {
        let start = CallStart {
            id: CallId::generate(),
            company_id: rig.profile.user.company_id,
            line: LineKind::Direct,
            from_number: "client:bob".into(),
            to_number: "client:alice".into(),
            at: Timestamp::from_millis(START_MS).plus(Duration::from_secs(60)),
        };
        let record = CallRecord::incoming(start).of_agent(rig.profile.user.id, None);
        CallRecord { status: CallStatus::NoAnswer, customer_name: Some("Bob".into()), ..record }
    };
    // Before the call it is a missed call like any other.
    rig.account.adopt(&[refused(&rig)], 1).await.unwrap();
    rig.engine.inbox.send(changed()).await.unwrap();
    assert!(rig.problems().await.is_empty());
    let (call, ..) = rig.talk("102").await;
    let later =
        CallRecord { created_at: Timestamp::from_millis(START_MS).plus(Duration::from_secs(90)), ..refused(&rig) };
    let refused_id = later.id.to_string();
    rig.account.adopt(&[later], 2).await.unwrap();
    rig.engine.inbox.send(changed()).await.unwrap();
    let said = rig.until_problem(ErrorCode::CalledWhileTalking).await;
    assert_eq!(said.params["who"], "Bob");
    assert_eq!(said.params["call"], refused_id);
    rig.engine.inbox.send(changed()).await.unwrap();
    assert!(rig.problems().await.is_empty(), "it is said once");
    rig.send(Command::HangUp { call }).await.unwrap();
}
