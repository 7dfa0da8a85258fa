//! The command line.

use clap::{Args, Parser, Subcommand};
use mobilecall_softphone::{CaptureSource, PlayoutSink};
use std::{path::PathBuf, time::Duration};

/// The headless softphone of Mobile Call.
///
/// Exit status: 0 completed, 1 another failure, 2 usage, 3 server not reachable, 4 refused, busy or no answer,
/// 5 audio device, 6 sign-in refused.
#[derive(Debug, Parser)]
#[command(name = "mcall", version, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Place a call.
    Call(CallOptions),
    /// Wait for calls.
    Listen(ListenOptions),
    /// Print the call history, newest first.
    History(HistoryOptions),
    /// Check server, sign-in, line, sound devices and the way of the media.
    Doctor(DoctorOptions),
    /// Start a server and two softphones in this process, let one call the other, and print the figures.
    Demo(DemoOptions),
}

/// How to reach the server and who to be.
#[derive(Clone, Debug, Args)]
pub(crate) struct Account {
    /// Address of the server.
    #[arg(long, value_name = "URL", env = "MCALL_SERVER", default_value = "http://127.0.0.1:4000")]
    pub(crate) server: String,
    /// A further certificate authority to trust, in PEM form.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// User name.
    #[arg(long, value_name = "NAME", env = "MCALL_USERNAME")]
    pub(crate) username: String,
    /// File whose first line is the password.
    #[arg(long, value_name = "FILE", env = "MCALL_PASSWORD_FILE")]
    pub(crate) password_file: PathBuf,
    /// Folder of the local history; without it one that lasts as long as the command.
    #[arg(long, value_name = "DIR", env = "MCALL_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What is printed.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Output {
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the log to the standard error output; twice for more.
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Where sound comes from and goes to.
#[derive(Clone, Debug, Args)]
pub(crate) struct Audio {
    /// Microphone: `device`, `device:ID`, a WAV file, or `none` for silence.
    #[arg(long, value_name = "WAV|device", default_value = "device", value_parser = capture)]
    pub(crate) audio_in: CaptureSource,
    /// Speaker: `device`, `device:ID`, a WAV file to write, or `none`.
    #[arg(long, value_name = "WAV|device", default_value = "device", value_parser = playout)]
    pub(crate) audio_out: PlayoutSink,
}

/// What happens in a call by itself.
#[derive(Clone, Debug, Args)]
pub(crate) struct InCall {
    /// Hang up this long after the call is connected, for example `10s`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// Send these digits when the call is connected.
    #[arg(long, value_name = "DIGITS")]
    pub(crate) send_digits: Option<String>,
    /// Turn the microphone off this long after the call is connected.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) mute_after: Option<Duration>,
    /// Take commands from the standard input, one a line: answer, decline, hangup, mute, unmute, hold, resume,
    /// digits 12#, quit.
    #[arg(long)]
    pub(crate) interactive: bool,
}

impl InCall {
    /// Nothing happens by itself.
    pub(crate) fn none() -> Self {
        Self { duration: None, send_digits: None, mute_after: None, interactive: false }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CallOptions {
    /// Number, extension, name, *43 for the echo test, client:NAME or sip:…
    pub(crate) destination: String,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) audio: Audio,
    #[command(flatten)]
    pub(crate) in_call: InCall,
}

#[derive(Debug, Args)]
pub(crate) struct ListenOptions {
    /// Answer every call at once.
    #[arg(long)]
    pub(crate) auto_answer: bool,
    /// End after the first call, with its outcome as exit status.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) audio: Audio,
    #[command(flatten)]
    pub(crate) in_call: InCall,
}

#[derive(Debug, Args)]
pub(crate) struct HistoryOptions {
    /// Part of a number or name.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) search: String,
    /// Only missed calls.
    #[arg(long)]
    pub(crate) missed: bool,
    /// Most rows to print.
    #[arg(long, value_name = "ROWS", default_value_t = 50)]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) account: Account,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    #[command(flatten)]
    pub(crate) account: Account,
    #[command(flatten)]
    pub(crate) audio: Audio,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Length of the call.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration)]
    pub(crate) duration: Duration,
    /// Folder to keep what each side heard in, as WAV files.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A number and `ms`, `s`, `m` or `h`; seconds without a unit.
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let scale = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("'{unit}' is not a unit of time: write 500ms, 10s or 2m")),
    };
    let seconds: f64 = number.trim().parse().map_err(|_| "write a time as 500ms, 10s or 2m".to_owned())?;
    Duration::try_from_secs_f64(seconds * scale).map_err(|_| "a time cannot be negative or endless".to_owned())
}

fn capture(text: &str) -> Result<CaptureSource, String> {
    Ok(match device(text) {
        Some(id) => CaptureSource::Device(id),
        None if text == "none" => CaptureSource::Silence,
        None => CaptureSource::Wav { path: PathBuf::from(text), repeat: false },
    })
}

fn playout(text: &str) -> Result<PlayoutSink, String> {
    Ok(match device(text) {
        Some(id) => PlayoutSink::Device(id),
        None if text == "none" => PlayoutSink::Discard,
        None => PlayoutSink::Wav(PathBuf::from(text)),
    })
}

/// `device` or `device:ID`.
fn device(text: &str) -> Option<Option<String>> {
    match text.split_once(':') {
        Some(("device", id)) => Some(Some(id.to_owned())),
        _ if text == "device" => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn times_are_read_with_and_without_unit() {
        for (text, millis) in [("10s", 10_000), ("500ms", 500), ("1.5", 1_500), ("2m", 120_000), ("1h", 3_600_000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "s", "10 parsecs", "-1s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn devices_and_files_are_told_apart() {
        assert_eq!(capture("device"), Ok(CaptureSource::Device(None)));
        assert_eq!(capture("device:alsa:hw:0"), Ok(CaptureSource::Device(Some("alsa:hw:0".into()))));
        assert_eq!(capture("in.wav"), Ok(CaptureSource::Wav { path: "in.wav".into(), repeat: false }));
        assert_eq!(capture("none"), Ok(CaptureSource::Silence));
        assert_eq!(playout("out.wav"), Ok(PlayoutSink::Wav("out.wav".into())));
        assert_eq!(playout("none"), Ok(PlayoutSink::Discard));
    }
}
