//! `mcall doctor`: one check after the other, each with what to do about it.

use crate::{
    exit::{Exit, words},
    options::DoctorOptions,
    phone::Phone,
    report::{Line, Report},
};
use mobilecall_domain::CallId;
use mobilecall_ipc::{CallState, CallView, Command, ErrorCode, Event, Failure, Quality, Reply};
use std::time::Duration;

/// The echo test of the direct line.
const ECHO: &str = "*43";
/// Time for the echo test to be connected.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// Seconds of sound that are judged.
const SECONDS: u32 = 3;

/// Checks everything that a call needs; the exit status is that of the first check that failed.
pub(crate) async fn doctor(options: DoctorOptions) -> Result<Exit, Failure> {
    let report = Report::new(options.account.output.json);
    let mut phone = match Phone::sign_in(&options.account, &options.audio).await {
        Ok(phone) => phone,
        Err(failure) => {
            let exit = Exit::of_failure(&failure);
            match exit {
                Exit::SignIn => {
                    check(report, "server", Ok("it answers".to_owned()));
                    check(report, "sign-in", Err(&failure));
                }
                Exit::Completed | Exit::Failed | Exit::Usage | Exit::Unreachable | Exit::Refused | Exit::Audio => {
                    check(report, "server", Err(&failure));
                }
            }
            return Ok(exit);
        }
    };
    check(report, "server", Ok(format!("{} answers", options.account.server)));
    check(report, "sign-in", Ok(format!("signed in as {}", options.account.username)));
    let exit = examine(&mut phone, &options, report).await;
    phone.engine.shutdown().await;
    Ok(exit)
}

async fn examine(phone: &mut Phone, options: &DoctorOptions, report: Report) -> Exit {
    let line = phone.ready().await;
    check(report, "line", line.as_ref().map(|()| "registered".to_owned()));
    let devices = phone.check_devices(&options.audio).await;
    check(report, "sound devices", devices.as_ref().map(|()| "the chosen ones are there".to_owned()));
    let mut exits = vec![line.err().map(|failure| Exit::of_failure(&failure)), devices.err().map(|_| Exit::Audio)];
    if exits[0].is_none() {
        let echo = echo(phone).await;
        check(report, "media", echo.as_ref().map(praise));
        exits.push(echo.err().map(|failure| Exit::of_failure(&failure)));
    }
    exits.into_iter().flatten().next().unwrap_or(Exit::Completed)
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
    let placed = phone.engine.send(Command::PlaceCall { destination: ECHO.to_owned() }).await?;
    let Reply::Call { call } = placed else {
        return Err(Failure::new(ErrorCode::Internal, "the engine gave another reply than the call"));
    };
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
        let Some(event) = phone.events.recv().await else {
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

fn over(view: &CallView) -> Option<Failure> {
    let reason = view.end?;
    let message = format!("the echo test ended early: {}", words(reason));
    Some(Failure::new(ErrorCode::NoAudioReceived, message))
}

fn silent() -> Failure {
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
