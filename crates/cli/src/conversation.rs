//! Calls from the first to the last: events, commands from the input, timers and Ctrl-C.

use crate::{
    control::{Control, read_input},
    exit::Exit,
    interrupts::Interrupts,
    options::InCall,
    phone::{Phone, not_registered},
    report::{Line, Report},
    tracker::{Step, Tracker},
};
use mobilecall_domain::CallId;
use mobilecall_ipc::{CallMessage, CallView, Command, ErrorCode, Event, Failure, Registration};
use std::{collections::BTreeMap, future::pending, time::Duration};
use tokio::{sync::mpsc, time::Instant};

/// Time for calls to end after Ctrl-C or `quit`.
const END_LIMIT: Duration = Duration::from_secs(8);

/// How long digits wait for the first sound of the far end. Before it the far end's own way may not be open yet: the answer
/// comes first, and keys pressed just then would be lost.
const FIRST_SOUND_LIMIT: Duration = Duration::from_secs(2);

/// What the command is for.
pub(crate) enum Mode {
    /// One call.
    Call { destination: String, parameters: BTreeMap<String, String> },
    /// Calls that come.
    Listen { auto_answer: bool, once: bool },
}

/// The state of a command with calls.
pub(crate) struct Conversation {
    mode: Mode,
    in_call: InCall,
    interrupts: Interrupts,
    tracker: Tracker,
    /// Calls can come and go.
    registered: bool,
    controls: Option<mpsc::Receiver<Control>>,
    timers: Vec<(Instant, Command)>,
    /// The call of `mcall call`.
    placed: Option<CallId>,
    /// The command ends as soon as no call is left, and how.
    ending: Option<Ending>,
    /// What the last call came to.
    last: Option<Exit>,
}

struct Ending {
    /// Instead of what the last call comes to.
    exit: Option<Exit>,
    /// Calls that do not end by then are left behind.
    until: Instant,
}

impl Conversation {
    /// With a phone that is ready.
    pub(crate) fn new(mode: Mode, in_call: InCall, interrupts: Interrupts) -> Self {
        Self {
            mode,
            in_call,
            interrupts,
            tracker: Tracker::default(),
            registered: true,
            controls: None,
            timers: Vec::new(),
            placed: None,
            ending: None,
            last: None,
        }
    }

    pub(crate) async fn run(mut self, phone: &mut Phone) -> Result<Exit, Failure> {
        if self.in_call.interactive {
            self.controls = Some(read_input(phone.report));
        }
        if let Mode::Call { destination, parameters } = &self.mode {
            let placing = phone.place_call(destination.clone(), parameters.clone());
            self.placed = Some(self.interrupts.or(placing).await?);
        }
        loop {
            if let Some(exit) = self.finished() {
                return Ok(exit);
            }
            let timer = self.next_timer();
            tokio::select! {
                event = phone.next_event() => match event {
                    Some(event) => self.event(phone, event).await,
                    None => return Err(Failure::new(ErrorCode::Internal, "the engine ended")),
                },
                control = next(&mut self.controls) => match control {
                    Some(control) => self.control(phone, control).await,
                    None => self.controls = None,
                },
                () = sleep_until(timer) => self.timers_due(phone).await,
                () = self.interrupts.next() => self.interrupted(phone).await,
            }
        }
    }

    /// How the command ends, once it does.
    fn finished(&self) -> Option<Exit> {
        let idle = self.tracker.alive().is_empty();
        match (&self.ending, &self.mode) {
            (Some(ending), _) if idle || Instant::now() >= ending.until => {
                Some(ending.exit.or(self.last).unwrap_or(Exit::Completed))
            }
            (Some(_), _) => None,
            // Whoever else calls meanwhile is told by the line's end, unless somebody is there to answer.
            (None, Mode::Call { .. }) => self.last.filter(|_| idle || !self.in_call.interactive),
            (None, Mode::Listen { once: true, .. }) if idle => self.last,
            (None, Mode::Listen { .. }) => None,
        }
    }

    async fn event(&mut self, phone: &mut Phone, event: Event) {
        match event {
            Event::CallChanged { call } => self.call(phone, *call).await,
            Event::CallRemoved { call } => self.removed(phone, call).await,
            Event::Lagged => self.caught_up(phone).await,
            Event::DigitReceived { call, digit } => {
                phone.report.print(&crate::report::Line::Digit { call_id: call, digit });
            }
            Event::Problem { failure } => self.problem(phone, &failure).await,
            Event::LinesChanged { lines } => self.line(phone, phone.standing(&lines), phone.why(&lines)).await,
            Event::CallMessage { call, message } => message_of(call, message, phone.report),
            Event::SessionChanged { .. }
            | Event::ServerChanged { .. }
            | Event::TeamChanged { .. }
            | Event::HistoryChanged { .. }
            | Event::SyncChanged { .. }
            | Event::SettingsChanged { .. }
            | Event::SoundChanged { .. }
            | Event::SoundMended { .. }
            | Event::RecordingChanged { .. }
            | Event::RecordingPosition { .. }
            | Event::PhoneCallChanged { .. }
            | Event::Levels { .. } => {}
        }
    }

    async fn call(&mut self, phone: &Phone, call: CallView) {
        let (id, is_heard) = (call.id, call.first_audio_ms.is_some());
        match self.tracker.take(call, phone.report) {
            Some(Step::Offered) => {
                if matches!(self.mode, Mode::Listen { auto_answer: true, .. }) {
                    self.tell(phone, Command::Answer { call: id }).await;
                }
            }
            Some(Step::Connected) => self.connected(id),
            Some(Step::Ended(exit)) if self.placed.is_none_or(|placed| placed == id) => self.last = Some(exit),
            Some(Step::Ended(_)) | None => {}
        }
        if is_heard {
            self.heard(id);
        }
    }

    /// Digits wait no longer.
    fn heard(&mut self, heard: CallId) {
        for (at, command) in &mut self.timers {
            if matches!(command, Command::SendDigits { call, .. } if *call == heard) {
                *at = Instant::now();
            }
        }
    }

    /// A call that is no longer shown is over, whether that was told or not.
    async fn removed(&mut self, phone: &Phone, call: CallId) {
        if let Some(call) = self.tracker.given_up(call) {
            self.call(phone, call).await;
        }
    }

    /// Some events were missed.
    async fn caught_up(&mut self, phone: &Phone) {
        let snapshot = phone.engine.snapshot().await;
        let gone = self.tracker.alive().into_iter().filter(|id| !snapshot.calls.iter().any(|call| call.id == *id));
        for id in gone.collect::<Vec<_>>() {
            self.removed(phone, id).await;
        }
        let registration = phone.standing(&snapshot.lines);
        let why = phone.why(&snapshot.lines).cloned();
        for call in snapshot.calls {
            self.call(phone, call).await;
        }
        self.line(phone, registration, why.as_ref()).await;
    }

    /// Ends the command where going on makes no sense, see [`ends_all`].
    async fn problem(&mut self, phone: &Phone, failure: &Failure) {
        if ends_all(failure, &self.in_call.files) {
            self.fail(phone, failure, Exit::of_failure(failure)).await;
        } else {
            phone.report.problem(failure);
        }
    }

    async fn line(&mut self, phone: &Phone, registration: Registration, why: Option<&Failure>) {
        match registration {
            Registration::Registered if !self.registered => {
                self.registered = true;
                phone.say_registered(phone.engine.snapshot().await);
            }
            Registration::Registering { .. } if self.registered => {
                self.registered = false;
                phone.report.print(&Line::Unregistered);
            }
            Registration::Failed { code } => {
                let failure = not_registered(code, why);
                self.fail(phone, &failure, Exit::of_failure(&failure)).await;
            }
            Registration::Registered | Registration::Registering { .. } | Registration::Unregistered => {}
        }
    }

    async fn fail(&mut self, phone: &Phone, failure: &Failure, exit: Exit) {
        if self.ending.is_none() {
            phone.report.failed(failure);
        }
        self.end(phone, Some(exit)).await;
    }

    /// Once to end in order, twice to end at once.
    async fn interrupted(&mut self, phone: &Phone) {
        match &mut self.ending {
            Some(ending) => ending.until = Instant::now(),
            None => self.end(phone, None).await,
        }
    }

    fn connected(&mut self, call: CallId) {
        let now = Instant::now();
        if let Some(after) = self.in_call.mute_after {
            self.timers.push((now + after, Command::SetMute { call, muted: true }));
        }
        match self.in_call.send_digits.clone() {
            Some(digits) => self.timers.push((now + FIRST_SOUND_LIMIT, Command::SendDigits { call, digits })),
            None => self.hang_up_in_time(call),
        }
    }

    /// Counts from now. With digits that is when they begin: the time was checked to be enough for all of them, and they
    /// may have to wait for the first sound.
    fn hang_up_in_time(&mut self, call: CallId) {
        if let Some(duration) = self.in_call.duration {
            self.timers.push((Instant::now() + duration, Command::HangUp { call }));
        }
    }

    async fn control(&mut self, phone: &Phone, control: Control) {
        if control == Control::Quit {
            return self.end(phone, None).await;
        }
        match self.tracker.meant_by(&control).and_then(|call| control.for_call(call)) {
            Some(command) => self.tell(phone, command).await,
            None => phone.report.problem(&Failure::new(ErrorCode::NoSuchCall, "there is no call")),
        }
    }

    async fn timers_due(&mut self, phone: &Phone) {
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.timers).into_iter().partition(|(at, _)| *at <= now);
        self.timers = later;
        let due: Vec<(Instant, Command)> = due;
        for (_, command) in due {
            if let Command::SendDigits { call, .. } = command {
                self.hang_up_in_time(call);
            }
            self.tell(phone, command).await;
        }
    }

    fn next_timer(&self) -> Option<Instant> {
        let until = self.ending.as_ref().map(|ending| ending.until);
        self.timers.iter().map(|(at, _)| *at).chain(until).min()
    }

    /// Ends all calls and then the command.
    async fn end(&mut self, phone: &Phone, exit: Option<Exit>) {
        if self.ending.is_some() {
            return;
        }
        self.ending = Some(Ending { exit, until: Instant::now() + END_LIMIT });
        for call in self.tracker.alive() {
            self.tell(phone, Command::HangUp { call }).await;
        }
    }

    async fn tell(&self, phone: &Phone, command: Command) {
        if let Err(failure) = phone.engine.send(command).await {
            phone.report.problem(&failure);
        }
    }
}

/// Says that a message came, or that one of ours was refused.
fn message_of(call_id: CallId, message: CallMessage, report: Report) {
    match message {
        CallMessage::Received { content } => report.print(&Line::Message { call_id, content }),
        CallMessage::Taken { .. } => {}
        CallMessage::Refused { failure, .. } => report.problem(&failure),
    }
}

/// Whether going on makes no sense: without a session, and without a file that was asked for. Devices were there when the
/// command began; they may come back, as after a restart of the sound server, and nobody's call ends for that.
fn ends_all(failure: &Failure, files: &[&str]) -> bool {
    let role = failure.params.get("role").map(String::as_str);
    match Exit::of_failure(failure) {
        Exit::SignIn => true,
        Exit::Audio => failure.code == ErrorCode::AudioFailed && role.is_none_or(|role| files.contains(&role)),
        Exit::Completed | Exit::Failed | Exit::Usage | Exit::Unreachable | Exit::Refused => false,
    }
}

/// The next command of the input; never if there is none to come.
async fn next(controls: &mut Option<mpsc::Receiver<Control>>) -> Option<Control> {
    match controls {
        Some(controls) => controls.recv().await,
        None => pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_fails_in_a_call_ends_nothing() {
        for (code, role, files, ends) in [
            (ErrorCode::NoMicrophone, None, &[][..], false),
            (ErrorCode::NoSpeaker, None, &["microphone"], false),
            (ErrorCode::DeviceLost, Some("speaker"), &[], false),
            (ErrorCode::DeviceMissing, Some("speaker"), &[], false),
            (ErrorCode::AudioFailed, Some("speaker"), &[], false),
            (ErrorCode::AudioFailed, Some("speaker"), &["microphone"], false),
            (ErrorCode::AudioFailed, Some("speaker"), &["speaker"], true),
            (ErrorCode::AudioFailed, None, &[], true),
            (ErrorCode::SessionExpired, None, &[], true),
            (ErrorCode::DiskFull, None, &[], false),
            (ErrorCode::NoSuchCall, None, &[], false),
        ] {
            let failure = Failure::new(code, "words");
            let failure = role.map_or(failure.clone(), |role| failure.with("role", role));
            assert_eq!(ends_all(&failure, files), ends, "{failure:?} {files:?}");
        }
    }
}
