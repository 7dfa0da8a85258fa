//! A line over Twilio: what it says beside calls, and what is made of it.

use super::{Rig, dial, standing, within};
use crate::lines::DIRECT;
use mobilecall_domain::{CallId, EndReason, LegId, Private, QualityWarning, Registration, call::RegistrationFailure};
use mobilecall_ipc::{
    CallMessage as Shown, CallState, CandidateKind, Command, EndReason as ShownEnd, ErrorCode, Event, MediaPath,
    Registration as Standing, Reply,
};
use mobilecall_line::{CallMessage, CallParameters, IncomingLeg, LineCommand, LineEvent};
use mobilecall_transport::MediaTransport as _;
use std::{net::IpAddr, time::Duration};

#[tokio::test]
async fn a_call_that_twilio_refuses_says_why_and_what_to_do() {
    let mut rig = Rig::start_on_twilio().await;
    let (call, leg, _) = rig.place("102").await;
    rig.line.0.emit(LineEvent::Ended { leg, reason: EndReason::NotAllowed, code: Some(31_002) });
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!(view.end, Some(ShownEnd::NotAllowed));
    let why = view.why.unwrap();
    assert_eq!(
        (why.code, why.params["code"].as_str(), why.params["remedy"].as_str()),
        (ErrorCode::Twilio, "31002", "check-app")
    );
    // The codes of our own server have words of their own.
    let mut rig = Rig::start().await;
    let (call, leg, _) = rig.place("102").await;
    rig.line.0.emit(LineEvent::Ended { leg, reason: EndReason::Busy, code: Some(31_486) });
    assert_eq!(rig.until_call(call, "the end", |view| view.end.is_some()).await.why, None);
}

#[tokio::test]
async fn media_that_is_lost_on_the_way_to_twilio_says_what_to_look_at() {
    let mut rig = Rig::start_on_twilio().await;
    let (call, ..) = rig.talk("102").await;
    rig.ours.last().fail();
    rig.until_state(call, CallState::Reconnecting).await;
    rig.pass(Duration::from_secs(31)).await;
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    let why = view.why.unwrap();
    assert_eq!((view.end, why.params["code"].as_str()), (Some(ShownEnd::MediaLost), "53405"));
}

#[tokio::test]
async fn a_token_that_twilio_refuses_is_told_with_its_likely_causes() {
    let mut rig = Rig::start_on_twilio().await;
    rig.line.say(LineEvent::Trouble { code: 20_101 });
    rig.line.say(LineEvent::Registration(Registration::Failed(RegistrationFailure::CredentialsRefused)));
    let failed = Standing::Failed { code: ErrorCode::Twilio };
    let snapshot = rig.until("the failure", |snapshot| standing(snapshot, DIRECT) == failed).await;
    let why = snapshot.lines[0].why.clone().unwrap();
    assert!(why.message.contains("Likely causes") && why.message.contains("20101"), "{}", why.message);
    // Whoever calls all the same hears the same.
    let refused = rig.send(dial("102", None)).await.unwrap_err();
    assert_eq!((refused.code, refused.params["code"].as_str()), (ErrorCode::Twilio, "20101"));
    // Once it is registered nothing of it is left.
    rig.line.say(LineEvent::Registration(Registration::Registered));
    let snapshot = rig.until("the line", |snapshot| standing(snapshot, DIRECT) == Standing::Registered).await;
    assert_eq!(snapshot.lines[0].why, None);
    rig.line.say(LineEvent::Registration(Registration::Failed(RegistrationFailure::CredentialsExpired)));
    let failed = Standing::Failed { code: ErrorCode::SessionExpired };
    rig.until("another failure", |snapshot| standing(snapshot, DIRECT) == failed).await;
}

#[tokio::test]
async fn an_ignored_call_stops_ringing_here_without_a_word() {
    let mut rig = Rig::start().await;
    let (call, leg, _far) = rig.ring().await;
    rig.send(Command::Ignore { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Ignore { leg: ignored } if ignored == leg));
    let view = rig.until_state(call, CallState::Ended).await;
    assert_eq!(view.end, Some(ShownEnd::LocalDecline));
    assert_eq!(rig.refused(Command::Ignore { call }).await, ErrorCode::NoSuchCall);
    let (talking, ..) = rig.talk("102").await;
    assert_eq!(rig.refused(Command::Ignore { call: talking }).await, ErrorCode::NotNow);
}

/// What is told next of a message.
async fn next_message(rig: &mut Rig) -> (CallId, Shown) {
    within("a message", async {
        loop {
            if let Event::CallMessage { call, message } = rig.events.recv().await.unwrap() {
                return (call, message);
            }
        }
    })
    .await
}

#[tokio::test]
async fn messages_go_and_come_beside_a_call() {
    let mut rig = Rig::start_on_twilio().await;
    let (call, leg, _far) = rig.talk("102").await;
    let content = r#"{"note":"x"}"#;
    let reply = rig.send(Command::SendMessage { call, content: content.into() }).await.unwrap();
    let Reply::Message { message: name } = reply else { panic!("{reply:?}") };
    let LineCommand::SendMessage { leg: beside, id, message } = rig.line.command().await else { panic!("no message") };
    assert_eq!((beside, message.content.expose().as_str(), id.0.to_string()), (leg, content, name.clone()));
    rig.line.say(LineEvent::MessageTaken { leg, id });
    assert_eq!(next_message(&mut rig).await, (call, Shown::Taken { message: name }));
    let content = Private::new(r#"{"answer":1}"#.to_owned());
    let message = CallMessage { content, content_type: "application/json".into(), kind: "user-defined-message".into() };
    rig.line.say(LineEvent::MessageReceived { leg, message });
    assert_eq!(next_message(&mut rig).await, (call, Shown::Received { content: r#"{"answer":1}"#.into() }));
    // A line that cannot is not asked.
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    assert_eq!(rig.refused(Command::SendMessage { call, content: "{}".into() }).await, ErrorCode::LineCannot);
}

#[tokio::test]
async fn parameters_go_with_a_call_and_come_with_one() {
    let mut rig = Rig::start_on_twilio().await;
    let given = ("ticket".to_owned(), "7".to_owned());
    let (destination, parameters) = ("102".to_owned(), [given.clone()].into());
    rig.send(Command::PlaceCall { destination, line: None, parameters }).await.unwrap();
    let LineCommand::Invite { parameters, leg, .. } = rig.line.command().await else { panic!("no invitation") };
    assert_eq!(parameters.0, std::slice::from_ref(&given));
    rig.line.0.emit(LineEvent::Ended { leg, reason: EndReason::Busy, code: None });

    let call = CallId::generate();
    rig.line.say(LineEvent::Incoming(IncomingLeg {
        leg: LegId::generate(),
        call: Some(call),
        provider_call_id: None,
        from: "+966501234567".into(),
        from_name: None,
        from_extension: None,
        to: "client:alice".into(),
        verified: Some(true),
        parameters: CallParameters(vec![given.clone()]),
        offer: mobilecall_domain::SdpOffer::new("not looked at before the answer"),
    }));
    let view = rig.until_state(call, CallState::Offered).await;
    assert_eq!((view.verified, view.parameters), (Some(true), [given].into()));
}

#[tokio::test]
async fn a_machine_that_moves_to_another_network_takes_its_call_along_at_once() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.talk("102").await;
    rig.pass(Duration::from_secs(2)).await;
    let moves = |rig: &Rig, addresses: &[&str]| {
        *rig.addresses.lock().unwrap() = addresses.iter().map(|address| address.parse::<IpAddr>().unwrap()).collect();
    };
    // Without a network there is nothing to offer; the line is told all the same.
    moves(&rig, &[]);
    rig.pass(Duration::from_secs(1)).await;
    assert!(matches!(rig.line.command().await, LineCommand::Reconnect { slept: Duration::ZERO }));
    moves(&rig, &["10.0.0.3"]);
    rig.pass(Duration::from_secs(1)).await;
    assert!(matches!(rig.line.command().await, LineCommand::Reconnect { .. }));
    let LineCommand::Reoffer { leg: moved, offer } = rig.line.command().await else { panic!("no restart") };
    assert_eq!(moved, leg);
    let view = rig.until_state(call, CallState::Reconnecting).await;
    assert_eq!(view.warnings.first(), Some(&QualityWarning::IceConnectivityLost));
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    rig.until_state(call, CallState::Active).await;
    // One more address beside the one in use disturbs no call.
    moves(&rig, &["10.0.0.3", "2001:db8::3"]);
    rig.pass(Duration::from_secs(1)).await;
    assert!(matches!(rig.line.command().await, LineCommand::Reconnect { .. }));
    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
}

#[tokio::test]
async fn the_way_of_the_sound_and_what_is_wrong_with_it_are_shown() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.talk("102").await;
    let host = MediaPath { local: CandidateKind::Host, remote: CandidateKind::Host, relayed: false };
    rig.pass(Duration::from_secs(1)).await;
    let view = rig.until_call(call, "its way", |view| view.path.is_some()).await;
    assert_eq!((view.path, view.warnings), (Some(host), Vec::new()));
    // The voice that only pretends has sent what it sends.
    for _ in 0..8 {
        rig.pass(Duration::from_secs(1)).await;
        tokio::task::yield_now().await;
    }
    let is_told = |view: &mobilecall_ipc::CallView| view.warnings.contains(&QualityWarning::LowBytesSent);
    rig.until_call(call, "a warning", is_told).await;
    rig.send(Command::HangUp { call }).await.unwrap();
    let view = rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!((view.path, view.warnings), (None, Vec::new()));
}
