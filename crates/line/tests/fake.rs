//! The fake line keeps to the contract that it stands in for.

use mobilecall_domain::{LineCapabilities, LineKind};
use mobilecall_line::{Line, LineCommand, LineError, conformance, fake::FakeLine};

#[tokio::test(start_paused = true)]
async fn the_fake_line_passes_the_suite() {
    let (line, mut events, mut far_end) = FakeLine::new(LineKind::Direct);
    assert_eq!(line.kind(), LineKind::Direct);
    conformance::run(&line, &mut events, &mut far_end).await;
    assert!(far_end.legs().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_fake_line_that_can_do_more_passes_the_suite() {
    let (line, mut events, mut far_end) = FakeLine::with(LineKind::Sip, LineCapabilities::ALL);
    conformance::run(&line, &mut events, &mut far_end).await;
    assert!(far_end.legs().is_empty());
}

#[tokio::test]
async fn a_line_that_ended_takes_nothing() {
    let (line, _events, mut far_end) = FakeLine::new(LineKind::Twilio);
    far_end.refuse_commands();
    assert_eq!(line.send(LineCommand::Register), Err(LineError::Closed));
    assert!(far_end.commands().is_empty());
}
