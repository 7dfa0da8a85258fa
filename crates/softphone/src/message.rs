//! Everything that can reach the engine's owner.

use crate::{calls::CallInput, parts::Relays, recordings::RecordingInput, session::SessionInput};
use mobilecall_audio::{DeviceList, Role};
use mobilecall_cache::CacheError;
use mobilecall_client::SyncEvent;
use mobilecall_domain::{CallRecord, LineId};
use mobilecall_ipc::{Command, Failure, HistoryPage, Reply, Snapshot};
use mobilecall_line::{Line, LineEvent};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Where the outcome of a command goes. A caller that has given up is not waited for.
pub(crate) type ReplyTo = oneshot::Sender<Result<Reply, Failure>>;

/// Hands an outcome to whoever asked, who may have given up: then the events tell of it all the same.
pub(crate) fn answer<T>(reply: oneshot::Sender<T>, outcome: T) {
    let _given_up = reply.send(outcome);
}

/// A message to the engine's owner. Those with an epoch belong to one sign-in and are dropped after it.
pub(crate) enum Message {
    /// From a window.
    Command { command: Command, reply: ReplyTo },
    /// A window begins.
    Snapshot { reply: oneshot::Sender<Snapshot> },
    /// The program ends.
    Shutdown { reply: oneshot::Sender<()> },
    /// From the tasks of the session.
    Session { epoch: u64, input: SessionInput },
    /// From a line, in one of its openings.
    Line { epoch: u64, line: LineId, opening: u32, input: LineMessage },
    /// From the sync.
    Sync { epoch: u64, event: SyncEvent },
    /// From media and timers of calls.
    Call { epoch: u64, input: CallInput },
    /// From the fetching and the playing of a recording.
    Recording { epoch: u64, input: RecordingInput },
    /// What came of a call by way of the agent's own phone.
    PhoneCall { epoch: u64, input: PhoneCallInput },
    /// A page of the history was read.
    Page { reply: ReplyTo, page: Result<HistoryPage, Failure> },
    /// What was written late is on the disk.
    Recorded,
    /// All that was written late is on the disk.
    WrittenAll,
    /// Missed calls were counted late.
    Counted { epoch: u64, missed: Result<u32, CacheError> },
    /// Sound devices came or went, or others are the system's choice.
    Devices(DeviceList),
    /// What was wrong with a sound device is so no more.
    SoundMended(Role),
    /// From anywhere.
    Problem(Failure),
}

/// What the server said of a call by way of the agent's own phone.
pub(crate) struct PhoneCallInput {
    /// Which of them.
    pub(crate) number: u32,
    /// Its record, or why there is none.
    pub(crate) outcome: Result<CallRecord, Failure>,
}

/// What a line's task reports.
pub(crate) enum LineMessage {
    /// The line could not be opened yet, after so many attempts.
    NotYet { attempt: u32, why: Option<Failure> },
    /// The line is there.
    Opened(Arc<dyn Line>),
    /// Its server says which relays there are, from now on.
    Relays(Relays),
    /// Something happened on it.
    Event(LineEvent),
    /// It ended by itself; its task opens it again.
    Closed,
    /// It cannot be opened at all.
    Failed(Failure),
}
