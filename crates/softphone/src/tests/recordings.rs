//! Recordings, from a real server whose provider is played here.

use super::{Rig, eventually, provider_server::server_with, within};
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use mobilecall_audio::Role;
use mobilecall_client::{Http, ServerUrl, Session, trust};
use mobilecall_domain::{CallId, Timestamp};
use mobilecall_ipc::{
    CallState, Command, ErrorCode, Event, HistoryEntry, HistoryQuery, RecordingStanding, RecordingView, Reply, Settings,
};
use mobilecall_store::{RecordingReport, RecordingStatus};
use mobilecall_testkit::TestServer;
use std::sync::{
    Arc,
    atomic::{AtomicU16, AtomicUsize, Ordering},
};

const RECORDING: &str = "RE00000000000000000000000000000001";
const LEG: &str = "CA00000000000000000000000000000001";

/// A WAV file with a tone.
pub(crate) fn sound_of_seconds(seconds: u32, rate_hz: u32) -> Arc<[u8]> {
    let samples = seconds * rate_hz;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + samples * 2).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(rate_hz * 2).to_le_bytes());
    file.extend_from_slice(b"\x02\0\x10\0data");
    file.extend_from_slice(&(samples * 2).to_le_bytes());
    let sample = |at: u32| (f64::from(at) / f64::from(rate_hz) * 400.0 * std::f64::consts::TAU).sin() * 8_000.0;
    file.extend((0..samples).flat_map(|at| (sample(at) as i16).to_le_bytes()));
    file.into()
}

/// The provider's part: one recording, or a status in its place.
struct Provider {
    sound: Arc<[u8]>,
    status: AtomicU16,
    asked: AtomicUsize,
    /// Held while nothing is to be answered.
    answers: tokio::sync::Mutex<()>,
}

async fn provide(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    provider.asked.fetch_add(1, Ordering::SeqCst);
    let _turn = provider.answers.lock().await;
    match provider.status.load(Ordering::SeqCst) {
        0 => {}
        status => return StatusCode::from_u16(status).unwrap().into_response(),
    }
    let range = headers[header::RANGE].to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    let (sound, end) = (&provider.sound, (last + 1).min(provider.sound.len()));
    let told = [(header::CONTENT_RANGE, format!("bytes {first}-{}/{}", end - 1, sound.len()))];
    (StatusCode::PARTIAL_CONTENT, told, sound[first..end].to_vec()).into_response()
}

/// An agent whose one call was recorded.
struct Recorded {
    rig: Rig,
    provider: Arc<Provider>,
    server: TestServer,
    call: CallId,
}

impl Recorded {
    async fn start(sound: Arc<[u8]>) -> Self {
        let (status, asked) = (AtomicU16::new(0), AtomicUsize::new(0));
        let provider = Arc::new(Provider { sound, status, asked, answers: tokio::sync::Mutex::new(()) });
        let router = Router::new().fallback(provide).with_state(Arc::clone(&provider));
        let server = server_with(router).await;
        let company = server.company("Acme").await;
        let alice = server.agent(&company, "alice", "101").await;
        let login = server.sign_in(&alice).await;
        let call = CallId::generate();
        let at = Timestamp::now();
        let report = serde_json::json!({
            "id": call, "fromNumber": "client:alice", "toNumber": "+966501234567", "direction": "outbound",
            "line": "twilio", "createdAt": at, "twilioCallSid": LEG, "status": "completed", "durationSeconds": 0,
        });
        let request = server.request(&login, "POST".parse().unwrap(), "/api/calls").json(&report);
        assert!(request.send().await.unwrap().status().is_success());
        let report = RecordingReport {
            company: company.id,
            sid: RECORDING.to_owned(),
            call_sid: LEG.to_owned(),
            status: RecordingStatus::Completed,
            duration_seconds: Some(3),
            started_at: None,
        };
        server.store().save_recording(&report, at).await.unwrap();
        let http = Http::new(ServerUrl::parse(&server.base_url()).unwrap(), trust(None).unwrap()).unwrap();
        let rig = Rig::start_at(Session::start(&http, server.sign_in(&alice).await)).await;
        let mut recorded = Self { rig, provider, server, call };
        recorded.until_row(|row| row.recorded).await;
        recorded
    }

    /// Waits until the call's row is as wanted.
    async fn until_row(&mut self, is_it: impl Fn(&HistoryEntry) -> bool) {
        within("the row", async {
            loop {
                let reply = self.rig.send(Command::History { query: HistoryQuery::default() }).await.unwrap();
                let Reply::History { page } = reply else { panic!("{reply:?}") };
                if page.entries.iter().any(|row| row.id == self.call && is_it(row)) {
                    return;
                }
                self.rig.events.recv().await.unwrap();
            }
        })
        .await;
    }

    async fn play(&self) {
        self.rig.send(Command::PlayRecording { call: self.call }).await.unwrap();
    }

    /// Waits until what is open is as wanted.
    async fn until(&mut self, what: &str, is_it: impl Fn(&RecordingView) -> bool) -> RecordingView {
        let snapshot = self.rig.until(what, |snapshot| snapshot.recording.as_ref().is_some_and(&is_it)).await;
        snapshot.recording.unwrap()
    }

    async fn until_playing(&mut self) -> RecordingView {
        self.until("the sound", |view| view.standing == RecordingStanding::Playing).await
    }

    /// Waits until so many samples were heard; what is louder than silence is counted.
    async fn hear(&self, samples: usize) -> usize {
        let loud = AtomicUsize::new(0);
        eventually("the sound", || {
            let heard = self.rig.sound.hear().iter().filter(|sample| sample.abs() > 0.05).count();
            loud.fetch_add(heard, Ordering::SeqCst) + heard >= samples
        })
        .await;
        loud.into_inner()
    }
}

#[tokio::test]
async fn a_recording_is_fetched_once_and_played_to_its_end() {
    let mut recorded = Recorded::start(sound_of_seconds(40, 8_000)).await;
    recorded.play().await;
    let view = recorded.until_playing().await;
    assert_eq!((view.call, view.length_ms, view.speed_percent), (recorded.call, 40_000, 100));
    assert!(view.outline.iter().all(|column| *column > 200), "{:?}", view.outline);
    assert_eq!(recorded.provider.asked.load(Ordering::SeqCst), 2, "it came in two parts");
    recorded.hear(4_000).await;
    recorded.rig.send(Command::SeekRecording { position_ms: 39_500 }).await.unwrap();
    let view = loop {
        recorded.rig.sound.hear();
        let snapshot = recorded.rig.engine.snapshot().await;
        let view = snapshot.recording.unwrap();
        if view.standing == RecordingStanding::Paused {
            break view;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(view.position_ms, 40_000, "it was heard to its end");
    recorded.play().await;
    let again = recorded.until_playing().await;
    assert!(again.position_ms < 5_000, "{} ms", again.position_ms);
    recorded.rig.send(Command::CloseRecording).await.unwrap();
    recorded.rig.until("nothing open", |snapshot| snapshot.recording.is_none()).await;
    recorded.play().await;
    recorded.until_playing().await;
    assert_eq!(recorded.provider.asked.load(Ordering::SeqCst), 2, "it is kept");
}

#[tokio::test]
async fn speed_and_place_are_the_agents_choice_and_are_kept_in_a_pause() {
    let mut recorded = Recorded::start(sound_of_seconds(20, 8_000)).await;
    recorded.rig.send(Command::SetRecordingSpeed { percent: 900 }).await.unwrap();
    recorded.play().await;
    assert_eq!(recorded.until_playing().await.speed_percent, 200);
    recorded.rig.send(Command::PauseRecording).await.unwrap();
    recorded.rig.send(Command::SeekRecording { position_ms: 12_000 }).await.unwrap();
    recorded.rig.send(Command::SetRecordingSpeed { percent: 150 }).await.unwrap();
    let paused = |view: &RecordingView| view.standing == RecordingStanding::Paused && view.position_ms == 12_000;
    assert_eq!(recorded.until("the pause", paused).await.speed_percent, 150);
    recorded.rig.sound.hear();
    recorded.play().await;
    recorded.until_playing().await;
    within("a position", async {
        loop {
            recorded.rig.sound.hear();
            if let Some(Event::RecordingPosition { call, position_ms }) = recorded.rig.events.recv().await {
                assert_eq!(call, recorded.call);
                assert!((11_900..20_000).contains(&position_ms), "{position_ms}");
                return;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_call_silences_a_recording_and_keeps_one_from_beginning() {
    let mut recorded = Recorded::start(sound_of_seconds(20, 8_000)).await;
    recorded.play().await;
    recorded.until_playing().await;
    let (call, ..) = recorded.rig.ring().await;
    recorded.until("the pause", |view| view.standing == RecordingStanding::Paused).await;
    let refused = recorded.rig.refused(Command::PlayRecording { call: recorded.call }).await;
    assert_eq!(refused, ErrorCode::NotNow);
    recorded.rig.send(Command::Decline { call }).await.unwrap();
    recorded.rig.until_state(call, CallState::Ended).await;
    recorded.play().await;
    recorded.until_playing().await;
}

#[tokio::test]
async fn a_speaker_that_goes_away_is_followed_by_another_one_or_by_silence() {
    let mut recorded = Recorded::start(sound_of_seconds(20, 8_000)).await;
    recorded.play().await;
    recorded.until_playing().await;
    eventually("the speaker", || recorded.rig.sound.opened(Role::Speaker) == 1).await;
    for _twice in 0..2 {
        recorded.rig.sound.lose(Role::Speaker, "Headset").await;
    }
    eventually("another one", || recorded.rig.sound.opened(Role::Speaker) == 2).await;
    // Whatever was told twice would be followed by now.
    recorded.hear(8_000).await;
    assert_eq!(recorded.rig.sound.opened(Role::Speaker), 2, "one that is lost is lost once");
    recorded.rig.sound.missing.lock().unwrap().insert(Role::Speaker);
    recorded.rig.sound.lose(Role::Speaker, "Speakers").await;
    recorded.rig.until_problem(ErrorCode::NoSpeaker).await;
    recorded.until("the pause", |view| view.standing == RecordingStanding::Paused).await;
}

#[tokio::test]
async fn what_still_loads_is_heard_by_the_speaker_that_is_chosen_meanwhile() {
    let mut recorded = Recorded::start(sound_of_seconds(3, 8_000)).await;
    let provider = Arc::clone(&recorded.provider);
    let held = provider.answers.lock().await;
    recorded.play().await;
    let before = recorded.rig.engine.snapshot().await.settings;
    let settings = Settings { output_device: Some("headset".into()), ..before };
    recorded.rig.send(Command::ChangeSettings { settings }).await.unwrap();
    drop(held);
    recorded.until_playing().await;
}

#[tokio::test]
async fn why_there_is_nothing_to_hear_is_told_apart() {
    let mut recorded = Recorded::start(b"<html>no sound".as_slice().into()).await;
    for (status, expected) in
        [(404, ErrorCode::RecordingDeleted), (503, ErrorCode::ServerBusy), (0, ErrorCode::RecordingNotPlayable)]
    {
        recorded.provider.status.store(status, Ordering::SeqCst);
        recorded.play().await;
        let failed = |view: &RecordingView| matches!(view.standing, RecordingStanding::Failed { .. });
        let failure = match recorded.until("the failure", failed).await.standing {
            RecordingStanding::Failed { failure } => failure,
            other => panic!("{other:?}"),
        };
        assert_eq!(failure.code, expected, "{status}");
        recorded.rig.send(Command::CloseRecording).await.unwrap();
    }
    let company = recorded.rig.profile.user.company_id;
    let deleted = RecordingReport {
        company,
        sid: RECORDING.to_owned(),
        call_sid: LEG.to_owned(),
        status: RecordingStatus::Deleted,
        duration_seconds: None,
        started_at: None,
    };
    recorded.server.store().save_recording(&deleted, Timestamp::now()).await.unwrap();
    recorded.until_row(|row| !row.recorded).await;
    recorded.play().await;
    let gone = |view: &RecordingView| match &view.standing {
        RecordingStanding::Failed { failure } => failure.code == ErrorCode::RecordingNotAllowed,
        RecordingStanding::Loading { .. } | RecordingStanding::Playing | RecordingStanding::Paused => false,
    };
    recorded.until("that there is none", gone).await;
}

#[tokio::test]
async fn a_recording_is_saved_as_the_server_has_it() {
    let sound = sound_of_seconds(40, 8_000);
    let recorded = Recorded::start(Arc::clone(&sound)).await;
    let save = Command::SaveRecording { call: recorded.call, name: "2026-11-29 ../Sara".to_owned() };
    let reply = recorded.rig.send(save).await.unwrap();
    let Reply::Saved { file } = reply else { panic!("{reply:?}") };
    assert_eq!(file.name, "2026-11-29 ..-Sara.wav");
    assert_eq!(std::fs::read(&file.path).unwrap(), &sound[..]);
    // A file never takes the place of another one.
    let save = || Command::SaveRecording { call: recorded.call, name: "2026-11-29 ../Sara".to_owned() };
    let Reply::Saved { file } = recorded.rig.send(save()).await.unwrap() else { panic!("no file") };
    assert_eq!((file.name.as_str(), file.folder.as_str()), ("2026-11-29 ..-Sara (2).wav", "recordings"));
    recorded.provider.status.store(404, Ordering::SeqCst);
    let save = Command::SaveRecording { call: recorded.call, name: "x".to_owned() };
    assert_eq!(recorded.rig.refused(save).await, ErrorCode::RecordingDeleted);
    assert_eq!(std::fs::read_dir(recorded.rig.database().with_file_name("recordings")).unwrap().count(), 2);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let recorded = Recorded::start(sound_of_seconds(1, 8_000)).await;
    std::fs::write(recorded.rig.database().with_file_name("recordings"), "no folder").unwrap();
    let save = Command::SaveRecording { call: recorded.call, name: "x".to_owned() };
    let failure = recorded.rig.send(save).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::RecordingNotSaved);
    assert!(failure.params["folder"].ends_with("recordings"));
}
