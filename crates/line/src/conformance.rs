//! What every line does alike, as a suite: each line's tests run it against a server of that line's protocol.
//!
//! ```no_run
//! # use mobilecall_line::{conformance, fake::FakeLine};
//! # use mobilecall_domain::LineKind;
//! # async fn example() {
//! let (line, mut events, mut far_end) = FakeLine::new(LineKind::Direct);
//! conformance::run(&line, &mut events, &mut far_end).await;
//! # }
//! ```

use crate::{CallMessage, CallParameters, Line, LineCommand, LineError, LineEvent, MessageId};
use async_trait::async_trait;
use mobilecall_domain::{
    Address, CallId, DtmfDigit, EndReason, LegId, LineCapabilities, Private, Registration, SdpAnswer, SdpOffer,
};
use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};

/// Media of the far end in an offer.
pub const THEIR_OFFER: &str = "v=0 their offer";
/// Media of the far end in an answer.
pub const THEIR_ANSWER: &str = "v=0 their answer";
const OUR_OFFER: &str = "v=0 our offer";
const OUR_ANSWER: &str = "v=0 our answer";

/// No step of the suite takes longer, unless it never ends.
const TIME_LIMIT: Duration = Duration::from_secs(20);

/// The server and the far party of the line under test. Methods about "the call" mean the last one.
#[async_trait]
pub trait FarEnd: Send {
    /// Waits until the line places a call, and tells whom it calls with what.
    async fn called(&mut self) -> (Address, SdpOffer);
    /// Alerts, without early media.
    async fn ring(&mut self);
    /// Answers with [`THEIR_ANSWER`].
    async fn answer(&mut self);
    /// Is busy.
    async fn refuse(&mut self);
    /// Calls the line as `client:sara` with [`THEIR_OFFER`].
    async fn call(&mut self);
    /// Waits until the line accepts, confirms that if the protocol does, and tells with what it accepted.
    async fn accepted(&mut self) -> SdpAnswer;
    /// Gives up calling the line.
    async fn cancel(&mut self);
    /// Hangs up an answered call.
    async fn hang_up(&mut self);
    /// Waits until the line hangs up or declines.
    async fn left(&mut self);
    /// Waits for a renegotiation, answers it with [`THEIR_ANSWER`] and tells what was offered.
    async fn answer_reoffer(&mut self) -> SdpOffer;
    /// Waits until the line unregisters, and confirms it.
    async fn unregistered(&mut self);
}

/// Runs the suite with a new line whose server takes registrations by itself.
///
/// # Panics
/// If the line does not keep to the contract, with the step in the message.
pub async fn run(line: &dyn Line, events: &mut mpsc::Receiver<LineEvent>, far_end: &mut dyn FarEnd) {
    Suite { line, events, far_end }.registers().await;
    run_registered(line, events, far_end).await;
}

/// Runs the suite with a line that has just reported to be registered.
///
/// # Panics
/// As [`run`].
pub async fn run_registered(line: &dyn Line, events: &mut mpsc::Receiver<LineEvent>, far_end: &mut dyn FarEnd) {
    let mut suite = Suite { line, events, far_end };
    suite.refuses_unknown_legs();
    suite.refuses_what_it_cannot(LegId::generate());
    suite.calls_and_is_hung_up_on().await;
    suite.gives_up_calling().await;
    suite.is_told_of_a_busy_far_end().await;
    suite.is_called_and_hangs_up().await;
    suite.declines().await;
    suite.ignores().await;
    suite.is_told_when_the_caller_gives_up().await;
    suite.leaves().await;
}

fn hello() -> CallMessage {
    CallMessage {
        content: Private::new(r#"{"hello":"there"}"#.to_owned()),
        content_type: "application/json".to_owned(),
        kind: "user-defined-message".to_owned(),
    }
}

struct Suite<'a> {
    line: &'a dyn Line,
    events: &'a mut mpsc::Receiver<LineEvent>,
    far_end: &'a mut dyn FarEnd,
}

impl Suite<'_> {
    async fn next(&mut self) -> LineEvent {
        let event = timeout(TIME_LIMIT, self.events.recv()).await.expect("the line reports something in time");
        event.expect("the line is alive")
    }

    async fn send(&mut self, command: LineCommand) {
        let what = format!("{command:?}");
        assert_eq!(self.line.send(command), Ok(()), "{what}");
    }

    /// Waits for a standing; others before it are passing ones.
    async fn stands(&mut self, wanted: Registration) {
        loop {
            match self.next().await {
                LineEvent::Registration(standing) if standing == wanted => return,
                LineEvent::Registration(Registration::Registering { .. }) => {}
                other => panic!("expected {wanted:?}, got {other:?}"),
            }
        }
    }

    async fn is_over(&mut self, id: LegId, expected: EndReason) {
        match self.next().await {
            LineEvent::Ended { leg, reason, .. } if leg == id => assert_eq!(reason, expected),
            other => panic!("expected the end of the leg, got {other:?}"),
        }
        // Nothing follows for it, and nothing can be done with it.
        assert_eq!(self.line.send(LineCommand::HangUp { leg: id }), Err(LineError::UnknownLeg(id)));
    }

    async fn registers(&mut self) {
        self.send(LineCommand::Register).await;
        self.stands(Registration::Registered).await;
    }

    fn refuses_unknown_legs(&mut self) {
        let leg = LegId::generate();
        let commands = [
            LineCommand::Accept { leg, answer: SdpAnswer::new(OUR_ANSWER) },
            LineCommand::Reject { leg },
            LineCommand::Ignore { leg },
            LineCommand::HangUp { leg },
            LineCommand::Reoffer { leg, offer: SdpOffer::new(OUR_OFFER) },
        ];
        for command in commands {
            let what = format!("{command:?}");
            assert_eq!(self.line.send(command), Err(LineError::UnknownLeg(leg)), "{what}");
        }
    }

    /// What the line says that it cannot do it refuses for every leg, and what it can do only for legs it does not have.
    fn refuses_what_it_cannot(&mut self, leg: LegId) {
        let commands = [
            LineCommand::Transfer { leg, target: Address::Extension("103".to_owned()) },
            LineCommand::Join { leg, consulted: LegId::generate() },
            LineCommand::Digits { leg, digits: DtmfDigit::from_char('1').into_iter().collect() },
            LineCommand::SendMessage { leg, id: MessageId::generate(), message: hello() },
        ];
        for command in commands {
            let lacks = command.lacks(self.line.capabilities());
            let what = format!("{command:?}");
            match (self.line.send(command), lacks) {
                (Err(LineError::Unsupported { kind, .. }), Some(_)) => assert_eq!(kind, self.line.kind(), "{what}"),
                (Err(LineError::UnknownLeg(unknown)), None) => assert_eq!(unknown, leg, "{what}"),
                (other, lacks) => panic!("{what}, lacking {lacks:?}: {other:?}"),
            }
        }
    }

    async fn dials(&mut self) -> LegId {
        let leg = LegId::generate();
        let destination = Address::Extension("102".to_owned());
        let offer = SdpOffer::new(OUR_OFFER);
        let (call, parameters) = (CallId::generate(), CallParameters::default());
        let invite = LineCommand::Invite { leg, call, destination: destination.clone(), offer, parameters };
        self.send(invite).await;
        let called = timeout(TIME_LIMIT, self.far_end.called()).await.expect("the call arrives in time");
        assert_eq!(called, (destination, SdpOffer::new(OUR_OFFER)));
        leg
    }

    async fn rings(&mut self, id: LegId) {
        self.far_end.ring().await;
        match self.next().await {
            LineEvent::Ringing { leg, answer: None, .. } if leg == id => {}
            other => panic!("expected ringing, got {other:?}"),
        }
    }

    async fn calls_and_is_hung_up_on(&mut self) {
        let id = self.dials().await;
        self.rings(id).await;
        self.far_end.answer().await;
        match self.next().await {
            LineEvent::Answered { leg, answer: Some(answer), .. } if leg == id => {
                assert_eq!(answer, SdpAnswer::new(THEIR_ANSWER));
            }
            other => panic!("expected the answer, got {other:?}"),
        }
        let offer = SdpOffer::new("v=0 our second offer");
        self.send(LineCommand::Reoffer { leg: id, offer: offer.clone() }).await;
        let offered = timeout(TIME_LIMIT, self.far_end.answer_reoffer()).await.expect("the offer arrives in time");
        assert_eq!(offered, offer);
        match self.next().await {
            LineEvent::Renegotiated { leg, answer } if leg == id => assert_eq!(answer, SdpAnswer::new(THEIR_ANSWER)),
            other => panic!("expected the renegotiation, got {other:?}"),
        }
        if self.line.capabilities() == LineCapabilities::NONE {
            self.refuses_what_it_cannot(id);
        }
        self.far_end.hang_up().await;
        self.is_over(id, EndReason::RemoteHangup).await;
    }

    async fn gives_up_calling(&mut self) {
        let id = self.dials().await;
        self.rings(id).await;
        self.send(LineCommand::HangUp { leg: id }).await;
        timeout(TIME_LIMIT, self.far_end.left()).await.expect("the far end hears of it in time");
        self.is_over(id, EndReason::LocalCancel).await;
    }

    async fn is_told_of_a_busy_far_end(&mut self) {
        let id = self.dials().await;
        self.far_end.refuse().await;
        self.is_over(id, EndReason::Busy).await;
    }

    async fn is_called(&mut self) -> LegId {
        self.far_end.call().await;
        match self.next().await {
            LineEvent::Incoming(incoming) => {
                assert_eq!(incoming.from, "client:sara");
                assert_eq!(incoming.offer, SdpOffer::new(THEIR_OFFER));
                incoming.leg
            }
            other => panic!("expected a call, got {other:?}"),
        }
    }

    async fn is_called_and_hangs_up(&mut self) {
        let id = self.is_called().await;
        self.send(LineCommand::Accept { leg: id, answer: SdpAnswer::new(OUR_ANSWER) }).await;
        let answer = timeout(TIME_LIMIT, self.far_end.accepted()).await.expect("the answer arrives in time");
        assert_eq!(answer, SdpAnswer::new(OUR_ANSWER));
        self.send(LineCommand::HangUp { leg: id }).await;
        timeout(TIME_LIMIT, self.far_end.left()).await.expect("the far end hears of it in time");
        loop {
            match self.next().await {
                LineEvent::Answered { leg, answer: None, .. } if leg == id => {}
                LineEvent::Ended { leg, reason: EndReason::LocalHangup, .. } if leg == id => return,
                other => panic!("expected the end of the leg, got {other:?}"),
            }
        }
    }

    async fn declines(&mut self) {
        let id = self.is_called().await;
        self.send(LineCommand::Reject { leg: id }).await;
        timeout(TIME_LIMIT, self.far_end.left()).await.expect("the far end hears of it in time");
        self.is_over(id, EndReason::LocalDecline).await;
    }

    /// The far end hears nothing of it, and the next call comes as ever.
    async fn ignores(&mut self) {
        let id = self.is_called().await;
        self.send(LineCommand::Ignore { leg: id }).await;
        self.is_over(id, EndReason::LocalDecline).await;
    }

    async fn is_told_when_the_caller_gives_up(&mut self) {
        let id = self.is_called().await;
        self.far_end.cancel().await;
        self.is_over(id, EndReason::RemoteCancel).await;
    }

    async fn leaves(&mut self) {
        self.send(LineCommand::Unregister).await;
        timeout(TIME_LIMIT, self.far_end.unregistered()).await.expect("the server hears of it in time");
        self.stands(Registration::Unregistered).await;
    }
}
