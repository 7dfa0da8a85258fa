use crate::{at, call, fixture};
use mobilecall_domain::{CallReport, CallStatus, UserId};

#[tokio::test]
async fn a_page_and_its_position_are_taken_over_together_and_only_once() {
    let account = fixture().await;
    let page = [call(&account, 1_000), call(&account, 2_000)];
    assert_eq!(account.adopt(&page, 9).await.unwrap().changed, 2);
    assert_eq!(account.adopt(&page, 9).await.unwrap().changed, 0);
    assert_eq!(account.position().await.unwrap(), 9);
    assert_eq!(account.call(page[1].id).await.unwrap().as_ref(), Some(&page[1]));
}

#[tokio::test]
async fn other_agents_calls_stay_on_the_server() {
    let account = fixture().await;
    let mut others = call(&account, 1_000);
    others.agent_id = Some(UserId::generate());
    let mut nobodys = call(&account, 1_000);
    nobodys.agent_id = None;
    assert_eq!(account.adopt(&[others.clone(), nobodys], 3).await.unwrap().changed, 0);
    assert_eq!(account.call(others.id).await.unwrap(), None);
}

#[tokio::test]
async fn the_servers_copy_is_joined_with_facts_it_has_not_got() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let end = CallReport {
        status: Some(CallStatus::Completed),
        answered_at: Some(at(2_000)),
        customer_name: Some("Layla".into()),
        ..CallReport::default()
    };
    account.report(record.id, &end, at(7_000)).await.unwrap();

    let mut server = record.clone();
    server.status = CallStatus::InProgress;
    server.answered_at = Some(at(2_010));
    account.adopt(std::slice::from_ref(&server), 5).await.unwrap();
    let joined = account.call(record.id).await.unwrap().unwrap();
    assert_eq!((joined.status, joined.answered_at), (CallStatus::Completed, Some(at(2_010))), "both sides' facts");
    assert_eq!(joined.customer_name.as_deref(), Some("Layla"));
    assert_eq!(account.pending_count().await.unwrap(), 1, "the server still has to be told");
}

#[tokio::test]
async fn the_servers_final_record_wins() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let failed = CallReport { status: Some(CallStatus::Failed), ..CallReport::default() };
    account.report(record.id, &failed, at(7_000)).await.unwrap();

    let mut server = record.clone();
    let end = CallReport { status: Some(CallStatus::NoAnswer), ended_at: Some(at(6_500)), ..CallReport::default() };
    server.apply(&end, at(6_500));
    account.adopt(std::slice::from_ref(&server), 5).await.unwrap();
    let joined = account.call(record.id).await.unwrap().unwrap();
    assert_eq!((joined.status, joined.ended_at), (CallStatus::NoAnswer, Some(at(6_500))));

    assert_eq!(account.pending_count().await.unwrap(), 0, "nothing is left that the server does not know");
    account.pushed(record.id, i64::MAX, &server).await.unwrap();
    assert_eq!(account.call(record.id).await.unwrap(), Some(server), "both histories agree");
    assert_eq!(account.pending_count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_call_that_is_over_here_stays_over_until_the_server_says_how_it_ended() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let ours =
        CallReport { status: Some(CallStatus::Completed), answered_at: Some(at(2_000)), ..CallReport::default() };
    account.report(record.id, &ours, at(7_000)).await.unwrap();
    let pending = account.pending(1).await.unwrap().remove(0);

    let mut server = record.clone();
    let answer =
        CallReport { status: Some(CallStatus::InProgress), answered_at: Some(at(2_010)), ..CallReport::default() };
    server.apply(&answer, at(2_010));
    account.pushed(record.id, pending.revision, &server).await.unwrap();
    account.adopt(std::slice::from_ref(&server), 5).await.unwrap();
    let joined = account.call(record.id).await.unwrap().unwrap();
    assert_eq!((joined.status, joined.answered_at), (CallStatus::Completed, Some(at(2_010))));
    assert_eq!(account.pending_count().await.unwrap(), 0);

    let end = CallReport { status: Some(CallStatus::Completed), ended_at: Some(at(37_000)), ..CallReport::default() };
    server.apply(&end, at(37_000));
    account.adopt(std::slice::from_ref(&server), 6).await.unwrap();
    assert_eq!(account.call(record.id).await.unwrap(), Some(server), "both histories agree");
}

#[tokio::test]
async fn a_change_during_a_push_stays_queued() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let sent = account.pending(1).await.unwrap().remove(0);
    let ringing = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
    account.report(record.id, &ringing, at(2_000)).await.unwrap();

    account.pushed(record.id, sent.revision, &record).await.unwrap();
    let pending = account.pending(1).await.unwrap().remove(0);
    assert_eq!((pending.record.status, pending.on_server), (CallStatus::Ringing, true));
}

#[tokio::test]
async fn a_refused_call_is_kept_but_not_sent_again_until_it_changes() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let sent = account.pending(1).await.unwrap().remove(0);
    account.refused(record.id, sent.revision, "409 conflict").await.unwrap();
    assert_eq!((account.pending_count().await.unwrap(), account.pending(1).await.unwrap().len()), (0, 0));
    assert!(account.call(record.id).await.unwrap().is_some());

    let ringing = CallReport { status: Some(CallStatus::Ringing), ..CallReport::default() };
    account.report(record.id, &ringing, at(2_000)).await.unwrap();
    assert_eq!(account.pending_count().await.unwrap(), 1);
}

#[tokio::test]
async fn starting_over_keeps_every_call() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.adopt(std::slice::from_ref(&record), 5).await.unwrap();
    account.start_over().await.unwrap();
    assert_eq!(account.position().await.unwrap(), 0);
    assert!(account.call(record.id).await.unwrap().is_some());
}

#[tokio::test]
async fn what_the_server_has_already_is_not_sent() {
    let account = fixture().await;
    let record = call(&account, 1_000);
    account.begin(&record, "run", at(1_000)).await.unwrap();
    let over =
        CallReport { status: Some(CallStatus::Completed), answered_at: Some(at(2_000)), ..CallReport::default() };
    account.report(record.id, &over, at(7_000)).await.unwrap();

    let mut server = record.clone();
    server.apply(&CallReport { ended_at: Some(at(7_010)), answered_at: Some(at(2_010)), ..over.clone() }, at(7_010));
    let adopted = account.adopt(std::slice::from_ref(&server), 5).await.unwrap();
    assert_eq!(adopted.changed, 1);
    assert_eq!(account.pending_count().await.unwrap(), 0);

    let named = CallReport { customer_name: Some("Layla".into()), ..CallReport::default() };
    account.report(record.id, &named, at(8_000)).await.unwrap();
    account.adopt(std::slice::from_ref(&server), 6).await.unwrap();
    assert_eq!(account.pending_count().await.unwrap(), 1, "the name is news to the server");
}
