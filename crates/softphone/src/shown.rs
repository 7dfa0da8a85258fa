//! What windows see: the snapshot as it stands, and the event for each part of it that changes.

use crate::lines::Lines;
use mobilecall_domain::{CallId, LineKind};
use mobilecall_ipc::{
    CallView, Colleague, Event, Failure, LineView, PhoneCallView, RecordingView, ServerChoice, ServerView, SessionView,
    Settings, Snapshot, SoundView, SyncView,
};
use tokio::sync::broadcast;

/// The snapshot and the channel on which its changes are told. A change that changes nothing is not told.
pub(crate) struct Shown {
    snapshot: Snapshot,
    events: broadcast::Sender<Event>,
}

impl Shown {
    pub(crate) fn new(settings: Settings, line_kinds: Vec<LineKind>, events: broadcast::Sender<Event>) -> Self {
        Self { snapshot: Snapshot { line_kinds, ..nothing(settings) }, events }
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub(crate) fn session(&mut self, session: SessionView) {
        if self.snapshot.session != session {
            self.snapshot.session = session.clone();
            tell(&self.events, Event::SessionChanged { session });
        }
    }

    pub(crate) fn server(&mut self, server: ServerView) {
        if self.snapshot.server != server {
            self.snapshot.server = server.clone();
            tell(&self.events, Event::ServerChanged { server });
        }
    }

    pub(crate) fn reachable(&mut self, reachable: bool) {
        self.server(ServerView { reachable, ..self.snapshot.server.clone() });
    }

    pub(crate) fn lines(&mut self, lines: Vec<LineView>) {
        if self.snapshot.lines != lines {
            self.snapshot.lines.clone_from(&lines);
            tell(&self.events, Event::LinesChanged { lines });
        }
    }

    pub(crate) fn sync(&mut self, sync: SyncView) {
        if self.snapshot.sync != sync {
            self.snapshot.sync = sync.clone();
            tell(&self.events, Event::SyncChanged { sync });
        }
    }

    pub(crate) fn team(&mut self, team: Vec<Colleague>) {
        if self.snapshot.team != team {
            self.snapshot.team = team.clone();
            tell(&self.events, Event::TeamChanged { team });
        }
    }

    pub(crate) fn settings(&mut self, settings: Settings) {
        if self.snapshot.settings != settings {
            self.snapshot.settings = settings.clone();
            tell(&self.events, Event::SettingsChanged { settings });
        }
    }

    pub(crate) fn sound(&mut self, sound: SoundView) {
        if self.snapshot.sound != sound {
            self.snapshot.sound = sound;
            tell(&self.events, Event::SoundChanged { sound });
        }
    }

    pub(crate) fn phone_call(&mut self, phone_call: Option<PhoneCallView>) {
        if self.snapshot.phone_call != phone_call {
            self.snapshot.phone_call.clone_from(&phone_call);
            tell(&self.events, Event::PhoneCallChanged { phone_call });
        }
    }

    pub(crate) fn recording(&mut self, recording: Option<RecordingView>) {
        if self.snapshot.recording != recording {
            self.snapshot.recording.clone_from(&recording);
            tell(&self.events, Event::RecordingChanged { recording });
        }
    }

    /// The open recording is heard.
    pub(crate) fn recording_position(&mut self, position_ms: u32) {
        let Some(recording) = self.snapshot.recording.as_mut() else { return };
        recording.position_ms = position_ms;
        tell(&self.events, Event::RecordingPosition { call: recording.call, position_ms });
    }

    /// Rows of the history changed, whatever the count is.
    pub(crate) fn history(&mut self, missed: u32) {
        self.snapshot.missed = missed;
        tell(&self.events, Event::HistoryChanged { missed });
    }

    /// Calls are kept in the order in which they began.
    pub(crate) fn call(&mut self, call: CallView) {
        match self.snapshot.calls.iter_mut().find(|known| known.id == call.id) {
            Some(known) if *known == call => return,
            Some(known) => *known = call.clone(),
            None => self.snapshot.calls.push(call.clone()),
        }
        tell(&self.events, Event::CallChanged { call: Box::new(call) });
    }

    pub(crate) fn call_removed(&mut self, call: CallId) {
        self.snapshot.calls.retain(|known| known.id != call);
        tell(&self.events, Event::CallRemoved { call });
    }

    pub(crate) fn digit(&self, call: CallId, digit: char) {
        tell(&self.events, Event::DigitReceived { call, digit });
    }

    /// For what is told too often to pass through the owner.
    pub(crate) fn events(&self) -> &broadcast::Sender<Event> {
        &self.events
    }

    pub(crate) fn problem(&self, failure: Failure) {
        tracing::warn!(code = ?failure.code, message = failure.message, "a problem is shown");
        tell(&self.events, Event::Problem { failure });
    }
}

/// Tells all windows. There need not be any.
pub(crate) fn tell(windows: &broadcast::Sender<Event>, event: Event) {
    let _unheard = windows.send(event);
}

/// The snapshot of an engine that has just begun, or has ended.
pub(crate) fn nothing(settings: Settings) -> Snapshot {
    Snapshot {
        session: SessionView::SignedOut { why: None },
        server: server_of(&settings),
        lines: Lines::new(&settings).views(),
        line_kinds: Vec::new(),
        calls: Vec::new(),
        team: Vec::new(),
        sync: SyncView::Offline { pending: 0 },
        missed: 0,
        settings,
        sound: SoundView::default(),
        recording: None,
        phone_call: None,
    }
}

/// The chosen server before it was reached.
pub(crate) fn server_of(settings: &Settings) -> ServerView {
    match &settings.server {
        ServerChoice::Embedded => ServerView { embedded: true, url: String::new(), reachable: false, port_taken: None },
        ServerChoice::Remote { url } => {
            ServerView { embedded: false, url: url.clone(), reachable: false, port_taken: None }
        }
    }
}
