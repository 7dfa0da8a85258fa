//! The command line. None of it is printed with `Debug`: it holds numbers, names and digits.

use crate::report::Report;
use clap::{Args, Parser, Subcommand};
use mobilecall_softphone::{CaptureSource, PlayoutSink};
use std::{path::PathBuf, time::Duration};

/// The headless softphone of Mobile Call.
///
/// Exit status: 0 completed, 1 another failure, 2 usage, 3 server not reachable, 4 refused, busy or no answer,
/// 5 audio device, 6 sign-in refused.
#[derive(Parser)]
#[command(name = "mcall", version, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Place a call.
    Call(CallOptions),
    /// Wait for calls.
    Listen(ListenOptions),
    /// Print the call history, newest first; what the data folder holds of it if the server cannot be reached.
    History(HistoryOptions),
    /// Check server, sign-in, line, sound devices and the way of the media.
    Doctor(DoctorOptions),
    /// Start a server and two softphones in this process, let one call the other, and print the figures.
    Demo(DemoOptions),
}

/// Options of every command, before or after its name.
#[derive(Clone, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Address of the server.
    #[arg(long, value_name = "URL", env = "MCALL_SERVER", default_value = "http://127.0.0.1:4000", global = true)]
    pub(crate) server: String,
    /// A further certificate authority to trust, in PEM form.
    #[arg(long, value_name = "FILE", env = "MCALL_CA", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// User name.
    #[arg(long, value_name = "NAME", env = "MCALL_USERNAME", global = true)]
    pub(crate) username: Option<String>,
    /// File whose first line is the password.
    #[arg(long, value_name = "FILE", env = "MCALL_PASSWORD_FILE", global = true)]
    pub(crate) password_file: Option<PathBuf>,
    /// Folder of the local history; without it one that lasts as long as the command.
    #[arg(long, value_name = "DIR", env = "MCALL_DATA_DIR", global = true)]
    pub(crate) data_dir: Option<PathBuf>,
    /// The line to use: its id, its name, or its kind (direct, twilio, sip). Without it the number that is called says
    /// which, and the line of the server is waited for.
    #[arg(long, value_name = "LINE", global = true)]
    pub(crate) line: Option<String>,
    /// The edge at which the line over Twilio signs in, as `frankfurt`; without it the nearest.
    #[arg(long, value_name = "EDGE", global = true)]
    pub(crate) edge: Option<String>,
    /// Microphone: `device`, `device:ID`, a WAV file, or `none` for silence.
    #[arg(long, value_name = "WAV|device", default_value = "device", value_parser = capture, global = true)]
    pub(crate) audio_in: CaptureSource,
    /// Process the sound of a WAV file as that of a microphone: cancel echo, suppress noise, even out the volume.
    #[arg(long, global = true)]
    pub(crate) process_audio: bool,
    /// Speaker: `device`, `device:ID`, a WAV file to write, or `none`. `mcall doctor` names the IDs. The second call goes to
    /// a file NAME-2.wav, and so on.
    #[arg(long, value_name = "WAV|device", default_value = "device", value_parser = playout, global = true)]
    pub(crate) audio_out: PlayoutSink,
    /// Hang up this long after a call is connected, for example `10s`; with `--send-digits` after these have begun.
    #[arg(long, value_name = "TIME", value_parser = duration, global = true)]
    pub(crate) duration: Option<Duration>,
    /// Print one JSON object a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print the log to the standard error output; twice for more.
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(crate) verbose: u8,
}

impl Common {
    pub(crate) fn report(&self) -> Report {
        Report::new(self.json)
    }
}

/// What happens in a call by itself.
#[derive(Clone, Default, Args)]
pub(crate) struct InCall {
    #[arg(skip)]
    pub(crate) duration: Option<Duration>,
    /// Which of `microphone` and `speaker` are files.
    #[arg(skip)]
    pub(crate) files: Vec<&'static str>,
    /// Send these digits when the call is connected and the other side is heard: 0-9, *, # and A-D, with a comma for a
    /// pause of 2 seconds and w for half a second.
    #[arg(long, value_name = "DIGITS")]
    pub(crate) send_digits: Option<String>,
    /// Turn the microphone off this long after the call is connected.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) mute_after: Option<Duration>,
    /// Take commands from the standard input, one a line: answer, decline, ignore, hangup, mute, unmute, hold, resume,
    /// digits 12#, message JSON, quit.
    #[arg(long)]
    pub(crate) interactive: bool,
}

#[derive(Args)]
pub(crate) struct CallOptions {
    /// Number, extension, name, *43 for the echo test, client:NAME or sip:…
    pub(crate) destination: String,
    /// What Twilio's application is told beside, as NAME=VALUE; may be said several times.
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) in_call: InCall,
}

#[derive(Args)]
pub(crate) struct ListenOptions {
    /// Answer every call at once.
    #[arg(long)]
    pub(crate) auto_answer: bool,
    /// End after the first call, with its outcome as exit status.
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) in_call: InCall,
}

#[derive(Args)]
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
}

#[derive(Args)]
pub(crate) struct DoctorOptions {
    /// Place a short call to the echo test instead, and report what the network does to it.
    #[arg(long)]
    pub(crate) preflight: bool,
    /// Call this in place of the echo test, which only the line of the server has.
    #[arg(long, value_name = "NUMBER", requires = "preflight")]
    pub(crate) to: Option<String>,
}

#[derive(Args)]
pub(crate) struct DemoOptions {
    /// Folder to keep what each side said and heard in, as WAV files.
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
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

/// A name and a value.
fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write a parameter as NAME=VALUE".to_owned()),
    }
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
    fn common_options_stand_before_or_after_the_command() {
        let common = ["--server", "https://a.example", "--username", "sara", "--duration", "2s", "--json", "-vv"];
        for arguments in
            [[&["mcall"], &common[..], &["call", "102"]].concat(), [&["mcall", "call", "102"], &common[..]].concat()]
        {
            let options = Options::try_parse_from(&arguments).unwrap().common;
            assert_eq!(options.server, "https://a.example", "{arguments:?}");
            assert_eq!(options.username.as_deref(), Some("sara"), "{arguments:?}");
            assert_eq!((options.duration, options.json, options.verbose), (Some(Duration::from_secs(2)), true, 2));
        }
    }

    #[test]
    fn a_line_can_be_chosen_before_or_after_the_command() {
        for arguments in [["mcall", "--line", "sip", "call", "102"], ["mcall", "call", "102", "--line", "sip"]] {
            let options = Options::try_parse_from(arguments).unwrap();
            assert_eq!(options.common.line.as_deref(), Some("sip"));
        }
    }

    #[test]
    fn a_file_is_processed_only_when_asked_to() {
        let call = ["mcall", "call", "*43", "--audio-in", "in.wav"];
        for (flags, expected) in [(&[] as &[&str], false), (&["--process-audio"], true)] {
            let options = Options::try_parse_from(call.iter().chain(flags)).unwrap();
            assert_eq!(options.common.process_audio, expected);
        }
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
