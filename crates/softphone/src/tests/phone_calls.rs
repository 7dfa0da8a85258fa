//! Calls by way of the agent's own phone, at a real server whose provider is played here.

use super::{Rig, provider_server::server_with};
use crate::message::{Message, PhoneCallInput};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use mobilecall_client::{Http, ServerUrl, Session, trust};
use mobilecall_domain::{CallId, CallRecord, CallStart, CallStatus, CompanyId, LineKind, Timestamp};
use mobilecall_ipc::{
    CallState, Command, Disposition, ErrorCode, OwnPhone, PhoneCallStage, PhoneCallView, SessionView, Settings,
};
use mobilecall_store::{LegFacts, LegReport};
use mobilecall_testkit::TestServer;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

const CUSTOMER: &str = "+966501234567";
const OWN: &str = "CA00000000000000000000000000000001";
const THEIRS: &str = "CA00000000000000000000000000000002";

/// The provider's part: it takes calls, or refuses them with this number.
#[derive(Default)]
struct Provider {
    refuses: AtomicU32,
    asked: Mutex<Vec<String>>,
}

async fn provide(State(provider): State<Arc<Provider>>, form: String) -> Response {
    provider.asked.lock().unwrap().push(form);
    match provider.refuses.load(Ordering::SeqCst) {
        0 => {
            let call = serde_json::json!({"sid": OWN, "account_sid": "AC00000000000000000000000000009f3c",
                "status": "queued", "direction": "outbound-api", "to": "+966559902557", "from": "+966112345678",
                "parent_call_sid": null, "start_time": null, "end_time": null, "duration": null, "price": null});
            (StatusCode::CREATED, Json(call)).into_response()
        }
        code => {
            let refusal = serde_json::json!({"code": code, "message": "no", "status": 400, "more_info": ""});
            (StatusCode::BAD_REQUEST, Json(refusal)).into_response()
        }
    }
}

/// An agent at a server.
struct Office {
    rig: Rig,
    provider: Arc<Provider>,
    server: TestServer,
    company: CompanyId,
}

impl Office {
    async fn open() -> Self {
        let provider = Arc::new(Provider::default());
        let server = server_with(Router::new().fallback(provide).with_state(Arc::clone(&provider))).await;
        let company = server.company("Acme").await;
        let alice = server.agent(&company, "alice", "101").await;
        let http = Http::new(ServerUrl::parse(&server.base_url()).unwrap(), trust(None).unwrap()).unwrap();
        let mut rig = Rig::start_at(Session::start(&http, server.sign_in(&alice).await)).await;
        rig.until("what the company has", |snapshot| {
            matches!(snapshot.session, SessionView::SignedIn { calls_via_phone: true, .. })
        })
        .await;
        Self { rig, provider, server, company: company.id }
    }

    async fn with_phone() -> Self {
        let office = Self::open().await;
        let settings = office.rig.engine.snapshot().await.settings;
        let settings = Settings { agent_phone: Some(OwnPhone("055 990 2557".to_owned())), ..settings };
        office.rig.send(Command::ChangeSettings { settings }).await.unwrap();
        office
    }

    async fn until(&mut self, what: &str, is_it: impl Fn(&PhoneCallView) -> bool) -> PhoneCallView {
        let snapshot = self.rig.until(what, |snapshot| snapshot.phone_call.as_ref().is_some_and(&is_it)).await;
        snapshot.phone_call.unwrap()
    }

    /// The provider tells of a leg.
    async fn told(&self, call: CallId, sid: &str, status: CallStatus) {
        let parent = (sid != OWN).then(|| OWN.to_owned());
        let now = Timestamp::now();
        let answered_at = (status == CallStatus::InProgress).then_some(now);
        let ended_at = status.is_final().then_some(now);
        let facts = LegFacts { answered_at, ended_at, ..LegFacts::of(status) };
        let report =
            LegReport { company: self.company, sid: sid.to_owned(), call: Some(call), parent, agent: None, facts };
        self.server.store().report_leg(&report, now).await.unwrap();
    }
}

fn via_phone() -> Command {
    Command::CallViaPhone { destination: "050 123 4567".to_owned() }
}

#[tokio::test]
async fn a_call_by_way_of_the_own_phone_is_followed_from_its_record() {
    let mut office = Office::with_phone().await;
    office.rig.send(via_phone()).await.unwrap();
    let view = office.until("the own phone", |view| view.stage == PhoneCallStage::RingsHere).await;
    assert_eq!(view.address, CUSTOMER);
    let call = view.call.unwrap();
    let asked = office.provider.asked.lock().unwrap().join("\n");
    assert!(asked.contains("%2B966559902557"), "the own phone is called: {asked}");
    for (sid, status, is_it) in [
        (OWN, CallStatus::InProgress, PhoneCallStage::AnsweredHere),
        (THEIRS, CallStatus::Ringing, PhoneCallStage::RingsThere),
    ] {
        office.told(call, sid, status).await;
        office.until("the next stage", |view| view.stage == is_it).await;
    }
    office.told(call, THEIRS, CallStatus::InProgress).await;
    office.until("the talk", |view| matches!(view.stage, PhoneCallStage::Talking { .. })).await;
    assert_eq!(office.rig.refused(via_phone()).await, ErrorCode::NotNow, "one at a time");
    office.told(call, THEIRS, CallStatus::Completed).await;
    let over = PhoneCallStage::Ended { disposition: Disposition::Answered };
    office.until("the end", |view| view.stage == over).await;
    office.rig.send(Command::ForgetPhoneCall).await.unwrap();
    office.rig.until("nothing", |snapshot| snapshot.phone_call.is_none()).await;
}

/// The log of changes may be faster than the answer to the request, which says less then.
#[tokio::test]
async fn a_call_whose_end_came_before_the_answer_is_over() {
    let mut office = Office::with_phone().await;
    office.rig.send(via_phone()).await.unwrap();
    let id = office.until("the own phone", |view| view.call.is_some()).await.call.unwrap();
    office.told(id, OWN, CallStatus::NoAnswer).await;
    let over = PhoneCallStage::Ended { disposition: Disposition::Unanswered };
    office.until("the end", |view| view.stage == over).await;
    let start = CallStart {
        id,
        company_id: office.company,
        line: LineKind::Twilio,
        from_number: "+966112345678".to_owned(),
        to_number: CUSTOMER.to_owned(),
        at: Timestamp::now(),
    };
    let outcome = Ok(CallRecord { status: CallStatus::Queued, ..CallRecord::outgoing(start) });
    let late = Message::PhoneCall { epoch: 0, input: PhoneCallInput { number: 1, outcome } };
    office.rig.engine.inbox.send(late).await.unwrap();
    // What is asked after it is answered after it.
    let preview = Command::Preview { text: "101".to_owned(), line: None };
    office.rig.send(preview).await.unwrap();
    assert_eq!(office.rig.engine.snapshot().await.phone_call.map(|view| view.stage), Some(over));
}

#[tokio::test]
async fn the_own_phone_that_nobody_picks_up_ends_the_call() {
    let mut office = Office::with_phone().await;
    office.rig.send(via_phone()).await.unwrap();
    let call = office.until("the own phone", |view| view.call.is_some()).await.call.unwrap();
    office.told(call, OWN, CallStatus::NoAnswer).await;
    let over = PhoneCallStage::Ended { disposition: Disposition::Unanswered };
    office.until("the end", |view| view.stage == over).await;
}

#[tokio::test]
async fn refusals_say_why_in_words_that_a_window_has() {
    let mut office = Office::with_phone().await;
    for (code, reason) in
        [(21_211, "number"), (21_215, "country"), (21_219, "trial"), (20_005, "balance"), (99_999, "other")]
    {
        office.provider.refuses.store(code, Ordering::SeqCst);
        office.rig.send(via_phone()).await.unwrap();
        let refused = office.until("the refusal", |view| matches!(view.stage, PhoneCallStage::Refused { .. })).await;
        let PhoneCallStage::Refused { failure } = refused.stage else { panic!("{refused:?}") };
        assert_eq!(failure.code, ErrorCode::PhoneCallRefused);
        assert_eq!((failure.params["reason"].as_str(), failure.params["code"].as_str()), (reason, &*code.to_string()));
        assert!(!format!("{failure:?}").contains("966"), "{failure:?}");
        office.rig.send(Command::ForgetPhoneCall).await.unwrap();
    }
    let premium = Command::CallViaPhone { destination: "+881612345678".to_owned() };
    office.rig.send(premium).await.unwrap();
    let refused = office.until("the refusal", |view| matches!(view.stage, PhoneCallStage::Refused { .. })).await;
    let PhoneCallStage::Refused { failure } = refused.stage else { panic!("{refused:?}") };
    assert_eq!(failure.params["reason"], "company");
}

#[tokio::test]
async fn what_cannot_be_called_so_is_said_at_once() {
    let mut office = Office::open().await;
    assert_eq!(office.rig.refused(via_phone()).await, ErrorCode::NoAgentPhone);
    drop(office);
    office = Office::with_phone().await;
    for (destination, expected) in [("*43", ErrorCode::NotByPhone), ("", ErrorCode::NothingToDial)] {
        let command = Command::CallViaPhone { destination: destination.to_owned() };
        assert_eq!(office.rig.refused(command).await, expected, "{destination}");
    }
    let (call, ..) = office.rig.ring().await;
    assert_eq!(office.rig.refused(via_phone()).await, ErrorCode::NotNow);
    office.rig.send(Command::Decline { call }).await.unwrap();
    office.rig.until_state(call, CallState::Ended).await;
    office.rig.send(via_phone()).await.unwrap();
}
