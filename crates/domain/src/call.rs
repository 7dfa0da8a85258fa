//! Small enums every layer shares: statuses, directions, end reasons, registration.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The spelling that storage, the API and logs share. What windows see of it is camel case, by way of serde.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.as_str()) }
        }
        impl FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownName { kind: stringify!($name), given: text.to_owned(), known: &[$($text),+] }),
                }
            }
        }
    };
}

/// A word that names no value of an enum.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{given}' is not a {kind}: use one of {}", known.join(", "))]
pub struct UnknownName {
    kind: &'static str,
    given: String,
    known: &'static [&'static str],
}

named! {
    /// Where a call record stands. The spelling is Twilio's (`CallStatus`), which the old pages read.
    CallStatus {
        /// Accepted, not yet started.
        Queued = "queued",
        /// Dialing has begun.
        Initiated = "initiated",
        /// The far end is being alerted.
        Ringing = "ringing",
        /// Answered and talking.
        InProgress = "in-progress",
        /// Was answered and is over.
        Completed = "completed",
        /// The far end was busy or declined.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// The caller gave up before an answer.
        Canceled = "canceled",
        /// Could not be put through, or broke.
        Failed = "failed",
    }
}

impl CallStatus {
    /// How far the call has come; a record's status never moves to a lower rank, nor between two final ones.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Initiated => 1,
            Self::Ringing => 2,
            Self::InProgress => 3,
            Self::Completed | Self::Busy | Self::NoAnswer | Self::Canceled | Self::Failed => 4,
        }
    }
    /// Whether the call is over.
    pub const fn is_final(self) -> bool {
        self.rank() == 4
    }
    /// Whether it says that nobody answered. A call that failed may have been answered before.
    pub const fn is_unanswered(self) -> bool {
        match self {
            Self::Busy | Self::NoAnswer | Self::Canceled => true,
            Self::Queued | Self::Initiated | Self::Ringing | Self::InProgress | Self::Completed | Self::Failed => false,
        }
    }
    /// Whether a record that stands at `self` may move to `next`.
    pub const fn may_become(self, next: Self) -> bool {
        next.rank() > self.rank()
    }
}

named! {
    /// Which way a call goes, seen from the agent. Providers' words ("inbound") are mapped where they enter.
    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
    #[serde(rename_all = "camelCase")]
    Direction {
        /// Somebody calls the agent.
        Incoming = "inbound",
        /// The agent calls somebody.
        Outgoing = "outbound",
    }
}

named! {
    /// The kind of line that carries a call.
    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
    #[serde(rename_all = "camelCase")]
    LineKind {
        /// Twilio Programmable Voice.
        Twilio = "twilio",
        /// An extension at a PBX.
        Sip = "sip",
        /// Agent to agent through our own backend.
        Direct = "direct",
    }
}

named! {
    /// Why a call stopped.
    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
    #[serde(rename_all = "camelCase")]
    EndReason {
        /// This agent hung up an answered call.
        LocalHangup = "local-hangup",
        /// The far end hung up an answered call.
        RemoteHangup = "remote-hangup",
        /// This agent gave up before an answer.
        LocalCancel = "local-cancel",
        /// The caller gave up before this agent answered.
        RemoteCancel = "remote-cancel",
        /// The far end is in another call.
        Busy = "busy",
        /// The far end refused.
        Declined = "declined",
        /// This agent refused.
        LocalDecline = "local-decline",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// Another device of this agent took it.
        AnsweredElsewhere = "answered-elsewhere",
        /// No such number, extension or name.
        UnknownDestination = "unknown-destination",
        /// The far end exists but no device of theirs is signed in.
        Offline = "offline",
        /// The far end is signed in at another server only, which calls cannot be handed to.
        OtherServer = "other-server",
        /// The line or the far end refused this call.
        NotAllowed = "not-allowed",
        /// No common codec or encryption, or a media description that cannot be read.
        Incompatible = "incompatible",
        /// Media was lost and could not be brought back.
        MediaLost = "media-lost",
        /// The line's server was lost and the call could not be recovered.
        SignalingLost = "signaling-lost",
        /// The program or the server ended while the call was up.
        Interrupted = "interrupted",
        /// Anything the line could not name.
        Failed = "failed",
    }
}

impl EndReason {
    /// The final status of a record that ends for this reason; Twilio's, SIP's and our own outcomes come here by way
    /// of the reason.
    ///
    /// An answered call is completed, however it ended. One that was not:
    ///
    /// | reason | status | as in |
    /// | --- | --- | --- |
    /// | this agent gave up (also by hanging up as it was answered), the caller gave up | canceled | SIP CANCEL, 487; Twilio `canceled` |
    /// | nobody answered, nobody is signed in, the far end ended it without a word | no-answer | SIP 408, 480; Twilio `no-answer` |
    /// | busy, declined at either end | busy | SIP 486, 600, 603; Twilio `busy` |
    /// | another device of this agent took it | completed | one record is shared by all devices of an agent |
    /// | anything else | failed | SIP 4xx, 5xx, 6xx; Twilio `failed` |
    ///
    /// An incoming call that ends as canceled or no-answer is a missed one, see
    /// [`CallRecord::disposition`](crate::CallRecord::disposition).
    pub const fn status(self, answered: bool) -> CallStatus {
        match self {
            _ if answered => CallStatus::Completed,
            Self::LocalHangup | Self::LocalCancel | Self::RemoteCancel => CallStatus::Canceled,
            Self::NoAnswer | Self::Offline | Self::RemoteHangup => CallStatus::NoAnswer,
            Self::Busy | Self::Declined | Self::LocalDecline => CallStatus::Busy,
            Self::AnsweredElsewhere => CallStatus::Completed,
            Self::UnknownDestination
            | Self::OtherServer
            | Self::NotAllowed
            | Self::Incompatible
            | Self::MediaLost
            | Self::SignalingLost
            | Self::Interrupted
            | Self::Failed => CallStatus::Failed,
        }
    }
}

named! {
    /// How history shows a finished call.
    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
    #[serde(rename_all = "camelCase")]
    Disposition {
        /// Somebody spoke.
        Answered = "answered",
        /// It rang here and nobody took it.
        Missed = "missed",
        /// The far end did not take it.
        Unanswered = "unanswered",
        /// Refused or busy.
        Declined = "declined",
        /// It could not be put through, or broke.
        Failed = "failed",
        /// Still going on.
        Ongoing = "ongoing",
    }
}

named! {
    /// Reachability of a colleague.
    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
    #[serde(rename_all = "camelCase")]
    PresenceState {
        /// No device signed in.
        Offline = "offline",
        /// Free.
        Available = "available",
        /// In a call.
        Busy = "busy",
    }
}

/// A line's standing with its registrar or signaling edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Not asked to register, or asked to leave.
    Unregistered,
    /// Connecting, or waiting to try again.
    Registering {
        /// Failed attempts since the line was last registered.
        attempt: u32,
    },
    /// Calls can come and go.
    Registered,
    /// Refused for a reason that trying again cannot mend.
    Failed(RegistrationFailure),
}

named! {
    /// Why a line cannot register.
    RegistrationFailure {
        /// The credential was refused.
        CredentialsRefused = "credentials-refused",
        /// The credential is past its end; a fresh one is needed.
        CredentialsExpired = "credentials-expired",
        /// The server speaks another protocol.
        Protocol = "protocol",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_again() {
        fn check<T: FromStr<Err = UnknownName> + fmt::Display + PartialEq + fmt::Debug + Copy>(all: &[T]) {
            for value in all {
                assert_eq!(value.to_string().parse::<T>().as_ref(), Ok(value));
            }
        }
        check(CallStatus::ALL);
        check(Direction::ALL);
        check(LineKind::ALL);
        check(EndReason::ALL);
        check(Disposition::ALL);
        check(PresenceState::ALL);
        check(RegistrationFailure::ALL);
        let error = "sideways".parse::<Direction>().unwrap_err();
        assert_eq!(error.to_string(), "'sideways' is not a Direction: use one of inbound, outbound");
    }

    #[test]
    fn statuses_are_spelled_as_old_pages_read_them() {
        let spelled: Vec<_> = CallStatus::ALL.iter().map(|status| status.as_str()).collect();
        assert_eq!(
            spelled.join(", "),
            "queued, initiated, ringing, in-progress, completed, busy, no-answer, canceled, failed"
        );
    }

    #[test]
    fn a_status_only_moves_forward() {
        for from in CallStatus::ALL {
            for to in CallStatus::ALL {
                assert!(!(from.may_become(*to) && to.may_become(*from)), "{from} and {to}");
                assert!(!from.is_final() || !from.may_become(*to), "{from} to {to}");
            }
        }
    }
}
