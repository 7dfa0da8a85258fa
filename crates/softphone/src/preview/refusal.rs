//! Why no line takes an address, and what comes first to change that.

use super::Known;
use crate::{
    failure,
    lines::{NoRoute, can_call},
};
use mobilecall_domain::{Address, LineKind};
use mobilecall_ipc::{ErrorCode, Failure};

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Advice {
    /// Another line than the one that was chosen can call it.
    ChooseLine,
    /// Whoever administers the server can set up a line to the phone network.
    AskAdministrator,
    /// The agent can, in the settings.
    AddLine,
    /// Nobody administers the server inside this app.
    SignIn,
    /// Nor does anybody there, but the agent can set up a line.
    AddLineOrSignIn,
    /// Nothing that can be set up: to call something else.
    CallElse,
}

impl Advice {
    fn new(address: &Address, known: Known<'_>) -> Self {
        if known.lines.iter().any(|line| can_call(line.kind, address)) {
            return Self::ChooseLine;
        }
        match (address, known.embedded, known.adds_lines) {
            (Address::Phone(_), true, true) => Self::AddLineOrSignIn,
            (Address::Phone(_), true, false) => Self::SignIn,
            (Address::Phone(_), false, true) => Self::AddLine,
            (Address::Phone(_), false, false) => Self::AskAdministrator,
            (Address::Extension(_) | Address::Service(_) | Address::Client(_) | Address::Sip(_), ..) => Self::CallElse,
        }
    }

    /// By this name windows know it.
    const fn as_str(self) -> &'static str {
        match self {
            Self::ChooseLine => "chooseLine",
            Self::AskAdministrator => "askAdministrator",
            Self::AddLine => "addLine",
            Self::SignIn => "signIn",
            Self::AddLineOrSignIn => "addLineOrSignIn",
            Self::CallElse => "callElse",
        }
    }

    /// For the line that cannot call it; `None` for all of several.
    const fn as_sentence(self, line: Option<LineKind>) -> &'static str {
        match (self, line) {
            (Self::ChooseLine, _) => "this line cannot call such an address: choose another line",
            (Self::AskAdministrator, _) => {
                "phone numbers need a line to the phone network: ask your administrator for one first"
            }
            (Self::AddLine, _) => "phone numbers need a line to the phone network: add one in the settings first",
            (Self::SignIn, _) => {
                "the server on this computer connects colleagues only: sign in to your company's server to call phone \
                 numbers"
            }
            (Self::AddLineOrSignIn, _) => {
                "the server on this computer connects colleagues only: sign in to your company's server, or add a line to \
                 the phone network in the settings, to call phone numbers"
            }
            (Self::CallElse, Some(LineKind::Direct)) => {
                "the direct line reaches colleagues only: call an extension or a name instead of a SIP address"
            }
            (Self::CallElse, Some(LineKind::Twilio | LineKind::Sip)) => {
                "this line cannot call SIP addresses: call a number, an extension or a name"
            }
            (Self::CallElse, None) => "none of your lines can call such an address: add a line that can",
        }
    }
}

pub(super) fn no_route(address: &Address, error: NoRoute, known: Known<'_>) -> Failure {
    let kind = match address {
        Address::Phone(_) => "phone",
        Address::Extension(_) => "extension",
        Address::Service(_) => "service",
        Address::Client(_) => "client",
        Address::Sip(_) => "sip",
    };
    let line = match error {
        NoRoute::NoSuchLine => return failure::no_such_line(),
        NoRoute::Cannot(line) => Some(line),
        NoRoute::NoneCan => None,
    };
    let advice = Advice::new(address, known);
    Failure::new(ErrorCode::UnsupportedAddress, advice.as_sentence(line))
        .with("line", line.map_or("none", LineKind::as_str))
        .with("kind", kind)
        .with("advice", advice.as_str())
}
