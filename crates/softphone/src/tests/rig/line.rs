//! The far end of a line.

use super::within;
use crate::{
    Engine,
    lines::{DIRECT, pump},
    post::Post,
};
use mobilecall_domain::{CallId, LegId, LineCapabilities, LineKind, SdpOffer};
use mobilecall_line::{
    LineCommand, LineEvent,
    fake::{FakeFarEnd, FakeLine},
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the server at the other end of the line sees and says.
pub(crate) struct FakeLineEnd(pub(crate) FakeFarEnd);

impl FakeLineEnd {
    pub(crate) async fn command(&mut self) -> LineCommand {
        within("a command to the line", self.0.next_command()).await
    }
    /// Reports something, as a line that keeps track of its legs.
    pub(crate) fn say(&self, event: LineEvent) {
        match event {
            LineEvent::Incoming(incoming) => self.0.incoming(incoming),
            LineEvent::Answered { leg, answer, .. } => self.0.answer(leg, answer),
            LineEvent::Ended { leg, reason, .. } => self.0.end(leg, reason),
            event => self.0.emit(event),
        }
    }
    pub(crate) async fn invite(&mut self) -> (LegId, CallId, String, SdpOffer) {
        match self.command().await {
            LineCommand::Invite { leg, call, destination, offer, .. } => (leg, call, destination.dialed(), offer),
            other => panic!("{other:?} in place of an invitation"),
        }
    }
}

/// Puts a fake line in the place of the server's.
pub(super) fn open_line(engine: &Engine, kind: LineKind, capabilities: LineCapabilities) -> FakeLineEnd {
    let (line, happened, far_end) = FakeLine::with(kind, capabilities);
    let post = Post::new(engine.inbox.downgrade(), 0).of_line(DIRECT, 0);
    tokio::spawn(async move { pump(Arc::new(line), happened, &post, &CancellationToken::new()).await });
    FakeLineEnd(far_end)
}
