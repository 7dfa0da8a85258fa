//! What the engine says, on its way to the window, the tray and the notifications.

use crate::{call_notices::CallNotices, notify::Notifier, tray, untold::Untold, window, words::Words};
use mobilecall_ipc::{Event, Settings, Snapshot};
use mobilecall_softphone::{Engine, EventStream};
use tauri::{AppHandle, Emitter, Manager};

/// Under this name the window hears every event of the engine but levels.
const ENGINE_EVENT: &str = "engine-event";
/// Under this name the window hears levels, for as long as a part of it shows them: what nobody listens for does not
/// reach the page at all.
const LEVELS_EVENT: &str = "levels";

/// Passes events on until the engine ends.
pub(crate) async fn forward(app: AppHandle, engine: Engine, mut events: EventStream) {
    let first = engine.snapshot().await;
    let mut link = WindowLink::new(app, engine.clone(), &first);
    while let Some(event) = events.recv().await {
        link.pass_on(&event);
        match event {
            Event::Lagged => link.resync(&engine.snapshot().await),
            event => link.note(event),
        }
    }
    link.notifier.withdraw_all();
}

/// Tells a page that has begun to listen what came up before.
pub(crate) fn tell_untold(app: &AppHandle) {
    for event in app.state::<Untold>().tell() {
        if let Err(error) = app.emit_to(window::LABEL, ENGINE_EVENT, event) {
            tracing::warn!(%error, "a problem did not reach the window");
        }
    }
}

/// The shell's own view of the engine's state.
struct WindowLink {
    app: AppHandle,
    words: Words,
    settings: Settings,
    missed: u32,
    call_notices: CallNotices,
    notifier: Notifier,
}

impl WindowLink {
    fn new(app: AppHandle, engine: Engine, snapshot: &Snapshot) -> Self {
        let notifier = Notifier::new(app.clone(), engine);
        let words = Words::of_setting(snapshot.settings.language);
        let settings = snapshot.settings.clone();
        let mut link = Self { app, words, settings, missed: 0, call_notices: CallNotices::default(), notifier };
        link.apply_appearance();
        link.resync(snapshot);
        link
    }

    /// Hands an event to the window. Levels come many times a second and are of use only to a window that is seen.
    fn pass_on(&self, event: &Event) {
        let is_levels = matches!(event, Event::Levels { .. });
        if is_levels && !window::is_seen(&self.app) {
            return;
        }
        if self.app.state::<Untold>().keeps(event) {
            return;
        }
        let name = if is_levels { LEVELS_EVENT } else { ENGINE_EVENT };
        if let Err(error) = self.app.emit_to(window::LABEL, name, event) {
            tracing::warn!(%error, "an event did not reach the window");
        }
    }

    fn note(&mut self, event: Event) {
        let notices = match event {
            Event::CallChanged { call } => self.call_notices.changed(&call),
            Event::CallRemoved { call } => self.call_notices.removed(call),
            Event::HistoryChanged { missed } => {
                self.set_missed(missed);
                return;
            }
            Event::SettingsChanged { settings } => {
                self.set_settings(settings);
                return;
            }
            Event::SessionChanged { .. }
            | Event::ServerChanged { .. }
            | Event::LinesChanged { .. }
            | Event::DigitReceived { .. }
            | Event::TeamChanged { .. }
            | Event::SyncChanged { .. }
            | Event::SoundChanged { .. }
            | Event::SoundMended { .. }
            | Event::RecordingChanged { .. }
            | Event::RecordingPosition { .. }
            | Event::PhoneCallChanged { .. }
            | Event::Problem { .. }
            | Event::Levels { .. }
            | Event::CallMessage { .. }
            | Event::Lagged => return,
        };
        self.notifier.handle(notices, self.settings.notifications, &self.words);
    }

    fn resync(&mut self, snapshot: &Snapshot) {
        self.set_settings(snapshot.settings.clone());
        self.set_missed(snapshot.missed);
        let notices = self.call_notices.resync(&snapshot.calls);
        self.notifier.handle(notices, self.settings.notifications, &self.words);
    }

    fn set_missed(&mut self, missed: u32) {
        if self.missed != missed {
            self.missed = missed;
            tray::update(&self.app, &self.words, missed);
        }
    }

    fn set_settings(&mut self, settings: Settings) {
        if settings == self.settings {
            return;
        }
        let words = Words::of_setting(settings.language);
        if words.language() != self.words.language() {
            self.words = words;
        }
        self.settings = settings;
        self.apply_appearance();
    }

    /// Gives tray and window the language and the colors of the settings.
    fn apply_appearance(&self) {
        tray::update(&self.app, &self.words, self.missed);
        window::apply_appearance(&self.app, self.words.text("app-name"), self.settings.theme, self.settings.language);
    }
}
