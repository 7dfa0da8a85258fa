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
    options::{CallOptions, ListenOptions},
    phone::Phone,
};
use mobilecall_ipc::Failure;

/// `mcall call`.
pub(crate) async fn call(options: CallOptions) -> Result<Exit, Failure> {
    let phone = Phone::sign_in(&options.account, &options.audio).await?;
    let mode = Mode::Call { destination: options.destination };
    converse(phone, &options.audio, Conversation::new(mode, options.in_call)).await
}

/// `mcall listen`.
pub(crate) async fn listen(options: ListenOptions) -> Result<Exit, Failure> {
    let phone = Phone::sign_in(&options.account, &options.audio).await?;
    let mode = Mode::Listen { auto_answer: options.auto_answer, once: options.once };
    converse(phone, &options.audio, Conversation::new(mode, options.in_call)).await
}

async fn converse(
    mut phone: Phone,
    audio: &crate::options::Audio,
    conversation: Conversation,
) -> Result<Exit, Failure> {
    let outcome = async {
        phone.check_devices(audio).await?;
        phone.ready().await?;
        conversation.run(&mut phone).await
    };
    let outcome = outcome.await;
    phone.engine.shutdown().await;
    outcome
}
