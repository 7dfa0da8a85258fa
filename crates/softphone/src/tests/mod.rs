//! The engine with a line, media sessions and voices that only pretend, over a real database.
//!
//! Time is real, but a test moves it forward instead of waiting: see [`Rig::pass`].

mod hold;
mod incoming;
mod lines;
mod lost;
mod outgoing;
mod records;
mod session;
mod sound;

use crate::{
    Engine, EngineConfig, EventStream,
    clock::Clock,
    lines::{DIRECT, LineFactories, pump},
    message::Message,
    parts::{Parts, Reach, Transports},
    post::Post,
    session::{Profile, SessionInput},
    sound::{SoundSystem, Voice},
};
use async_trait::async_trait;
use bytes::Bytes;
use mobilecall_audio::{
    AudioError, CaptureSource, CaptureStream, DeviceInfo, DeviceList, DeviceLost, LossSink, PlayoutSink, PlayoutStream,
    Role, Sound, StreamGuard,
};
use mobilecall_cache::{Account, AccountKey, Cache};
use mobilecall_client::User;
use mobilecall_domain::{
    CallId, CallQuality, CallRecord, CompanyId, DtmfDigit, LegId, LineId, LineKind, Registration, SdpOffer, Timestamp,
    UserId,
};
use mobilecall_ipc::{
    CallState, CallView, Command, ErrorCode, Event, Failure, LineSettings, Reply, Settings, Snapshot,
};
use mobilecall_line::{
    IncomingLeg, LineCommand, LineEvent,
    fake::{FakeFarEnd, FakeLine},
};
use mobilecall_media::{
    tones::Tone,
    voice::{
        IncomingPacket, Microphone, PathFigures, Speaker, StreamPosition, VoiceConfig, VoiceError, VoiceEvent,
        VoiceOutputs, VoiceStats,
    },
};
use mobilecall_transport::{
    MediaTransport, RtpPacket, TransportConfig, TransportError, TransportStreams,
    fake::{FakeNetwork, FakeTransport},
};
use rtrb::RingBuffer;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Nothing in these tests takes longer, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// When the tests' clock begins.
const START_MS: i64 = 1_700_000_000_000;

/// A signed-in engine on a registered line.
pub(crate) struct Rig {
    pub(crate) engine: Engine,
    pub(crate) events: EventStream,
    pub(crate) line: FakeLineEnd,
    pub(crate) network: FakeNetwork,
    pub(crate) sound: Arc<FakeSound>,
    pub(crate) ours: Arc<OurTransports>,
    pub(crate) account: Account,
    pub(crate) profile: Profile,
    _folder: TempDir,
}

/// What the server at the other end of the line sees and says.
pub(crate) struct FakeLineEnd(FakeFarEnd);

impl FakeLineEnd {
    pub(crate) async fn command(&mut self) -> LineCommand {
        within("a command to the line", self.0.next_command()).await
    }
    /// Reports something, as a line that keeps track of its legs.
    pub(crate) fn say(&self, event: LineEvent) {
        match event {
            LineEvent::Incoming(incoming) => self.0.incoming(incoming),
            LineEvent::Answered { leg, answer, .. } => self.0.answer(leg, answer),
            LineEvent::Ended { leg, reason, .. } => self.0.end(leg, reason),
            event => self.0.emit(event),
        }
    }
    pub(crate) async fn invite(&mut self) -> (LegId, CallId, String, SdpOffer) {
        match self.command().await {
            LineCommand::Invite { leg, call, destination, offer } => (leg, call, destination.dialed(), offer),
            other => panic!("{other:?} in place of an invitation"),
        }
    }
}

/// Sessions of the engine, so that tests can disturb them.
#[derive(Default)]
pub(crate) struct OurTransports {
    network: FakeNetwork,
    opened: Mutex<Vec<Arc<FakeTransport>>>,
}

#[async_trait]
impl Transports for OurTransports {
    async fn open(&self, _: Reach) -> Result<(Arc<dyn MediaTransport>, TransportStreams), TransportError> {
        let (transport, streams) = self.network.transport(TransportConfig::loopback());
        let transport = Arc::new(transport);
        self.opened.lock().unwrap().push(Arc::clone(&transport));
        Ok((transport, streams))
    }
}

impl OurTransports {
    pub(crate) fn last(&self) -> Arc<FakeTransport> {
        self.opened.lock().unwrap().last().cloned().unwrap()
    }
}

/// Sound without devices: voices that note what they are told.
#[derive(Default)]
pub(crate) struct FakeSound {
    voices: Mutex<Vec<Arc<FakeVoice>>>,
    /// Tones that were played beside calls; the flag says whether they still sound.
    played: Mutex<Vec<Arc<()>>>,
    /// Roles without a device.
    pub(crate) missing: Mutex<HashSet<Role>>,
    /// The wanted devices are not there; this one is used.
    pub(crate) instead: Mutex<Option<String>>,
    /// Locked while the sound server hangs: no device can be closed.
    pub(crate) hanging: Arc<tokio::sync::Mutex<()>>,
    losses: Mutex<HashMap<Role, LossSink>>,
    asked: Mutex<Vec<Role>>,
    opened: Mutex<Vec<Role>>,
}

/// Waits for the sound server when it is dropped, as an open device does, and panics where that must not be done.
struct FakeStream(Arc<tokio::sync::Mutex<()>>);

impl Drop for FakeStream {
    fn drop(&mut self) {
        drop(self.0.blocking_lock());
    }
}

impl FakeSound {
    pub(crate) fn voice(&self, index: usize) -> Arc<FakeVoice> {
        Arc::clone(&self.voices.lock().unwrap()[index])
    }
    pub(crate) fn voices(&self) -> usize {
        self.voices.lock().unwrap().len()
    }
    /// How often a device was opened.
    pub(crate) fn opened(&self, role: Role) -> usize {
        self.opened.lock().unwrap().iter().filter(|opened| **opened == role).count()
    }
    /// How often somebody tried to.
    pub(crate) fn asked(&self, role: Role) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| **asked == role).count()
    }
    /// Tones that sound beside calls.
    pub(crate) fn sounding(&self) -> usize {
        self.played.lock().unwrap().iter().filter(|tone| Arc::strong_count(tone) > 1).count()
    }
    /// Where the sound system tells of the loss of the device that was opened last.
    pub(crate) fn losses(&self, role: Role) -> LossSink {
        self.losses.lock().unwrap().get(&role).cloned().unwrap()
    }
    /// The device that was opened last goes away.
    pub(crate) async fn lose(&self, role: Role, device: &str) {
        eventually("an open device", || self.losses.lock().unwrap().contains_key(&role)).await;
        self.losses(role)(DeviceLost { role, device: device.into() });
    }
    fn open(&self, role: Role, losses: &LossSink) -> Result<StreamGuard, AudioError> {
        self.asked.lock().unwrap().push(role);
        self.check(role)?;
        self.losses.lock().unwrap().insert(role, Arc::clone(losses));
        self.opened.lock().unwrap().push(role);
        Ok(StreamGuard::new(FakeStream(Arc::clone(&self.hanging))))
    }
    fn check(&self, role: Role) -> Result<(), AudioError> {
        if self.missing.lock().unwrap().contains(&role) { Err(AudioError::NoDevice { role }) } else { Ok(()) }
    }
}

impl SoundSystem for FakeSound {
    fn devices(&self) -> DeviceList {
        let device = |name: &str| DeviceInfo { id: name.into(), name: name.into(), default: name != "headset" };
        let headset = self.instead.lock().unwrap().is_none().then(|| device("headset"));
        let list = |name: &str| std::iter::once(device(name)).chain(headset.clone()).collect();
        DeviceList { inputs: list("microphone"), outputs: list("speaker") }
    }
    fn open_capture(&self, _: &CaptureSource, losses: &LossSink) -> Result<CaptureStream, AudioError> {
        let guard = self.open(Role::Microphone, losses)?;
        let instead = self.instead.lock().unwrap().clone();
        Ok(CaptureStream { samples: RingBuffer::new(1).1, rate_hz: 48_000, misses: Arc::default(), instead, guard })
    }
    fn open_playout(&self, _: &PlayoutSink, losses: &LossSink) -> Result<PlayoutStream, AudioError> {
        let guard = self.open(Role::Speaker, losses)?;
        let instead = self.instead.lock().unwrap().clone();
        Ok(PlayoutStream { samples: RingBuffer::new(1).0, rate_hz: 48_000, misses: Arc::default(), instead, guard })
    }
    fn play(&self, _: &PlayoutSink, _: Sound, _: &LossSink) -> Result<Box<dyn Send>, AudioError> {
        self.check(Role::Speaker)?;
        let tone = Arc::new(());
        self.played.lock().unwrap().push(Arc::clone(&tone));
        Ok(Box::new(tone))
    }
    fn start_voice(&self, config: VoiceConfig, outputs: VoiceOutputs) -> Result<Arc<dyn Voice>, VoiceError> {
        let voice = Arc::new(FakeVoice { config, outputs: Mutex::new(Some(outputs)), state: Mutex::default() });
        self.voices.lock().unwrap().push(Arc::clone(&voice));
        Ok(voice)
    }
}

/// A voice that notes what it is told.
pub(crate) struct FakeVoice {
    pub(crate) config: VoiceConfig,
    outputs: Mutex<Option<VoiceOutputs>>,
    pub(crate) state: Mutex<VoiceState>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VoiceState {
    pub(crate) muted: bool,
    pub(crate) held: bool,
    pub(crate) digits: String,
    pub(crate) tone: Option<Tone>,
    pub(crate) packets: u64,
    /// How often each was given or taken away.
    pub(crate) microphones: u32,
    pub(crate) speakers: u32,
    pub(crate) stopped: bool,
    pub(crate) silent_for: Duration,
}

impl FakeVoice {
    pub(crate) fn state(&self) -> VoiceState {
        self.state.lock().unwrap().clone()
    }
    pub(crate) fn tell(&self, event: VoiceEvent) {
        self.outputs.lock().unwrap().as_ref().unwrap().events.try_send(event).unwrap();
    }
    fn change(&self, change: impl FnOnce(&mut VoiceState)) {
        change(&mut self.state.lock().unwrap());
    }
}

impl Voice for FakeVoice {
    fn push_packet(&self, _: IncomingPacket, _: Instant) -> bool {
        self.change(|state| state.packets += 1);
        true
    }
    fn set_muted(&self, muted: bool) {
        self.change(|state| state.muted = muted);
    }
    fn is_muted(&self) -> bool {
        self.state().muted
    }
    fn set_held(&self, held: bool) {
        self.change(|state| state.held = held);
    }
    fn is_held(&self) -> bool {
        self.state().held
    }
    fn send_digits(&self, digits: &[DtmfDigit]) -> Result<(), VoiceError> {
        self.change(|state| state.digits.extend(digits.iter().map(|digit| digit.as_char())));
        Ok(())
    }
    fn play_tone(&self, tone: Tone) -> Result<(), VoiceError> {
        self.change(|state| state.tone = Some(tone));
        Ok(())
    }
    fn stop_tone(&self) -> Result<(), VoiceError> {
        self.change(|state| state.tone = None);
        Ok(())
    }
    fn set_expected_loss(&self, _: u8) -> Result<(), VoiceError> {
        Ok(())
    }
    fn swap_microphone(&self, _: Microphone) -> Result<(), VoiceError> {
        self.change(|state| state.microphones += 1);
        Ok(())
    }
    fn swap_speaker(&self, _: Speaker) -> Result<(), VoiceError> {
        self.change(|state| state.speakers += 1);
        Ok(())
    }
    fn stats(&self) -> VoiceStats {
        VoiceStats {
            path: PathFigures::default(),
            first_audio_at: None,
            since_last_packet: self.state().silent_for,
            capture_frames_lost: 0,
            outgoing_dropped: 0,
            position: StreamPosition { sequence: 7, timestamp: 960 },
        }
    }
    fn quality(&self, _: Option<Duration>) -> CallQuality {
        CallQuality { packets_sent: 50, packets_received: self.state().packets, mos: Some(4.3), ..Default::default() }
    }
    fn stop(&self) -> VoiceStats {
        self.outputs.lock().unwrap().take();
        self.change(|state| state.stopped = true);
        self.stats()
    }
}

/// The other party of a call.
pub(crate) struct FarEnd {
    pub(crate) transport: FakeTransport,
    pub(crate) _streams: TransportStreams,
}

impl FarEnd {
    /// Sends one packet of sound.
    pub(crate) async fn send_packet(&self) {
        let packet = RtpPacket {
            payload_type: 111,
            marker: true,
            sequence: 1,
            timestamp: 1,
            ssrc: 0,
            payload: Bytes::from_static(&[0xf8, 0xff, 0xfe]),
        };
        self.transport.send_rtp(packet).await.unwrap();
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        Self::start_with(Vec::new(), LineFactories::default()).await
    }

    /// With further lines, which open when the agent connects.
    pub(crate) async fn start_with(lines: Vec<LineSettings>, factories: LineFactories) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ours = Arc::new(OurTransports::default());
        let sound = Arc::new(FakeSound::default());
        let settings = Settings { auto_connect: false, lines, ..Settings::default() };
        let config = EngineConfig { settings: Some(settings), ..EngineConfig::new(folder.path()) };
        let parts = Parts {
            clock: Clock::paused(Timestamp::from_millis(START_MS)),
            sound: Arc::clone(&sound) as Arc<dyn SoundSystem>,
            transports: Arc::clone(&ours) as Arc<dyn Transports>,
            lines: factories,
        };
        let engine = Engine::start_with(config, Arc::new(parts)).await.unwrap();
        let events = engine.subscribe();
        let cache = Cache::open(&folder.path().join("cache.sqlite")).await.unwrap();
        let profile = profile();
        let key =
            AccountKey { server: profile.server.clone(), company: profile.user.company_id, user: profile.user.id };
        let account = cache.account(&key, Timestamp::from_millis(START_MS)).await.unwrap();
        let input = SessionInput::Restored { profile: Box::new(profile.clone()), account: account.clone() };
        engine.inbox.send(Message::Session { epoch: 0, input }).await.unwrap();
        let line = open_line(&engine);
        let network = ours.network.clone();
        let mut rig = Self { engine, events, line, network, sound, ours, account, profile, _folder: folder };
        assert!(matches!(rig.line.command().await, LineCommand::Register));
        rig.until("the line", |snapshot| direct(snapshot) == mobilecall_ipc::Registration::Registered).await;
        rig
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

    /// Places a call and gives its id and leg and the far end's answer-in-waiting.
    pub(crate) async fn place(&mut self, destination: &str) -> (CallId, LegId, SdpOffer) {
        let reply = self.send(Command::PlaceCall { destination: destination.into(), line: None }).await.unwrap();
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
            offer,
        }));
        (leg, far)
    }
}

/// How the line of the server stands.
pub(crate) fn direct(snapshot: &Snapshot) -> mobilecall_ipc::Registration {
    standing(snapshot, DIRECT)
}

/// How a line stands.
pub(crate) fn standing(snapshot: &Snapshot, line: LineId) -> mobilecall_ipc::Registration {
    snapshot.lines.iter().find(|view| view.id == line).unwrap().registration
}

fn profile() -> Profile {
    let user = serde_json::json!({
        "id": UserId::generate(), "username": "alice", "name": "Alice", "company_id": CompanyId::generate(),
        "company_name": "Acme", "role": "agent", "extension": "101", "region": "SA",
    });
    let user: User = serde_json::from_value(user).unwrap();
    Profile { server: "test".into(), user }
}

fn open_line(engine: &Engine) -> FakeLineEnd {
    let (line, happened, far_end) = FakeLine::new(LineKind::Direct);
    let post = Post::new(engine.inbox.downgrade(), 0).of_line(DIRECT, 0);
    tokio::spawn(async move { pump(Arc::new(line), happened, &post, &CancellationToken::new()).await });
    FakeLineEnd(far_end)
}

/// What went wrong until now and was not looked at yet.
pub(crate) async fn problems(engine: &Engine, events: &mut EventStream) -> Vec<ErrorCode> {
    let told = told(engine, events).await.into_iter();
    told.filter_map(|event| if let Event::Problem { failure } = event { Some(failure.code) } else { None }).collect()
}

/// Every event until now that was not looked at yet.
pub(crate) async fn told(engine: &Engine, events: &mut EventStream) -> Vec<Event> {
    // Events keep their order, so a change made now comes after them all.
    let before = engine.snapshot().await.settings;
    let settings = Settings { notifications: !before.notifications, ..before };
    engine.send(Command::ChangeSettings { settings }).await.unwrap();
    let mut told = Vec::new();
    loop {
        match within("the change", events.recv()).await.unwrap() {
            Event::SettingsChanged { .. } => return told,
            event => told.push(event),
        }
    }
}

pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not come"),
    }
}

/// Waits for something that no event tells of.
pub(crate) async fn eventually(what: &str, is_it: impl Fn() -> bool) {
    within(what, async {
        while !is_it() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}
