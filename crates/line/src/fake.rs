//! A line without a server, for tests of whatever uses a line.
//!
//! [`FakeLine`] behaves: it registers when told, keeps legs, refuses commands for legs it does not have, and ends
//! legs as a real line does. What a far end would do is done through its [`FakeFarEnd`].

use crate::{CallParameters, IncomingLeg, Line, LineCommand, LineError, LineEvent, conformance::FarEnd};
use async_trait::async_trait;
use mobilecall_domain::{
    Address, CallId, EndReason, LegId, LineCapabilities, LineKind, ProviderCallId, Registration, SdpAnswer, SdpOffer,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;

/// Room for more events than any test makes before it reads them.
const EVENTS: usize = 256;

/// A line that keeps to the contract of [`Line`] and is connected to a [`FakeFarEnd`].
#[derive(Debug)]
pub struct FakeLine {
    kind: LineKind,
    capabilities: LineCapabilities,
    commands: mpsc::UnboundedSender<LineCommand>,
    shared: Arc<Mutex<Shared>>,
}

/// The other side of a [`FakeLine`], in the hands of a test.
#[derive(Debug)]
pub struct FakeFarEnd {
    shared: Arc<Mutex<Shared>>,
    commands: mpsc::UnboundedReceiver<LineCommand>,
}

#[derive(Debug)]
struct Shared {
    events: mpsc::Sender<LineEvent>,
    legs: Vec<Leg>,
    refuses: bool,
}

#[derive(Debug)]
struct Leg {
    id: LegId,
    is_incoming: bool,
    is_answered: bool,
}

impl FakeLine {
    /// A line that can place and take calls and nothing more, its events, and its far end.
    pub fn new(kind: LineKind) -> (Self, mpsc::Receiver<LineEvent>, FakeFarEnd) {
        Self::with(kind, LineCapabilities::NONE)
    }
    /// A line that can do more.
    pub fn with(kind: LineKind, capabilities: LineCapabilities) -> (Self, mpsc::Receiver<LineEvent>, FakeFarEnd) {
        let (events, seen) = mpsc::channel(EVENTS);
        let (commands, given) = mpsc::unbounded_channel();
        let shared = Arc::new(Mutex::new(Shared { events, legs: Vec::new(), refuses: false }));
        let far_end = FakeFarEnd { shared: Arc::clone(&shared), commands: given };
        (Self { kind, capabilities, commands, shared }, seen, far_end)
    }
}

impl Line for FakeLine {
    fn kind(&self) -> LineKind {
        self.kind
    }

    fn capabilities(&self) -> LineCapabilities {
        self.capabilities
    }

    fn send(&self, command: LineCommand) -> Result<(), LineError> {
        if let Some(what) = command.lacks(self.capabilities) {
            return Err(LineError::Unsupported { kind: self.kind, what });
        }
        let mut shared = lock(&self.shared);
        if shared.refuses {
            return Err(LineError::Closed);
        }
        shared.take(&command)?;
        // A test that dropped the far end does not look at commands.
        let _unread = self.commands.send(command);
        Ok(())
    }
}

/// A test that panicked while it held the lock is about to fail anyway.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn take(&mut self, command: &LineCommand) -> Result<(), LineError> {
        for leg in command.legs() {
            self.leg(leg)?;
        }
        match command {
            LineCommand::Register => self.emit(LineEvent::Registration(Registration::Registered)),
            LineCommand::Unregister => self.emit(LineEvent::Registration(Registration::Unregistered)),
            // The far end says what comes of a transfer.
            LineCommand::Reconnect { .. }
            | LineCommand::Reoffer { .. }
            | LineCommand::Transfer { .. }
            | LineCommand::Join { .. }
            | LineCommand::Digits { .. }
            | LineCommand::SendMessage { .. } => {}
            LineCommand::Invite { leg, .. } => {
                self.legs.push(Leg { id: *leg, is_incoming: false, is_answered: false });
            }
            LineCommand::Accept { leg, .. } => self.leg(*leg)?.is_answered = true,
            LineCommand::Reject { leg } => self.end(*leg, EndReason::LocalDecline)?,
            LineCommand::Ignore { leg } => self.end(*leg, EndReason::LocalDecline)?,
            LineCommand::HangUp { leg } => {
                let known = self.leg(*leg)?;
                let reason = match (known.is_answered, known.is_incoming) {
                    (true, _) => EndReason::LocalHangup,
                    (false, true) => EndReason::LocalDecline,
                    (false, false) => EndReason::LocalCancel,
                };
                self.end(*leg, reason)?;
            }
        }
        Ok(())
    }
    fn leg(&mut self, id: LegId) -> Result<&mut Leg, LineError> {
        self.legs.iter_mut().find(|leg| leg.id == id).ok_or(LineError::UnknownLeg(id))
    }
    fn end(&mut self, id: LegId, reason: EndReason) -> Result<(), LineError> {
        self.leg(id)?;
        self.legs.retain(|leg| leg.id != id);
        self.emit(LineEvent::Ended { leg: id, reason, code: None });
        Ok(())
    }
    fn emit(&self, event: LineEvent) {
        // A test that dropped the events does not look at them; one that never reads them is told so.
        if let Err(mpsc::error::TrySendError::Full(event)) = self.events.try_send(event) {
            panic!("the test does not read the line's events: {event:?} would be lost");
        }
    }
}

impl FakeFarEnd {
    /// The next command that the line took. Cancel-safe.
    ///
    /// # Panics
    /// If the line is dropped.
    pub async fn next_command(&mut self) -> LineCommand {
        self.commands.recv().await.expect("the line is alive")
    }
    /// The commands that the line took and nobody looked at yet.
    pub fn commands(&mut self) -> Vec<LineCommand> {
        std::iter::from_fn(|| self.commands.try_recv().ok()).collect()
    }
    /// Makes the line report something that the other methods do not.
    pub fn emit(&self, event: LineEvent) {
        lock(&self.shared).emit(event);
    }
    /// Somebody calls; returns the leg.
    pub fn offer(&self, from: &str, call: Option<CallId>) -> LegId {
        let leg = LegId::generate();
        self.incoming(IncomingLeg {
            leg,
            call,
            provider_call_id: None,
            from: from.to_owned(),
            from_name: None,
            from_extension: None,
            to: "client:agent".to_owned(),
            verified: None,
            parameters: CallParameters::default(),
            offer: SdpOffer::new(crate::conformance::THEIR_OFFER),
        });
        leg
    }
    /// Somebody calls, in every detail.
    pub fn incoming(&self, incoming: IncomingLeg) {
        let mut shared = lock(&self.shared);
        shared.legs.push(Leg { id: incoming.leg, is_incoming: true, is_answered: false });
        shared.emit(LineEvent::Incoming(incoming));
    }
    /// The far end of an outgoing leg is alerted, with early media if there is an answer.
    pub fn ring(&self, leg: LegId, answer: Option<SdpAnswer>) {
        self.emit(LineEvent::Ringing { leg, provider_call_id: provider_id(), answer });
    }
    /// The far end of an outgoing leg answers, or the server confirms our answer.
    ///
    /// # Panics
    /// If there is no such leg.
    pub fn answer(&self, leg: LegId, answer: Option<SdpAnswer>) {
        let mut shared = lock(&self.shared);
        shared.leg(leg).expect("the leg is on this line").is_answered = true;
        shared.emit(LineEvent::Answered { leg, provider_call_id: provider_id(), answer });
    }
    /// The leg ends for a reason of the far end or of the server.
    ///
    /// # Panics
    /// If there is no such leg.
    pub fn end(&self, leg: LegId, reason: EndReason) {
        lock(&self.shared).end(leg, reason).expect("the leg is on this line");
    }
    /// The line stops taking commands, as if its task had ended.
    pub fn refuse_commands(&self) {
        lock(&self.shared).refuses = true;
    }
    /// The line's task ends: nothing more comes of it, and it takes no commands.
    pub fn break_off(&self) {
        let mut shared = lock(&self.shared);
        shared.refuses = true;
        // The only sender but for this; the receiver then finds the end.
        shared.events = mpsc::channel(1).0;
    }
    /// The legs that are not over.
    pub fn legs(&self) -> Vec<LegId> {
        lock(&self.shared).legs.iter().map(|leg| leg.id).collect()
    }

    fn last(&self) -> LegId {
        *self.legs().last().expect("a leg is on this line")
    }
}

fn provider_id() -> Option<ProviderCallId> {
    Some(ProviderCallId("CA00000000000000000000000000000001".to_owned()))
}

/// The fake passes the suite itself, so that it cannot drift from what real lines do.
#[async_trait]
impl FarEnd for FakeFarEnd {
    async fn called(&mut self) -> (Address, SdpOffer) {
        loop {
            if let LineCommand::Invite { destination, offer, .. } = self.next_command().await {
                return (destination, offer);
            }
        }
    }
    async fn ring(&mut self) {
        Self::ring(self, self.last(), None);
    }
    async fn answer(&mut self) {
        Self::answer(self, self.last(), Some(SdpAnswer::new(crate::conformance::THEIR_ANSWER)));
    }
    async fn refuse(&mut self) {
        self.end(self.last(), EndReason::Busy);
    }
    async fn call(&mut self) {
        self.offer("client:sara", None);
    }
    async fn accepted(&mut self) -> SdpAnswer {
        loop {
            if let LineCommand::Accept { answer, .. } = self.next_command().await {
                return answer;
            }
        }
    }
    async fn cancel(&mut self) {
        self.end(self.last(), EndReason::RemoteCancel);
    }
    async fn hang_up(&mut self) {
        self.end(self.last(), EndReason::RemoteHangup);
    }
    async fn left(&mut self) {
        loop {
            if let LineCommand::HangUp { .. } | LineCommand::Reject { .. } = self.next_command().await {
                return;
            }
        }
    }
    async fn answer_reoffer(&mut self) -> SdpOffer {
        loop {
            if let LineCommand::Reoffer { leg, offer } = self.next_command().await {
                let answer = SdpAnswer::new(crate::conformance::THEIR_ANSWER);
                self.emit(LineEvent::Renegotiated { leg, answer });
                return offer;
            }
        }
    }
    async fn unregistered(&mut self) {
        loop {
            if let LineCommand::Unregister = self.next_command().await {
                return;
            }
        }
    }
}
