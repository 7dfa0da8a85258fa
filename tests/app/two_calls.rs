//! Two calls at once under the real sound servers: whoever is talked with hears and is heard, whoever is held does neither.

use crate::steps::{CALL_LIMIT, choose_server, ready, shows_one_stream, sign_in, turn, turn_processing_off, words};
use crate::support::artifacts;
use crate::support::desktop::{Desktop, SoundServer};
use crate::support::notes::{self, Course, FAINT};
use crate::support::phone::{Phone, mcall};
use crate::support::server::{Account, Server};
use crate::support::sound::{self, Ear};
use crate::support::webdriver::App;
use fantoccini::key::Key;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What Alice says, another note each time that she talks: so a recording tells by itself what of it was meant for whom. All
/// notes are far from each other, from each other's overtones and from the tones of the phone itself.
const ALICE_HZ: [f64; 4] = [590.0, 710.0, 970.0, 1_110.0];
/// The first notes of the ringtone.
const RINGTONE_HZ: [f64; 3] = [523.25, 659.25, 783.99];
/// So long Alice says her note…
const SAID: Duration = Duration::from_millis(1_500);
/// …while she listens for so long.
const LISTENED: Duration = Duration::from_secs(2);
/// What was said last is out of the microphone after this.
const LAST_WORD: Duration = Duration::from_millis(300);

#[tokio::test]
async fn two_calls_ring_are_answered_held_and_swapped_under_pulseaudio() {
    two_calls("app-two-calls-pulseaudio", SoundServer::PulseAudio).await;
}

#[tokio::test]
async fn two_calls_ring_are_answered_held_and_swapped_under_pipewire() {
    two_calls("app-two-calls-pipewire", SoundServer::PipeWire).await;
}

async fn two_calls(name: &str, sound: SoundServer) {
    let _turn = turn().await;
    let folder = artifacts(name);
    let server = Server::start(&folder);
    let account = server.add_person("alice", "Alice", "300");
    let mut bob = Caller::new("Bob", server.add_person("bob", "Bob", "301"), 310.0, &folder);
    let mut carol = Caller::new("Carol", server.add_person("carol", "Carol", "302"), 1_370.0, &folder);
    let desktop = Desktop::with_sound_server(&folder, sound);
    desktop.output("pactl", &["load-module", "module-null-sink", "sink_name=bell"]);
    let app = App::start(&desktop, &folder.join("app.log")).await;
    ready(&app).await;
    turn_processing_off(&app).await;
    ring_at_the_bell(&app).await;
    choose_server(&app, &server).await;
    sign_in(&app, &account).await;

    let speaker = Ear::open(&desktop);
    let alice = Alice { app, desktop: &desktop, folder: &folder, speaker };
    alice.both_ring(&server, &mut bob, &mut carol).await;
    alice.answers_one_while_the_other_rings(&mut bob).await;
    alice.talks(1, &bob, &carol);
    alice.answers_the_other(&mut carol).await;
    alice.talks(2, &carol, &bob);
    shows_one_stream(&desktop, sound);

    alice.app.click_in("held-call", &words("en", "call-resume")).await;
    alice.has_in_front(&bob, 1).await;
    alice.talks(3, &bob, &carol);
    alice.app.press(&[Key::Control.into(), Key::Tab.into()]).await;
    alice.has_in_front(&carol, 1).await;
    alice.talks(4, &carol, &bob);

    alice.app.click("hangup").await;
    carol.is_through();
    alice.has_in_front(&bob, 0).await;
    alice.app.click("hangup").await;
    bob.is_through();
    alice.app.gone("call-card").await;
    alice.speaker.save(&folder.join("alice-hears.wav"));
    alice.app.close().await;
    bob.heard([1, 3], &carol);
    carol.heard([2, 4], &bob);
}

/// Calls ring elsewhere than they are talked in.
async fn ring_at_the_bell(app: &App<'_>) {
    app.click("tab-settings").await;
    app.click("setting-ring-device").await;
    app.click("setting-ring-device-pulseaudio:bell").await;
    app.gone("setting-ring-device-pulseaudio:bell").await;
    app.click("tab-keypad").await;
}

/// Somebody who calls Alice, saying one note all the time.
struct Caller {
    account: Account,
    name: &'static str,
    hertz: f64,
    says: PathBuf,
    hears: PathBuf,
    phone: Option<Phone>,
}

impl Caller {
    fn new(name: &'static str, account: Account, hertz: f64, folder: &Path) -> Self {
        let says = notes::write(hertz, Duration::from_secs(60), folder, &format!("{}-says.wav", account.username));
        let hears = folder.join(format!("{}-hears.wav", account.username));
        Self { account, name, hertz, says, hears, phone: None }
    }

    fn calls(&mut self, server: &Server, folder: &Path) {
        let mut command = mcall(&["call", "300"], server, &self.account);
        command.arg("--audio-in").arg(&self.says).arg("--audio-out").arg(&self.hears);
        let phone = Phone::start(self.account.username, folder, &mut command);
        phone.event("ringing", CALL_LIMIT);
        self.phone = Some(phone);
    }

    fn phone(&mut self) -> &mut Phone {
        self.phone.as_mut().expect("has called")
    }

    /// The call was talked in and ended as calls do; the recording is complete.
    fn is_through(&mut self) {
        assert_eq!(self.phone().event("summary", CALL_LIMIT)["status"], "completed", "{}", self.name);
        assert!(self.phone().ended(CALL_LIMIT).success(), "{}", self.name);
    }

    /// Heard what Alice said when it was meant for them, and nothing else of her nor of the other.
    fn heard(&self, meant: [usize; 2], other: &Self) {
        let recording = sound::recording(&self.hears);
        for (number, hertz) in (1..).zip(ALICE_HZ) {
            let course = Course::of(hertz, &recording);
            let (heard, loudest) = (course.heard(), course.loudest());
            println!("{} heard what Alice said as number {number} for {heard:?}, at most at {loudest:.4}", self.name);
            if meant.contains(&number) {
                assert!(heard >= SAID.mul_f64(0.8), "{} missed words", self.name);
            } else {
                assert!(loudest < FAINT, "{} heard what was not meant for them", self.name);
            }
        }
        let others = Course::of(other.hertz, &recording).loudest();
        println!("{} heard {} at most at {others:.4}", self.name, other.name);
        assert!(others < FAINT, "{} heard {}", self.name, other.name);
    }
}

/// At the app.
struct Alice<'a> {
    app: App<'a>,
    desktop: &'a Desktop,
    folder: &'a Path,
    speaker: Ear,
}

impl Alice<'_> {
    async fn both_ring(&self, server: &Server, bob: &mut Caller, carol: &mut Caller) {
        let bell = Ear::at(self.desktop, "bell");
        bob.calls(server, self.folder);
        self.app.find("incoming-card").await;
        carol.calls(server, self.folder);
        self.app.find("incoming-row").await;
        self.app.text("call-name", |text| text == bob.name).await;
        let mark = self.speaker.now();
        bell.wait_for_notes(bell.now(), &RINGTONE_HZ, CALL_LIMIT);
        let beside = sound::level_dbfs(&self.speaker.after(mark));
        assert!(beside < sound::SILENCE_DBFS, "it rings at the bell and nowhere else: {beside:.1} dBFS");
        self.app.screenshot(&self.folder.join("1-both-ring.png")).await;
        bell.save(&self.folder.join("bell.wav"));
    }

    async fn answers_one_while_the_other_rings(&self, bob: &mut Caller) {
        let bell = Ear::at(self.desktop, "bell");
        self.app.press(&[Key::Enter.into()]).await;
        self.app.gone("incoming-row").await;
        self.app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
        bob.phone().event("connected", CALL_LIMIT);
        bell.wait_for_silence(Duration::from_millis(500), CALL_LIMIT);
    }

    async fn answers_the_other(&self, carol: &mut Caller) {
        self.app.attribute_becomes("news", "data-settled", "true", CALL_LIMIT).await;
        self.app.click("answer").await;
        self.app.gone("incoming-card").await;
        carol.phone().event("connected", CALL_LIMIT);
        self.has_in_front(carol, 1).await;
        self.app.screenshot(&self.folder.join("2-one-is-held.png")).await;
    }

    /// Has this call in front, and so many beside it.
    async fn has_in_front(&self, caller: &Caller, others: usize) {
        self.app.text("call-name", |text| text == caller.name).await;
        self.app.attribute_becomes("call-card", "data-state", "active", CALL_LIMIT).await;
        let count = "return String(document.querySelectorAll('[data-testid=held-call]').length)";
        self.app.page_becomes(count, &others.to_string()).await;
    }

    /// Says the note of this number to one, who is heard, while the other is not.
    fn talks(&self, number: usize, with: &Caller, other: &Caller) {
        self.speaker.wait_for_notes(self.speaker.now(), &[with.hertz], CALL_LIMIT);
        let name = format!("alice-says-{number}.wav");
        let says = notes::write(ALICE_HZ[number - 1], SAID, self.folder, &name);
        let mark = self.speaker.now();
        let mut voice = sound::speak(self.desktop, &says, &self.folder.join(format!("paplay-{number}.log")));
        let heard = self.speaker.since(mark, LISTENED);
        assert!(voice.wait(CALL_LIMIT).success(), "the microphone hears what is said");
        self.speaker.since(self.speaker.now(), LAST_WORD);
        let (wanted, unwanted) = (Course::of(with.hertz, &heard).heard(), Course::of(other.hertz, &heard).loudest());
        println!("{number}: Alice heard {} for {wanted:?}, {} at most at {unwanted:.4}", with.name, other.name);
        assert!(wanted >= LISTENED.mul_f64(0.8), "{} is not heard", with.name);
        assert!(unwanted < FAINT, "{} is heard instead of {}", other.name, with.name);
    }
}

#[test]
fn what_is_heard_of_a_note_is_told_from_what_is_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let note = notes::write(590.0, Duration::from_secs(1), folder.path(), "note.wav");
    let note = sound::recording(&note);
    let silence = vec![0.0; note.len()];
    let heard = [&silence[..], &note, &silence, &note, &silence].concat();
    let course = Course::of(590.0, &heard);
    let close = |found: Duration, wanted: f64| (found.as_secs_f64() - wanted).abs() < 0.35;
    assert!(close(course.heard(), 2.0), "{:?}", course.heard());
    assert!(close(course.span(), 3.0), "{:?}", course.span());
    assert!(close(course.longest_gap(), 1.0), "{:?}", course.longest_gap());
    for other in [310.0, 710.0] {
        assert!(Course::of(other, &heard).loudest() < FAINT, "{other}");
    }
}
