//! `mcall demo`: a server and two softphones in this process; one calls the other, each plays a voice, and the figures
//! of both are printed.

mod server;
mod voice;

use crate::{
    conversation::{Conversation, Mode},
    exit::Exit,
    interrupts::Interrupts,
    options::{Common, DemoOptions, InCall},
    phone::{Phone, PhoneConfig},
    report::{Line, Report},
};
use mobilecall_ipc::{Command, ErrorCode, Failure};
use mobilecall_softphone::{CaptureSource, PlayoutSink};
use server::{CALLEE, CALLER, DemoServer, Person};
use std::{collections::BTreeMap, path::Path, time::Duration};
use voice::{Voice, heard};

/// Length of the call, if nothing else is asked.
const LENGTH: Duration = Duration::from_secs(10);
/// The share of what was said that must be heard. Setting up takes the beginning, a busy machine some more.
const ENOUGH: f32 = 0.6;

/// Runs the demonstration.
pub(crate) async fn demo(common: &Common, options: &DemoOptions, interrupts: Interrupts) -> Result<Exit, Failure> {
    let folder = tempfile::Builder::new().prefix("mcall-demo-").tempdir().map_err(|error| not_written(&error))?;
    let files = match &options.keep {
        Some(keep) => {
            std::fs::create_dir_all(keep).map_err(|error| not_written(&error))?;
            keep.clone()
        }
        None => folder.path().to_owned(),
    };
    let server = DemoServer::start(&folder.path().join("server")).await?;
    let stage = Stage { server: &server, folder: folder.path(), files: &files, report: common.report() };
    let outcome = stage.converse(common.duration.unwrap_or(LENGTH), interrupts).await;
    server.stop().await;
    outcome
}

/// Where the demonstration takes place.
struct Stage<'a> {
    server: &'a DemoServer,
    /// For data that passes.
    folder: &'a Path,
    /// For sound files.
    files: &'a Path,
    report: Report,
}

impl Stage<'_> {
    async fn converse(&self, length: Duration, mut interrupts: Interrupts) -> Result<Exit, Failure> {
        for voice in [Voice::LOW, Voice::HIGH] {
            voice.write(&self.files.join(voice.said())).map_err(|error| not_written(&error))?;
        }
        let also = Interrupts::new()?;
        let mut caller = interrupts.or(self.phone(&CALLER, Voice::LOW)).await?;
        let mut callee = interrupts.or(self.phone(&CALLEE, Voice::HIGH)).await?;
        let files = InCall { files: vec!["microphone", "speaker"], ..InCall::default() };
        let in_call = InCall { duration: Some(length), ..files.clone() };
        let (destination, parameters) = (CALLEE.extension.to_owned(), BTreeMap::new());
        let call = Conversation::new(Mode::Call { destination, parameters }, in_call, interrupts);
        let listen = Mode::Listen { auto_answer: true, once: true };
        let listen = Conversation::new(listen, files, also);
        // Without a good call there may be nothing for the other one to wait for.
        let called = async { completed(call.run(&mut caller).await) };
        let listened = async { completed(listen.run(&mut callee).await) };
        let outcome = tokio::try_join!(called, listened);
        caller.engine.shutdown().await;
        callee.engine.shutdown().await;
        match outcome {
            Ok(((), ())) => self.compare(),
            Err(otherwise) => otherwise,
        }
    }

    /// A phone that is ready.
    async fn phone(&self, person: &Person, voice: Voice) -> Result<Phone, Failure> {
        let config = PhoneConfig {
            server: self.server.url().to_owned(),
            ca: None,
            data_dir: Some(self.folder.join(person.username)),
            line: None,
            edge: None,
            audio_in: CaptureSource::Wav { path: self.files.join(voice.said()), repeat: true },
            process_audio: false,
            audio_out: PlayoutSink::Wav(self.files.join(voice.heard())),
        };
        let mut phone = Phone::start(config, self.report.of_phone(person.username)).await?;
        let (username, password) = (person.username.to_owned(), self.server.password().to_owned());
        phone.engine.send(Command::SignIn { username, password }).await?;
        phone.ready().await?;
        Ok(phone)
    }

    /// Says how much of each voice arrived at the other side.
    fn compare(&self) -> Result<Exit, Failure> {
        let mut exit = Exit::Completed;
        for (speaker, listener, who) in
            [(Voice::LOW, Voice::HIGH, "caller heard by callee"), (Voice::HIGH, Voice::LOW, "callee heard by caller")]
        {
            let share = heard(speaker, &self.files.join(speaker.said()), &self.files.join(listener.heard()));
            let share = share.map_err(|error| not_written(&error))?;
            let ok = share > ENOUGH;
            let advice = if ok { "" } else { ": the machine may be too busy, end other programs and try again" };
            let message = format!("{:.0} % of what was said{advice}", share * 100.0);
            self.report.print(&Line::Check { name: who, ok, message });
            if !ok {
                exit = Exit::Failed;
            }
        }
        Ok(exit)
    }
}

/// `Err` for every other end.
fn completed(outcome: Result<Exit, Failure>) -> Result<(), Result<Exit, Failure>> {
    if outcome == Ok(Exit::Completed) { Ok(()) } else { Err(outcome) }
}

fn not_written(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(ErrorCode::AudioFailed, format!("the sound files of the demonstration cannot be used: {error}"))
}
