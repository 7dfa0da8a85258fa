//! Fetching a recording, part by part.

use super::RecordingEvent;
use crate::{failure, post::RecordingPost};
use mobilecall_cache::Account;
use mobilecall_client::{RecordingPath, Session};
use mobilecall_domain::CallId;
use mobilecall_ipc::Failure;
use mobilecall_media::recording::Recording;

/// Bytes that are asked for at once: a minute of sound, which a slow network brings in the time that a request may take.
const PART: u64 = 512 << 10;
/// Most bytes of a recording that is played: some hours. A longer one can be saved.
const LONGEST: u64 = 256 << 20;

/// What is needed to have the recording of a call.
pub(crate) struct Fetch {
    pub(crate) account: Account,
    /// At the server, or why there is none.
    pub(crate) session: Result<Session, Failure>,
    pub(crate) call: CallId,
    /// It was heard lately and is here still.
    pub(crate) kept: Option<Recording>,
}

impl Fetch {
    /// Fetches and reads it for whoever opened it.
    pub(crate) async fn run(self, post: RecordingPost) {
        let event = match self.recording(&post).await {
            Ok(recording) => RecordingEvent::Loaded(recording),
            Err(failure) => RecordingEvent::Failed(failure),
        };
        post.tell(event).await;
    }

    async fn recording(&self, post: &RecordingPost) -> Result<Recording, Failure> {
        // What was deleted meanwhile is not heard any more, though it is here.
        let path = self.path().await?;
        if let Some(kept) = &self.kept {
            return Ok(kept.clone());
        }
        let mut bytes = Vec::new();
        let mut told = None;
        while let Some((part, total)) = self.next(&path, bytes.len() as u64).await? {
            if total > LONGEST {
                return Err(failure::recording_not_playable());
            }
            match part {
                Part::Next(part) => bytes.extend(part),
                Part::Whole(whole) => bytes = whole,
            }
            let percent = u8::try_from(bytes.len() as u64 * 100 / total).unwrap_or(100);
            if told.replace(percent) != Some(percent) {
                post.tell(RecordingEvent::Fetched { percent }).await;
            }
            if bytes.len() as u64 >= total {
                break;
            }
        }
        let read = tokio::task::spawn_blocking(move || Recording::read(bytes.into())).await;
        let read = read.map_err(|panicked| failure::internal(&panicked))?;
        read.map_err(|error| {
            tracing::warn!(error = %failure::chain(&error), "a recording cannot be played");
            failure::recording_not_playable()
        })
    }

    /// Where the server has it.
    pub(super) async fn path(&self) -> Result<RecordingPath, Failure> {
        let record = self.account.call(self.call).await.map_err(|error| failure::of_cache(&error))?;
        record.as_ref().and_then(RecordingPath::of).ok_or_else(failure::recording_not_allowed)
    }

    /// What follows so many bytes, and how many there are in all. Nothing if the server has no bytes.
    pub(super) async fn next(&self, path: &RecordingPath, known: u64) -> Result<Option<(Part, u64)>, Failure> {
        let session = self.session.as_ref().map_err(Failure::clone)?;
        let part = session.recording_part(path, known, PART).await;
        let part = part.map_err(|error| failure::of_recording(&error))?;
        if part.bytes.is_empty() {
            return Ok(None);
        }
        let bytes = if part.from == known { Part::Next(part.bytes) } else { Part::Whole(part.bytes) };
        Ok(Some((bytes, part.total.max(1))))
    }
}

/// What the server sent.
pub(super) enum Part {
    /// What was asked for.
    Next(Vec<u8>),
    /// Everything, since it sends no parts.
    Whole(Vec<u8>),
}
