//! `mobile-call-server`: the backend as a program of its own. It reads its configuration, opens the store, serves until
//! it is told to stop, adds people, sets what a company prefers, and checks the account at Twilio. Everything else is in the
//! library.
//!
//! Exit status: 0 done, 1 failed or (`doctor`) something is to be changed, 2 used wrongly.

mod arguments;
mod company;
mod database;
mod doctor;
mod log;
mod media;
mod pages;
mod relays;
mod run;
mod settings;
mod twilio;
mod usage;
mod users;

use arguments::{Arguments, Command, CompanyCommand, UserCommand};
use clap::Parser as _;
use settings::Settings;
use std::process::ExitCode;
use usage::UsageError;

/// The command line or the configuration is wrong.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Box::pin(work(arguments)).await {
        Ok(status) => status,
        Err(error) => {
            eprintln!("mobile-call-server: {error:#}");
            if error.is::<UsageError>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

async fn work(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::gather(arguments.options)?;
    log::start(settings.log_format)?;
    match arguments.command {
        None => Box::pin(run::run(settings)).await?,
        Some(Command::User(UserCommand::Add(new))) => users::add(&settings, new).await?,
        Some(Command::User(UserCommand::List(filter))) => users::list(&settings, filter).await?,
        Some(Command::Company(CompanyCommand::Lines(lines))) => company::lines(&settings, lines).await?,
        Some(Command::Doctor(which)) => return doctor::check(&settings, which).await,
    }
    Ok(ExitCode::SUCCESS)
}
