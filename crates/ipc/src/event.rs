use crate::{
    CallView, Colleague, Failure, LevelSource, Levels, LineView, PhoneCallView, RecordingView, ServerView, SessionView,
    Settings, SoundRole, SoundView, SyncView,
};
use mobilecall_domain::{CallId, LineKind};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything a window needs to draw itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Who is signed in.
    pub session: SessionView,
    /// The server.
    pub server: ServerView,
    /// The lines, that of the server first.
    pub lines: Vec<LineView>,
    /// Kinds of which the agent can add lines to the settings.
    pub line_kinds: Vec<LineKind>,
    /// Calls, the oldest first, ended ones included for a few seconds.
    pub calls: Vec<CallView>,
    /// Colleagues, by name.
    pub team: Vec<Colleague>,
    /// State of the history's sync.
    pub sync: SyncView,
    /// Incoming calls missed since the history was last looked at.
    pub missed: u32,
    /// Settings.
    pub settings: Settings,
    /// Microphone and speaker.
    pub sound: SoundView,
    /// The recording that is open.
    pub recording: Option<RecordingView>,
    /// The call by way of the agent's own phone.
    pub phone_call: Option<PhoneCallView>,
}

/// What happened. Each carries the whole part that changed.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// Session changed.
    SessionChanged {
        /// The session.
        session: SessionView,
    },
    /// Server changed.
    ServerChanged {
        /// The server.
        server: ServerView,
    },
    /// A line came, went or changed, or their order did.
    LinesChanged {
        /// All lines in their order, that of the server first.
        lines: Vec<LineView>,
    },
    /// A call began or changed.
    CallChanged {
        /// The call.
        call: Box<CallView>,
    },
    /// A call that was over is no longer shown.
    CallRemoved {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// The far end sent a digit.
    DigitReceived {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// The digit.
        digit: char,
    },
    /// A message beside a call came, or it is known what came of one of ours.
    CallMessage {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// The message.
        message: CallMessage,
    },
    /// Colleagues changed.
    TeamChanged {
        /// The team.
        team: Vec<Colleague>,
    },
    /// Rows of the history changed; a view that shows it asks again.
    HistoryChanged {
        /// Missed calls not yet seen.
        missed: u32,
    },
    /// Sync changed.
    SyncChanged {
        /// The sync.
        sync: SyncView,
    },
    /// Settings changed.
    SettingsChanged {
        /// The settings.
        settings: Settings,
    },
    /// Microphone or speaker changed.
    SoundChanged {
        /// The sound.
        sound: SoundView,
    },
    /// What was wrong with the microphone or the speaker is so no more.
    SoundMended {
        /// Which.
        role: SoundRole,
    },
    /// A recording was opened or closed, or something else than its position changed.
    RecordingChanged {
        /// The recording that is open.
        recording: Option<RecordingView>,
    },
    /// The recording that is open is heard; sent some times a second.
    RecordingPosition {
        /// Its call.
        #[ts(as = "String")]
        call: CallId,
        /// What is heard next, in milliseconds from the beginning.
        position_ms: u32,
    },
    /// A call by way of the agent's own phone began, went on or is followed no longer.
    PhoneCallChanged {
        /// The call.
        phone_call: Option<PhoneCallView>,
    },
    /// Something went wrong that no command is waiting for.
    Problem {
        /// What.
        failure: Failure,
    },
    /// Sound levels; sent only while a call is talked in or the level meter is on.
    Levels {
        /// Whose.
        source: LevelSource,
        /// The levels.
        levels: Levels,
    },
    /// Events were missed: take a new snapshot.
    Lagged,
}

/// A message beside a call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CallMessage {
    /// It came.
    Received {
        /// A JSON value as text.
        content: String,
    },
    /// One of ours was taken.
    Taken {
        /// Names it.
        message: String,
    },
    /// One of ours was refused.
    Refused {
        /// Names it.
        message: String,
        /// Why.
        failure: Failure,
    },
}
