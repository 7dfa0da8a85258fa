use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// Why something could not be done. The window shows words for `code`; `message` is English, for the command line and
/// the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct Failure {
    /// Stable code.
    pub code: ErrorCode,
    /// English sentence that says what to do.
    pub message: String,
    /// Values for the words, such as `url` or `device`.
    pub params: BTreeMap<String, String>,
}

impl Failure {
    /// A failure without values.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), params: BTreeMap::new() }
    }
    /// Adds a value for the words.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }
}

/// Every failure a window must have words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    /// The server does not answer. Params: `url`.
    ServerUnreachable,
    /// The server's certificate is not trusted. Params: `url`.
    CertificateNotTrusted,
    /// Something answers at the address, but no server of ours: another program, or the sign-in page of a network.
    NotAMobileCallServer,
    /// The server is overloaded, stopping or in trouble; trying again can help.
    ServerBusy,
    /// The server refuses what was asked, for this person or from this version of the app.
    ServerRefused,
    /// The server address is not a URL. Params: `url`.
    BadServerUrl,
    /// User name or password wrong.
    WrongCredentials,
    /// Too many tries. Params: `seconds`.
    TooManyTries,
    /// The session ended; sign in again.
    SessionExpired,
    /// Not signed in.
    NotSignedIn,
    /// The line is not registered. Params: `line`, its kind.
    LineNotReady,
    /// There is no such line (any more).
    NoSuchLine,
    /// This version of the app has nothing that makes a line of this kind. Params: `line`, the kind.
    LineUnavailable,
    /// The line cannot do this. Params: `line`, the kind, and `what` (`transfer`, `join` or `digits`).
    LineCannot,
    /// Somebody called while the agent talked, and heard that the line is busy. Params: `call`, its key in the history,
    /// and `who`.
    CalledWhileTalking,
    /// A call could not be handed over; it goes on here.
    TransferFailed,
    /// Twilio refuses, or says that something failed. Params: `code`, its number, and `remedy`, the last part of the name of
    /// the text that says what to do, if the number is known.
    Twilio,
    /// Nothing to dial.
    NothingToDial,
    /// A number that its country does not have. Params: `region`, the country.
    MalformedNumber,
    /// A number with digits missing. Params: `region`, the country.
    NumberTooShort,
    /// A number with more digits than its country's, or than any, has.
    NumberTooLong,
    /// No country has the code that the number begins with.
    UnknownCountryCode,
    /// Digits that are a number at home as well as one abroad.
    AmbiguousNumber,
    /// A short number of another country, which can be dialed only there.
    ShortNumberAbroad,
    /// A character that cannot be dialed. Params: `character`, and `place`, the how manieth it is.
    BadCharacter,
    /// Too long to dial.
    TooLongToDial,
    /// Not a SIP address.
    MalformedSip,
    /// Nobody has this extension or name.
    UnknownExtension,
    /// No service has this code.
    UnknownService,
    /// The agent's own extension or name.
    OwnExtension,
    /// The kind of address cannot be called on this line, or on none. Params: `line` (`direct`, `twilio`, `sip` or
    /// `none`), `kind` (`phone`, `sip`, `extension`, `service` or `client`), `adds` (who can add a line that can: `agent` or
    /// `administrator`).
    UnsupportedAddress,
    /// No such call, or it is over.
    NoSuchCall,
    /// The call is not in a state in which this can be done.
    NotNow,
    /// A key that is no digit.
    BadDigit,
    /// No microphone.
    NoMicrophone,
    /// No speaker.
    NoSpeaker,
    /// A sound device went away; another is used. Params: `role` (`microphone` or `speaker`), `device`.
    DeviceLost,
    /// Another sound device is used from now on, because it came, came back or is the system's choice now. Params: `role`,
    /// `device`.
    DeviceInUse,
    /// A sound device was plugged in that is not used yet. Params: `role`, `device`.
    DeviceFound,
    /// The chosen sound device is not there; the system's choice is used. Params: `role`, `device` (the one in use).
    DeviceMissing,
    /// A sound device could not be opened. Params: `role`, `cause` (`busy`, `notPermitted` or `other`).
    AudioFailed,
    /// Nothing was heard from the far end for three seconds.
    NoAudioReceived,
    /// A call found no way for its sound through the network, in a time in which every usable network has one. It is tried
    /// further. Params: `relay`, how the relays stand (`notConfigured`, `unreachable`, `refused`, `untrusted`,
    /// `wrongCredentials`, or `ready` if one was used).
    MediaBlocked,
    /// A database of this device cannot be read. Params: `path`.
    DatabaseUnreadable,
    /// A database of this device cannot be written, by its rights or the state of the disk. Params: `path`.
    DatabaseNotWritable,
    /// The history of this device was damaged, was set aside and is fetched from the server again. Params: `path` of the
    /// damaged file, `lost` with how many of its entries could not be taken over, if any.
    HistoryDamaged,
    /// The disk has no room for the history of this device.
    DiskFull,
    /// The history of this device cannot be written, by its rights or the state of the disk; it is tried again.
    HistoryNotWritten,
    /// A database of this device was written by a newer version. Params: `path`.
    DatabaseTooNew,
    /// The keyring is not available: the session lasts until the app ends.
    KeyringUnavailable,
    /// The session of an earlier run could not be read from the keyring; it may be locked.
    KeyringUnreadable,
    /// What is not needed any more could not be removed from the keyring, and is as soon as it can be.
    KeyringKeepsSecret,
    /// The embedded server could not start. Params: `detail`.
    EmbeddedServerFailed,
    /// A setting has an impossible value. Params: `setting`.
    BadSetting,
    /// Stored settings cannot be read; the defaults are used. Params: `setting`.
    SettingsUnreadable,
    /// Lines of the stored settings cannot be used, and are kept aside. Params: `line`, their names.
    LineSetAside,
    /// The recording of a call is not finished yet.
    RecordingNotReady,
    /// The recording of a call was deleted, here or at the provider.
    RecordingDeleted,
    /// There is no recording of the call that this person may hear.
    RecordingNotAllowed,
    /// What was fetched is no sound that this version can play, or is more than it can hold.
    RecordingNotPlayable,
    /// The file could not be written. Params: `folder`.
    RecordingNotSaved,
    /// The agent's own phone is not in the settings.
    NoAgentPhone,
    /// Only phone numbers can be called by way of the agent's own phone.
    NotByPhone,
    /// The server or the provider refused a call by way of the agent's own phone. Params: `reason` (`company`, `notSetUp`,
    /// `number`, `caller`, `trial`, `country`, `balance`, `account`, `credentials`, `webhook`, `busy` or `other`), `code` (the
    /// provider's number, or empty), `detail` (in English).
    PhoneCallRefused,
    /// Values of an account at Twilio are missing or have the wrong shape, and nothing was changed. Params: for each its name,
    /// such as `TWILIO_API_KEY`, with `missing` or `wrong`.
    BadTwilioAccount,
    /// Ours. Params: `detail`.
    Internal,
}

impl ErrorCode {
    /// Every code, so that tests can ask for words for each.
    pub const ALL: &'static [Self] = &[
        Self::ServerUnreachable,
        Self::CertificateNotTrusted,
        Self::NotAMobileCallServer,
        Self::ServerBusy,
        Self::ServerRefused,
        Self::BadServerUrl,
        Self::WrongCredentials,
        Self::TooManyTries,
        Self::SessionExpired,
        Self::NotSignedIn,
        Self::LineNotReady,
        Self::NoSuchLine,
        Self::LineUnavailable,
        Self::LineCannot,
        Self::CalledWhileTalking,
        Self::TransferFailed,
        Self::Twilio,
        Self::NothingToDial,
        Self::MalformedNumber,
        Self::NumberTooShort,
        Self::NumberTooLong,
        Self::UnknownCountryCode,
        Self::AmbiguousNumber,
        Self::ShortNumberAbroad,
        Self::BadCharacter,
        Self::TooLongToDial,
        Self::MalformedSip,
        Self::UnknownExtension,
        Self::UnknownService,
        Self::OwnExtension,
        Self::UnsupportedAddress,
        Self::NoSuchCall,
        Self::NotNow,
        Self::BadDigit,
        Self::NoMicrophone,
        Self::NoSpeaker,
        Self::DeviceLost,
        Self::DeviceInUse,
        Self::DeviceFound,
        Self::DeviceMissing,
        Self::AudioFailed,
        Self::NoAudioReceived,
        Self::MediaBlocked,
        Self::DatabaseUnreadable,
        Self::DatabaseNotWritable,
        Self::HistoryDamaged,
        Self::DiskFull,
        Self::HistoryNotWritten,
        Self::DatabaseTooNew,
        Self::KeyringUnavailable,
        Self::KeyringUnreadable,
        Self::KeyringKeepsSecret,
        Self::EmbeddedServerFailed,
        Self::BadSetting,
        Self::SettingsUnreadable,
        Self::LineSetAside,
        Self::RecordingNotReady,
        Self::RecordingDeleted,
        Self::RecordingNotAllowed,
        Self::RecordingNotPlayable,
        Self::RecordingNotSaved,
        Self::NoAgentPhone,
        Self::NotByPhone,
        Self::PhoneCallRefused,
        Self::BadTwilioAccount,
        Self::Internal,
    ];
}
