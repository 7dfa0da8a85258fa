use crate::{at, call, fixture};
use mobilecall_cache::CacheError;
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus};

fn status(status: CallStatus) -> CallReport {
    CallReport { status: Some(status), ..CallReport::default() }
}

#[tokio::test]
async fn each_step_of_a_call_is_stored_and_queued() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let begun = account.pending(10).await.unwrap();
    assert_eq!((begun.len(), &begun[0].record, begun[0].on_server), (1, &record, false));

    account.report(record.id, &status(CallStatus::InProgress), at(3_000)).await.unwrap();
    let ended = account.report(record.id, &status(CallStatus::Completed), at(8_500)).await.unwrap();
    assert_eq!(
        (ended.status, ended.duration_seconds, ended.ended_at),
        (CallStatus::Completed, Some(5), Some(at(8_500)))
    );

    let pending = account.pending(10).await.unwrap();
    assert_eq!((pending.len(), &pending[0].record), (1, &ended));
    assert!(pending[0].revision > begun[0].revision);
}

#[tokio::test]
async fn a_late_or_repeated_report_changes_and_queues_nothing() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let ended = account.report(record.id, &status(CallStatus::Busy), at(2_000)).await.unwrap();
    let revision = account.pending(1).await.unwrap()[0].revision;
    for late in [CallStatus::Ringing, CallStatus::Busy, CallStatus::Completed] {
        assert_eq!(account.report(record.id, &status(late), at(9_000)).await.unwrap(), ended);
    }
    assert_eq!(account.pending(1).await.unwrap()[0].revision, revision);
}

#[tokio::test]
async fn a_call_that_is_forgotten_was_none() {
    let account = fixture().await;
    let (gone, stays) = (call(&account, 1_000), call(&account, 2_000));
    for record in [&gone, &stays] {
        account.begin(record, "a killed run", at(2_000)).await.unwrap();
    }
    account.forget(gone.id).await.unwrap();
    assert_eq!(account.call(gone.id).await.unwrap(), None);
    assert_eq!(account.pending(10).await.unwrap().iter().map(|call| call.record.id).collect::<Vec<_>>(), [stays.id]);
    let stale = account.stale_calls("run", at(9_000)).await.unwrap();
    assert_eq!(stale.iter().map(|call| call.record.id).collect::<Vec<_>>(), [stays.id]);
    account.forget(CallId::generate()).await.unwrap();
}

#[tokio::test]
async fn a_report_for_an_unknown_call_is_refused() {
    let account = fixture().await;
    let error = account.report(CallId::generate(), &status(CallStatus::Busy), at(1)).await.unwrap_err();
    assert!(matches!(error, CacheError::NoSuchCall(_)));
}

#[tokio::test]
async fn a_call_that_the_server_announced_first_is_joined() {
    let account = fixture().await;
    let mut server = call(&account, 1_000);
    server.twilio_call_sid = Some("CA1".into());
    server.status = CallStatus::Ringing;
    account.adopt(std::slice::from_ref(&server), 4).await.unwrap();

    let mut local = server.clone();
    local.twilio_call_sid = None;
    local.status = CallStatus::Initiated;
    local.customer_name = Some("Layla".into());
    let stored = account.begin(&local, "run", at(1_200)).await.unwrap();
    assert_eq!((stored.status, stored.twilio_call_sid.as_deref()), (CallStatus::Ringing, Some("CA1")));
    assert_eq!(stored.customer_name.as_deref(), Some("Layla"));
}

#[tokio::test]
async fn calls_cut_off_by_a_kill_are_found_with_their_last_sign_of_life() {
    let account = fixture().await;
    let (cut_off, ended) = (call(&account, 1_000), call(&account, 1_500));
    account.begin(&cut_off, "first run", at(1_000)).await.unwrap();
    account.begin(&ended, "first run", at(1_500)).await.unwrap();
    account.report(ended.id, &status(CallStatus::Completed), at(2_000)).await.unwrap();
    account.stamp_alive("first run", at(6_000)).await.unwrap();

    assert!(account.stale_calls("first run", at(99_000)).await.unwrap().is_empty(), "a run's own calls are not stale");
    assert!(account.stale_calls("second run", at(6_000)).await.unwrap().is_empty(), "it may still be running");
    let stale = account.stale_calls("second run", at(6_001)).await.unwrap();
    assert_eq!(stale.iter().map(|call| (call.record.id, call.alive_at)).collect::<Vec<_>>(), [(cut_off.id, at(6_000))]);

    let end = CallReport { ended_at: Some(stale[0].alive_at), ..status(CallStatus::Failed) };
    account.report(cut_off.id, &end, at(99_000)).await.unwrap();
    assert!(account.stale_calls("second run", at(99_001)).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_another_device_answered_is_left_to_it() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    account.leave_to_others(record.id).await.unwrap();
    assert_eq!(account.pending_count().await.unwrap(), 0);
    assert!(account.stale_calls("next run", at(99_000)).await.unwrap().is_empty());
    assert!(account.call(record.id).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_left_to_the_server_is_not_sent_and_may_come_back() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    account.leave_to_server(record.id, at(1_000)).await.unwrap();
    assert_eq!(account.pending_count().await.unwrap(), 0);
    account.stamp_alive("run", at(9_000)).await.unwrap();
    let stale = account.stale_calls("run", at(2_000)).await.unwrap();
    assert_eq!(stale.iter().map(|call| (call.record.id, call.on_server)).collect::<Vec<_>>(), [(record.id, false)]);

    account.adopt(std::slice::from_ref(&record), 5).await.unwrap();
    assert!(account.stale_calls("run", at(2_000)).await.unwrap()[0].on_server);

    account.begin(&record, "run", at(3_000)).await.unwrap();
    assert!(account.stale_calls("run", at(99_000)).await.unwrap().is_empty());
    assert_eq!(account.pending_count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_call_that_is_offered_again_comes_to_life_again() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    account.report(record.id, &status(CallStatus::Failed), at(2_000)).await.unwrap();

    let again = CallRecord { created_at: at(8_000), status: CallStatus::Ringing, ..record.clone() };
    let revived = account.begin(&again, "run", at(8_000)).await.unwrap();
    assert_eq!((revived.status, revived.ended_at, revived.created_at), (CallStatus::Ringing, None, at(1_000)));
    let talk = CallReport { answered_at: Some(at(9_000)), ..status(CallStatus::InProgress) };
    account.report(record.id, &talk, at(9_000)).await.unwrap();
    let over = account.report(record.id, &status(CallStatus::Completed), at(19_000)).await.unwrap();
    assert_eq!((over.status, over.duration_seconds), (CallStatus::Completed, Some(10)));
}
