//! The handle of a line.

use crate::{config::PstreamLineConfig, driver, urls::are_loopback};
use mobilecall_domain::{LegId, LineCapabilities, LineKind};
use mobilecall_line::{Line, LineCommand, LineError, LineEvent};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Commands that wait for the line's task. It takes each in microseconds and never waits for the network meanwhile, so
/// few are ever there; when this many are, the task hangs.
const COMMANDS: usize = 64;
/// Events that wait for the engine. More are kept inside the line's task, so a slow engine never stalls signaling.
const EVENTS: usize = 64;

/// What a line of this protocol can do beyond calls. It has no frame for a transfer. Our own edge refuses `dtmf`, since
/// every client can send digits within the sound, and has nobody to give messages to.
pub(crate) const fn capabilities(kind: LineKind) -> LineCapabilities {
    match kind {
        LineKind::Twilio => LineCapabilities { signaled_digits: true, messages: true, ..LineCapabilities::NONE },
        LineKind::Direct | LineKind::Sip => LineCapabilities::NONE,
    }
}

/// A line that speaks Twilio's client signaling. Dropping it ends its calls and closes its connection.
#[derive(Debug)]
pub struct PstreamLine {
    kind: LineKind,
    is_on_this_machine: bool,
    commands: mpsc::Sender<LineCommand>,
    legs: LiveLegs,
}

impl PstreamLine {
    /// Starts the line's task on the current tokio runtime. Nothing is connected before the first command; what
    /// happens comes out of the receiver, which is closed when the line is.
    pub fn connect(config: PstreamLineConfig) -> (Self, mpsc::Receiver<LineEvent>) {
        let (line, commands) = Self::new(config.kind, are_loopback(&config.urls));
        let (events, events_seen) = mpsc::channel(EVENTS);
        tokio::spawn(driver::run(config, commands, events, line.legs.clone()));
        (line, events_seen)
    }

    /// The handle alone, and what it is told.
    fn new(kind: LineKind, is_on_this_machine: bool) -> (Self, mpsc::Receiver<LineCommand>) {
        let (commands, given) = mpsc::channel(COMMANDS);
        (Self { kind, is_on_this_machine, commands, legs: LiveLegs::default() }, given)
    }
}

impl Line for PstreamLine {
    fn kind(&self) -> LineKind {
        self.kind
    }

    fn is_on_this_machine(&self) -> bool {
        self.is_on_this_machine
    }

    fn capabilities(&self) -> LineCapabilities {
        capabilities(self.kind)
    }

    fn send(&self, command: LineCommand) -> Result<(), LineError> {
        if let Some(what) = command.lacks(self.capabilities()) {
            return Err(LineError::Unsupported { kind: self.kind, what });
        }
        if let Some(unknown) = command.legs().find(|leg| !self.legs.has(*leg)) {
            return Err(LineError::UnknownLeg(unknown));
        }
        let invited = if let LineCommand::Invite { leg, .. } = &command { Some(*leg) } else { None };
        // Before the task can end it.
        invited.inspect(|leg| self.legs.add(*leg));
        let taken = self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => LineError::Stuck,
            TrySendError::Closed(_) => LineError::Closed,
        });
        if taken.is_err() {
            invited.inspect(|leg| self.legs.remove(*leg));
        }
        taken
    }
}

/// The legs that are not over, as whoever sends commands may know them: one that the line's task has ended is gone from
/// here before its end is reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct LiveLegs(Arc<Mutex<HashSet<LegId>>>);

impl LiveLegs {
    pub(crate) fn add(&self, leg: LegId) {
        self.change(|legs| legs.insert(leg));
    }

    pub(crate) fn remove(&self, leg: LegId) {
        self.change(|legs| legs.remove(&leg));
    }

    fn has(&self, leg: LegId) -> bool {
        self.change(|legs| legs.contains(&leg))
    }

    /// Nothing can panic while the lock is held, so its being poisoned means nothing.
    fn change(&self, change: impl FnOnce(&mut HashSet<LegId>) -> bool) -> bool {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_domain::{Address, CallId, SdpOffer};

    #[test]
    fn a_task_that_hangs_makes_nobody_wait() {
        let reconnect = || LineCommand::Reconnect { slept: std::time::Duration::ZERO };
        let (line, mut hanging) = PstreamLine::new(LineKind::Direct, true);
        for _ in 0..COMMANDS {
            assert_eq!(line.send(LineCommand::Register), Ok(()));
        }
        assert_eq!(line.send(LineCommand::Register), Err(LineError::Stuck));
        // A call that was not taken is none: it cannot be hung up either.
        let leg = LegId::generate();
        let invite = LineCommand::Invite {
            leg,
            call: CallId::generate(),
            destination: Address::Extension("102".into()),
            offer: SdpOffer::new("v=0"),
            parameters: mobilecall_line::CallParameters::default(),
        };
        assert_eq!(line.send(invite), Err(LineError::Stuck));
        assert_eq!(line.send(LineCommand::HangUp { leg }), Err(LineError::UnknownLeg(leg)));
        // The task goes on.
        assert!(matches!(hanging.try_recv(), Ok(LineCommand::Register)));
        assert_eq!(line.send(reconnect()), Ok(()));
        drop(hanging);
        assert_eq!(line.send(reconnect()), Err(LineError::Closed));
    }
}
