//! A signed-in engine whose far ends are in the test's hands.

mod line;
mod sound;
mod transports;
mod voice;
mod waiting;

pub(crate) use line::FakeLineEnd;
pub(crate) use sound::FakeSound;
pub(crate) use transports::FarEnd;
use transports::OurTransports;
pub(crate) use voice::FakeVoice;
pub(crate) use waiting::{eventually, problems, told, within};

use crate::{
    Engine, EngineConfig, EventStream,
    clock::Clock,
    lines::{DIRECT, LineFactories},
    message::Message,
    network::Network,
    parts::{HEARTBEAT, Parts, Transports},
    session::{OpenedSession, Profile, SessionInput},
    sound::SoundSystem,
};
use line::open_line;
use mobilecall_cache::{Account, AccountKey, Cache};
use mobilecall_client::{Session, User};
use mobilecall_domain::{
    CallId, CallRecord, CompanyId, LegId, LineCapabilities, LineId, LineKind, Registration, SdpOffer, Timestamp, UserId,
};
use mobilecall_ipc::{
    CallState, CallView, Command, ErrorCode, Event, Failure, LineSettings, Reply, Settings, Snapshot,
};
use mobilecall_line::{CallParameters, IncomingLeg, LineCommand, LineEvent};
use mobilecall_testkit::HeldDatabase;
use mobilecall_transport::{MediaRuntime, MediaTransport, TransportConfig, fake::FakeNetwork};
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

/// When the tests' clock begins.
pub(crate) const START_MS: i64 = 1_700_000_000_000;
/// Longer than any test moves its clock.
const NEVER: Duration = Duration::from_secs(86_400);

/// What the server gives out.
const DIRECT_LINE: (LineKind, LineCapabilities) = (LineKind::Direct, LineCapabilities::NONE);

/// A signed-in engine on a registered line.
pub(crate) struct Rig {
    pub(crate) engine: Engine,
    pub(crate) events: EventStream,
    pub(crate) line: FakeLineEnd,
    pub(crate) network: FakeNetwork,
    /// Those of this machine.
    pub(crate) addresses: Arc<Mutex<Vec<IpAddr>>>,
    pub(crate) sound: Arc<FakeSound>,
    pub(crate) ours: Arc<OurTransports>,
    pub(crate) account: Account,
    pub(crate) profile: Profile,
    folder: TempDir,
}

/// Who is signed in, on which lines.
struct Beginning {
    profile: Profile,
    /// Those beside the registered one.
    lines: Vec<LineSettings>,
    factories: LineFactories,
    heartbeat: Duration,
    /// What the registered line is and can.
    line: (LineKind, LineCapabilities),
}

impl Default for Beginning {
    fn default() -> Self {
        Self {
            profile: profile(),
            lines: Vec::new(),
            factories: LineFactories::default(),
            heartbeat: HEARTBEAT,
            line: DIRECT_LINE,
        }
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_as(Beginning::default()).await
    }

    /// With further lines, which open when the agent connects.
    pub(crate) async fn start_with(lines: Vec<LineSettings>, factories: LineFactories) -> Self {
        Self::start_as(Beginning { lines, factories, ..Beginning::default() }).await
    }

    /// As the one who is signed in at a server, which is in reach.
    pub(crate) async fn start_at(session: Session) -> Self {
        let profile = Profile { user: session.user().clone(), ..profile() };
        let rig = Self::start_as(Beginning { profile, ..Beginning::default() }).await;
        let opened = OpenedSession { session, profile: rig.profile.clone(), account: rig.account.clone() };
        let input = SessionInput::Opened(Box::new(opened));
        rig.engine.inbox.send(Message::Session { epoch: 0, input }).await.unwrap();
        rig
    }

    /// With no heartbeat but the first.
    pub(crate) async fn start_without_heartbeat() -> Self {
        Self::start_as(Beginning { heartbeat: NEVER, ..Beginning::default() }).await
    }

    /// On a line that is one over Twilio.
    pub(crate) async fn start_on_twilio() -> Self {
        let capabilities = LineCapabilities { messages: true, ..LineCapabilities::NONE };
        Self::start_as(Beginning { line: (LineKind::Twilio, capabilities), ..Beginning::default() }).await
    }

    async fn start_as(beginning: Beginning) -> Self {
        let Beginning { profile, lines, factories, heartbeat, line: (kind, capabilities) } = beginning;
        let folder = tempfile::tempdir().unwrap();
        let addresses = Arc::new(Mutex::new(vec![Ipv4Addr::new(192, 168, 1, 7).into()]));
        let ours = Arc::new(OurTransports::default());
        let sound = Arc::new(FakeSound::default());
        let settings = Settings { auto_connect: false, lines, ..Settings::default() };
        let config = EngineConfig { settings: Some(settings), ..EngineConfig::new(folder.path()) };
        let parts = Parts {
            clock: Clock::paused(Timestamp::from_millis(START_MS)),
            sound: Arc::clone(&sound) as Arc<dyn SoundSystem>,
            transports: Arc::clone(&ours) as Arc<dyn Transports>,
            media: MediaRuntime::of_caller(),
            lines: factories,
            network: Network::of({
                let addresses = Arc::clone(&addresses);
                move || addresses.lock().unwrap().clone()
            }),
            heartbeat,
        };
        let engine = Engine::start_with(config, Arc::new(parts)).await.unwrap();
        let events = engine.subscribe();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let key =
            AccountKey { server: profile.server.clone(), company: profile.user.company_id, user: profile.user.id };
        let account = cache.account(&key, Timestamp::from_millis(START_MS)).await.unwrap();
        let input = SessionInput::Restored { profile: Box::new(profile.clone()), account: account.clone() };
        engine.inbox.send(Message::Session { epoch: 0, input }).await.unwrap();
        let line = open_line(&engine, kind, capabilities);
        let network = ours.network.clone();
        let mut rig = Self { engine, events, line, network, addresses, sound, ours, account, profile, folder };
        assert!(matches!(rig.line.command().await, LineCommand::Register));
        rig.until("the line", |snapshot| direct(snapshot) == mobilecall_ipc::Registration::Registered).await;
        rig
    }

    /// Lets another process hold the database, as that of an administrator or of a backup.
    pub(crate) fn hold_database(&self) -> HeldDatabase {
        HeldDatabase::at(&self.database())
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("cache.sqlite")
    }

    /// Moves time forward; what falls due on the way is done.
    pub(crate) async fn pass(&self, span: Duration) {
        tokio::time::pause();
        tokio::time::advance(span).await;
        tokio::time::resume();
    }

    /// Waits until the engine has heard everything that the line has said.
    pub(crate) async fn line_is_heard(&mut self) {
        self.line.say(LineEvent::Registration(Registration::Registering { attempt: 9 }));
        let heard = |snapshot: &Snapshot| direct(snapshot) != mobilecall_ipc::Registration::Registered;
        self.until("the line's last word", heard).await;
    }

    pub(crate) async fn send(&self, command: Command) -> Result<Reply, Failure> {
        within("the reply", self.engine.send(command)).await
    }

    pub(crate) async fn refused(&self, command: Command) -> ErrorCode {
        self.send(command).await.unwrap_err().code
    }

    /// Waits until the snapshot is as wanted.
    pub(crate) async fn until(&mut self, what: &str, is_it: impl Fn(&Snapshot) -> bool) -> Snapshot {
        within(what, async {
            loop {
                let snapshot = self.engine.snapshot().await;
                if is_it(&snapshot) {
                    return snapshot;
                }
                self.events.recv().await.unwrap();
            }
        })
        .await
    }

    pub(crate) async fn until_call(&mut self, call: CallId, what: &str, is_it: impl Fn(&CallView) -> bool) -> CallView {
        let find = |snapshot: &Snapshot| snapshot.calls.iter().find(|view| view.id == call && is_it(view)).cloned();
        find(&self.until(what, |snapshot| find(snapshot).is_some()).await).unwrap()
    }

    pub(crate) async fn until_state(&mut self, call: CallId, state: CallState) -> CallView {
        self.until_call(call, &format!("{state:?}"), |view| view.state == state).await
    }

    /// Waits for a problem of this kind.
    pub(crate) async fn until_problem(&mut self, code: ErrorCode) -> Failure {
        within(&format!("{code:?}"), async {
            loop {
                if let Event::Problem { failure } = self.events.recv().await.unwrap()
                    && failure.code == code
                {
                    return failure;
                }
            }
        })
        .await
    }

    /// What went wrong until now and was not looked at yet.
    pub(crate) async fn problems(&mut self) -> Vec<ErrorCode> {
        problems(&self.engine, &mut self.events).await
    }

    pub(crate) async fn record(&self, call: CallId) -> CallRecord {
        self.account.call(call).await.unwrap().unwrap()
    }

    /// Waits until the record is as wanted.
    pub(crate) async fn until_record(&mut self, call: CallId, is_it: impl Fn(&CallRecord) -> bool) -> CallRecord {
        within("the record", async {
            loop {
                if let Some(record) = self.account.call(call).await.unwrap().filter(&is_it) {
                    return record;
                }
                self.events.recv().await.unwrap();
            }
        })
        .await
    }

    /// Places a call and gives its id and leg and the far end's answer-in-waiting.
    pub(crate) async fn place(&mut self, destination: &str) -> (CallId, LegId, SdpOffer) {
        let reply = self.send(dial(destination, None)).await.unwrap();
        let Reply::Call { call } = reply else { panic!("{reply:?}") };
        let (leg, invited, _, offer) = self.line.invite().await;
        assert_eq!(call, invited);
        (call, leg, offer)
    }

    /// A party that can answer offers and make them.
    pub(crate) fn far_end(&self) -> FarEnd {
        let (transport, streams) = self.network.transport(TransportConfig::loopback());
        FarEnd { transport, _streams: streams }
    }

    /// Places a call that is answered.
    pub(crate) async fn talk(&mut self, destination: &str) -> (CallId, LegId, FarEnd) {
        let (call, leg, offer) = self.place(destination).await;
        let far = self.far_end();
        let answer = far.transport.create_answer(&offer).await.unwrap();
        self.line.say(LineEvent::Answered { leg, provider_call_id: None, answer: Some(answer) });
        self.until_state(call, CallState::Active).await;
        (call, leg, far)
    }

    /// Somebody calls.
    pub(crate) async fn ring(&mut self) -> (CallId, LegId, FarEnd) {
        let call = CallId::generate();
        let (leg, far) = self.ring_again(call).await;
        self.until_state(call, CallState::Offered).await;
        (call, leg, far)
    }

    /// The server offers a call, for the first time or once more.
    pub(crate) async fn ring_again(&self, call: CallId) -> (LegId, FarEnd) {
        let far = self.far_end();
        let leg = LegId::generate();
        let offer = far.transport.create_offer().await.unwrap();
        self.line.say(LineEvent::Incoming(IncomingLeg {
            leg,
            call: Some(call),
            provider_call_id: None,
            from: "client:bob".into(),
            from_name: Some("Bob".into()),
            from_extension: None,
            to: "client:alice".into(),
            verified: None,
            parameters: CallParameters::default(),
            offer,
        }));
        (leg, far)
    }
}

/// The command to call somebody.
pub(crate) fn dial(destination: &str, line: Option<LineId>) -> Command {
    Command::PlaceCall { destination: destination.into(), line, parameters: BTreeMap::new() }
}

/// How the line of the server stands.
pub(crate) fn direct(snapshot: &Snapshot) -> mobilecall_ipc::Registration {
    standing(snapshot, DIRECT)
}

/// How a line stands.
pub(crate) fn standing(snapshot: &Snapshot, line: LineId) -> mobilecall_ipc::Registration {
    snapshot.lines.iter().find(|view| view.id == line).unwrap().registration
}

pub(crate) fn profile() -> Profile {
    let user = serde_json::json!({
        "id": UserId::generate(), "username": "alice", "name": "Alice", "company_id": CompanyId::generate(),
        "company_name": "Acme", "role": "agent", "extension": "101", "region": "SA",
    });
    let user: User = serde_json::from_value(user).unwrap();
    Profile { server: "test".into(), user, available: Vec::new() }
}
