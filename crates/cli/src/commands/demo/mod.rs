//! `mcall demo`: a server and two softphones in this process; one calls the other, each plays a voice, and the figures
//! of both are printed.

mod server;
mod voice;

use crate::{
    conversation::{Conversation, Mode},
    exit::Exit,
    options::{Audio, DemoOptions, InCall},
    phone::{Phone, PhoneConfig},
    report::{Line, Report},
};
use mobilecall_ipc::{Command, ErrorCode, Failure};
use mobilecall_softphone::{CaptureSource, PlayoutSink};
use server::{CALLEE, CALLER, DemoServer, Person};
use std::path::Path;
use voice::{Voice, heard};

/// Runs the demonstration.
pub(crate) async fn demo(options: DemoOptions) -> Result<Exit, Failure> {
    let report = Report::new(options.output.json);
    let folder = tempfile::Builder::new().prefix("mcall-demo-").tempdir().map_err(|error| not_written(&error))?;
    let files = match &options.keep {
        Some(keep) => {
            std::fs::create_dir_all(keep).map_err(|error| not_written(&error))?;
            keep.clone()
        }
        None => folder.path().to_owned(),
    };
    let server = DemoServer::start(&folder.path().join("server")).await?;
    let outcome = converse(&server, folder.path(), &files, &options, report).await;
    server.stop().await;
    outcome
}

async fn converse(
    server: &DemoServer,
    folder: &Path,
    files: &Path,
    options: &DemoOptions,
    report: Report,
) -> Result<Exit, Failure> {
    for voice in [Voice::LOW, Voice::HIGH] {
        voice.write(&files.join(voice.said())).map_err(|error| not_written(&error))?;
    }
    let mut caller = phone(server, &CALLER, folder, files, Voice::LOW, report).await?;
    let mut callee = phone(server, &CALLEE, folder, files, Voice::HIGH, report).await?;
    caller.ready().await?;
    callee.ready().await?;
    let in_call = InCall { duration: Some(options.duration), ..InCall::none() };
    let call = Conversation::new(Mode::Call { destination: CALLEE.extension.to_owned() }, in_call);
    let listen = Conversation::new(Mode::Listen { auto_answer: true, once: true }, InCall::none());
    let (called, listened) = tokio::join!(call.run(&mut caller), listen.run(&mut callee));
    caller.engine.shutdown().await;
    callee.engine.shutdown().await;
    let exit = called?;
    listened?;
    if exit == Exit::Completed {
        compare(files, report)?;
    }
    Ok(exit)
}

async fn phone(
    server: &DemoServer,
    person: &Person,
    folder: &Path,
    files: &Path,
    voice: Voice,
    report: Report,
) -> Result<Phone, Failure> {
    let audio = Audio {
        audio_in: CaptureSource::Wav { path: files.join(voice.said()), repeat: true },
        audio_out: PlayoutSink::Wav(files.join(voice.heard())),
    };
    let config =
        PhoneConfig { server: server.url().to_owned(), ca: None, data_dir: Some(folder.join(person.username)) };
    let phone = Phone::start(config, &audio, report).await?;
    let (username, password) = (person.username.to_owned(), server.password().to_owned());
    phone.engine.send(Command::SignIn { username, password }).await?;
    Ok(phone)
}

/// Says how much of each voice arrived at the other side.
fn compare(files: &Path, report: Report) -> Result<(), Failure> {
    for (speaker, listener, who) in
        [(Voice::LOW, Voice::HIGH, "caller heard by callee"), (Voice::HIGH, Voice::LOW, "callee heard by caller")]
    {
        let found = heard(&files.join(speaker.said()), &files.join(listener.heard()));
        let likeness = found.map_err(|error| not_written(error.as_ref()))?;
        let message = format!("{:.0} % alike", likeness * 100.0);
        report.print(&Line::Check { name: who, ok: likeness > 0.8, message });
    }
    Ok(())
}

fn not_written(error: &(dyn std::error::Error + 'static)) -> Failure {
    Failure::new(ErrorCode::AudioFailed, format!("the sound files of the demonstration cannot be used: {error}"))
}
