//! What makes lines, one factory a kind.

use super::{given_out, session::SessionLines};
use crate::post::LinePost;
use async_trait::async_trait;
use mobilecall_client::Session;
use mobilecall_domain::LineKind;
use mobilecall_ipc::{Failure, LineSettings};
use mobilecall_line::{Line, LineEvent};
use std::sync::Arc;
use tokio::sync::{Notify, mpsc};

/// A line and what happens on it.
pub(crate) type OpenedLine = (Arc<dyn Line>, mpsc::Receiver<LineEvent>);

/// Makes lines of one kind from their description.
#[async_trait]
pub(crate) trait LineFactory: Send + Sync {
    /// Opens a line, and tries again for as long as trying can help. Dropping the future gives it up.
    ///
    /// # Errors
    /// Why it cannot be opened at all.
    async fn open(&self, description: &LineSettings, context: &LineContext) -> Result<OpenedLine, Failure>;
}

/// What a line is opened with beside its description.
#[derive(Clone)]
pub(crate) struct LineContext {
    /// The session at the server, once that has been reached.
    pub(crate) session: Option<Session>,
    /// Cuts pauses between attempts short.
    pub(crate) hurry: Arc<Notify>,
    /// Tells the owner of attempts that failed.
    pub(crate) post: LinePost,
}

/// The factories of this build.
#[derive(Clone, Default)]
pub(crate) struct LineFactories(Vec<(LineKind, Arc<dyn LineFactory>)>);

impl LineFactories {
    /// Those that make real lines.
    pub(crate) fn real() -> Self {
        let of_session = |kind| Arc::new(SessionLines(kind));
        Self::default()
            .with(LineKind::Direct, of_session(LineKind::Direct))
            .with(LineKind::Twilio, of_session(LineKind::Twilio))
    }

    /// With this one, instead of the one of that kind if there is any.
    pub(crate) fn with(mut self, kind: LineKind, factory: Arc<dyn LineFactory>) -> Self {
        self.0.retain(|(known, _)| *known != kind);
        self.0.push((kind, factory));
        self
    }

    /// The kinds of which people can add lines. Those that the server gives out are there by themselves.
    pub(crate) fn added_by_hand(&self) -> Vec<LineKind> {
        self.0.iter().map(|(kind, _)| *kind).filter(|kind| given_out(*kind).is_none()).collect()
    }

    /// What makes lines of a kind, if this build can.
    pub(crate) fn of(&self, kind: LineKind) -> Option<Arc<dyn LineFactory>> {
        self.0.iter().find(|(made, _)| *made == kind).map(|(_, factory)| Arc::clone(factory))
    }
}
