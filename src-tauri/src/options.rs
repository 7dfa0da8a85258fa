//! The command line of the app.

/// What the app was started with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    /// Start in the tray, without a window.
    pub(crate) hidden: bool,
}

/// What to do with a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// Start.
    Run(Options),
    /// Print this and end well.
    Print(String),
    /// Print this and end with a usage error.
    Refuse(String),
}

const HELP: &str = "Mobile Call, a desktop softphone

Usage: mobile-call [--hidden]

  --hidden, --minimised  start in the tray, without a window
  --version              print the version
  --help                 print this help

Environment:
  MOBILE_CALL_DATA_DIR   folder for history, settings and the embedded server's database
  MOBILE_CALL_AUDIO_IN   WAV file that speaks in place of the microphone
  MOBILE_CALL_AUDIO_OUT  WAV file to write in place of the speaker
  RUST_LOG               what is logged, for example info or mobilecall_softphone=debug

For scripts and machines without a display there is the headless softphone `mcall`.";

/// Reads the arguments after the program's name.
pub(crate) fn parse<I: IntoIterator<Item = String>>(arguments: I) -> Parsed {
    let mut options = Options::default();
    for argument in arguments {
        match argument.as_str() {
            "--hidden" | "--minimised" | "--minimized" => options.hidden = true,
            "--help" | "-h" => return Parsed::Print(HELP.to_owned()),
            "--version" | "-V" => return Parsed::Print(format!("Mobile Call {}", env!("CARGO_PKG_VERSION"))),
            unknown => {
                return Parsed::Refuse(format!(
                    "'{unknown}' is not an option of mobile-call: see `mobile-call --help`"
                ));
            }
        }
    }
    Parsed::Run(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expected: &Parsed) {
        assert_eq!(&parse(arguments.iter().map(|&argument| argument.to_owned())), expected, "{arguments:?}");
    }

    #[test]
    fn each_spelling_of_hidden_is_known() {
        check(&[], &Parsed::Run(Options { hidden: false }));
        for spelling in ["--hidden", "--minimised", "--minimized"] {
            check(&[spelling], &Parsed::Run(Options { hidden: true }));
        }
    }

    #[test]
    fn help_names_the_headless_tool() {
        assert!(matches!(parse(["--help".to_owned()]), Parsed::Print(text) if text.contains("mcall")));
    }

    #[test]
    fn an_unknown_option_is_refused_by_name() {
        assert!(matches!(parse(["--minimze".to_owned()]), Parsed::Refuse(text) if text.contains("--minimze")));
    }
}
