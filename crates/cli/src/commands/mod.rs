//! The commands.

mod demo;
mod doctor;
mod history;
mod preflight;

pub(crate) use demo::demo;
pub(crate) use doctor::doctor;
pub(crate) use history::history;
pub(crate) use preflight::preflight;

use crate::{
    conversation::{Conversation, Mode},
    exit::Exit,
    interrupts::Interrupts,
    options::{CallOptions, Common, InCall, ListenOptions},
    phone::Phone,
};
use mobilecall_domain::dtmf::{read_keys, time_of_keys};
use mobilecall_ipc::{ErrorCode, Failure};
use mobilecall_softphone::{CaptureSource, PlayoutSink, check_sound};
use std::time::Duration;

/// `mcall call`.
pub(crate) async fn call(common: &Common, options: CallOptions, interrupts: Interrupts) -> Result<Exit, Failure> {
    let CallOptions { destination, parameters, in_call } = options;
    let parameters = parameters.into_iter().collect();
    converse(common, Mode::Call { destination, parameters }, in_call, interrupts).await
}

/// `mcall listen`.
pub(crate) async fn listen(common: &Common, options: ListenOptions, interrupts: Interrupts) -> Result<Exit, Failure> {
    let mode = Mode::Listen { auto_answer: options.auto_answer, once: options.once };
    converse(common, mode, options.in_call, interrupts).await
}

async fn converse(common: &Common, mode: Mode, in_call: InCall, mut interrupts: Interrupts) -> Result<Exit, Failure> {
    // Before anybody is rung.
    check_keys(&in_call, common.duration)?;
    interrupts.or(check_sound(&common.audio_in, &common.audio_out)).await?;
    let mut phone = interrupts.or(Phone::sign_in(common)).await?;
    let in_call = InCall { duration: common.duration, files: files(common), ..in_call };
    let outcome = match interrupts.or(phone.ready()).await {
        Ok(()) => Conversation::new(mode, in_call, interrupts).run(&mut phone).await,
        Err(failure) => Err(failure),
    };
    phone.end().await;
    outcome
}

/// Whatever stands in for a device.
fn files(common: &Common) -> Vec<&'static str> {
    let said = matches!(common.audio_in, CaptureSource::Wav { .. }).then_some("microphone");
    let heard = matches!(common.audio_out, PlayoutSink::Wav(_)).then_some("speaker");
    said.into_iter().chain(heard).collect()
}

/// What is to be sent in the call must be keys, and have the time for all of them.
fn check_keys(in_call: &InCall, duration: Option<Duration>) -> Result<(), Failure> {
    let Some(keys) = &in_call.send_digits else { return Ok(()) };
    let steps = read_keys(keys).map_err(|error| Failure::new(ErrorCode::BadDigit, error.to_string()))?;
    let takes = time_of_keys(&steps);
    match duration {
        Some(duration) if duration < takes => {
            let message = format!(
                "sending these digits takes {:.1} s, and --duration hangs up after {:.1} s: let the call last longer",
                takes.as_secs_f64(),
                duration.as_secs_f64()
            );
            Err(Failure::new(ErrorCode::BadSetting, message).with("setting", "send-digits"))
        }
        Some(_) | None => Ok(()),
    }
}
