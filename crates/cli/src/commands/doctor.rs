//! `mcall doctor`: one check after the other, each with what to do about it.

use crate::{
    exit::{Exit, words},
    options::Common,
    phone::Phone,
    report::{Line, Report},
};
use mobilecall_domain::{CallId, Service};
use mobilecall_ipc::{
    AudioDevice, CallState, CallView, Command, ErrorCode, Event, Failure, Quality, Reply, SoundBackend,
};
use mobilecall_softphone::{CaptureSource, PlayoutSink, check_sound};
use std::{collections::BTreeMap, time::Duration};

/// The echo test of the direct line.
pub(super) const ECHO: &str = Service::Echo.code();
/// Time for the echo test to be connected.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// Seconds of sound that are judged.
const SECONDS: u32 = 3;

/// Checks everything that a call needs; the exit status is that of the first check that failed.
pub(crate) async fn doctor(common: &Common) -> Result<Exit, Failure> {
    let report = common.report();
    let sound = check_sound(&common.audio_in, &common.audio_out).await;
    // What is wrong with the sound here says nothing of its way to the server.
    let signed_in = if sound.is_ok() { Phone::sign_in(common).await } else { Phone::sign_in_silently(common).await };
    let mut phone = match signed_in {
        Ok(phone) => phone,
        Err(failure) => return not_signed_in(report, failure),
    };
    check(report, "server", Ok(format!("{} answers", common.server)));
    check(report, "sign-in", Ok("user name and password are right".to_owned()));
    let exit = examine(&mut phone, common, sound).await;
    phone.end().await;
    Ok(exit)
}

/// What is wrong on this side is no finding but wrong use.
fn not_signed_in(report: Report, failure: Failure) -> Result<Exit, Failure> {
    let exit = Exit::of_failure(&failure);
    match exit {
        Exit::SignIn => {
            check(report, "server", Ok("it answers".to_owned()));
            check(report, "sign-in", Err(&failure));
        }
        Exit::Unreachable => check(report, "server", Err(&failure)),
        Exit::Completed | Exit::Failed | Exit::Usage | Exit::Refused | Exit::Audio => return Err(failure),
    }
    Ok(exit)
}

async fn examine(phone: &mut Phone, common: &Common, sound: Result<(), Failure>) -> Exit {
    let report = phone.report;
    let line = phone.ready().await;
    check(report, "line", line.as_ref().map(|()| "registered".to_owned()));
    check(report, "sound", sound.as_ref().map(|()| "what was chosen can be used".to_owned()));
    let devices = show_devices(phone, common).await;
    let mut failed = vec![line.err(), sound.err(), devices.err()];
    if failed[0].is_none() {
        let echo = echo(phone).await;
        check(report, "media", echo.as_ref().map(praise));
        failed.push(echo.err());
    }
    failed.into_iter().flatten().next().map_or(Exit::Completed, |failure| Exit::of_failure(&failure))
}

/// Names the sound system and the devices to choose from, if any are used.
async fn show_devices(phone: &Phone, common: &Common) -> Result<(), Failure> {
    match (&common.audio_in, &common.audio_out) {
        (CaptureSource::Device(_), _) | (_, PlayoutSink::Device(_)) => {}
        (CaptureSource::Wav { .. } | CaptureSource::Silence, PlayoutSink::Wav(_) | PlayoutSink::Discard) => {
            return Ok(());
        }
    }
    let Reply::Devices { devices } = phone.engine.send(Command::AudioDevices).await? else {
        return Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the devices"));
    };
    check(phone.report, "sound system", Ok(name_of(devices.backend).to_owned()));
    for (role, found) in [("microphone", devices.inputs), ("speaker", devices.outputs)] {
        for AudioDevice { id, name, default } in found {
            phone.report.print(&Line::Device { role, id, name, default });
        }
    }
    Ok(())
}

fn name_of(backend: SoundBackend) -> &'static str {
    match backend {
        SoundBackend::PulseAudio => "PulseAudio",
        SoundBackend::PipeWire => "PipeWire",
        SoundBackend::Alsa => "ALSA, the sound cards without a sound server",
        SoundBackend::CoreAudio => "Core Audio",
        SoundBackend::Wasapi => "WASAPI",
    }
}

fn check(report: Report, name: &'static str, outcome: Result<String, &Failure>) {
    let (ok, message) = match outcome {
        Ok(message) => (true, message),
        Err(failure) => (false, failure.message.clone()),
    };
    report.print(&Line::Check { name, ok, message });
}

/// Calls the echo test and gives the quality after some seconds.
async fn echo(phone: &mut Phone) -> Result<Quality, Failure> {
    let call = phone.place_call(ECHO.to_owned(), BTreeMap::new()).await?;
    let limit = CONNECT_LIMIT + Duration::from_secs(SECONDS.into());
    let outcome = tokio::time::timeout(limit, listen(phone, call)).await.unwrap_or_else(|_| {
        let message = "the echo test did not connect: a firewall may block the sound (UDP); ask the administrator";
        Err(Failure::new(ErrorCode::NoAudioReceived, message))
    });
    if let Err(failure) = phone.engine.send(Command::HangUp { call }).await {
        tracing::debug!(error = failure.message, "the echo test was over before it was hung up");
    }
    outcome
}

async fn listen(phone: &mut Phone, call: CallId) -> Result<Quality, Failure> {
    let mut seconds = 0;
    let mut before = None;
    loop {
        let Some(event) = phone.next_event().await else {
            return Err(Failure::new(ErrorCode::Internal, "the engine ended"));
        };
        let Event::CallChanged { call: view } = event else { continue };
        if view.id != call {
            continue;
        }
        if let Some(failure) = over(&view) {
            return Err(failure);
        }
        let Some(quality) = view.quality.filter(|_| view.state == CallState::Active) else { continue };
        if before.replace(quality) == Some(quality) {
            continue;
        }
        seconds += 1;
        if seconds >= SECONDS {
            return if quality.packets_received > 0 { Ok(quality) } else { Err(silent()) };
        }
    }
}

pub(super) fn over(view: &CallView) -> Option<Failure> {
    let reason = view.end?;
    let message = format!("the echo test ended early: {}", words(reason));
    Some(Failure::new(ErrorCode::NoAudioReceived, message))
}

pub(super) fn silent() -> Failure {
    let message = "nothing came back from the server: a firewall may block the sound (UDP); ask the administrator";
    Failure::new(ErrorCode::NoAudioReceived, message)
}

fn praise(quality: &Quality) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
    format!(
        "sound comes back, round trip {} ms, {:.1} % lost, MOS {}",
        number(quality.rtt_ms),
        quality.loss_percent,
        number(quality.mos)
    )
}
