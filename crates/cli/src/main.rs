//! `mcall`, the headless softphone for scripts and tests: the engine of the app without its window.

mod commands;
mod control;
mod conversation;
mod exit;
mod interrupts;
mod options;
mod phone;
mod preflight;
mod report;
mod tracker;

use clap::Parser as _;
use exit::Exit;
use interrupts::Interrupts;
use mobilecall_ipc::Failure;
use mobilecall_softphone::LOG_DIRECTIVES;
use options::{Command, Options};
use std::{io::IsTerminal as _, process::ExitCode};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let options = Options::parse();
    let report = options.common.report();
    start_log(options.common.verbose);
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime could be started");
            return Exit::Failed.into();
        }
    };
    let exit = runtime.block_on(Box::pin(run(options))).unwrap_or_else(|failure| {
        report.failed(&failure);
        Exit::of_failure(&failure)
    });
    // A thread that still reads the standard input must not keep the program from ending.
    runtime.shutdown_background();
    exit.into()
}

async fn run(Options { command, common }: Options) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    match command {
        Command::Call(options) => commands::call(&common, options, interrupts).await,
        Command::Listen(options) => commands::listen(&common, options, interrupts).await,
        Command::History(options) => interrupts.or(commands::history(&common, &options)).await,
        Command::Doctor(options) if options.preflight => interrupts.or(commands::preflight(&common, options)).await,
        Command::Doctor(_) => interrupts.or(commands::doctor(&common)).await,
        Command::Demo(options) => commands::demo(&common, &options, interrupts).await,
    }
}

/// The log goes to the standard error output, so that the standard output is for what happens alone.
fn start_log(verbose: u8) {
    let level = match verbose {
        // Those two log the causes of what is told anyway.
        0 => "error,mobilecall_softphone::failure=off,mobilecall_line_pstream=off",
        1 => "info,mobilecall=debug",
        _ => "debug,mobilecall=trace",
    };
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_unset| level.to_owned());
    // Last, so that no wish makes the media stack write its passwords.
    let filter = EnvFilter::new(format!("{wanted},{LOG_DIRECTIVES}"));
    // A line that cannot be written, as on a full disk, would else be told on standard error too, which panics.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false);
    log.with_ansi(std::io::stderr().is_terminal()).init();
}
