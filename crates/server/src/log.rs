//! The log, on standard error. Standard output belongs to what a command answers.

use crate::usage::UsageError;
use clap::ValueEnum;
use mobilecall_backend::LOG_DIRECTIVES;
use serde::Deserialize;
use std::io::{IsTerminal as _, stderr};
use tracing_subscriber::EnvFilter;

/// Which levels are logged, in the form of `tracing`'s `EnvFilter`.
const FILTER: &str = "MOBILE_CALL_LOG";

/// What the libraries below say about every packet is for their authors.
const DEFAULT_FILTER: &str = "warn,mobilecall=info,mobile_call=info,mobilecall_backend=info,mobilecall_edge=info";

/// Form of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Begins to log.
pub(crate) fn start(format: LogFormat) -> Result<(), UsageError> {
    let wanted = std::env::var(FILTER).unwrap_or_else(|_unset| DEFAULT_FILTER.to_owned());
    // Last, so that no wish makes the media stack write its passwords.
    let filter = EnvFilter::try_new(format!("{wanted},{LOG_DIRECTIVES}"))
        .map_err(|error| UsageError::new(format!("{FILTER}='{wanted}' is not a filter: {error}")))?;
    // A line that cannot be written, as on a full disk or into a pipe that nobody reads, would else be told on standard error
    // too, which panics.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr).log_internal_errors(false);
    match format {
        LogFormat::Text => log.with_ansi(stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
