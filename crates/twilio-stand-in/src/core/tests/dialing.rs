//! What `<Dial>` and its neighbours can do besides.

use super::world::{OWN, SARA, SLOW, World};
use crate::core::PhoneAct;
use crate::core::rest::Verb;
use mobilecall_domain::Private;
use mobilecall_pstream::ClientFrame;
use mobilecall_pstream::client::Dtmf;

#[test]
fn parties_are_tried_one_after_the_other_if_asked_for() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!(
        "<Dial callerId=\"{OWN}\" sequential=\"true\" timeout=\"5\" answerOnBridge=\"true\"><Number>{SLOW}</Number>\
         <Number>{SARA}</Number></Dial>"
    ));
    world.pass(4.0);
    assert!(!world.log().contains(&format!("alice hears {SARA}")));
    world.pass(2.0);
    assert!(world.log().contains(&format!("alice hears {SARA}")));
}

#[test]
fn the_called_hear_what_is_for_them_alone_before_the_caller() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!(
        "<Dial callerId=\"{OWN}\" answerOnBridge=\"true\"><Number url=\"/whisper\">{SARA}</Number></Dial>"
    ));
    world.forget();
    world.pass(1.0);
    assert_eq!(world.log(), ["asks whisper: in-progress"]);
    world.says("<Say>A customer</Say>");
    assert_eq!(world.log(), [format!("{SARA} hears a voice")]);
    world.sound_ends();
    let expected = ["alice < answer".to_owned(), format!("alice hears {SARA}"), format!("{SARA} hears alice")];
    assert_eq!(world.log(), expected);
}

#[test]
fn a_conversation_has_no_more_time_than_it_is_given() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!("<Dial callerId=\"{OWN}\" timeLimit=\"60\"><Number>{SARA}</Number></Dial>"));
    world.pass(60.0);
    assert_eq!(world.live(), 2);
    world.pass(1.0);
    assert_eq!(world.live(), 0);
}

#[test]
fn keys_are_sent_after_the_answer_and_a_star_ends_the_conversation() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!(
        "<Dial callerId=\"{OWN}\" hangupOnStar=\"true\" action=\"/next\"><Number sendDigits=\"ww12#\">{SARA}</Number></Dial>"
    ));
    world.pass(1.0);
    assert!(world.log().contains(&format!("{SARA} hears the keys 12#")));
    let callsid = world.sid_at(alice);
    world.frame(alice, ClientFrame::Dtmf(Dtmf { callsid, dtmf: Private::new("*".to_owned()) }));
    assert_eq!(world.log().last().map(String::as_str), Some("asks next: in-progress DialCallStatus=completed"));
}

#[test]
fn verbs_follow_each_other_and_addresses_are_relative_to_the_document() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.set_voice_url("http://app/deep/voice");
    world.dials(alice, "To=x");
    world.forget();
    world.says("<Pause length=\"2\"/><Play loop=\"2\">sound.wav</Play><Redirect>next</Redirect>");
    assert_eq!(world.log(), Vec::<String>::new(), "a pause does not answer");
    world.pass(2.0);
    assert_eq!(world.log(), ["alice < answer with sound", "alice hears http://app/deep/sound.wav"]);
    world.sound_ends();
    assert_eq!(world.log(), ["alice hears http://app/deep/sound.wav"]);
    world.sound_ends();
    assert_eq!(world.log(), ["asks next: in-progress"]);
    world.says("<Hangup/>");
    assert_eq!(world.log()[0], "alice < hangup");
}

#[test]
fn a_recording_is_paused_resumed_and_deleted() {
    let mut world = World::new();
    let alice = world.registered("alice");
    world.dials(alice, "To=x");
    world.says(&format!("<Dial callerId=\"{OWN}\" record=\"record-from-answer\"><Number>{SARA}</Number></Dial>"));
    world.pass(1.0);
    world.forget();
    let path = format!("Calls/{}/Recordings/Twilio.CURRENT", world.sid_at(alice));
    assert_eq!(world.rest(Verb::Post, &path, "Status=paused&PauseBehavior=skip").body["status"], "paused");
    assert_eq!(world.rest(Verb::Post, &path, "Status=paused").status, 400);
    assert_eq!(world.rest(Verb::Post, &path, "Status=in-progress").body["status"], "in-progress");
    assert_eq!(world.log(), ["pauses with Skip", "resumes"]);
    world.acts(PhoneAct::HangsUp(SARA.to_owned()));
    let list = world.rest(Verb::Get, "Recordings", "").body;
    assert_eq!(list["recordings"][0]["status"], "completed");
    let recording = format!("Recordings/{}", list["recordings"][0]["sid"].as_str().unwrap());
    assert_eq!(world.rest(Verb::Delete, &recording, "").status, 204);
    assert_eq!(world.rest(Verb::Get, &recording, "").status, 404);
}
