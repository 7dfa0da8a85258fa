//! Writes the TypeScript types of the contract into the directory given as the first argument.
//!
//! `cargo xtask codegen` runs it on `ui/window/src/ipc/generated`; with `--check` it runs it on a temporary directory and
//! compares.

use mobilecall_ipc::{Command, Event, Failure, HistoryPage, Reply, Snapshot};
use std::process::ExitCode;
use ts_rs::{Config, TS};

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1) else {
        eprintln!("usage: export_types DIRECTORY");
        return ExitCode::from(2);
    };
    let config = Config::new().with_out_dir(directory.clone());
    // These six reach every other type of the contract.
    let written = Command::export_all(&config)
        .and_then(|()| Reply::export_all(&config))
        .and_then(|()| Event::export_all(&config))
        .and_then(|()| Snapshot::export_all(&config))
        .and_then(|()| HistoryPage::export_all(&config))
        .and_then(|()| Failure::export_all(&config));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("could not write the types to {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}
