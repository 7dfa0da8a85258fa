//! The one table from what a server says to why a call ended, and to what a refused credential means.

use mobilecall_domain::EndReason;
use mobilecall_pstream::{code, server::CancelReason};

/// Why a call ended, from the code of a `hangup`.
///
/// | code | cause | remedy |
/// | --- | --- | --- |
/// | 31404, 31001 | no such destination, or no TwiML application | check what was dialed, then the application |
/// | 31480 | no device of theirs is signed in | try later |
/// | 31486 | in another call | try later |
/// | 31603 | they declined | none |
/// | 31408 | nobody answered | try later |
/// | 31488, 53400, 53402, 31400 | no common codec, or a description that cannot be read or applied | update both, then report with the versions |
/// | 31002, 31403, 31201 to 31207, 201xx | the account or the token does not allow it | permissions, balance, sign in again |
/// | 31008 | over before it was answered | none |
/// | 31107, 31209, 31003, 31005, 31009, 53000, 53001 | signaling was lost and could not be taken up again | call again |
/// | 53405 | media failed | firewall: UDP |
/// | 31502 | signed in at another server | the company's phones must all use one server |
/// | 31503 | the server is stopping | call again in a moment |
/// | others | unknown | report with the code |
pub(crate) fn of_hangup(error_code: u32) -> EndReason {
    match error_code {
        code::NOT_FOUND | code::APPLICATION_NOT_FOUND => EndReason::UnknownDestination,
        code::UNAVAILABLE => EndReason::Offline,
        code::OTHER_SERVER => EndReason::OtherServer,
        code::BUSY => EndReason::Busy,
        code::DECLINED => EndReason::Declined,
        code::NO_ANSWER => EndReason::NoAnswer,
        code::INCOMPATIBLE_MEDIA | code::LOCAL_DESCRIPTION | code::REMOTE_DESCRIPTION | code::BAD_REQUEST => {
            EndReason::Incompatible
        }
        code::CONNECTION_DECLINED | code::FORBIDDEN => EndReason::NotAllowed,
        code::CALL_CANCELED => EndReason::RemoteCancel,
        code::RECONNECT_INVALID
        | code::RECONNECT_REFUSED
        | code::CONNECTION_TIMEOUT
        | code::CONNECTION
        | code::TRANSPORT
        | code::SIGNALING
        | code::SIGNALING_LOST => EndReason::SignalingLost,
        code::MEDIA_LOST => EndReason::MediaLost,
        code::STOPPING => EndReason::Interrupted,
        other if credential(other).is_some() => EndReason::NotAllowed,
        _ => EndReason::Failed,
    }
}

/// Why an incoming call stopped ringing.
pub(crate) fn of_cancel(reason: Option<CancelReason>) -> EndReason {
    match reason {
        Some(CancelReason::AnsweredElsewhere) => EndReason::AnsweredElsewhere,
        Some(CancelReason::DeclinedElsewhere) => EndReason::LocalDecline,
        Some(CancelReason::NoAnswer) => EndReason::NoAnswer,
        Some(CancelReason::CallerGaveUp) | None => EndReason::RemoteCancel,
    }
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// A fresh one is needed.
    Expired,
    /// It is refused.
    Refused,
}

/// Whether an error is about the token.
pub(crate) fn credential(error_code: u32) -> Option<Credential> {
    match error_code {
        code::TOKEN_EXPIRED | code::ACCESS_TOKEN_EXPIRED => Some(Credential::Expired),
        code::ACCESS_TOKEN_INVALID
        | code::AUTHENTICATION_FAILED
        | code::TOKEN_MISSING
        | code::CLIENT_NAME_INVALID
        | code::NOT_AUTHORIZED
        | code::TOKEN_SIGNATURE
        | code::ACCOUNT_INVALID
        | code::TOKEN_INVALID
        | code::TOKEN_LIFETIME => Some(Credential::Refused),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_their_reasons() {
        let table = [
            (31404, EndReason::UnknownDestination),
            (31001, EndReason::UnknownDestination),
            (31480, EndReason::Offline),
            (31486, EndReason::Busy),
            (31603, EndReason::Declined),
            (31408, EndReason::NoAnswer),
            (31488, EndReason::Incompatible),
            (53402, EndReason::Incompatible),
            (31403, EndReason::NotAllowed),
            (31002, EndReason::NotAllowed),
            (31205, EndReason::NotAllowed),
            (20151, EndReason::NotAllowed),
            (31008, EndReason::RemoteCancel),
            (31209, EndReason::SignalingLost),
            (31003, EndReason::SignalingLost),
            (53405, EndReason::MediaLost),
            (31503, EndReason::Interrupted),
            (31400, EndReason::Incompatible),
            (31500, EndReason::Failed),
            (31502, EndReason::OtherServer),
            (31000, EndReason::Failed),
            (0, EndReason::Failed),
        ];
        for (error_code, expected) in table {
            assert_eq!(of_hangup(error_code), expected, "{error_code}");
        }
    }

    #[test]
    fn token_errors_are_told_apart() {
        for (error_code, expected) in [
            (31205, Some(Credential::Expired)),
            (20104, Some(Credential::Expired)),
            (31201, Some(Credential::Refused)),
            (31202, Some(Credential::Refused)),
            (20101, Some(Credential::Refused)),
            (31206, None),
            (31404, None),
        ] {
            assert_eq!(credential(error_code), expected, "{error_code}");
        }
    }
}
