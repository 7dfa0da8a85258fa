//! `mcall`, the headless softphone for scripts and tests: the engine of the app without its window.

mod commands;
mod control;
mod conversation;
mod exit;
mod options;
mod phone;
mod report;
mod tracker;

use clap::Parser as _;
use exit::Exit;
use mobilecall_ipc::Failure;
use mobilecall_softphone::LOG_DIRECTIVES;
use options::{Command, Options, Output};
use report::Report;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    let output = output_of(&options.command);
    start_log(output.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime could be started");
            return Exit::Failed.into();
        }
    };
    let exit = runtime.block_on(Box::pin(run(options.command))).unwrap_or_else(|failure| {
        Report::new(output.json).failed(&failure);
        Exit::of_failure(&failure)
    });
    // A thread that still reads the standard input must not keep the program from ending.
    runtime.shutdown_background();
    exit.into()
}

async fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Call(options) => commands::call(options).await,
        Command::Listen(options) => commands::listen(options).await,
        Command::History(options) => commands::history(options).await,
        Command::Doctor(options) => commands::doctor(options).await,
        Command::Demo(options) => commands::demo(options).await,
    }
}

fn output_of(command: &Command) -> Output {
    match command {
        Command::Call(options) => options.account.output,
        Command::Listen(options) => options.account.output,
        Command::History(options) => options.account.output,
        Command::Doctor(options) => options.account.output,
        Command::Demo(options) => options.output,
    }
}

/// The log goes to the standard error output, so that the standard output is for what happens alone.
fn start_log(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "info,mobilecall=debug",
        _ => "debug,mobilecall=trace",
    };
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_unset| level.to_owned());
    // Last, so that no wish makes the media stack write its passwords.
    let filter = EnvFilter::new(format!("{wanted},{LOG_DIRECTIVES}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
