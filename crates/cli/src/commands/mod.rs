//! The commands.

mod demo;
mod doctor;
mod history;

pub(crate) use demo::demo;
pub(crate) use doctor::doctor;
pub(crate) use history::history;

use crate::{
    conversation::{Conversation, Mode},
    exit::Exit,
    interrupts::Interrupts,
    options::{CallOptions, Common, InCall, ListenOptions},
    phone::Phone,
};
use mobilecall_ipc::Failure;
use mobilecall_softphone::check_sound;

/// `mcall call`.
pub(crate) async fn call(common: &Common, options: CallOptions, interrupts: Interrupts) -> Result<Exit, Failure> {
    converse(common, Mode::Call { destination: options.destination }, options.in_call, interrupts).await
}

/// `mcall listen`.
pub(crate) async fn listen(common: &Common, options: ListenOptions, interrupts: Interrupts) -> Result<Exit, Failure> {
    let mode = Mode::Listen { auto_answer: options.auto_answer, once: options.once };
    converse(common, mode, options.in_call, interrupts).await
}

async fn converse(common: &Common, mode: Mode, in_call: InCall, mut interrupts: Interrupts) -> Result<Exit, Failure> {
    // Before anybody is rung.
    interrupts.or(check_sound(&common.audio_in, &common.audio_out)).await?;
    let mut phone = interrupts.or(Phone::sign_in(common)).await?;
    let in_call = InCall { duration: common.duration, ..in_call };
    let outcome = match interrupts.or(phone.ready()).await {
        Ok(()) => Conversation::new(mode, in_call, interrupts).run(&mut phone).await,
        Err(failure) => Err(failure),
    };
    phone.engine.shutdown().await;
    outcome
}
