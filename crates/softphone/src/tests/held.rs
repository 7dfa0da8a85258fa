//! Another process holds the database.

use super::{Rig, START_MS, within};
use mobilecall_domain::{CallId, CallStatus, EndReason, Timestamp};
use mobilecall_ipc::{CallState, Command, Event, HistoryQuery, Settings};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_transport::MediaTransport as _;
use std::time::Duration;
use tokio::time::Instant;

/// SQLite waits so long for another process; whoever waited for the disk once would need longer.
const ONE_WAIT: Duration = Duration::from_secs(5);

/// An answered call, a missed one and one that was placed, with what is written beside them; and how long all took.
async fn three_calls(rig: &mut Rig) -> ([CallId; 3], Duration) {
    let began = Instant::now();
    let (first, first_leg, far) = rig.ring().await;
    rig.send(Command::Answer { call: first }).await.unwrap();
    let LineCommand::Accept { answer, .. } = rig.line.command().await else { panic!("no answer") };
    far.transport.accept_answer(&answer).await.unwrap();
    rig.until_state(first, CallState::Active).await;
    rig.send(Command::SetMute { call: first, muted: true }).await.unwrap();
    rig.send(Command::HangUp { call: first }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { leg } if leg == first_leg));
    rig.until_state(first, CallState::Ended).await;

    let (missed, leg, _far) = rig.ring().await;
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteCancel, code: None });
    rig.until_state(missed, CallState::Ended).await;
    let (placed, leg, _far) = rig.talk("102").await;
    let settings = Settings { notifications: false, ..rig.engine.snapshot().await.settings };
    rig.send(Command::ChangeSettings { settings }).await.unwrap();
    let query = HistoryQuery { seen: true, ..HistoryQuery::default() };
    rig.send(Command::History { query }).await.unwrap();
    rig.line.say(LineEvent::Ended { leg, reason: EndReason::RemoteHangup, code: None });
    rig.until_state(placed, CallState::Ended).await;
    ([first, missed, placed], began.elapsed())
}

#[tokio::test]
async fn rings_and_buttons_do_not_wait_for_a_database_that_another_holds() {
    // What it takes on this machine, as busy as it is.
    let (_, usual) = three_calls(&mut Rig::start().await).await;
    let mut rig = Rig::start().await;
    let holder = rig.hold_database();
    let ([first, missed, placed], held) = three_calls(&mut rig).await;
    assert!(held < usual + ONE_WAIT, "it took {held:?} instead of {usual:?}");
    assert_eq!(rig.account.call(first).await.unwrap(), None, "it was held all the time");
    assert!(rig.problems().await.is_empty(), "nobody need do anything");

    drop(holder);
    let placed = rig.until_record(placed, |record| record.status.is_final()).await;
    let [first, missed] = [rig.record(first).await, rig.record(missed).await];
    let at = Some(Timestamp::from_millis(START_MS));
    assert_eq!((first.status, placed.status), (CallStatus::Completed, CallStatus::Completed));
    assert!(first.answered_at >= at && first.ended_at >= first.answered_at && placed.answered_at >= at);
    assert_eq!((missed.status, missed.answered_at), (CallStatus::Canceled, None));
    assert_eq!(rig.account.pending_count().await.unwrap(), 3, "and the server will be told of each");
    rig.until("the missed call was seen", |snapshot| snapshot.missed == 0).await;
}

/// What waits when the program ends is written before it is gone.
#[tokio::test]
async fn what_waits_is_written_before_the_program_ends() {
    let mut rig = Rig::start().await;
    let holder = rig.hold_database();
    let (call, ..) = rig.ring().await;
    let engine = rig.engine.clone();
    let ended = tokio::spawn(async move { engine.shutdown().await });
    within("the end of the call", async {
        while !matches!(rig.events.recv().await, Some(Event::CallRemoved { .. })) {}
    })
    .await;
    drop(holder);
    within("the end", ended).await.unwrap();
    assert!(rig.record(call).await.status.is_final());
}
