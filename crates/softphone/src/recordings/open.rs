//! The recording that is open, as its owner sees it.

use crate::sound::RecordingPlayer;
use mobilecall_domain::CallId;
use mobilecall_ipc::{Failure, RecordingStanding, RecordingView};
use mobilecall_media::recording::Recording;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;

/// ```text
/// Loading ─▶ Playing ⇄ Paused        any ─▶ Failed
///     └────────────────────┘ a call began meanwhile
/// ```
pub(crate) struct Open {
    /// Which opening, see [`super::RecordingInput`].
    pub(crate) opening: u32,
    call: CallId,
    speed_percent: u16,
    position: Duration,
    state: State,
    /// Counts what was wanted of the player, which reports of it a moment later.
    turn: u32,
}

enum State {
    /// To be paused at once if a call began meanwhile.
    Loading {
        percent: Option<u8>,
        paused: bool,
        _task: AbortOnDropHandle<()>,
    },
    Playing {
        recording: Recording,
        player: RecordingPlayer,
    },
    Paused {
        recording: Recording,
    },
    Failed {
        failure: Failure,
    },
}

impl Open {
    pub(crate) fn loading(opening: u32, call: CallId, speed_percent: u16, task: AbortOnDropHandle<()>) -> Self {
        let state = State::Loading { percent: None, paused: false, _task: task };
        Self { opening, call, speed_percent, position: Duration::ZERO, state, turn: 0 }
    }

    pub(crate) fn call(&self) -> CallId {
        self.call
    }

    /// Cannot be heard: to open it again is to try again.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed { .. })
    }

    /// Somebody hears it now.
    pub(crate) fn is_playing(&self) -> bool {
        matches!(self.state, State::Playing { .. })
    }

    pub(crate) fn view(&self) -> RecordingView {
        let recording = match &self.state {
            State::Playing { recording, .. } | State::Paused { recording } => Some(recording),
            State::Loading { .. } | State::Failed { .. } => None,
        };
        let standing = match &self.state {
            State::Loading { percent, .. } => RecordingStanding::Loading { percent: *percent },
            State::Playing { .. } => RecordingStanding::Playing,
            State::Paused { .. } => RecordingStanding::Paused,
            State::Failed { failure } => RecordingStanding::Failed { failure: failure.clone() },
        };
        RecordingView {
            call: self.call,
            standing,
            speed_percent: self.speed_percent,
            position_ms: milliseconds(self.position),
            length_ms: recording.map_or(0, |recording| milliseconds(recording.length())),
            outline: recording.map_or_else(Vec::new, |recording| recording.outline().to_vec()),
        }
    }

    pub(crate) fn fetched(&mut self, now: u8) {
        if let State::Loading { percent, .. } = &mut self.state {
            *percent = Some(now);
        }
    }

    /// Says whether it is to be heard at once.
    pub(crate) fn take(&mut self, recording: Recording) -> bool {
        let State::Loading { paused, .. } = &self.state else { return false };
        let is_wanted = !*paused;
        self.state = State::Paused { recording };
        is_wanted
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        self.state = State::Failed { failure };
    }

    /// What is to be heard now, from where, at which speed and turn; from the beginning after the end. Nothing while it is
    /// heard already. What loads is heard as soon as it is here.
    pub(crate) fn take_wanted(&mut self) -> Option<ToPlay> {
        let recording = match &mut self.state {
            State::Loading { paused, .. } => {
                *paused = false;
                return None;
            }
            State::Playing { .. } | State::Failed { .. } => return None,
            State::Paused { recording } => recording.clone(),
        };
        if self.position >= recording.length() {
            self.position = Duration::ZERO;
        }
        self.turn += 1;
        Some(ToPlay { recording, from: self.position, speed: self.speed(), turn: self.turn })
    }

    pub(crate) fn playing(&mut self, recording: Recording, player: RecordingPlayer) {
        self.state = State::Playing { recording, player };
    }

    /// Says whether anything changed.
    pub(crate) fn pause(&mut self) -> bool {
        match &mut self.state {
            State::Loading { paused, .. } => {
                *paused = true;
                false
            }
            State::Playing { recording, .. } => {
                self.state = State::Paused { recording: recording.clone() };
                true
            }
            State::Paused { .. } | State::Failed { .. } => false,
        }
    }

    pub(crate) fn seek(&mut self, to: Duration) {
        let recording = match &self.state {
            State::Playing { recording, .. } | State::Paused { recording } => recording,
            State::Loading { .. } | State::Failed { .. } => return,
        };
        self.position = to.min(recording.length());
        self.turn += 1;
        if let State::Playing { player, .. } = &self.state {
            player.seek(self.position, self.turn);
        }
    }

    pub(crate) fn set_speed(&mut self, percent: u16) {
        self.speed_percent = percent;
        if let State::Playing { player, .. } = &self.state {
            player.set_speed(self.speed());
        }
    }

    /// Where it is heard, unless somebody went elsewhere meanwhile.
    pub(crate) fn heard(&mut self, turn: u32, at: Duration) -> bool {
        let is_now = turn == self.turn && matches!(self.state, State::Playing { .. });
        if is_now {
            self.position = at;
        }
        is_now
    }

    /// It was heard to its end, unless somebody went elsewhere meanwhile.
    pub(crate) fn ended(&mut self, turn: u32) {
        if turn == self.turn
            && let State::Playing { recording, .. } = &self.state
        {
            self.position = recording.length();
            self.state = State::Paused { recording: recording.clone() };
        }
    }

    pub(crate) fn position_ms(&self) -> u32 {
        milliseconds(self.position)
    }

    fn speed(&self) -> f64 {
        f64::from(self.speed_percent) / 100.0
    }
}

/// What a player is to do.
pub(crate) struct ToPlay {
    pub(crate) recording: Recording,
    pub(crate) from: Duration,
    pub(crate) speed: f64,
    pub(crate) turn: u32,
}

fn milliseconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}
