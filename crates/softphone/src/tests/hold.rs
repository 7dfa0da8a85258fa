use super::{Rig, dial, told, within};
use mobilecall_ipc::{CallState, Command, ErrorCode, Event, LevelSource};
use mobilecall_line::{LineCommand, LineEvent};
use mobilecall_transport::MediaTransport as _;
use std::{collections::HashSet, time::Duration};

/// The far end answers the offer that is on its way.
async fn answer_reoffer(rig: &mut Rig, far: &super::FarEnd) -> String {
    let LineCommand::Reoffer { leg, offer } = rig.line.command().await else { panic!("no offer") };
    let answer = far.transport.create_answer(&offer).await.unwrap();
    rig.line.say(LineEvent::Renegotiated { leg, answer });
    let direction = ["sendrecv", "sendonly", "recvonly", "inactive"];
    let found = direction.iter().find(|word| offer.expose().contains(&format!("a={word}")));
    (*found.unwrap()).to_owned()
}

#[tokio::test]
async fn hold_and_resume_are_agreed_with_the_far_end() {
    let mut rig = Rig::start().await;
    let (call, _, far) = rig.talk("102").await;
    rig.send(Command::SetHold { call, held: true }).await.unwrap();
    assert_eq!(answer_reoffer(&mut rig, &far).await, "sendonly");
    rig.until_call(call, "hold", |view| view.held).await;
    assert!(rig.sound.voice(0).state().held);

    rig.send(Command::SetHold { call, held: false }).await.unwrap();
    assert_eq!(answer_reoffer(&mut rig, &far).await, "sendrecv");
    rig.until_call(call, "resume", |view| !view.held).await;
    assert!(!rig.sound.voice(0).state().held);
}

#[tokio::test]
async fn wishes_that_come_faster_than_answers_end_with_the_last() {
    let mut rig = Rig::start().await;
    let (call, _, far) = rig.talk("102").await;
    for held in [true, false, true] {
        rig.send(Command::SetHold { call, held }).await.unwrap();
    }
    // The first was on its way; the others are joined in one.
    answer_reoffer(&mut rig, &far).await;
    assert_eq!(answer_reoffer(&mut rig, &far).await, "sendonly");
    rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::HangUp { .. }));
}

#[tokio::test]
async fn an_offer_that_comes_to_nothing_does_not_block_the_next() {
    let mut rig = Rig::start().await;
    let (call, leg, far) = rig.talk("102").await;
    rig.send(Command::SetHold { call, held: true }).await.unwrap();
    assert!(matches!(rig.line.command().await, LineCommand::Reoffer { .. }));
    rig.line.say(LineEvent::NotRenegotiated { leg });
    rig.send(Command::SetHold { call, held: false }).await.unwrap();
    assert_eq!(answer_reoffer(&mut rig, &far).await, "sendrecv");
}

#[tokio::test]
async fn resuming_one_call_holds_the_other() {
    let mut rig = Rig::start().await;
    let (first, _, first_far) = rig.talk("102").await;
    rig.send(Command::SetHold { call: first, held: true }).await.unwrap();
    answer_reoffer(&mut rig, &first_far).await;
    let (second, _, second_far) = rig.talk("103").await;

    rig.send(Command::SetHold { call: first, held: false }).await.unwrap();
    for _ in 0..2 {
        let LineCommand::Reoffer { leg, offer } = rig.line.command().await else { panic!("no offer") };
        let far = if offer.expose().contains("a=sendonly") { &second_far } else { &first_far };
        let answer = far.transport.create_answer(&offer).await.unwrap();
        rig.line.say(LineEvent::Renegotiated { leg, answer });
    }
    rig.until_call(second, "hold", |view| view.held).await;
    let view = rig.until_call(first, "resume", |view| !view.held).await;
    assert_eq!(view.state, CallState::Active);
}

#[tokio::test]
async fn levels_are_those_of_the_call_that_is_talked_in() {
    let mut rig = Rig::start().await;
    let (first, _, far) = rig.talk("102").await;
    rig.send(Command::SetHold { call: first, held: true }).await.unwrap();
    answer_reoffer(&mut rig, &far).await;
    rig.until_call(first, "hold", |view| view.held).await;
    let (second, ..) = rig.talk("103").await;
    told(&rig.engine, &mut rig.events).await;
    rig.send(Command::SetLevelMeter { on: true }).await.unwrap();

    let mut sources = HashSet::new();
    // Its microphone is opened beside the clock of the test.
    within("the meter", async {
        while !sources.contains(&LevelSource::Meter) {
            if let Event::Levels { source, .. } = rig.events.recv().await.unwrap() {
                sources.insert(source);
            }
        }
    })
    .await;
    let both = HashSet::from([LevelSource::Call { call: second }, LevelSource::Meter]);
    for _ in 0..20 {
        rig.pass(Duration::from_millis(150)).await;
        for event in told(&rig.engine, &mut rig.events).await {
            if let Event::Levels { source, .. } = event {
                sources.insert(source);
            }
        }
    }
    assert_eq!(sources, both);
}

#[tokio::test]
async fn levels_that_stay_the_same_are_told_only_now_and_then() {
    let mut rig = Rig::start().await;
    rig.talk("102").await;
    told(&rig.engine, &mut rig.events).await;
    let mut levels = 0;
    for _ in 0..100 {
        rig.pass(Duration::from_millis(100)).await;
        let events = told(&rig.engine, &mut rig.events).await;
        levels += events.iter().filter(|event| matches!(event, Event::Levels { .. })).count();
    }
    assert!((1..=6).contains(&levels), "{levels} in ten seconds");
}

#[tokio::test]
async fn what_does_not_fit_the_state_is_refused() {
    let mut rig = Rig::start().await;
    let (call, ..) = rig.place("102").await;
    for command in [
        Command::Answer { call },
        Command::Decline { call },
        Command::SetHold { call, held: true },
        Command::SendDigits { call, digits: "1".into() },
        dial("103", None),
    ] {
        assert_eq!(rig.refused(command.clone()).await, ErrorCode::NotNow, "{command:?}");
    }
    let (ringing, ..) = rig.ring().await;
    assert_eq!(rig.refused(Command::SetMute { call: ringing, muted: true }).await, ErrorCode::NotNow);
    let unknown = mobilecall_domain::CallId::generate();
    assert_eq!(rig.refused(Command::HangUp { call: unknown }).await, ErrorCode::NoSuchCall);
}
