//! A signed-in engine.

use crate::{
    exit::Exit,
    options::Common,
    report::{Line, Report},
};
use mobilecall_domain::{CallId, LineId, LineKind, names, text_file};
use mobilecall_ipc::{
    Command, ErrorCode, Event, Failure, LineView, Preview, Registration, Reply, ServerChoice, SessionView, Settings,
    Snapshot, SyncView,
};
use mobilecall_softphone::{CaptureSource, Engine, EngineConfig, EventStream, PlayoutSink, twilio_at_edge};
use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::PathBuf,
    time::Duration,
};
use tempfile::TempDir;

/// Time for the line to be ready after the sign-in.
const READY_LIMIT: Duration = Duration::from_secs(20);
/// Time for the names of colleagues to arrive.
const TEAM_LIMIT: Duration = Duration::from_secs(20);

/// An engine, its events, and the folder it keeps its data in if that is a passing one.
pub(crate) struct Phone {
    pub(crate) engine: Engine,
    events: EventStream,
    /// Events that came while something else was waited for, and still have to be looked at.
    passed_over: VecDeque<Event>,
    pub(crate) report: Report,
    /// The line that was asked for, in words.
    wanted: Option<String>,
    /// The line that the command is about, once that is sure.
    line: Option<LineId>,
    _folder: Option<TempDir>,
}

/// How to start an engine.
pub(crate) struct PhoneConfig {
    /// Address of the server.
    pub(crate) server: String,
    /// A further authority to trust.
    pub(crate) ca: Option<PathBuf>,
    /// Folder of the local data; a passing one without it.
    pub(crate) data_dir: Option<PathBuf>,
    /// The line to use, in words; that of the server without it.
    pub(crate) line: Option<String>,
    /// The edge of Twilio to sign in at; the nearest without it.
    pub(crate) edge: Option<String>,
    pub(crate) audio_in: CaptureSource,
    /// A file is processed as a microphone.
    pub(crate) process_audio: bool,
    pub(crate) audio_out: PlayoutSink,
}

impl From<&Common> for PhoneConfig {
    fn from(common: &Common) -> Self {
        Self {
            server: common.server.clone(),
            ca: common.ca.clone(),
            data_dir: common.data_dir.clone(),
            line: common.line.clone(),
            edge: common.edge.clone(),
            audio_in: common.audio_in.clone(),
            process_audio: common.process_audio,
            audio_out: common.audio_out.clone(),
        }
    }
}

impl Phone {
    /// Starts an engine that is not signed in yet.
    pub(crate) async fn start(config: PhoneConfig, report: Report) -> Result<Self, Failure> {
        let (folder, data_dir) = data_dir(config.data_dir)?;
        let wanted = config.line;
        let settings = Settings {
            server: ServerChoice::Remote { url: config.server },
            auto_connect: false,
            lines: config.edge.as_deref().and_then(twilio_at_edge).into_iter().collect(),
            ..Settings::default()
        };
        let config = EngineConfig {
            settings: Some(settings),
            authority: config.ca,
            capture: Some(config.audio_in),
            playout: Some(config.audio_out),
            process_files: config.process_audio,
            ..EngineConfig::new(data_dir)
        };
        let engine = Engine::start(config).await?;
        let events = engine.subscribe();
        match find_line(&engine.snapshot().await.lines, wanted.as_deref()) {
            Ok(line) => {
                let passed_over = VecDeque::new();
                Ok(Self { engine, events, passed_over, report, wanted, line, _folder: folder })
            }
            Err(failure) => {
                engine.shutdown().await;
                Err(failure)
            }
        }
    }

    /// Starts an engine and signs in.
    pub(crate) async fn sign_in(common: &Common) -> Result<Self, Failure> {
        Self::sign_in_with(common, common.into()).await
    }

    /// The same without sound.
    pub(crate) async fn sign_in_silently(common: &Common) -> Result<Self, Failure> {
        let silent = (CaptureSource::Silence, PlayoutSink::Discard);
        let config = PhoneConfig { audio_in: silent.0, audio_out: silent.1, ..common.into() };
        Self::sign_in_with(common, config).await
    }

    async fn sign_in_with(common: &Common, config: PhoneConfig) -> Result<Self, Failure> {
        let (username, password) = (username(common)?.to_owned(), read_password(common)?);
        let phone = Self::start(config, common.report()).await?;
        if let Err(failure) = phone.engine.send(Command::SignIn { username, password }).await {
            phone.engine.shutdown().await;
            return Err(failure);
        }
        Ok(phone)
    }

    /// Says what went wrong until now and was not said yet; whether the history was damaged.
    pub(crate) fn was_damaged(&mut self) -> bool {
        let Self { events, passed_over, report, .. } = self;
        let mut damaged = false;
        for event in passed_over.drain(..).chain(std::iter::from_fn(|| events.come())) {
            if let Event::Problem { failure } = event {
                damaged |= failure.code == ErrorCode::HistoryDamaged;
                report.problem(&failure);
            }
        }
        damaged
    }

    /// Ends the engine, and says what went wrong and was not said yet.
    pub(crate) async fn end(&mut self) {
        self.engine.shutdown().await;
        self.was_damaged();
    }

    /// The next event, those first that came while something else was waited for. Cancel-safe.
    pub(crate) async fn next_event(&mut self) -> Option<Event> {
        match self.passed_over.pop_front() {
            Some(event) => Some(event),
            None => self.events.recv().await,
        }
    }

    /// Waits until calls can come and go, and says so.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        let waited = tokio::time::timeout(READY_LIMIT, self.registered()).await;
        let snapshot = waited.unwrap_or_else(|_| {
            Err(Failure::new(ErrorCode::LineNotReady, "the line did not become ready: check that the server is well"))
        })?;
        self.say_registered(snapshot);
        Ok(())
    }

    /// Says that calls can come and go.
    pub(crate) fn say_registered(&self, snapshot: Snapshot) {
        if let SessionView::SignedIn { username, extension, .. } = snapshot.session {
            self.report.print(&Line::Registered { server: snapshot.server.url, username, extension });
        }
    }

    async fn registered(&mut self) -> Result<Snapshot, Failure> {
        loop {
            let snapshot = self.engine.snapshot().await;
            self.line = match find_line(&snapshot.lines, self.wanted.as_deref()) {
                Err(failure) if failure.code == ErrorCode::NoSuchLine && !lines_known(&snapshot) => None,
                found => found?,
            };
            match self.standing(&snapshot.lines) {
                Registration::Registered => return Ok(snapshot),
                Registration::Failed { code } => return Err(not_registered(code, self.why(&snapshot.lines))),
                Registration::Unregistered | Registration::Registering { .. } => {}
            }
            match self.events.recv().await {
                Some(Event::Problem { failure }) if Exit::of_failure(&failure) == Exit::SignIn => return Err(failure),
                Some(Event::Problem { failure }) => self.report.problem(&failure),
                // A call may come with the very first moment.
                Some(event @ (Event::CallChanged { .. } | Event::CallRemoved { .. } | Event::DigitReceived { .. })) => {
                    self.passed_over.push_back(event);
                }
                Some(_) => {}
                None => return Err(Failure::new(ErrorCode::Internal, "the engine ended")),
            }
        }
    }

    /// How the line that the command is about stands; one that is gone, or not yet known, takes no calls.
    pub(crate) fn standing(&self, lines: &[LineView]) -> Registration {
        let line = lines.iter().find(|line| Some(line.id) == self.line);
        line.map_or(Registration::Unregistered, |line| line.registration)
    }

    /// Why the line that the command is about is down, as far as that is known.
    pub(crate) fn why<'a>(&self, lines: &'a [LineView]) -> Option<&'a Failure> {
        lines.iter().find(|line| Some(line.id) == self.line)?.why.as_ref()
    }

    /// The kind of the line that the command is about, once that is sure.
    pub(crate) async fn kind(&self) -> Option<LineKind> {
        let lines = self.engine.snapshot().await.lines;
        lines.iter().find(|line| Some(line.id) == self.line).map(|line| line.kind)
    }

    /// Places a call, with what is to be told beside.
    pub(crate) async fn place_call(
        &mut self,
        destination: String,
        parameters: BTreeMap<String, String>,
    ) -> Result<CallId, Failure> {
        if destination.contains(char::is_alphabetic) && !destination.contains(':') {
            self.know_team().await;
        }
        let line = self.line.filter(|_| self.wanted.is_some());
        self.know_line(&destination, line).await;
        self.tell_of(&destination, line).await;
        match self.engine.send(Command::PlaceCall { destination, line, parameters }).await? {
            Reply::Call { call } => Ok(call),
            Reply::Done
            | Reply::Message { .. }
            | Reply::Preview { .. }
            | Reply::History { .. }
            | Reply::Devices { .. }
            | Reply::TwilioAccount { .. }
            | Reply::Saved { .. } => {
                Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the call"))
            }
        }
    }

    /// Waits until the line that the call would take is ready, if it is one that the server told of a moment ago, or may
    /// still tell of. Where none comes, the call itself says why.
    async fn know_line(&mut self, destination: &str, line: Option<LineId>) {
        let Self { engine, events, passed_over, .. } = self;
        let known = async {
            while is_awaited(engine, destination, line).await {
                match events.recv().await {
                    Some(event) => passed_over.push_back(event),
                    None => return,
                }
            }
        };
        if tokio::time::timeout(READY_LIMIT, known).await.is_err() {
            tracing::debug!("the line did not become ready");
        }
    }

    /// Says what there is to know before the call; what speaks against it comes with the call itself.
    async fn tell_of(&self, destination: &str, line: Option<LineId>) {
        let preview = Command::Preview { text: destination.to_owned(), line };
        let Ok(Reply::Preview { preview: Preview::WillCall { post_dial, note, .. } }) = self.engine.send(preview).await
        else {
            return;
        };
        if let Some(note) = note {
            self.report.print(&Line::Note { message: note.as_sentence().to_owned() });
        }
        if let Some(keys) = post_dial {
            let message = format!("{keys} is not part of the number: send it as digits when they answer");
            self.report.print(&Line::Note { message });
        }
    }

    /// Waits for the names of colleagues, which come moments after the sign-in and before the history is up to date; there
    /// may be none.
    async fn know_team(&mut self) {
        let Self { engine, events, passed_over, .. } = self;
        let known = async {
            loop {
                let Snapshot { team, sync, .. } = engine.snapshot().await;
                if !team.is_empty() || matches!(sync, SyncView::UpToDate { .. }) {
                    return;
                }
                match events.recv().await {
                    Some(event) => passed_over.push_back(event),
                    None => return,
                }
            }
        };
        if tokio::time::timeout(TEAM_LIMIT, known).await.is_err() {
            tracing::debug!("no colleagues are known");
        }
    }
}

/// Whether a call cannot be placed only because its line is not ready yet, or not told of yet.
async fn is_awaited(engine: &Engine, destination: &str, line: Option<LineId>) -> bool {
    let preview = Command::Preview { text: destination.to_owned(), line };
    match engine.send(preview).await {
        Ok(Reply::Preview { preview: Preview::WillCall { obstacle: Some(why), .. } }) => {
            why.code == ErrorCode::LineNotReady
        }
        Ok(Reply::Preview { preview: Preview::Refused { failure } }) => {
            failure.code == ErrorCode::UnsupportedAddress && !lines_known(&engine.snapshot().await)
        }
        Ok(_) | Err(_) => false,
    }
}

/// Whether the server has said which lines it gives out, which it does before the history is up to date.
fn lines_known(snapshot: &Snapshot) -> bool {
    matches!(snapshot.sync, SyncView::UpToDate { .. })
}

/// The line that is meant by an id, a name or a kind; the first, which is that of the server, if none is named. `None`
/// while the line of the server, the first, may be of the wanted kind: the server gives out its kind, which is known only
/// when that is open. How the others stand does not matter, their kind is in the settings.
fn find_line(lines: &[LineView], wanted: Option<&str>) -> Result<Option<LineId>, Failure> {
    let Some(wanted) = wanted else {
        return lines.first().map(|line| Some(line.id)).ok_or_else(|| no_line("there is no line at all"));
    };
    let by_id = |line: &&LineView| wanted.parse() == Ok(line.id);
    let by_label = |line: &&LineView| line.label.eq_ignore_ascii_case(wanted);
    if let Some(line) = lines.iter().find(by_id).or_else(|| lines.iter().find(by_label)) {
        return Ok(Some(line.id));
    }
    let Ok(kind) = wanted.to_ascii_lowercase().parse::<LineKind>() else { return Err(none_called(wanted, lines)) };
    let undecided = |line: &LineView| match line.registration {
        Registration::Unregistered | Registration::Registering { .. } => true,
        Registration::Registered | Registration::Failed { .. } => false,
    };
    if lines.first().is_some_and(undecided) {
        return Ok(None);
    }
    let of_kind: Vec<&LineView> = lines.iter().filter(|line| line.kind == kind).collect();
    match of_kind[..] {
        [line] => Ok(Some(line.id)),
        [] => Err(lines.iter().find_map(refused).unwrap_or_else(|| none_called(wanted, lines))),
        [..] => {
            let names = list(of_kind.into_iter());
            Err(no_line(format!("there are several {kind} lines: use one of {names}")))
        }
    }
}

/// A line that could not be opened never said of which kind it is.
fn refused(line: &LineView) -> Option<Failure> {
    match line.registration {
        Registration::Failed { code } => Some(not_registered(code, line.why.as_ref())),
        Registration::Unregistered | Registration::Registering { .. } | Registration::Registered => None,
    }
}

fn none_called(wanted: &str, lines: &[LineView]) -> Failure {
    let wanted = names::isolated(wanted);
    no_line(format!("there is no line '{wanted}': use one of {}", list(lines.iter())))
}

fn list<'a>(lines: impl Iterator<Item = &'a LineView>) -> String {
    lines.map(|line| names::isolated(name_of(line))).collect::<Vec<_>>().join(", ")
}

fn name_of(line: &LineView) -> &str {
    if line.label.is_empty() { line.kind.as_str() } else { &line.label }
}

fn no_line(message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::NoSuchLine, message)
}

/// The server refuses the line for good. What Twilio says of it is more than we can.
pub(crate) fn not_registered(code: ErrorCode, why: Option<&Failure>) -> Failure {
    if let Some(why) = why.filter(|why| why.code == ErrorCode::Twilio) {
        return why.clone();
    }
    Failure::new(code, "the server does not let this line register: sign in again")
}

fn data_dir(chosen: Option<PathBuf>) -> Result<(Option<TempDir>, PathBuf), Failure> {
    if let Some(folder) = chosen {
        return Ok((None, folder));
    }
    let folder = tempfile::Builder::new().prefix("mcall-").tempdir().map_err(|error| {
        let message = format!("no folder for passing data could be made: {error}");
        Failure::new(ErrorCode::DatabaseUnreadable, message)
    })?;
    let path = folder.path().to_owned();
    Ok((Some(folder), path))
}

pub(crate) fn username(common: &Common) -> Result<&str, Failure> {
    common.username.as_deref().ok_or_else(|| bad("username", "say who you are: --username NAME, or MCALL_USERNAME"))
}

fn read_password(common: &Common) -> Result<String, Failure> {
    let name = "password-file";
    let Some(file) = common.password_file.as_deref() else {
        return Err(bad(name, "name a file whose first line is your password: --password-file FILE"));
    };
    let shown = file.display();
    let unreadable =
        |why: &dyn std::fmt::Display| bad(name, format!("the password file {shown} cannot be read: {why}"));
    let bytes = fs::read(file).map_err(|error| unreadable(&error))?;
    let text = text_file::decode(&bytes).map_err(|error| unreadable(&error))?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        Some(_) | None => {
            Err(bad(name, format!("the password file {shown} is empty: write the password on its first line")))
        }
    }
}

fn bad(setting: &str, message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::BadSetting, message).with("setting", setting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mobilecall_ipc::LineCapabilities;

    fn line(kind: LineKind, label: &str) -> LineView {
        LineView {
            id: LineId::generate(),
            kind,
            label: label.to_owned(),
            registration: Registration::Registered,
            why: None,
            capabilities: LineCapabilities::NONE,
        }
    }

    #[test]
    fn a_line_is_found_by_id_name_or_kind() {
        let lines = [
            line(LineKind::Direct, ""),
            line(LineKind::Sip, "Office"),
            line(LineKind::Sip, "Branch"),
            line(LineKind::Twilio, "direct"),
        ];
        let id = lines[2].id.to_string();
        for (wanted, expected) in [
            (None, Ok(0)),
            (Some(id.as_str()), Ok(2)),
            (Some("office"), Ok(1)),
            (Some("Twilio"), Ok(3)),
            (Some("direct"), Ok(3)),
            (Some("sip"), Err("there are several sip lines: use one of Office, Branch")),
            (Some("isdn"), Err("there is no line 'isdn': use one of direct, Office, Branch, direct")),
        ] {
            let found = find_line(&lines, wanted).map_err(|failure| failure.message);
            assert_eq!(found, expected.map(|index: usize| Some(lines[index].id)).map_err(str::to_owned), "{wanted:?}");
        }
        assert_eq!(find_line(&[], None).unwrap_err().code, ErrorCode::NoSuchLine);
    }

    /// The line of the server stands as direct until it is open and says what the server gave out.
    #[test]
    fn a_kind_is_looked_for_once_the_lines_have_said_theirs() {
        use Registration::{Failed, Registered, Registering, Unregistered};
        let opening = |registration| LineView { registration, ..line(LineKind::Direct, "") };
        for registration in [Unregistered, Registering { attempt: 0 }, Registering { attempt: 3 }] {
            let lines = [opening(registration)];
            for kind in ["twilio", "direct", "SIP"] {
                assert_eq!(find_line(&lines, Some(kind)), Ok(None), "{kind} while {registration:?}");
            }
            assert_eq!(find_line(&lines, None), Ok(Some(lines[0].id)));
            assert_eq!(find_line(&lines, Some("office")).unwrap_err().code, ErrorCode::NoSuchLine, "a name is known");
        }
        let open = [LineView { kind: LineKind::Twilio, ..opening(Registered) }];
        assert_eq!(find_line(&open, Some("twilio")), Ok(Some(open[0].id)));
        assert_eq!(
            find_line(&open, Some("direct")).unwrap_err().message,
            "there is no line 'direct': use one of twilio"
        );
        let down = LineView { registration: Registering { attempt: 9 }, ..line(LineKind::Sip, "Office") };
        let beside = [LineView { kind: LineKind::Twilio, ..opening(Registered) }, down];
        assert_eq!(
            find_line(&beside, Some("twilio")),
            Ok(Some(beside[0].id)),
            "a line that is down keeps no other back"
        );
        assert_eq!(find_line(&beside, Some("sip")), Ok(Some(beside[1].id)));
        let refused = [opening(Failed { code: ErrorCode::SessionExpired })];
        assert_eq!(find_line(&refused, Some("twilio")).unwrap_err().code, ErrorCode::SessionExpired);
    }
}
