//! Commands from the standard input.

use crate::report::Report;
use mobilecall_domain::{CallId, Private, text_file};
use mobilecall_ipc::{Command, ErrorCode, Failure};
use std::io::BufRead as _;
use tokio::sync::mpsc;

/// A line of input, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Answer,
    Decline,
    Ignore,
    HangUp,
    Mute(bool),
    Hold(bool),
    Digits(Private<String>),
    Message(Private<String>),
    Quit,
}

impl Control {
    fn parse(line: &str) -> Option<Self> {
        let (word, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        Some(match word {
            "answer" => Self::Answer,
            "decline" => Self::Decline,
            "ignore" => Self::Ignore,
            "hangup" => Self::HangUp,
            "mute" => Self::Mute(true),
            "unmute" => Self::Mute(false),
            "hold" => Self::Hold(true),
            "resume" => Self::Hold(false),
            "digits" if !rest.trim().is_empty() => Self::Digits(Private::new(rest.trim().to_owned())),
            "message" if !rest.trim().is_empty() => Self::Message(Private::new(rest.trim().to_owned())),
            "quit" => Self::Quit,
            _ => return None,
        })
    }

    /// As a command for a call; `None` for `quit`.
    pub(crate) fn for_call(self, call: CallId) -> Option<Command> {
        Some(match self {
            Self::Answer => Command::Answer { call },
            Self::Decline => Command::Decline { call },
            Self::Ignore => Command::Ignore { call },
            Self::HangUp => Command::HangUp { call },
            Self::Mute(muted) => Command::SetMute { call, muted },
            Self::Hold(held) => Command::SetHold { call, held },
            Self::Digits(digits) => Command::SendDigits { call, digits: digits.into_inner() },
            Self::Message(content) => Command::SendMessage { call, content: content.into_inner() },
            Self::Quit => return None,
        })
    }
}

/// Reads the standard input on a thread of its own, because a blocked read cannot be given up. The channel closes at
/// the end of the input, which means nothing in particular.
pub(crate) fn read_input(report: Report) -> mpsc::Receiver<Control> {
    let (sender, receiver) = mpsc::channel(16);
    std::thread::spawn(move || {
        let mut input = std::io::stdin().lock();
        let mut bytes = Vec::new();
        while let Ok(1..) = input.read_until(b'\n', &mut bytes) {
            match text_file::decode(&std::mem::take(&mut bytes)) {
                Ok(text) => {
                    for control in text.lines().filter_map(|line| understood(line, report)) {
                        if sender.blocking_send(control).is_err() {
                            return;
                        }
                    }
                }
                Err(error) => refused(report, format!("the input cannot be read: {error}")),
            }
        }
    });
    receiver
}

/// Says what is no command.
fn understood(line: &str, report: Report) -> Option<Control> {
    let line = line.trim();
    let control = Control::parse(line);
    if control.is_none() && !line.is_empty() {
        let commands = "answer, decline, ignore, hangup, mute, unmute, hold, resume, digits 12#, message JSON or quit";
        refused(report, format!("'{line}' is not a command: use {commands}"));
    }
    control
}

fn refused(report: Report, message: String) {
    report.problem(&Failure::new(ErrorCode::NotNow, message));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood_or_refused() {
        for (line, expected) in [
            ("hangup", Some(Control::HangUp)),
            (" mute \n", Some(Control::Mute(true))),
            ("resume", Some(Control::Hold(false))),
            ("digits 12#", Some(Control::Digits(Private::new("12#".into())))),
            ("ignore", Some(Control::Ignore)),
            (r#"message {"a": 1}"#, Some(Control::Message(Private::new(r#"{"a": 1}"#.into())))),
            ("message", None),
            ("digits", None),
            ("dance", None),
            ("", None),
        ] {
            assert_eq!(Control::parse(line), expected, "{line}");
        }
    }
}
