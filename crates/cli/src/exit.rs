//! The exit status, one table for all commands.

use mobilecall_domain::{CallStatus, EndReason};
use mobilecall_ipc::{self as ipc, ErrorCode, Failure, QualityWarning};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Completed.
    Completed = 0,
    /// A failure with no status of its own.
    Failed = 1,
    /// The command line, or an address in it, is wrong.
    Usage = 2,
    /// The server cannot be reached, or was lost.
    Unreachable = 3,
    /// Refused, busy, no answer.
    Refused = 4,
    /// A sound device or a file in its place.
    Audio = 5,
    /// Sign-in refused.
    SignIn = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl Exit {
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        match failure.code {
            ErrorCode::BadServerUrl
            | ErrorCode::NothingToDial
            | ErrorCode::MalformedNumber
            | ErrorCode::NumberTooShort
            | ErrorCode::NumberTooLong
            | ErrorCode::UnknownCountryCode
            | ErrorCode::AmbiguousNumber
            | ErrorCode::ShortNumberAbroad
            | ErrorCode::BadCharacter
            | ErrorCode::TooLongToDial
            | ErrorCode::MalformedSip
            | ErrorCode::BadDigit
            | ErrorCode::NoSuchLine
            | ErrorCode::BadSetting => Self::Usage,
            ErrorCode::ServerUnreachable
            | ErrorCode::CertificateNotTrusted
            | ErrorCode::NotAMobileCallServer
            | ErrorCode::ServerBusy
            | ErrorCode::LineNotReady => Self::Unreachable,
            ErrorCode::UnknownExtension
            | ErrorCode::UnknownService
            | ErrorCode::OwnExtension
            | ErrorCode::UnsupportedAddress
            | ErrorCode::LineCannot
            | ErrorCode::Twilio => Self::Refused,
            ErrorCode::NoMicrophone
            | ErrorCode::NoSpeaker
            | ErrorCode::DeviceLost
            | ErrorCode::DeviceMissing
            | ErrorCode::DeviceInUse
            | ErrorCode::DeviceFound
            | ErrorCode::AudioFailed => Self::Audio,
            ErrorCode::WrongCredentials
            | ErrorCode::TooManyTries
            | ErrorCode::SessionExpired
            | ErrorCode::ServerRefused
            | ErrorCode::NotSignedIn => Self::SignIn,
            ErrorCode::NoSuchCall
            | ErrorCode::NotNow
            | ErrorCode::LineUnavailable
            | ErrorCode::TransferFailed
            | ErrorCode::CalledWhileTalking
            | ErrorCode::NoAudioReceived
            | ErrorCode::MediaBlocked
            | ErrorCode::DatabaseUnreadable
            | ErrorCode::DatabaseNotWritable
            | ErrorCode::HistoryDamaged
            | ErrorCode::DiskFull
            | ErrorCode::HistoryNotWritten
            | ErrorCode::DatabaseTooNew
            | ErrorCode::KeyringUnavailable
            | ErrorCode::KeyringUnreadable
            | ErrorCode::KeyringKeepsSecret
            | ErrorCode::SettingsUnreadable
            | ErrorCode::LineSetAside
            | ErrorCode::RecordingNotReady
            | ErrorCode::RecordingDeleted
            | ErrorCode::RecordingNotAllowed
            | ErrorCode::RecordingNotPlayable
            | ErrorCode::RecordingNotSaved
            | ErrorCode::NoAgentPhone
            | ErrorCode::NotByPhone
            | ErrorCode::PhoneCallRefused
            | ErrorCode::BadTwilioAccount
            | ErrorCode::EmbeddedServerFailed
            | ErrorCode::Internal => Self::Failed,
        }
    }

    pub(crate) fn of_end(reason: ipc::EndReason, answered: bool) -> Self {
        match (reason, answered) {
            (ipc::EndReason::SignalingLost | ipc::EndReason::Interrupted, _) => Self::Unreachable,
            (ipc::EndReason::MediaLost | ipc::EndReason::Failed, true) => Self::Failed,
            (_, true) => Self::Completed,
            (_, false) => Self::Refused,
        }
    }
}

/// The status that the call's record has at the end.
pub(crate) fn status(reason: ipc::EndReason, answered: bool) -> CallStatus {
    use ipc::EndReason as From;
    let reason = match reason {
        From::LocalHangup => EndReason::LocalHangup,
        From::RemoteHangup => EndReason::RemoteHangup,
        From::LocalCancel => EndReason::LocalCancel,
        From::RemoteCancel => EndReason::RemoteCancel,
        From::Busy => EndReason::Busy,
        From::Declined => EndReason::Declined,
        From::LocalDecline => EndReason::LocalDecline,
        From::NoAnswer => EndReason::NoAnswer,
        From::AnsweredElsewhere => EndReason::AnsweredElsewhere,
        From::UnknownDestination => EndReason::UnknownDestination,
        From::Offline => EndReason::Offline,
        From::OtherServer => EndReason::OtherServer,
        From::NotAllowed => EndReason::NotAllowed,
        From::Incompatible => EndReason::Incompatible,
        From::MediaLost => EndReason::MediaLost,
        From::SignalingLost => EndReason::SignalingLost,
        From::Interrupted => EndReason::Interrupted,
        From::Failed => EndReason::Failed,
    };
    reason.status(answered)
}

/// What is wrong with the sound, in words.
pub(crate) fn words_of_warning(warning: QualityWarning) -> &'static str {
    match warning {
        QualityWarning::HighRtt => "the sound takes long: more than 400 ms there and back",
        QualityWarning::HighJitter => "the network is uneven: the sound comes in more than 30 ms too early or too late",
        QualityWarning::HighPacketLoss => "the network loses more than 1 % of the sound",
        QualityWarning::HighPacketsLostFraction => "the network has lost more than 3 % of the sound for seven seconds",
        QualityWarning::LowMos => "the sound is poor: its score is below 3",
        QualityWarning::LowBytesReceived => "no sound comes from the other side",
        QualityWarning::LowBytesSent => "no sound goes to the other side",
        QualityWarning::ConstantAudioInputLevel => "the microphone seems to be off: its level stands still",
        QualityWarning::IceConnectivityLost => "the way of the sound through the network is lost",
    }
}

/// The reason in words.
pub(crate) fn words(reason: ipc::EndReason) -> &'static str {
    use ipc::EndReason as Reason;
    match reason {
        Reason::LocalHangup => "hung up here",
        Reason::RemoteHangup => "the other side hung up",
        Reason::LocalCancel => "given up before an answer",
        Reason::RemoteCancel => "the caller gave up",
        Reason::Busy => "busy",
        Reason::Declined => "declined",
        Reason::LocalDecline => "declined here",
        Reason::NoAnswer => "nobody answered",
        Reason::AnsweredElsewhere => "answered on another device",
        Reason::UnknownDestination => "nobody has this number, extension or name",
        Reason::Offline => "the other side is not signed in anywhere",
        Reason::OtherServer => "the other side is signed in at another server: all phones of a company must use one",
        Reason::NotAllowed => "this call is not allowed",
        Reason::Incompatible => "the two sides have no audio format in common",
        Reason::MediaLost => "the audio connection was lost",
        Reason::SignalingLost => "the connection to the server was lost",
        Reason::Interrupted => "interrupted",
        Reason::Failed => "the call failed",
    }
}
