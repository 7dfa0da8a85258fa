use crate::{Device, Fixture, fixture, http};
use axum::{Router, http::StatusCode, routing::get};
use mobilecall_cache::HistoryQuery;
use mobilecall_client::{
    Applied, ClientError, Http, Operation, Remote, ServerUrl, Session, Sync, SyncError, apply, synchronize, trust,
};
use mobilecall_domain::{CallId, CallRecord, CallReport, CallStatus, Timestamp};
use mobilecall_store::{CallFilter, Entity, Scope};
use mobilecall_testkit::{TestServer, call, eventually, within};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

async fn sync(session: &Session, device: &Device) -> Result<Remote, SyncError> {
    synchronize(session, &device.account, Remote::default(), |_, _| {}).await
}

/// A call that this device saw from the beginning to the end.
async fn local_call(fixture: &Fixture, device: &Device) -> CallRecord {
    let record = call(fixture.company.id, fixture.alice.user.id).build();
    device.account.begin(&record, "run", Timestamp::now()).await.unwrap();
    let end = CallReport { status: Some(CallStatus::Busy), ..CallReport::default() };
    device.account.report(record.id, &end, Timestamp::now()).await.unwrap()
}

async fn at_server(fixture: &Fixture) -> Vec<CallRecord> {
    let scope = Scope::everybody(fixture.company.id);
    fixture.server.store().calls(scope, &CallFilter::default(), None, 500).await.unwrap().calls
}

async fn local_count(device: &Device) -> usize {
    device.account.history(&HistoryQuery { limit: 1_000, ..HistoryQuery::default() }).await.unwrap().rows.len()
}

async fn fill(fixture: &Fixture, count: usize) {
    for _ in 0..count {
        let record = call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Completed).build();
        fixture.server.store().save_call(&record, Timestamp::now()).await.unwrap();
    }
}

#[tokio::test]
async fn both_sides_agree_after_a_round() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let seen_here = local_call(&fixture, &device).await;
    fill(&fixture, 3).await;

    sync(&session, &device).await.unwrap();
    assert_eq!(device.account.pending_count().await.unwrap(), 0);
    assert_eq!(local_count(&device).await, 4);
    let mut server = at_server(&fixture).await;
    for record in &server {
        assert_eq!(device.account.call(record.id).await.unwrap().as_ref(), Some(record), "both histories agree");
    }
    server.retain(|record| record.id == seen_here.id);
    assert_eq!((server.len(), server[0].status), (1, CallStatus::Busy));

    let mut steps = 0;
    synchronize(&session, &device.account, Remote::default(), |_, _| steps += 1).await.unwrap();
    assert_eq!(steps, 1, "with nothing changed a round is one empty page");
}

/// What a device asked its server.
#[derive(Default)]
struct Asked {
    /// Requests that tell of calls.
    pushes: AtomicUsize,
    /// Questions to the change log.
    changes: AtomicUsize,
    /// Questions to the list of calls, which older devices ask for changes.
    calls: AtomicUsize,
}

impl Asked {
    fn pushes(&self) -> usize {
        self.pushes.load(Ordering::SeqCst)
    }

    fn count(&self, text: &str) {
        let count = |counter: &AtomicUsize, heads: &[&str]| {
            let found = heads.iter().map(|head| text.matches(head).count()).sum();
            counter.fetch_add(found, Ordering::SeqCst);
        };
        count(&self.pushes, &["POST /api/calls", "PATCH /api/calls"]);
        count(&self.changes, &["GET /api/changes?"]);
        count(&self.calls, &["GET /api/calls?"]);
    }
}

/// Passes everything on to the server and counts what is asked.
async fn counting(fixture: &Fixture) -> (Http, Arc<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (server, asked) = (fixture.server.address(), Arc::new(Asked::default()));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, server, Arc::clone(&counted)));
        }
    });
    (Http::new(ServerUrl::parse(&url).unwrap(), trust(None).unwrap()).unwrap(), asked)
}

async fn pass_on(client: TcpStream, server: SocketAddr, asked: Arc<Asked>) -> std::io::Result<()> {
    let server = TcpStream::connect(server).await?;
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let length = from_client.read(&mut bytes).await?;
        if length == 0 {
            return to_server.shutdown().await;
        }
        // A request's head is short and comes in one piece.
        asked.count(&String::from_utf8_lossy(&bytes[..length]));
        to_server.write_all(&bytes[..length]).await?;
    }
}

#[tokio::test]
async fn an_answered_direct_call_that_the_server_wrote_itself_is_not_pushed() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let (http, asked) = counting(&fixture).await;
    let session = Session::start(&http, login);
    let device = fixture.device(&session).await;
    let record = call(fixture.company.id, fixture.alice.user.id).build();
    device.account.begin(&record, "run", Timestamp::now()).await.unwrap();
    let mut server = record.clone();
    for status in [CallStatus::InProgress, CallStatus::Completed] {
        let report = CallReport { status: Some(status), ..CallReport::default() };
        device.account.report(record.id, &report, Timestamp::now()).await.unwrap();
        server.apply(&report, Timestamp::now());
    }
    fixture.server.store().save_call(&server, Timestamp::now()).await.unwrap();

    sync(&session, &device).await.unwrap();
    assert_eq!((device.account.pending_count().await.unwrap(), asked.pushes()), (0, 0));
    assert_eq!(device.account.call(record.id).await.unwrap().as_ref(), at_server(&fixture).await.first());

    let only_here = local_call(&fixture, &device).await;
    sync(&session, &device).await.unwrap();
    assert_eq!((at_server(&fixture).await.len(), asked.pushes()), (2, 1), "{} is told", only_here.id);
    let (changes, calls) = (asked.changes.load(Ordering::SeqCst), asked.calls.load(Ordering::SeqCst));
    assert!(changes > 0 && calls == 0, "there is one log to ask: {changes} and {calls}");
}

/// A server of a newer version with an area that this device does not know.
async fn newer_server(record: &CallRecord) -> Http {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let call = mobilecall_api::calls::CallRecord::from(record.clone());
    let page = serde_json::json!({"sequence": 9, "more": false, "changes": [
        {"sequence": 7, "area": "ticket", "ticket": {"id": 1}},
        {"sequence": 8, "area": "call", "call": call},
        {"sequence": 9, "area": "ticket", "ticket": {"id": 2}},
    ]});
    let service = Router::new().fallback(move || std::future::ready(axum::Json(page.clone())));
    tokio::spawn(async move { axum::serve(listener, service).await });
    Http::new(ServerUrl::parse(&url).unwrap(), trust(None).unwrap()).unwrap()
}

#[tokio::test]
async fn what_this_version_does_not_know_is_passed_over() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let record = call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Completed).build();
    let session = Session::start(&newer_server(&record).await, login);
    let device = fixture.device(&session).await;
    sync(&session, &device).await.unwrap();
    assert_eq!((local_count(&device).await, device.account.position().await.unwrap()), (1, 9));
    assert_eq!(device.account.call(record.id).await.unwrap(), Some(record));
}

#[tokio::test]
async fn who_joined_while_a_device_was_away_comes_with_what_changed() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    fill(&fixture, 1).await;
    sync(&session, &device).await.unwrap();
    let before = device.account.position().await.unwrap();
    for (name, extension) in [("carol", "103"), ("dave", "104")] {
        fixture.server.agent(&fixture.company, name, extension).await;
    }
    fill(&fixture, 1).await;
    let (mut told, mut changed) = (Vec::new(), 0);
    let note = |_, applied: Applied| {
        told.extend(applied.people.into_iter().map(|person| (person.username, person.extension)));
        changed += applied.changed;
    };
    synchronize(&session, &device.account, Remote::default(), note).await.unwrap();
    let expected = [("carol", "103"), ("dave", "104")].map(|(name, number)| (name.to_owned(), Some(number.to_owned())));
    assert_eq!((told.as_slice(), changed), (expected.as_slice(), 1));
    assert_eq!(device.account.position().await.unwrap(), before + 3, "they are not given again");
}

#[tokio::test]
async fn pushing_the_same_call_twice_does_no_harm() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    local_call(&fixture, &device).await;
    let pending = device.account.pending(1).await.unwrap().remove(0);
    // The program was killed after the server took the call and before it was noted here.
    session.report_call(&pending.record).await.unwrap();
    let after_first = at_server(&fixture).await;
    apply(&session, &device.account, Operation::Create(pending.clone())).await.unwrap();
    apply(&session, &device.account, Operation::Update(pending)).await.unwrap();
    assert_eq!(at_server(&fixture).await, after_first);
    assert_eq!(device.account.pending_count().await.unwrap(), 0);
}

#[tokio::test]
async fn an_interrupted_pull_goes_on_where_it_stopped() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    fill(&fixture, 450).await;
    let scope = Scope::everybody(fixture.company.id);
    let first_page = fixture.server.store().changes_since(scope, 0, 200).await.unwrap();
    let calls = first_page.changes.iter().filter(|change| matches!(change.entity, Entity::Call(_))).count();
    let (progress, mut pages) = mpsc::unbounded_channel();
    let (account, cut_off) = (device.account.clone(), session.clone());
    let pull = tokio::spawn(async move {
        synchronize(&cut_off, &account, Remote::default(), |pulled, _| progress.send(pulled).unwrap_or(())).await
    });
    let first = within("the first page", pages.recv()).await.unwrap();
    pull.abort();
    // An aborted task says so; a task that was quicker than the abort is as good.
    let _ = pull.await;
    assert_eq!(first as usize, calls);
    assert!(calls > 100, "the rest of the page are people: {calls}");
    assert!(device.account.position().await.unwrap() > 0);

    let mut pulled_again = 0;
    synchronize(&session, &device.account, Remote::default(), |pulled, _| pulled_again = pulled).await.unwrap();
    assert!(pulled_again <= 450 - first, "{pulled_again} records were pulled again");
    assert_eq!(local_count(&device).await, 450);
}

#[tokio::test]
async fn what_waits_survives_a_server_that_is_down() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let record = local_call(&fixture, &device).await;
    let address = fixture.server.address();
    let directory = fixture.server.stop().await;
    let error = sync(&session, &device).await.unwrap_err();
    assert!(matches!(error, SyncError::Client(ClientError::Unreachable { .. })), "{error}");
    assert_eq!(device.account.pending_count().await.unwrap(), 1);

    let server = TestServer::builder().directory(directory).address(address).start().await;
    sync(&session, &device).await.unwrap();
    assert_eq!(device.account.pending_count().await.unwrap(), 0);
    let scope = Scope::everybody(fixture.company.id);
    assert_eq!(server.store().call(scope, record.id).await.unwrap().unwrap().status, CallStatus::Busy);
}

#[tokio::test]
async fn a_server_that_was_rewound_is_pulled_from_the_beginning() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    device.account.adopt(&[], 1_000_000).await.unwrap();
    fill(&fixture, 2).await;
    sync(&session, &device).await.unwrap();
    assert_eq!(local_count(&device).await, 2);
    assert!(device.account.position().await.unwrap() < 1_000);
}

#[tokio::test]
async fn an_older_server_that_was_rewound_tells_nothing_of_the_company() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let page = serde_json::json!({"sequence": 3, "more": false, "changes": []});
    let service = Router::new().route("/api/changes", get(move || std::future::ready(axum::Json(page.clone()))));
    tokio::spawn(async move { axum::serve(listener, service).await });
    let http = Http::new(ServerUrl::parse(&url).unwrap(), trust(None).unwrap()).unwrap();
    let session = Session::start(&http, login);
    let device = fixture.device(&session).await;
    device.account.adopt(&[], 1_000_000).await.unwrap();
    sync(&session, &device).await.unwrap();
    assert_eq!(device.account.position().await.unwrap(), 3);
}

#[tokio::test]
async fn a_server_that_was_put_back_from_a_backup_tells_everything_new() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    fill(&fixture, 1).await;
    let (address, company, alice) = (fixture.server.address(), fixture.company.id, fixture.alice.user.id);
    let start = async |directory| TestServer::builder().directory(directory).address(address).start().await;
    let directory = fixture.server.stop().await;
    let (file, backup) = (directory.path().join("backend.sqlite"), directory.path().join("backup"));
    std::fs::copy(&file, &backup).unwrap();

    let server = start(directory).await;
    let make = async |server: &TestServer| {
        let record = call(company, alice).status(CallStatus::Completed).build();
        server.store().save_call(&record, Timestamp::now()).await.unwrap();
        record.id
    };
    for _ in 0..3 {
        make(&server).await;
    }
    sync(&session, &device).await.unwrap();
    assert_eq!(local_count(&device).await, 4);
    let directory = server.stop().await;
    std::fs::rename(&backup, &file).unwrap();

    // The device is ahead of the server, which passes it before they talk again.
    let server = start(directory).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&server).await);
    }
    sync(&session, &device).await.unwrap();
    for id in made {
        assert!(device.account.call(id).await.unwrap().is_some(), "{id} is missing");
    }
}

#[tokio::test]
async fn a_call_that_the_server_will_never_take_stays_here_and_blocks_nothing() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let id = CallId::from_uuid(uuid::Uuid::new_v4());
    let odd = CallRecord { id, ..call(fixture.company.id, fixture.alice.user.id).status(CallStatus::Busy).build() };
    device.account.begin(&odd, "run", Timestamp::now()).await.unwrap();
    let good = local_call(&fixture, &device).await;

    sync(&session, &device).await.unwrap();
    assert_eq!(at_server(&fixture).await.iter().map(|record| record.id).collect::<Vec<_>>(), [good.id]);
    assert!(device.account.call(id).await.unwrap().is_some());
    assert_eq!(device.account.pending_count().await.unwrap(), 0);
}

/// Something between here and the server that answers in its place, as a proxy does while the server is replaced.
async fn in_between(status: &'static str) -> Http {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let service = Router::new().fallback(move || async move {
        (StatusCode::from_bytes(status.as_bytes()).unwrap(), "<html>not the server</html>")
    });
    tokio::spawn(async move { axum::serve(listener, service).await });
    Http::new(ServerUrl::parse(&url).unwrap(), trust(None).unwrap()).unwrap()
}

#[tokio::test]
async fn what_something_in_between_refuses_waits_on() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let session = Session::start(&http(&fixture.server), login.clone());
    let device = fixture.device(&session).await;
    let record = local_call(&fixture, &device).await;
    for status in ["400", "403", "404", "409", "413", "422"] {
        let behind = Session::start(&in_between(status).await, login.clone());
        let error = sync(&behind, &device).await.unwrap_err();
        assert!(matches!(error, SyncError::Client(ClientError::Refused { code: None, .. })), "{status}: {error}");
        assert_eq!(device.account.pending_count().await.unwrap(), 1, "{status}");
    }
    sync(&session, &device).await.unwrap();
    assert_eq!(at_server(&fixture).await[0].id, record.id);
}

#[tokio::test]
async fn a_refused_call_is_sent_again_by_the_next_start() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let record = local_call(&fixture, &device).await;
    let pending = device.account.pending(1).await.unwrap().remove(0);
    device.account.refused(record.id, pending.revision, "the clock was wrong").await.unwrap();
    sync(&session, &device).await.unwrap();
    assert!(at_server(&fixture).await.is_empty(), "not by every round");
    let (_sync, _events) = Sync::start(session, device.account.clone());
    eventually("the call at the server", async || (!at_server(&fixture).await.is_empty()).then_some(())).await;
}

#[tokio::test]
async fn a_session_that_ended_stops_the_round() {
    let fixture = fixture().await;
    let login = fixture.server.sign_in(&fixture.alice).await;
    let session = Session::start(&http(&fixture.server), login.clone());
    let device = fixture.device(&session).await;
    local_call(&fixture, &device).await;
    Session::start(&http(&fixture.server), login).log_out().await.unwrap();
    let error = sync(&session, &device).await.unwrap_err();
    assert!(matches!(error, SyncError::Client(ClientError::SessionEnded)), "{error}");
    assert_eq!(device.account.pending_count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_clock_that_was_set_during_a_call_costs_no_call() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let year = std::time::Duration::from_secs(365 * 24 * 3600);
    let now = Timestamp::now();
    for (created, answered, ended) in [
        (now, now.plus(year), now.plus(year)),
        (now, now.minus(year), now.minus(year)),
        (now.plus(year), now, now),
        (now.plus(year), now.plus(year), now.plus(year)),
        (Timestamp::from_millis(-1), now, now),
    ] {
        let fresh = call(fixture.company.id, fixture.alice.user.id);
        let record = CallRecord { line: mobilecall_domain::LineKind::Sip, ..fresh.created_at(created).build() };
        device.account.begin(&record, "run", created).await.unwrap();
        for (status, at) in [(CallStatus::InProgress, answered), (CallStatus::Completed, ended)] {
            let report = CallReport { status: Some(status), ..CallReport::default() };
            device.account.report(record.id, &report, at).await.unwrap();
        }
        sync(&session, &device).await.unwrap();
        assert_eq!(device.account.pending_count().await.unwrap(), 0);
        let kept = at_server(&fixture).await.into_iter().find(|kept| kept.id == record.id);
        assert_eq!(kept.map(|kept| kept.status), Some(CallStatus::Completed), "{created} {answered} {ended}");
    }
}

/// Given up here, and answered on another device just then: the status, which came first, stays.
#[tokio::test]
async fn an_answer_that_came_after_the_end_costs_no_call() {
    let fixture = fixture().await;
    let session = fixture.session().await;
    let device = fixture.device(&session).await;
    let now = Timestamp::now();
    let fresh = call(fixture.company.id, fixture.alice.user.id).created_at(now);
    let record = CallRecord { line: mobilecall_domain::LineKind::Sip, ..fresh.build() };
    device.account.begin(&record, "run", now).await.unwrap();
    for (status, answered_at) in [(CallStatus::Canceled, None), (CallStatus::Completed, Some(now))] {
        let report = CallReport { status: Some(status), answered_at, ..CallReport::default() };
        device.account.report(record.id, &report, now).await.unwrap();
    }
    sync(&session, &device).await.unwrap();
    assert_eq!(device.account.pending_count().await.unwrap(), 0);
    let kept = at_server(&fixture).await.into_iter().find(|kept| kept.id == record.id);
    let kept = kept.map(|kept| (kept.status, kept.answered_at, kept.duration_seconds));
    assert_eq!(kept, Some((CallStatus::Canceled, None, Some(0))));
}
