//! Why a call ends, and what each side hears of it: the one table.

use super::party::Party;
use mobilecall_domain::EndReason;
use mobilecall_pstream::server::CancelReason;
use mobilecall_pstream::{WireError, code};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// A party ended the answered call.
    HungUp(Party),
    /// The caller stopped before an answer.
    GaveUp,
    /// A device of the callee refused.
    Declined,
    NoAnswer,
    /// The callee talks with somebody else.
    Busy,
    /// No device of the callee is registered.
    Offline,
    /// Only at another server, and calls are not handed on to that.
    OtherServer,
    Unknown,
    Incompatible,
    /// The media description of this party's device cannot be read or applied.
    Malformed(Party),
    /// A party's media was lost for too long.
    MediaLost(Party),
    /// A party's socket was lost for too long.
    SignalingLost(Party),
    /// The server stops.
    Interrupted,
    /// The host or the media failed.
    Internal,
}

impl Ending {
    /// The reason in this party's record.
    pub(super) fn reason(self, party: Party) -> EndReason {
        match (self, party) {
            (Self::HungUp(by), party) if by == party => EndReason::LocalHangup,
            (Self::HungUp(_), _) => EndReason::RemoteHangup,
            (Self::GaveUp, Party::Caller) => EndReason::LocalCancel,
            (Self::GaveUp, Party::Callee) => EndReason::RemoteCancel,
            (Self::Declined, Party::Caller) => EndReason::Declined,
            (Self::Declined, Party::Callee) => EndReason::LocalDecline,
            (Self::NoAnswer, _) => EndReason::NoAnswer,
            (Self::Busy, Party::Caller) => EndReason::Busy,
            (Self::Offline, Party::Caller) => EndReason::Offline,
            // The callee missed a call that could not even ring.
            (Self::Busy | Self::Offline | Self::OtherServer, Party::Callee) => EndReason::NoAnswer,
            (Self::OtherServer, Party::Caller) => EndReason::OtherServer,
            (Self::Unknown, _) => EndReason::UnknownDestination,
            (Self::Incompatible | Self::Malformed(_), _) => EndReason::Incompatible,
            (Self::MediaLost(of), party) if of == party => EndReason::MediaLost,
            (Self::SignalingLost(of), party) if of == party => EndReason::SignalingLost,
            (Self::MediaLost(_) | Self::SignalingLost(_), _) => EndReason::RemoteHangup,
            (Self::Interrupted, _) => EndReason::Interrupted,
            (Self::Internal, _) => EndReason::Failed,
        }
    }

    /// What the `hangup` to this party says; `None` is a normal end.
    pub(super) fn error(self, party: Party) -> Option<WireError> {
        let (code, message) = match self {
            Self::HungUp(_) | Self::GaveUp => return None,
            Self::MediaLost(of) | Self::SignalingLost(of) if of != party => return None,
            Self::SignalingLost(_) => (code::RECONNECT_REFUSED, "the connection was lost for too long: call again"),
            Self::MediaLost(_) => (code::MEDIA_LOST, "no audio reached the server: check that UDP is not blocked"),
            Self::Declined => (code::DECLINED, "the call was declined"),
            Self::NoAnswer => (code::NO_ANSWER, "nobody answered: try again later"),
            Self::Busy => (code::BUSY, "busy in another call: try again later"),
            Self::Offline => (code::UNAVAILABLE, "not signed in on any device: try again later"),
            Self::OtherServer => {
                (code::OTHER_SERVER, "signed in at another server: a company's phones must all use the same one")
            }
            Self::Unknown => (code::NOT_FOUND, "no such extension or name: check what was dialed"),
            Self::Incompatible => {
                (code::INCOMPATIBLE_MEDIA, "the two softphones share no audio codec or encryption: update both")
            }
            Self::Malformed(of) if of == party => {
                (code::BAD_REQUEST, "the media description of this softphone cannot be read: update it")
            }
            Self::Malformed(_) => {
                (code::REMOTE_DESCRIPTION, "the media description of the other softphone cannot be read")
            }
            Self::Interrupted => (code::STOPPING, "the server is stopping: call again in a moment"),
            Self::Internal => (code::INTERNAL, "the server could not put the call through: try again"),
        };
        Some(WireError::new(code, message))
    }

    /// What the `cancel` to a device that still rings says.
    pub(super) const fn cancel_reason(self) -> CancelReason {
        match self {
            Self::Declined => CancelReason::DeclinedElsewhere,
            Self::NoAnswer => CancelReason::NoAnswer,
            Self::HungUp(_)
            | Self::GaveUp
            | Self::Busy
            | Self::Offline
            | Self::OtherServer
            | Self::Unknown
            | Self::Incompatible
            | Self::Malformed(_)
            | Self::MediaLost(_)
            | Self::SignalingLost(_)
            | Self::Interrupted
            | Self::Internal => CancelReason::CallerGaveUp,
        }
    }
}
