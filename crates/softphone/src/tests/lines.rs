//! Several lines at once, of different kinds and of the same.

use super::{FakeLineEnd, FarEnd, Rig, dial, direct, standing, told, within};
use crate::lines::{DIRECT, LineContext, LineFactories, LineFactory, OpenedLine, given_out};
use async_trait::async_trait;
use mobilecall_domain::{CallId, EndReason, LegId, LineCapabilities, LineId, LineKind, Registration, SdpOffer};
use mobilecall_ipc::{
    CallState, Command, ErrorCode, Event, Failure, LineCredentials, LineSettings, LineView, Registration as Shown,
    Reply, Settings, Snapshot,
};
use mobilecall_line::{CallParameters, IncomingLeg, LineCommand, LineEvent, fake::FakeLine};
use mobilecall_transport::MediaTransport as _;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc;

/// Makes fake lines and hands their far ends to the test.
struct FakeLines {
    kind: LineKind,
    capabilities: LineCapabilities,
    made: mpsc::UnboundedSender<(LineId, FakeLineEnd)>,
    trouble: Arc<Mutex<HashMap<LineId, Trouble>>>,
}

/// What is wrong with a line that is to be made.
#[derive(Clone, Copy)]
pub(super) enum Trouble {
    CannotBeMade,
    Panics,
}

#[async_trait]
impl LineFactory for FakeLines {
    async fn open(&self, description: &LineSettings, context: &LineContext) -> Result<OpenedLine, Failure> {
        assert_eq!(description.kind, self.kind);
        assert!(context.session.is_none(), "its credentials are not the session's");
        let trouble = self.trouble.lock().unwrap().get(&description.id).copied();
        match trouble {
            Some(Trouble::CannotBeMade) => return Err(Failure::new(ErrorCode::BadSetting, "no such server")),
            Some(Trouble::Panics) => panic!("a fault of one kind of line"),
            None => {}
        }
        let (line, events, far_end) = FakeLine::with(self.kind, self.capabilities);
        self.made.send((description.id, FakeLineEnd(far_end))).unwrap();
        Ok((Arc::new(line), events))
    }
}

/// A rig whose engine has further lines, and the far ends of those.
struct Office {
    rig: Rig,
    ends: HashMap<LineId, FakeLineEnd>,
    made: mpsc::UnboundedReceiver<(LineId, FakeLineEnd)>,
    trouble: Arc<Mutex<HashMap<LineId, Trouble>>>,
}

pub(super) fn line(kind: LineKind, label: &str) -> LineSettings {
    let credentials = LineCredentials::Keyring { name: label.to_owned() };
    LineSettings {
        id: LineId::generate(),
        kind,
        label: label.to_owned(),
        credentials,
        ..given_out(LineKind::Direct).unwrap()
    }
}

/// The factories, and those of lines whose far ends come out of the channel. Twilio lines can do nothing more than calls,
/// SIP lines everything.
pub(super) fn with_fake_lines(
    factories: LineFactories,
    trouble: &Arc<Mutex<HashMap<LineId, Trouble>>>,
) -> (LineFactories, mpsc::UnboundedReceiver<(LineId, FakeLineEnd)>) {
    let (sender, made) = mpsc::unbounded_channel();
    let kinds = [(LineKind::Twilio, LineCapabilities::NONE), (LineKind::Sip, LineCapabilities::ALL)];
    let factories = kinds.into_iter().fold(factories, |factories, (kind, capabilities)| {
        let (made, trouble) = (sender.clone(), Arc::clone(trouble));
        factories.with(kind, Arc::new(FakeLines { kind, capabilities, made, trouble }))
    });
    (factories, made)
}

impl Office {
    async fn new(lines: &[LineSettings], trouble: &[(LineId, Trouble)]) -> Self {
        let trouble = Arc::new(Mutex::new(trouble.iter().copied().collect()));
        let (factories, made) = with_fake_lines(LineFactories::default(), &trouble);
        let rig = Rig::start_with(lines.to_vec(), factories).await;
        rig.send(Command::Connect).await.unwrap();
        Self { rig, ends: HashMap::new(), made, trouble }
    }

    /// The same, with all lines registered.
    async fn registered(lines: &[LineSettings]) -> Self {
        let mut office = Self::new(lines, &[]).await;
        for line in lines {
            office.registers(line.id).await;
        }
        office
    }

    /// Waits until a line is made and registered.
    async fn registers(&mut self, line: LineId) {
        while !self.ends.contains_key(&line) {
            let (made, end) = within("a line", self.made.recv()).await.unwrap();
            self.ends.insert(made, end);
        }
        assert!(matches!(self.end(line).command().await, LineCommand::Register));
        self.rig.until("the line", |snapshot| standing(snapshot, line) == Shown::Registered).await;
    }

    fn end(&mut self, line: LineId) -> &mut FakeLineEnd {
        if line == DIRECT { &mut self.rig.line } else { self.ends.get_mut(&line).unwrap() }
    }

    /// Places a call, which must come out of this line.
    async fn place(&mut self, destination: &str, chosen: Option<LineId>, over: LineId) -> (CallId, LegId, SdpOffer) {
        let command = dial(destination, chosen);
        let reply = self.rig.send(command).await.unwrap();
        let Reply::Call { call } = reply else { panic!("{reply:?}") };
        let (leg, invited, _, offer) = self.end(over).invite().await;
        assert_eq!(invited, call);
        let view = self.rig.until_call(call, "the call", |_| true).await;
        assert_eq!(view.line_id, over);
        (call, leg, offer)
    }

    async fn talk(&mut self, destination: &str, over: LineId) -> (CallId, LegId, FarEnd) {
        let (call, leg, offer) = self.place(destination, None, over).await;
        let far = self.rig.far_end();
        let answer = far.transport.create_answer(&offer).await.unwrap();
        self.end(over).say(LineEvent::Answered { leg, provider_call_id: None, answer: Some(answer) });
        self.rig.until_state(call, CallState::Active).await;
        (call, leg, far)
    }

    /// Somebody calls on a line.
    async fn ring(&mut self, over: LineId, from: &str) -> (CallId, FarEnd) {
        let (far, call) = (self.rig.far_end(), CallId::generate());
        let offer = far.transport.create_offer().await.unwrap();
        self.end(over).say(LineEvent::Incoming(IncomingLeg {
            leg: LegId::generate(),
            call: Some(call),
            provider_call_id: None,
            from: from.into(),
            from_name: None,
            from_extension: None,
            to: "+966112345678".into(),
            verified: None,
            parameters: CallParameters::default(),
            offer,
        }));
        let view = self.rig.until_state(call, CallState::Offered).await;
        assert_eq!(view.line_id, over);
        (call, far)
    }

    /// The far end of a line answers the offer that is on its way: was it a hold?
    async fn answer_reoffer(&mut self, over: LineId, far: &FarEnd) -> bool {
        let LineCommand::Reoffer { leg, offer } = self.end(over).command().await else { panic!("no offer") };
        let answer = far.transport.create_answer(&offer).await.unwrap();
        self.end(over).say(LineEvent::Renegotiated { leg, answer });
        offer.expose().contains("a=sendonly")
    }

    async fn change_lines(&self, lines: Vec<LineSettings>) -> Result<Reply, Failure> {
        let before = self.rig.engine.snapshot().await.settings;
        self.rig.send(Command::ChangeSettings { settings: Settings { lines, ..before } }).await
    }
}

fn kinds(snapshot: &Snapshot) -> Vec<LineKind> {
    snapshot.lines.iter().map(|line| line.kind).collect()
}

#[tokio::test]
async fn a_line_that_goes_down_takes_no_other_with_it() {
    let (twilio, pbx, branch) =
        (line(LineKind::Twilio, "Public"), line(LineKind::Sip, "Office"), line(LineKind::Sip, "Branch"));
    let mut office = Office::registered(&[twilio.clone(), pbx.clone(), branch.clone()]).await;
    let snapshot = office.rig.engine.snapshot().await;
    assert_eq!(kinds(&snapshot), [LineKind::Direct, LineKind::Twilio, LineKind::Sip, LineKind::Sip]);
    assert_eq!(snapshot.line_kinds, [LineKind::Sip], "what the agent can add; the others a server gives out");
    let (call, ..) = office.talk("102", DIRECT).await;

    office.end(pbx.id).say(LineEvent::Registration(Registration::Registering { attempt: 3 }));
    let down = |snapshot: &Snapshot| standing(snapshot, pbx.id) == Shown::Registering { attempt: 3 };
    let snapshot = office.rig.until("the loss", down).await;
    for line in [DIRECT, twilio.id, branch.id] {
        assert_eq!(standing(&snapshot, line), Shown::Registered);
    }
    assert_eq!(snapshot.calls[0].state, CallState::Active);
    office.rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(office.end(DIRECT).command().await, LineCommand::HangUp { .. }));
    // What the lost line would have carried goes over the one of its kind that is up.
    office.place("sip:a@b.example", None, branch.id).await;
}

#[tokio::test]
async fn a_call_goes_through_the_line_of_its_address_or_the_chosen_one() {
    let twilio = LineSettings { agent_preference: Some(1), ..line(LineKind::Twilio, "Public") };
    let pbx = line(LineKind::Sip, "Office");
    let mut office = Office::registered(&[pbx.clone(), twilio.clone()]).await;
    for (destination, chosen, over, kind) in [
        ("0501234567", None, twilio.id, LineKind::Twilio),
        ("0501234567", Some(pbx.id), pbx.id, LineKind::Sip),
        ("sip:a@b.example", None, pbx.id, LineKind::Sip),
        ("102", None, DIRECT, LineKind::Direct),
        ("102", Some(pbx.id), pbx.id, LineKind::Sip),
        ("*43", None, DIRECT, LineKind::Direct),
    ] {
        let (call, leg, _) = office.place(destination, chosen, over).await;
        assert_eq!(office.rig.record(call).await.line, kind, "{destination}");
        office.end(over).say(LineEvent::Ended { leg, reason: EndReason::Busy, code: None });
        office.rig.until_call(call, "the end", |view| view.end.is_some()).await;
    }
    let refused = |destination: &str, line| dial(destination, line);
    let rig = &office.rig;
    let failure = rig.send(refused("0501234567", Some(DIRECT))).await.unwrap_err();
    assert_eq!((failure.code, &*failure.params["advice"]), (ErrorCode::UnsupportedAddress, "chooseLine"));
    assert_eq!(rig.refused(refused("102", Some(LineId::generate()))).await, ErrorCode::NoSuchLine);
}

#[tokio::test]
async fn a_call_waits_for_no_other_kind_of_line() {
    let twilio = line(LineKind::Twilio, "Public");
    let mut office = Office::registered(&[twilio]).await;
    office.rig.line.say(LineEvent::Registration(Registration::Registering { attempt: 1 }));
    office.rig.until("the loss", |snapshot| direct(snapshot) != Shown::Registered).await;
    let command = dial("102", None);
    let failure = office.rig.send(command).await.unwrap_err();
    assert_eq!((failure.code, failure.params["line"].as_str()), (ErrorCode::LineNotReady, "direct"));
}

#[tokio::test]
async fn calls_on_two_lines_are_taken_and_hold_each_other() {
    let (twilio, pbx) = (line(LineKind::Twilio, "Public"), line(LineKind::Sip, "Office"));
    let mut office = Office::registered(&[twilio.clone(), pbx.clone()]).await;
    let (first, first_far) = office.ring(twilio.id, "+966501234567").await;
    let (second, second_far) = office.ring(pbx.id, "sip:a@b.example").await;

    office.rig.send(Command::Answer { call: first }).await.unwrap();
    let LineCommand::Accept { leg, answer } = office.end(twilio.id).command().await else { panic!("no answer") };
    first_far.transport.accept_answer(&answer).await.unwrap();
    office.end(twilio.id).say(LineEvent::Answered { leg, provider_call_id: None, answer: None });
    office.rig.until_state(first, CallState::Active).await;

    office.rig.send(Command::Answer { call: second }).await.unwrap();
    assert!(office.answer_reoffer(twilio.id, &first_far).await, "the first is held on its own line");
    let LineCommand::Accept { leg, answer } = office.end(pbx.id).command().await else { panic!("no answer") };
    second_far.transport.accept_answer(&answer).await.unwrap();
    office.end(pbx.id).say(LineEvent::Answered { leg, provider_call_id: None, answer: None });
    office.rig.until_state(second, CallState::Active).await;
    office.rig.until_call(first, "hold", |view| view.held).await;

    office.rig.send(Command::SetHold { call: first, held: false }).await.unwrap();
    assert!(office.answer_reoffer(pbx.id, &second_far).await, "the second is held on its line");
    assert!(!office.answer_reoffer(twilio.id, &first_far).await, "the first is resumed on its line");
    office.rig.until_call(second, "hold", |view| view.held).await;
    office.rig.until_call(first, "resume", |view| !view.held).await;
}

#[tokio::test]
async fn a_sign_out_ends_the_calls_of_all_lines_and_leaves_them() {
    let (twilio, pbx) = (line(LineKind::Twilio, "Public"), line(LineKind::Sip, "Office"));
    let mut office = Office::registered(&[twilio.clone(), pbx.clone()]).await;
    office.ring(twilio.id, "+966501234567").await;
    office.talk("sip:a@b.example", pbx.id).await;
    office.rig.send(Command::SignOut).await.unwrap();
    assert!(matches!(office.end(twilio.id).command().await, LineCommand::Reject { .. } | LineCommand::HangUp { .. }));
    assert!(matches!(office.end(pbx.id).command().await, LineCommand::HangUp { .. }));
    for line in [DIRECT, twilio.id, pbx.id] {
        assert!(matches!(office.end(line).command().await, LineCommand::Unregister));
    }
    let snapshot = office.rig.engine.snapshot().await;
    assert!(snapshot.lines.iter().all(|line| line.registration == Shown::Unregistered), "{:?}", snapshot.lines);
    assert!(snapshot.calls.is_empty());
}

#[tokio::test]
async fn lines_that_cannot_be_made_say_so_and_harm_no_other() {
    let other_direct = line(LineKind::Direct, "Second server");
    let (broken, faulty, good) =
        (line(LineKind::Sip, "Broken"), line(LineKind::Sip, "Faulty"), line(LineKind::Sip, "Good"));
    let lines = [other_direct.clone(), broken.clone(), faulty.clone(), good.clone()];
    let trouble = [(broken.id, Trouble::CannotBeMade), (faulty.id, Trouble::Panics)];
    let mut office = Office::new(&lines, &trouble).await;
    office.registers(good.id).await;
    for (line, code) in
        [(&other_direct, ErrorCode::LineUnavailable), (&broken, ErrorCode::BadSetting), (&faulty, ErrorCode::Internal)]
    {
        let failed = |snapshot: &Snapshot| standing(snapshot, line.id) == Shown::Failed { code };
        let snapshot = office.rig.until(&line.label, failed).await;
        let view = snapshot.lines.iter().find(|view| view.id == line.id).unwrap();
        assert_eq!(view.why.as_ref().map(|why| why.code), Some(code));
        assert_eq!(direct(&snapshot), Shown::Registered);
    }
    let command = dial("102", Some(other_direct.id));
    assert_eq!(office.rig.refused(command).await, ErrorCode::LineUnavailable);
    office.place("sip:a@b.example", None, good.id).await;

    // Connecting tries again.
    office.trouble.lock().unwrap().clear();
    office.rig.send(Command::Connect).await.unwrap();
    office.registers(broken.id).await;
    office.registers(faulty.id).await;
}

#[tokio::test]
async fn a_line_that_ends_by_itself_ends_its_calls_and_is_opened_again() {
    let (pbx, branch) = (line(LineKind::Sip, "Office"), line(LineKind::Sip, "Branch"));
    let mut office = Office::registered(&[pbx.clone(), branch.clone()]).await;
    let (call, _, far) = office.talk("sip:a@b.example", pbx.id).await;
    office.rig.send(Command::SetHold { call, held: true }).await.unwrap();
    office.answer_reoffer(pbx.id, &far).await;
    let command = dial("sip:c@d.example", Some(branch.id));
    let Reply::Call { call: other } = office.rig.send(command).await.unwrap() else { panic!("no call") };

    let lost = office.ends.remove(&pbx.id).unwrap();
    lost.0.break_off();
    let view = office.rig.until_call(call, "the end", |view| view.end.is_some()).await;
    assert_eq!(view.end, Some(EndReason::SignalingLost));
    let snapshot = office.rig.engine.snapshot().await;
    assert_eq!(standing(&snapshot, branch.id), Shown::Registered);
    assert!(snapshot.calls.iter().any(|view| view.id == other && view.end.is_none()));
    office.rig.send(Command::Connect).await.unwrap();
    office.registers(pbx.id).await;
}

#[tokio::test]
async fn lines_come_and_go_with_the_settings() {
    let (pbx, branch) = (line(LineKind::Sip, "Office"), line(LineKind::Sip, "Branch"));
    let mut office = Office::registered(std::slice::from_ref(&pbx)).await;
    let (call, ..) = office.talk("sip:a@b.example", pbx.id).await;

    // A name and a preference change nothing of the line itself; a line is added.
    let renamed = LineSettings { label: "Head office".into(), agent_preference: Some(1), ..pbx.clone() };
    office.change_lines(vec![renamed.clone(), branch.clone()]).await.unwrap();
    office.registers(branch.id).await;
    let snapshot = office.rig.engine.snapshot().await;
    assert_eq!(snapshot.lines[1].label, "Head office");
    assert_eq!(snapshot.calls[0].state, CallState::Active);

    // The line of a call is not taken away under it.
    let refused = office.change_lines(vec![branch.clone()]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotNow);
    office.rig.send(Command::HangUp { call }).await.unwrap();
    assert!(matches!(office.end(pbx.id).command().await, LineCommand::HangUp { .. }));
    office.rig.until_call(call, "the end", |view| view.end.is_some()).await;

    told(&office.rig.engine, &mut office.rig.events).await;
    let off = LineSettings { enabled: false, ..renamed };
    office.change_lines(vec![off, branch.clone()]).await.unwrap();
    assert!(matches!(office.end(pbx.id).command().await, LineCommand::Unregister));
    assert_eq!(last_told(&mut office.rig).await, [DIRECT, branch.id]);
}

/// A line that comes back stands where the settings have it, in the snapshot and for a window that follows the events.
#[tokio::test]
async fn lines_keep_their_order_when_they_come_back() {
    let (pbx, branch) = (line(LineKind::Sip, "Office"), line(LineKind::Sip, "Branch"));
    let mut office = Office::registered(&[pbx.clone(), branch.clone()]).await;
    let off = LineSettings { enabled: false, ..pbx.clone() };
    office.change_lines(vec![off, branch.clone()]).await.unwrap();
    office.change_lines(vec![pbx.clone(), branch.clone()]).await.unwrap();
    assert_eq!(last_told(&mut office.rig).await, [DIRECT, pbx.id, branch.id]);
    office.change_lines(vec![branch.clone(), pbx.clone()]).await.unwrap();
    assert_eq!(last_told(&mut office.rig).await, [DIRECT, branch.id, pbx.id]);
}

/// The lines as the last event has them, which are those of the snapshot.
async fn last_told(rig: &mut Rig) -> Vec<LineId> {
    let ids = |lines: &[LineView]| lines.iter().map(|line| line.id).collect::<Vec<_>>();
    let wanted = ids(&rig.engine.snapshot().await.lines);
    within("news of the lines", async {
        loop {
            if let Event::LinesChanged { lines } = rig.events.recv().await.unwrap()
                && ids(&lines) == wanted
            {
                return wanted;
            }
        }
    })
    .await
}

#[tokio::test]
async fn calls_are_handed_over_only_on_lines_that_can() {
    let (twilio, pbx) = (line(LineKind::Twilio, "Public"), line(LineKind::Sip, "Office"));
    let mut office = Office::registered(&[twilio.clone(), pbx.clone()]).await;
    let (first, first_leg, far) = office.talk("sip:a@b.example", pbx.id).await;
    let view = office.rig.until_call(first, "the call", |_| true).await;
    assert_eq!(view.capabilities, LineCapabilities::ALL);

    let transfer = |call, destination: &str| Command::Transfer { call, destination: destination.into() };
    office.rig.send(transfer(first, "103")).await.unwrap();
    let LineCommand::Transfer { leg, target } = office.end(pbx.id).command().await else { panic!("no transfer") };
    assert_eq!((leg, target.dialed().as_str()), (first_leg, "103"));
    office.end(pbx.id).say(LineEvent::TransferFailed { leg, code: Some(404) });
    office.rig.until_problem(ErrorCode::TransferFailed).await;
    assert_eq!(office.rig.engine.snapshot().await.calls[0].state, CallState::Active);

    office.rig.send(Command::SetHold { call: first, held: true }).await.unwrap();
    office.answer_reoffer(pbx.id, &far).await;
    let (second, second_leg, second_far) = office.talk("sip:c@d.example", pbx.id).await;
    office.rig.send(Command::JoinCalls { call: first, consulted: second }).await.unwrap();
    let LineCommand::Join { leg, consulted } = office.end(pbx.id).command().await else { panic!("no joining") };
    assert_eq!((leg, consulted), (first_leg, second_leg));
    for leg in [leg, consulted] {
        office.end(pbx.id).say(LineEvent::Ended { leg, reason: EndReason::LocalHangup, code: None });
    }
    office.rig.until_call(second, "the end", |view| view.end == Some(EndReason::LocalHangup)).await;
    drop(second_far);

    // Neither Twilio's nor the direct line can.
    let (call, ..) = office.talk("102", DIRECT).await;
    let view = office.rig.until_call(call, "the call", |_| true).await;
    assert_eq!(view.capabilities, LineCapabilities::NONE);
    let failure = office.rig.send(transfer(call, "103")).await.unwrap_err();
    let said = (failure.params["line"].as_str(), failure.params["what"].as_str());
    assert_eq!((failure.code, said), (ErrorCode::LineCannot, ("direct", "transfer")));
    assert_eq!(office.rig.refused(transfer(first, "103")).await, ErrorCode::NoSuchCall);
}
