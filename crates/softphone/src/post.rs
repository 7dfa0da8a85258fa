//! Messages from the engine's tasks to its owner.

use crate::{
    calls::{CallEvent, CallInput},
    message::{LineMessage, Message, PhoneCallInput, ReplyTo},
    recordings::{RecordingEvent, RecordingInput},
    session::SessionInput,
};
use mobilecall_audio::Role;
use mobilecall_cache::CacheError;
use mobilecall_client::SyncEvent;
use mobilecall_domain::{CallId, LegId, LineId};
use mobilecall_ipc::{Failure, HistoryPage};
use tokio::sync::mpsc;

/// Reaches the engine's inbox without keeping the engine alive. Carries the number of the sign-in that it belongs to,
/// so that what a task of an earlier sign-in still sends is recognized and dropped.
#[derive(Clone)]
pub(crate) struct Post {
    inbox: mpsc::WeakSender<Message>,
    epoch: u64,
}

impl Post {
    pub(crate) fn new(inbox: mpsc::WeakSender<Message>, epoch: u64) -> Self {
        Self { inbox, epoch }
    }

    pub(crate) async fn session(&self, input: SessionInput) {
        self.send(Message::Session { epoch: self.epoch, input }).await;
    }

    pub(crate) async fn sync(&self, event: SyncEvent) {
        self.send(Message::Sync { epoch: self.epoch, event }).await;
    }

    /// A page of the history for whoever asked.
    pub(crate) async fn page(&self, reply: ReplyTo, page: Result<HistoryPage, Failure>) {
        self.send(Message::Page { reply, page }).await;
    }

    /// What was to be written came to the disk late.
    pub(crate) async fn recorded(&self) {
        self.send(Message::Recorded).await;
    }

    /// The disk has taken all that waited for it.
    pub(crate) async fn written_all(&self) {
        self.send(Message::WrittenAll).await;
    }

    /// Missed calls were counted late.
    pub(crate) async fn counted(&self, missed: Result<u32, CacheError>) {
        self.send(Message::Counted { epoch: self.epoch, missed }).await;
    }

    /// For what belongs to a leg of a call.
    pub(crate) fn of_leg(self, call: CallId, leg: LegId) -> CallPost {
        CallPost { post: self, call, leg }
    }

    pub(crate) async fn problem(&self, failure: Failure) {
        self.send(Message::Problem(failure)).await;
    }

    /// A microphone or speaker works.
    pub(crate) async fn sound_mended(&self, role: Role) {
        self.send(Message::SoundMended(role)).await;
    }

    /// For what belongs to an opening of a line.
    pub(crate) fn of_line(self, line: LineId, opening: u32) -> LinePost {
        LinePost { post: self, line, opening }
    }

    pub(crate) async fn phone_call(&self, input: PhoneCallInput) {
        self.send(Message::PhoneCall { epoch: self.epoch, input }).await;
    }

    /// For what belongs to an opening of a recording.
    pub(crate) fn of_recording(self, opening: u32) -> RecordingPost {
        RecordingPost { post: self, opening }
    }

    async fn send(&self, message: Message) {
        let unsent = match self.inbox.upgrade() {
            Some(inbox) => match inbox.send(message).await {
                Ok(()) => return,
                Err(mpsc::error::SendError(unsent)) => unsent,
            },
            None => message,
        };
        tracing::trace!("a message to an engine that has ended is dropped");
        // It may hold an open device, and closing that waits for the sound server.
        drop(tokio::task::spawn_blocking(move || drop(unsent)));
    }
}

/// Reaches the owner on behalf of one opening of one line, so that what still comes from an earlier one is dropped.
#[derive(Clone)]
pub(crate) struct LinePost {
    post: Post,
    line: LineId,
    opening: u32,
}

impl LinePost {
    pub(crate) async fn tell(&self, input: LineMessage) {
        let Self { post, line, opening } = self;
        post.send(Message::Line { epoch: post.epoch, line: *line, opening: *opening, input }).await;
    }

    /// For what concerns no line.
    pub(crate) const fn engine(&self) -> &Post {
        &self.post
    }
}

/// Reaches the owner on behalf of one leg of a call, so that what still comes from a leg is dropped once the call goes
/// on with another.
#[derive(Clone)]
pub(crate) struct CallPost {
    post: Post,
    pub(crate) call: CallId,
    leg: LegId,
}

impl CallPost {
    pub(crate) async fn tell(&self, event: CallEvent) {
        let input = CallInput { call: self.call, leg: self.leg, event };
        self.post.send(Message::Call { epoch: self.post.epoch, input }).await;
    }
}

/// Reaches the owner on behalf of one opening of a recording, so that what still comes of an earlier one is dropped.
#[derive(Clone)]
pub(crate) struct RecordingPost {
    post: Post,
    opening: u32,
}

impl RecordingPost {
    pub(crate) async fn tell(&self, event: RecordingEvent) {
        let input = RecordingInput { opening: self.opening, event };
        self.post.send(Message::Recording { epoch: self.post.epoch, input }).await;
    }
}
