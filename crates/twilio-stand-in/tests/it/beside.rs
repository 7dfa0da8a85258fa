//! What a softphone's line says beside calls, judged by the stand-in.

use crate::softphone::{Softphone, dial};
use crate::{OWN, SARA, share_of, soon, start, tone};
use mobilecall_domain::{DtmfDigit, EndReason, LegId, Private};
use mobilecall_line::{CallMessage, LineCommand, LineEvent, MessageId};

const OUTBOUND: &str = "/api/calls/twiml/outbound";
const INCOMING: &str = "/api/calls/webhook/incoming";

fn message(leg: LegId, kind: &str, content: &str) -> LineCommand {
    let content = Private::new(content.to_owned());
    let message = CallMessage { content, content_type: "application/json".into(), kind: kind.into() };
    LineCommand::SendMessage { leg, id: MessageId::generate(), message }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parameters_reach_the_application_unless_they_are_too_long() {
    let (stand_in, application) = start().await;
    application.answers(OUTBOUND, &dial(SARA, ""));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, _sound) = alice.call_with(SARA, &[("Ticket", "a b&c=d+e"), ("اسم", "علي"), ("To", "+15550100")]).await;
    let asked = application.next(OUTBOUND).await;
    assert_eq!((asked.get("Ticket"), asked.get("اسم"), asked.get("To")), ("a b&c=d+e", "علي", SARA));
    alice.hang_up(leg);
    alice.is_over(leg).await;
    let refused = alice.is_refused_with(SARA, &[("Note", &"x".repeat(1_000))]).await;
    assert_eq!(refused.1, Some(31_103));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_taken_or_refused_by_their_own_codes_and_the_call_goes_on() {
    let (stand_in, application) = start().await;
    application.answers(OUTBOUND, &dial(SARA, ""));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, mut sound) = alice.call(SARA).await;
    alice.tell(message(leg, "user-defined-message", r#"{"hello":"x"}"#));
    assert!(matches!(alice.next_of_call().await, LineEvent::MessageTaken { leg: of, .. } if of == leg));
    let large = format!("\"{}\"", "x".repeat(20_000));
    for (kind, content, refusal) in [("gossip", "{}", 31_210), ("user-defined-message", large.as_str(), 31_212)] {
        alice.tell(message(leg, kind, content));
        match alice.next_of_call().await {
            LineEvent::MessageRefused { leg: of, code, .. } => assert_eq!((of, code), (leg, refusal)),
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_softphone_that_ignores_a_call_leaves_it_to_the_others() {
    let (stand_in, application) = start().await;
    application.answers(INCOMING, "<Dial answerOnBridge=\"true\"><Client>alice</Client><Client>bob</Client></Dial>");
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let mut bob = Softphone::registered(&stand_in, "bob").await;
    stand_in.call_in(SARA, OWN).await;
    let ignored = alice.rings().await;
    alice.tell(LineCommand::Ignore { leg: ignored });
    assert_eq!(alice.is_over(ignored).await, (EndReason::LocalDecline, None));
    let (_leg, mut sound, from) = bob.take().await;
    assert_eq!(from, SARA);
    let sara_hears = async || share_of(stand_in.heard(SARA).await.0.samples(), 1_000.0) > 0.8;
    sound.talk(&tone(1_000.0), 440.0, sara_hears).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn digits_go_by_signaling_where_the_sound_takes_none() {
    let (stand_in, application) = start().await;
    application.answers(OUTBOUND, &dial(SARA, ""));
    let mut alice = Softphone::registered(&stand_in, "alice").await;
    let (leg, _sound) = alice.call(SARA).await;
    let digits = "12#".chars().filter_map(DtmfDigit::from_char).collect();
    alice.tell(LineCommand::Digits { leg, digits });
    let hears = async {
        while stand_in.heard(SARA).await.1 != "12#" {
            tokio::task::yield_now().await;
        }
    };
    soon("the keys", hears).await;
}
