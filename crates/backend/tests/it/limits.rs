//! Sizes, times, numbers, panics, stopping.

use crate::office::{Office, outgoing, refusal, refused, with};
use mobilecall_backend::Rate;
use mobilecall_domain::{CallStatus, Timestamp};
use mobilecall_store::{Node, NodeId, Scope};
use mobilecall_testkit::{Fault, TestServer, call, eventually, within};
use reqwest::{Method, header};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[tokio::test]
async fn large_bodies_are_refused() {
    let office = Office::with(|config| config.limits.body_bytes = 1000).await;
    let body = with(outgoing("102"), json!({"customerName": "x".repeat(2000)}));
    let response = office.send(&office.alice, Method::POST, "/api/calls", Some(&body)).await;
    assert_eq!(refusal(response).await, refused(413, "too_large"));
}

#[tokio::test]
async fn bodies_that_say_that_they_are_large_need_not_be_sent() {
    let office = Office::open().await;
    let head = post_head(&office, 5_000_000_000);
    let (answer, _) = exchange(&office, &head).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"too_large\""), "{answer}");
}

#[tokio::test]
async fn bodies_that_do_not_come_are_told_apart_from_a_busy_server() {
    let office = Office::with(|config| config.limits.request_timeout = Duration::from_secs(2)).await;
    let (answer, _) = exchange(&office, &post_head(&office, 50)).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"unavailable\""), "{answer}");
}

/// The head of a sign-in whose body has this length.
fn post_head(office: &Office, length: u64) -> String {
    format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
        office.server.address()
    )
}

/// Sends this and no more, and reads an answer to the end of its body, which is a JSON object.
async fn exchange(office: &Office, text: &str) -> (String, TcpStream) {
    let mut stream = TcpStream::connect(office.server.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    within("the answer", async {
        while !answer.ends_with(b"}") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
        }
    })
    .await;
    (String::from_utf8(answer).unwrap(), stream)
}

#[tokio::test]
async fn those_who_sign_in_hold_nobody_elses_turns() {
    let office = Office::with(|config| {
        config.limits.concurrent_requests = 1;
        config.limits.concurrent_sign_ins = 2;
        // Those that wait here are let go by the test, however busy the machine is.
        config.limits.request_timeout = Duration::from_secs(600);
        config.login.per_person = Rate::new(1000, Duration::from_secs(1));
    });
    let office = office.await;
    let sign_in = async || {
        let body = json!({"username": "nobody", "password": "guess"});
        let url = format!("{}/api/auth/login", office.server.base_url());
        refusal(office.server.client().post(url).json(&body).send().await.unwrap()).await
    };
    let faults = office.server.faults();
    faults.set(Fault::HangSignIns);
    let others = async {
        eventually("two who sign in", async || (faults.hanging() == 2).then_some(())).await;
        for _ in 0..10 {
            assert_eq!(office.get(&office.alice, "/api/calls").await.status(), 200);
            assert_eq!(sign_in().await, refused(503, "unavailable"), "no third one waits");
        }
        assert_eq!(faults.hanging(), 2, "they had their turns all the time");
        faults.set(Fault::None);
    };
    let (first, second, ()) = tokio::join!(sign_in(), sign_in(), others);
    assert_eq!([first, second], [(); 2].map(|()| refused(401, "wrong_credentials")));
    assert_eq!(sign_in().await, refused(401, "wrong_credentials"), "the turns are free again");
}

#[tokio::test]
async fn slow_requests_end_with_try_again() {
    let office = Office::with(|config| config.limits.request_timeout = Duration::from_secs(1)).await;
    office.server.faults().set(Fault::Hang);
    let response = office.get(&office.alice, "/api/calls").await;
    assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    assert_eq!(refusal(response).await, refused(503, "unavailable"));
    office.server.faults().set(Fault::None);
    assert_eq!(office.get(&office.alice, "/api/calls").await.status(), 200);
}

#[tokio::test]
async fn too_many_requests_at_once_wait_for_their_turn() {
    let office = Office::with(|config| {
        config.limits.concurrent_requests = 1;
        config.limits.request_timeout = Duration::from_secs(1);
    });
    let office = office.await;
    let faults = office.server.faults();
    faults.set(Fault::Hang);
    let most = std::cell::Cell::new(0);
    let watch = async {
        loop {
            most.set(faults.hanging().max(most.get()));
            tokio::task::yield_now().await;
        }
    };
    let requests =
        async { tokio::join!(office.get(&office.alice, "/api/calls"), office.get(&office.basil, "/api/calls")) };
    let (first, second) = tokio::select! {
        answers = requests => answers,
        () = watch => unreachable!("watching never ends"),
    };
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (503, 503));
    assert_eq!(most.get(), 1, "one was worked on, the other waited");
    faults.set(Fault::None);
    assert_eq!(office.get(&office.alice, "/api/calls").await.status(), 200);
}

#[tokio::test]
async fn senders_who_take_their_time_take_nobody_elses() {
    let office = Office::with(|config| config.limits.concurrent_requests = 1).await;
    let mut slow = TcpStream::connect(office.server.address()).await.unwrap();
    let head = format!(
        "POST /api/auth/login HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{{",
        office.server.address()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..5 {
        assert_eq!(office.get(&office.alice, "/api/calls").await.status(), 200);
    }
}

#[tokio::test]
async fn a_panic_ends_one_request() {
    let office = Office::open().await;
    office.server.faults().set(Fault::Panic);
    let response = office.get(&office.alice, "/api/calls").await;
    assert!(response.headers().contains_key("x-request-id"));
    assert_eq!(refusal(response).await, refused(500, "internal"));
    let health = office.get(&office.alice, "/api/health").await;
    assert_eq!(refusal(health).await, refused(500, "internal"));
    office.server.faults().set(Fault::None);
    assert_eq!(office.get(&office.alice, "/api/health").await.status(), 200);
}

#[tokio::test]
async fn a_database_that_takes_no_writes_shows_in_the_health() {
    let office = Office::open().await;
    let url = format!("{}/api/health", office.server.base_url());
    let health = async || office.server.client().get(&url).send().await.unwrap();
    assert_eq!(health().await.status(), 200);
    office.server.faults().set(Fault::NoWrites);
    // A good answer holds for a second.
    let sick = eventually("a bad health", async || Some(health().await).filter(|answer| answer.status() != 200)).await;
    assert_eq!(sick.headers()[header::RETRY_AFTER], "1");
    assert_eq!(refusal(sick).await, refused(503, "unavailable"));
    let report = office.send(&office.alice, Method::POST, "/api/calls", Some(&outgoing("102"))).await;
    assert_eq!(refusal(report).await, refused(503, "unavailable"));
    assert_eq!(office.get(&office.alice, "/api/calls").await.status(), 200, "what is there can be read");
    office.server.faults().set(Fault::None);
    assert_eq!(health().await.status(), 200, "a bad answer does not hold");
}

#[tokio::test]
async fn a_caller_who_goes_away_does_not_undo_a_report() {
    let office = Office::open().await;
    let report = outgoing("102");
    let gone = office.send(&office.alice, Method::POST, "/api/calls", Some(&report));
    // Whatever the server has of the request by now, it finishes or never began.
    let _ = tokio::time::timeout(Duration::from_millis(1), gone).await;
    office.report(&office.alice, &report).await;
    let calls: Vec<serde_json::Value> = office.read(&office.alice, "/api/calls").await;
    assert_eq!(calls.len(), 1);
}

#[tokio::test]
async fn a_stopping_server_finishes_what_it_began() {
    let office = Office::open().await;
    let address = office.server.address();
    let begun = office.sequence(&office.acme).await;
    office.server.faults().set(Fault::Hang);
    let report = with(outgoing("102"), json!({"line": "sip"}));
    let request = office.server.request(&office.alice.session, Method::POST, "/api/calls").json(&report);
    let pending = tokio::spawn(request.send());
    let faults = office.server.faults().clone();
    eventually("a request that hangs", async || (faults.hanging() == 1).then_some(())).await;
    let client = office.server.client().clone();
    let stopping = tokio::spawn(office.server.stop());
    // It takes no new connections, but the old request goes on.
    eventually("a closed port", async || {
        client.get(format!("http://{address}/api/health")).send().await.is_err().then_some(())
    })
    .await;
    faults.set(Fault::None);
    assert_eq!(within("the pending answer", pending).await.unwrap().unwrap().status(), 201);
    let directory = within("the server's end", stopping).await.unwrap();
    let server = TestServer::builder().directory(directory).address(address).start().await;
    let log = server.store().changes_since(Scope::everybody(office.acme.id), begun, 10).await.unwrap();
    assert_eq!(log.changes.iter().map(|change| change.sequence).collect::<Vec<_>>(), [begun + 1]);
}

#[tokio::test]
async fn a_server_that_starts_again_ends_the_calls_it_carried() {
    let office = Office::open().await;
    let (company, alice) = (office.acme.id, office.alice.user.user.id);
    let store = office.server.store();
    let began = Timestamp::now().minus(Duration::from_secs(600));
    let talking = call(company, alice).created_at(began).status(CallStatus::InProgress).build();
    let ringing = call(company, alice).created_at(began).status(CallStatus::Ringing).build();
    // The one was carried by an earlier run of this server, of the other only its phone has told.
    let earlier = Node { id: NodeId::generate(), instance: "main".to_owned() };
    let opened = store.open_calls(std::slice::from_ref(&talking), earlier.id, began).await.unwrap();
    assert_eq!(opened[0].call.record.id, talking.id);
    store.save_call(&ringing, Timestamp::now()).await.unwrap();
    let last_seen = talking.updated_at.plus(Duration::from_secs(90));
    store.renew_lease(&earlier, last_seen, last_seen.plus(Duration::from_secs(20))).await.unwrap();
    let seen = office.sequence(&office.acme).await;
    let directory = office.server.stop().await;

    let server = TestServer::builder().directory(directory).start().await;
    let scope = Scope::everybody(company);
    let ended = server.store().call(scope, talking.id).await.unwrap().unwrap();
    assert_eq!((ended.status, ended.ended_at), (CallStatus::Completed, Some(last_seen)));
    assert_eq!(ended.duration_seconds, Some(90));
    let failed = server.store().call(scope, ringing.id).await.unwrap().unwrap();
    assert_eq!((failed.status, failed.duration_seconds), (CallStatus::Failed, Some(0)));
    assert_eq!(failed.ended_at, Some(ringing.updated_at));
    let log = server.store().changes_since(scope, seen, 10).await.unwrap();
    assert_eq!(log.changes.len(), 2, "the changes are there for whoever pulls");
    eventually("the health of the new server", async || {
        let url = format!("{}/api/health", server.base_url());
        server.client().get(url).send().await.ok().filter(|response| response.status() == 200)
    })
    .await;
}

#[tokio::test]
async fn a_damaged_database_shows_in_the_health_by_name() {
    let office = Office::open().await;
    let name = "Wilhelmina";
    office.report(&office.alice, &with(outgoing("102"), json!({"customerName": name, "status": "completed"}))).await;
    let directory = office.server.stop().await;
    let path = directory.path().join("backend.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    // The page in which the call is.
    let at = bytes.windows(name.len()).position(|window| window == name.as_bytes()).unwrap();
    let page = at / 4096 * 4096;
    bytes[page..page + 4096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let server = TestServer::builder().directory(directory).start().await;
    let sick = eventually("a bad health", async || {
        let answer = server.client().get(format!("{}/api/health", server.base_url())).send().await.unwrap();
        (answer.status() != 200).then_some(answer)
    })
    .await;
    assert_eq!(sick.status(), 503);
    let body: serde_json::Value = sick.json().await.unwrap();
    let message = body["message"].as_str().unwrap();
    assert!(message.contains("backend.sqlite is damaged") && message.contains("backup"), "{message}");
}
