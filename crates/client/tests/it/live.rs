use crate::{Device, Fixture, fixture};
use mobilecall_client::{Session, Sync, SyncEvent, SyncStatus};
use mobilecall_domain::{CallId, CallReport, CallStatus, LineKind, LineOrder, Timestamp};
use mobilecall_testkit::{PASSWORD, TestServer, call, eventually, within};
use tokio::sync::mpsc::Receiver;

async fn wait_for(events: &mut Receiver<SyncEvent>, what: &str, is_it: impl Fn(&SyncEvent) -> bool) {
    within(what, async { while !is_it(&events.recv().await.unwrap()) {} }).await;
}

fn is_up_to_date(event: &SyncEvent) -> bool {
    matches!(event, SyncEvent::Status(SyncStatus::UpToDate { .. }))
}

fn is_offline(event: &SyncEvent) -> bool {
    matches!(event, SyncEvent::Status(SyncStatus::Offline { .. }))
}

async fn arrives(device: &Device, id: CallId) {
    eventually("the call", async || device.account.call(id).await.unwrap()).await;
}

#[tokio::test]
async fn changes_at_the_server_arrive_by_themselves() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    wait_for(&mut events, "the team", |event| matches!(event, SyncEvent::Team(team) if team.len() == 1)).await;

    let elsewhere = fixture.session().await;
    let record = call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Busy).build();
    elsewhere.report_call(&record).await.unwrap();
    wait_for(&mut events, "the change", |event| *event == SyncEvent::RecordsChanged).await;
    arrives(&device, record.id).await;
}

async fn set_lines(fixture: &Fixture, kinds: &[LineKind]) {
    let lines = LineOrder::new(kinds.to_vec()).unwrap();
    fixture.server.store().set_company_lines(fixture.company.id, &lines).await.unwrap();
}

async fn company_prefers(events: &mut Receiver<SyncEvent>, kinds: &[LineKind]) {
    let prefers = |event: &SyncEvent| {
        let SyncEvent::Company(company) = event else { return false };
        company.lines.iter().map(|kind| LineKind::from(*kind)).eq(kinds.iter().copied())
    };
    wait_for(events, "the company", prefers).await;
}

#[tokio::test]
async fn what_changes_of_the_company_is_told_live_or_when_it_is_pulled() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (sync, mut events) = Sync::start(session.clone(), device.account.clone());
    wait_for(&mut events, "the first round", is_up_to_date).await;
    set_lines(&fixture, &[LineKind::Sip]).await;
    company_prefers(&mut events, &[LineKind::Sip]).await;
    set_lines(&fixture, &[LineKind::Twilio]).await;
    company_prefers(&mut events, &[LineKind::Twilio]).await;
    let reached = fixture.server.store().sequence(fixture.company.id).await.unwrap();
    // Told first and then taken over, so that a crash in between tells it once more.
    eventually("the position", async || (device.account.position().await.unwrap() == reached).then_some(())).await;

    drop(sync);
    set_lines(&fixture, &[LineKind::Sip, LineKind::Twilio]).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    company_prefers(&mut events, &[LineKind::Sip, LineKind::Twilio]).await;
}

#[tokio::test]
async fn a_server_that_was_put_back_tells_how_the_company_was() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    // What was decided since the backup is in no log any more.
    device.account.adopt(&[], 1_000_000).await.unwrap();
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    company_prefers(&mut events, &[]).await;
}

#[tokio::test]
async fn who_joins_the_company_is_told() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    wait_for(&mut events, "the team", |event| matches!(event, SyncEvent::Team(team) if team.len() == 1)).await;
    wait_for(&mut events, "the first round", is_up_to_date).await;
    fixture.server.agent(&fixture.company, "carol", "103").await;
    wait_for(&mut events, "carol", |event| joins(event, "carol")).await;
}

/// The team is asked for again once the socket is open.
async fn until_live(events: &mut Receiver<SyncEvent>) {
    wait_for(events, "the first round", is_up_to_date).await;
    wait_for(events, "the socket", |event| matches!(event, SyncEvent::Team(_))).await;
}

#[tokio::test]
async fn what_another_process_of_the_device_took_is_told_too() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    until_live(&mut events).await;
    let reached = fixture.server.store().sequence(fixture.company.id).await.unwrap();
    device.account.adopt(&[], reached + 2).await.unwrap();
    set_lines(&fixture, &[LineKind::Sip]).await;
    company_prefers(&mut events, &[LineKind::Sip]).await;
    fixture.server.agent(&fixture.company, "carol", "103").await;
    wait_for(&mut events, "carol", |event| joins(event, "carol")).await;
}

#[tokio::test]
async fn events_are_followed_where_extensions_cannot_be_kept() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    until_live(&mut events).await;
    // No list, so nothing can be added to it.
    device.cache.store_setting("extensions 1", &1).await.unwrap();
    for (name, extension) in [("carol", "103"), ("dave", "104")] {
        fixture.server.agent(&fixture.company, name, extension).await;
        let is_told = |event: &SyncEvent| {
            assert!(!is_offline(event));
            joins(event, name)
        };
        wait_for(&mut events, name, is_told).await;
    }
}

fn joins(event: &SyncEvent, name: &str) -> bool {
    match event {
        SyncEvent::People(people) => people.iter().any(|person| person.username == name),
        _ => false,
    }
}

#[tokio::test]
async fn what_waits_here_is_pushed_when_it_is_told_of() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (sync, mut events) = Sync::start(session, device.account.clone());
    wait_for(&mut events, "the first round", is_up_to_date).await;
    let record = call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Busy).build();
    device.account.begin(&record, "run", Timestamp::now()).await.unwrap();
    sync.nudge();
    let waiting = async || (device.account.pending_count().await.unwrap() == 0).then_some(());
    eventually("the push", waiting).await;
}

#[tokio::test]
async fn a_server_that_went_away_is_caught_up_with_when_it_is_back() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    wait_for(&mut events, "the first round", is_up_to_date).await;
    let address = fixture.server.address();
    let directory = fixture.server.stop().await;
    wait_for(&mut events, "the loss", is_offline).await;

    // Meanwhile a call ends here, and later another one elsewhere.
    let here = call(fixture.company.id, fixture.alice.user.id).build();
    device.account.begin(&here, "run", Timestamp::now()).await.unwrap();
    let end = CallReport { status: Some(CallStatus::NoAnswer), ..CallReport::default() };
    device.account.report(here.id, &end, Timestamp::now()).await.unwrap();
    let server = TestServer::builder().directory(directory).address(address).start().await;
    let elsewhere = call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Busy).build();
    let other_device = Session::log_in(&crate::http(&server), "alice", PASSWORD).await.unwrap();
    other_device.report_call(&elsewhere).await.unwrap();

    arrives(&device, elsewhere.id).await;
    let waiting = async || (device.account.pending_count().await.unwrap() == 0).then_some(());
    eventually("the push", waiting).await;
}

#[tokio::test]
async fn the_end_of_the_session_is_told() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let session = Session::start(&fixture.http(), login.clone());
    let device = fixture.device(&session).await;
    Session::start(&fixture.http(), login).log_out().await.unwrap();
    let (_sync, mut events) = Sync::start(session, device.account.clone());
    wait_for(&mut events, "the end", |event| *event == SyncEvent::SessionEnded).await;
}
