//! One line, as the engine keeps it.

use super::Candidate;
use crate::parts::Relays;
use mobilecall_domain::{LineCapabilities, LineId, LineKind};
use mobilecall_ipc::{Failure, LineCredentials, LineSettings, LineView, Registration};
use mobilecall_line::{Line, LineCommand, LineError};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// Time for hang-ups and the leave-taking itself to reach the server.
const LEAVE_LIMIT: Duration = Duration::from_secs(2);

/// A line in use: what it is, where it stands, and the task that keeps it.
pub(crate) struct LinePart {
    pub(crate) description: LineSettings,
    /// For the media of its calls.
    pub(crate) relays: Relays,
    line: Option<Arc<dyn Line>>,
    registration: Registration,
    why: Option<Failure>,
    /// What the provider said last, since the line was last registered.
    trouble: Option<Failure>,
    task: Option<AbortOnDropHandle<()>>,
    leaving: CancellationToken,
    /// Which opening the task belongs to.
    opening: u32,
}

impl LinePart {
    /// A line that is not opened.
    pub(crate) fn new(description: LineSettings) -> Self {
        Self {
            description,
            relays: Relays::default(),
            line: None,
            registration: Registration::Unregistered,
            why: None,
            trouble: None,
            task: None,
            leaving: CancellationToken::new(),
            opening: 0,
        }
    }

    pub(crate) const fn id(&self) -> LineId {
        self.description.id
    }

    /// As the line says itself once it is open: the server of the session may give out another line than the direct one.
    pub(crate) fn kind(&self) -> LineKind {
        self.line.as_ref().map_or(self.description.kind, |line| line.kind())
    }

    pub(crate) fn capabilities(&self) -> LineCapabilities {
        self.line.as_ref().map_or(LineCapabilities::NONE, |line| line.capabilities())
    }

    /// Whether its server is on this machine, which no change of networks concerns.
    pub(crate) fn is_on_this_machine(&self) -> bool {
        self.line.as_ref().is_some_and(|line| line.is_on_this_machine())
    }

    pub(crate) const fn registration(&self) -> Registration {
        self.registration
    }

    pub(crate) const fn why(&self) -> Option<&Failure> {
        self.why.as_ref()
    }

    pub(crate) const fn trouble(&self) -> Option<&Failure> {
        self.trouble.as_ref()
    }

    /// The provider says that something is wrong, or nothing is any more.
    pub(crate) fn in_trouble(&mut self, what: Option<Failure>) {
        self.trouble = what;
    }

    /// Whether the server of the session gives out its credentials.
    pub(crate) fn needs_session(&self) -> bool {
        self.description.credentials == LineCredentials::Session
    }

    /// Being opened by the task, which is told when the line is left.
    pub(crate) fn opening(&mut self, opening: u32, open: impl FnOnce(CancellationToken) -> JoinHandle<()>) {
        self.leaving = CancellationToken::new();
        self.task = Some(AbortOnDropHandle::new(open(self.leaving.clone())));
        self.opening = opening;
        self.stands(Registration::Registering { attempt: 0 }, None);
    }

    /// Whether a message comes from the task that keeps the line now.
    pub(crate) const fn is_of(&self, opening: u32) -> bool {
        self.opening == opening
    }

    pub(crate) const fn is_open_or_opening(&self) -> bool {
        self.line.is_some() || self.task.is_some()
    }

    pub(crate) const fn is_open(&self) -> bool {
        self.line.is_some()
    }

    pub(crate) fn opened(&mut self, line: Arc<dyn Line>) {
        self.line = Some(line);
    }

    /// The line has ended by itself; its task opens it again.
    pub(crate) fn lost(&mut self, why: Failure) {
        self.line = None;
        self.stands(Registration::Registering { attempt: 0 }, Some(why));
    }

    /// It cannot be opened, and nobody tries any more.
    pub(crate) fn given_up(&mut self, why: Failure) {
        *self = Self::new(self.description.clone());
        self.stands(Registration::Failed { code: why.code }, Some(why));
    }

    pub(crate) fn stands(&mut self, registration: Registration, why: Option<Failure>) {
        self.registration = registration;
        self.why = why;
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.line.is_some() && self.registration == Registration::Registered
    }

    pub(crate) fn send(&self, command: LineCommand) -> Result<(), LineError> {
        self.line.as_ref().ok_or(LineError::Closed)?.send(command)
    }

    /// Whether the line is made in the same way, whatever it is called.
    pub(crate) fn is_made_as(&self, other: &LineSettings) -> bool {
        let own = &self.description;
        own.id == other.id
            && own.kind == other.kind
            && own.server == other.server
            && own.credentials == other.credentials
    }

    /// What it is to routing, by the company's order.
    pub(crate) fn candidate(&self, company: &[LineKind]) -> Candidate {
        let kind = self.kind();
        let place = company.iter().position(|preferred| *preferred == kind);
        Candidate {
            id: self.id(),
            kind,
            ready: self.is_registered(),
            agent_preference: self.description.agent_preference,
            company_preference: place.and_then(|place| u32::try_from(place).ok()),
        }
    }

    pub(crate) fn view(&self) -> LineView {
        LineView {
            id: self.id(),
            kind: self.kind(),
            label: self.description.label.clone(),
            registration: self.registration,
            why: self.why.clone(),
            capabilities: self.capabilities(),
        }
    }

    /// Leaves the line in good order, as far as it was there. What it was told before reaches the server first.
    pub(crate) async fn leave(self) {
        let Some(line) = self.line else { return };
        self.leaving.cancel();
        if let Err(error) = line.send(LineCommand::Unregister) {
            tracing::debug!(%error, "the line was gone before it was left");
        }
        let Some(task) = self.task else { return };
        match tokio::time::timeout(LEAVE_LIMIT, task).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the task of the line panicked"),
            Err(_) => tracing::debug!("the line was not left in time"),
        }
    }
}
