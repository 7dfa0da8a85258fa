//! Every error on its way to a window: a stable code, an English sentence, and values for the window's own words.

use crate::ports::EmbeddedServerError;
use mobilecall_cache::{CacheError, OpenError, SetAside};
use mobilecall_client::{BadServerUrl, ClientError, ErrorCode as ServerCode, TlsError};
use mobilecall_domain::{AddressError, CallId, LineKind, PhoneNumberError, dtmf::KeysError, names};
use mobilecall_ipc::{ErrorCode, Failure, Snapshot};
use mobilecall_transport::RelayStanding;
use mobilecall_twilio::errors::ErrorCode as TwilioCode;
use std::{error::Error, fmt::Write as _, path::Path};

/// An error and its causes in one line, for the log and for `detail`.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        write!(text, ": {inner}").expect("writing to a String cannot fail");
        cause = inner.source();
    }
    text
}

/// Something that should not happen; the log has the causes.
pub(crate) fn internal(error: &(dyn Error + 'static)) -> Failure {
    let detail = chain(error);
    tracing::error!(error = %detail, "an operation failed");
    Failure::new(ErrorCode::Internal, error.to_string()).with("detail", detail)
}

pub(crate) fn of_open(error: &OpenError) -> Failure {
    let message = error.to_string();
    match error {
        OpenError::Unreadable { path, .. }
        | OpenError::Damaged { path, .. }
        | OpenError::NotSetAside { path, .. }
        | OpenError::NotKept { path, .. }
        | OpenError::WrongKey { path } => {
            tracing::error!(error = %chain(error), "the local database cannot be opened");
            Failure::new(ErrorCode::DatabaseUnreadable, message).with("path", path.display().to_string())
        }
        OpenError::NotWritable { path, .. } | OpenError::Denied { path, .. } => {
            tracing::error!(error = %chain(error), "the local database cannot be opened");
            // What this user needs the right to do.
            let access = if matches!(error, OpenError::Denied { .. }) { "all" } else { "write" };
            let failure = Failure::new(ErrorCode::DatabaseNotWritable, message).with("access", access);
            failure.with("path", path.display().to_string())
        }
        OpenError::DiskFull { path, .. } => {
            tracing::error!(error = %chain(error), "the local database cannot be opened");
            Failure::new(ErrorCode::DiskFull, message).with("path", path.display().to_string())
        }
        OpenError::TooNew { path } => {
            Failure::new(ErrorCode::DatabaseTooNew, message).with("path", path.display().to_string())
        }
    }
}

/// A call that finds no way through the network.
pub(crate) fn media_blocked(relays: RelayStanding) -> Failure {
    let (relay, relays) = match relays {
        RelayStanding::NotConfigured => ("notConfigured", "no relay (TURN) is set up: ask the administrator for one"),
        RelayStanding::Asked | RelayStanding::Unreachable => {
            ("unreachable", "no relay (TURN) can be reached either: try another network, or tell the administrator")
        }
        RelayStanding::Refused => ("refused", "the relay (TURN) refuses, it may have no room: tell the administrator"),
        RelayStanding::Untrusted => {
            ("untrusted", "the certificate of the relay (TURN) is not trusted: tell the administrator")
        }
        RelayStanding::WrongCredentials => {
            ("wrongCredentials", "the relay (TURN) refuses its user name or password: tell the administrator")
        }
        RelayStanding::Ready => {
            ("ready", "the relay (TURN) answers, but does not reach the other side: tell the administrator")
        }
    };
    let message = format!("no way for the sound was found: the network lets no calls (UDP) through, and {relays}");
    Failure::new(ErrorCode::MediaBlocked, message).with("relay", relay)
}

pub(crate) fn of_embedded(error: &EmbeddedServerError) -> Failure {
    let message = error.to_string();
    match error {
        EmbeddedServerError::TooNew { path } => {
            Failure::new(ErrorCode::DatabaseTooNew, message).with("path", path.display().to_string())
        }
        EmbeddedServerError::Unreadable { path } => {
            Failure::new(ErrorCode::DatabaseUnreadable, message).with("path", path.display().to_string())
        }
        EmbeddedServerError::Other(detail) => {
            Failure::new(ErrorCode::EmbeddedServerFailed, message).with("detail", detail)
        }
    }
}

/// The file of this device was damaged and has been set aside.
pub(crate) fn history_damaged(SetAside { path, lost }: &SetAside) -> Failure {
    let path = path.display();
    let mut message = format!(
        "the call history of this device was damaged and is fetched from the server again; the damaged file is kept as \
         {path}"
    );
    if *lost > 0 {
        message += &format!("; entries of it that could not be taken over: {lost}");
    }
    let failure = Failure::new(ErrorCode::HistoryDamaged, message).with("path", path.to_string());
    if *lost > 0 { failure.with("lost", lost.to_string()) } else { failure }
}

/// What was to be written waits for room.
pub(crate) fn disk_full() -> Failure {
    let message = "the disk of this device is full: calls go on, and are written to the history once there is room";
    Failure::new(ErrorCode::DiskFull, message)
}

/// The local database takes nothing, though nobody else holds it; nothing if somebody does, since that passes by itself.
pub(crate) fn of_waiting(error: &CacheError) -> Option<Failure> {
    let is_full = error.is_disk_full();
    (is_full || error.needs_somebody()).then(|| not_written(is_full))
}

/// The local database takes nothing, for want of room or for another reason that does not pass by itself.
pub(crate) fn not_written(is_full: bool) -> Failure {
    if is_full {
        return disk_full();
    }
    let message = "the call history of this device cannot be written: calls go on, and are written once it can; check that \
                   the disk is well and that this user may write to it";
    Failure::new(ErrorCode::HistoryNotWritten, message)
}

pub(crate) fn of_cache(error: &CacheError) -> Failure {
    if error.is_disk_full() {
        return disk_full();
    }
    match error {
        CacheError::NoSuchCall(_) => no_such_call(),
        CacheError::NotBegunAnew { .. } => not_written(false),
        CacheError::Storage { .. }
        | CacheError::Damaged { .. }
        | CacheError::BadCursor(_)
        | CacheError::BadSetting { .. } => internal(error),
    }
}

pub(crate) fn of_client(error: &ClientError) -> Failure {
    let message = error.to_string();
    match error {
        ClientError::Unreachable { url, .. } => {
            tracing::debug!(error = %chain(error), "the server cannot be reached");
            Failure::new(ErrorCode::ServerUnreachable, message).with("url", url)
        }
        ClientError::CertificateNotTrusted { url, .. } => {
            tracing::warn!(error = %chain(error), "the server's certificate is not trusted");
            Failure::new(ErrorCode::CertificateNotTrusted, message).with("url", url)
        }
        ClientError::Refused { status: 429, retry_after, .. } => {
            let seconds = retry_after.map_or(60, |pause| pause.as_secs().max(1));
            let message = format!("too many tries: wait {seconds} seconds and try again");
            Failure::new(ErrorCode::TooManyTries, message).with("seconds", seconds.to_string())
        }
        ClientError::Refused { code: Some(ServerCode::WrongCredentials), .. } => {
            Failure::new(ErrorCode::WrongCredentials, "user name or password is wrong: check both and try again")
        }
        ClientError::Refused { code: Some(ServerCode::Unauthenticated), .. } | ClientError::SessionEnded => {
            Failure::new(ErrorCode::SessionExpired, "the session has ended: sign in again")
        }
        ClientError::Refused { status: 408 | 500.., .. } => {
            tracing::warn!(error = %message, "the server is busy");
            Failure::new(ErrorCode::ServerBusy, "the server cannot do this right now: try again in a minute")
        }
        ClientError::Garbled { .. }
        | ClientError::Refused { code: None | Some(ServerCode::MisdirectedRequest), .. } => {
            tracing::warn!(error = %chain(error), "the answer is not that of a Mobile Call server");
            let message = "what answers at this address is not a Mobile Call server: check the address, or sign in to \
                           the network first";
            Failure::new(ErrorCode::NotAMobileCallServer, message)
        }
        ClientError::Refused { code: Some(_), .. } => {
            tracing::warn!(error = %message, "the server refused");
            Failure::new(ErrorCode::ServerRefused, format!("{message}; ask the administrator, or update the app"))
        }
    }
}

pub(crate) fn of_url(error: &BadServerUrl) -> Failure {
    Failure::new(ErrorCode::BadServerUrl, error.to_string()).with("url", &error.0)
}

pub(crate) fn of_tls(error: &TlsError) -> Failure {
    match error {
        TlsError::Read { .. }
        | TlsError::NotPem { .. }
        | TlsError::NoCertificate { .. }
        | TlsError::Certificate { .. } => {
            tracing::debug!(error = %chain(error), "the authority cannot be used");
            let message = format!("{error}: give the file of the authority that signed the server's certificate");
            Failure::new(ErrorCode::BadSetting, message).with("setting", "authority")
        }
        TlsError::Provider(_) => internal(error),
    }
}

pub(crate) fn of_address(error: &AddressError) -> Failure {
    let message = error.to_string();
    match error {
        AddressError::Empty => Failure::new(ErrorCode::NothingToDial, message),
        AddressError::TooLong { .. } => Failure::new(ErrorCode::TooLongToDial, message),
        AddressError::Character { character, place } => Failure::new(ErrorCode::BadCharacter, message)
            .with("character", character.to_string())
            .with("place", place.to_string()),
        AddressError::Sip => Failure::new(ErrorCode::MalformedSip, message),
        AddressError::PostDial => Failure::new(ErrorCode::BadDigit, message),
        AddressError::ShortAbroad => Failure::new(ErrorCode::ShortNumberAbroad, message),
        AddressError::Phone(error) => of_number(error, message),
    }
}

fn of_number(error: &PhoneNumberError, message: String) -> Failure {
    match error {
        PhoneNumberError::Invalid { region } => {
            Failure::new(ErrorCode::MalformedNumber, message).with("region", region)
        }
        PhoneNumberError::TooShort { region } => {
            Failure::new(ErrorCode::NumberTooShort, message).with("region", region)
        }
        PhoneNumberError::TooLong { .. } | PhoneNumberError::TooManyDigits { .. } => {
            Failure::new(ErrorCode::NumberTooLong, message)
        }
        PhoneNumberError::Ambiguous => Failure::new(ErrorCode::AmbiguousNumber, message),
        PhoneNumberError::UnknownCountry => Failure::new(ErrorCode::UnknownCountryCode, message),
        // Come as variants of the address's error.
        PhoneNumberError::Empty => Failure::new(ErrorCode::NothingToDial, message),
        PhoneNumberError::Character { .. } => Failure::new(ErrorCode::BadCharacter, message),
    }
}

pub(crate) fn of_keys(error: &KeysError) -> Failure {
    Failure::new(ErrorCode::BadDigit, error.to_string())
}

pub(crate) fn no_agent_phone() -> Failure {
    Failure::new(ErrorCode::NoAgentPhone, "enter the number of your own phone in the settings first")
}

pub(crate) fn not_by_phone() -> Failure {
    Failure::new(ErrorCode::NotByPhone, "only phone numbers can be called by way of your own phone")
}

/// Why the server makes no call by way of the agent's own phone.
pub(crate) fn of_make_call(error: &ClientError) -> Failure {
    let ClientError::Refused { status, code: Some(_), message, provider, .. } = error else { return of_client(error) };
    let remedy = provider.as_ref().and_then(|provider| provider.remedy.as_deref());
    let reason = match (status, remedy) {
        (_, Some(remedy)) => reason_of(remedy),
        (422 | 503, None) if provider.is_some() => "other",
        (403, None) => "company",
        // As the server names what is not set.
        (422, None) if message.starts_with("Missing ") => "notSetUp",
        (422, None) => "number",
        (_, None) => return of_client(error),
    };
    let code = provider.as_ref().map(|provider| provider.code.to_string()).unwrap_or_default();
    tracing::info!(reason, code, "a call by way of the agent's own phone was refused");
    Failure::new(ErrorCode::PhoneCallRefused, message.clone())
        .with("reason", reason)
        .with("code", code)
        .with("detail", message)
}

/// The words of a window for what mends a refusal of the provider's.
fn reason_of(remedy: &str) -> &'static str {
    match remedy {
        "check-number" => "number",
        "check-caller-id" => "caller",
        "verify-number" => "trial",
        "allow-country" => "country",
        "add-balance" => "balance",
        "ask-twilio" => "account",
        "check-credentials" | "check-token" => "credentials",
        "check-webhook" | "check-app" => "webhook",
        "slow-down" | "try-again" | "try-later" => "busy",
        _ => "other",
    }
}

/// What is wrong with which value of an account at Twilio: the server names each at the beginning of a line, or after
/// `Missing`.
pub(crate) fn of_twilio_settings(error: &ClientError) -> Failure {
    let ClientError::Refused { status: 422, code: Some(_), message, .. } = error else { return of_client(error) };
    let failure = Failure::new(ErrorCode::BadTwilioAccount, message.clone());
    message.lines().fold(failure, |failure, line| {
        let (told, wrong) = match line.strip_prefix("Missing ") {
            Some(rest) => (rest, "missing"),
            None => (line, "wrong"),
        };
        let is_name = |c: char| c.is_ascii_uppercase() || c == '_';
        match told.split_once(|c| !is_name(c)) {
            Some((name, _)) if !name.is_empty() => failure.with(name, wrong),
            Some(_) | None => failure,
        }
    })
}

/// Why a recording cannot be fetched.
pub(crate) fn of_recording(error: &ClientError) -> Failure {
    match error {
        ClientError::Refused { status: 409, code: Some(_), .. } => {
            Failure::new(ErrorCode::RecordingNotReady, "the recording is not finished yet: try again in a moment")
        }
        ClientError::Refused { status: 410, code: Some(_), .. } => {
            Failure::new(ErrorCode::RecordingDeleted, "the recording was deleted")
        }
        ClientError::Refused { status: 403 | 404, code: Some(_), .. } => recording_not_allowed(),
        ClientError::Refused { .. }
        | ClientError::Unreachable { .. }
        | ClientError::CertificateNotTrusted { .. }
        | ClientError::Garbled { .. }
        | ClientError::SessionEnded => of_client(error),
    }
}

pub(crate) fn recording_not_allowed() -> Failure {
    let message = "there is no recording of this call that you may hear: ask your administrator";
    Failure::new(ErrorCode::RecordingNotAllowed, message)
}

pub(crate) fn recording_not_playable() -> Failure {
    let message = "the recording cannot be played here: save it, and open it with another program";
    Failure::new(ErrorCode::RecordingNotPlayable, message)
}

pub(crate) fn recording_not_saved(folder: &Path) -> Failure {
    let folder = folder.display().to_string();
    let message = format!("the recording cannot be saved in {folder}: check the folder's rights and the disk's room");
    Failure::new(ErrorCode::RecordingNotSaved, message).with("folder", folder)
}

/// Before the server was reached for the first time since the start.
pub(crate) fn server_out_of_reach(snapshot: &Snapshot) -> Failure {
    let url = &snapshot.server.url;
    let message = format!("the server {url} does not answer: check the network, and try again");
    Failure::new(ErrorCode::ServerUnreachable, message).with("url", url)
}

pub(crate) fn no_such_call() -> Failure {
    Failure::new(ErrorCode::NoSuchCall, "there is no such call, or it is over")
}

pub(crate) fn not_now(what: &str) -> Failure {
    Failure::new(ErrorCode::NotNow, format!("this cannot be done now: {what}"))
}

pub(crate) fn not_signed_in() -> Failure {
    Failure::new(ErrorCode::NotSignedIn, "nobody is signed in: sign in first")
}

pub(crate) fn line_not_ready(line: LineKind) -> Failure {
    let message = "the line is not ready: wait until it is registered and try again";
    Failure::new(ErrorCode::LineNotReady, message).with("line", line.as_str())
}

/// Nothing in this build makes such a line, from this description.
pub(crate) fn line_unavailable(line: LineKind) -> Failure {
    let message = format!("{line} lines are not available in this version: install the newest version of the app");
    Failure::new(ErrorCode::LineUnavailable, message).with("line", line.as_str())
}

pub(crate) fn no_such_line() -> Failure {
    Failure::new(ErrorCode::NoSuchLine, "there is no such line: choose one of those in use")
}

/// The line's own task is at an end or hangs, through no fault of the network.
pub(crate) fn line_ended() -> Failure {
    let message = "the line ended by itself and is opened again: if that goes on, restart the app";
    Failure::new(ErrorCode::Internal, message).with("detail", "the task of a line ended")
}

/// The line will not register however often it tries.
pub(crate) fn registration_refused(code: ErrorCode) -> Failure {
    let message = match code {
        ErrorCode::SessionExpired => "the server does not take this sign-in for the line: sign in again",
        _ => "what answers at the line's address is not a server of ours: check the address",
    };
    Failure::new(code, message)
}

pub(crate) fn line_cannot(line: LineKind, what: &str) -> Failure {
    let message = format!("a {line} line cannot do this: {what}");
    Failure::new(ErrorCode::LineCannot, message).with("line", line.as_str()).with("what", what)
}

/// The server refused the call as busy before it came here. Who called is not in the message, which is logged.
pub(crate) fn called_while_talking(call: CallId, who: &str) -> Failure {
    let message = "a call came while you were talking and is in the history";
    Failure::new(ErrorCode::CalledWhileTalking, message).with("call", call.to_string()).with("who", names::clean(who))
}

pub(crate) fn transfer_failed() -> Failure {
    let message = "the call could not be handed over and goes on here: try another destination";
    Failure::new(ErrorCode::TransferFailed, message)
}

/// What Twilio says by one of its codes, if that is about the line of this kind; other providers' ends have words enough.
pub(crate) fn of_provider(line: LineKind, code: u32) -> Option<Failure> {
    match line {
        LineKind::Twilio => Some(of_twilio(code)),
        LineKind::Direct | LineKind::Sip => None,
    }
}

/// A code of Twilio's, with its cause and what to do about it.
pub(crate) fn of_twilio(code: u32) -> Failure {
    let failure = match TwilioCode::of(code) {
        Some(known) => {
            let remedy = known.remedy.message().trim_start_matches("twilio-remedy-");
            Failure::new(ErrorCode::Twilio, known.to_string()).with("remedy", remedy)
        }
        None => {
            let message = format!("Twilio reports the error {code}, which is not known here: look it up at twilio.com");
            Failure::new(ErrorCode::Twilio, message)
        }
    };
    failure.with("code", code.to_string())
}

/// The engine's own task is gone, which happens only after a shutdown.
pub(crate) fn stopped() -> Failure {
    Failure::new(ErrorCode::Internal, "the engine has been shut down")
}

/// Somebody was signed in, and whether they still are is in a keyring that does not say.
pub(crate) fn keyring_unreadable() -> Failure {
    Failure::new(
        ErrorCode::KeyringUnreadable,
        "your session is not to be found in the keyring: unlock the keyring and connect, or sign in again",
    )
}

pub(crate) fn keyring_unavailable() -> Failure {
    Failure::new(
        ErrorCode::KeyringUnavailable,
        "the keyring is not available: you stay signed in until the app is closed",
    )
}

/// What belonged to a session or a line that is gone.
pub(crate) fn keyring_keeps_secret() -> Failure {
    Failure::new(
        ErrorCode::KeyringKeepsSecret,
        "what is not needed any more could not be removed from the keyring: it is removed once the keyring is unlocked",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: Option<ServerCode>) -> ClientError {
        ClientError::Refused { status, code, message: "no".into(), retry_after: None, provider: None }
    }

    #[test]
    fn who_called_is_for_the_window_and_not_for_the_log() {
        let failure = called_while_talking(CallId::generate(), "+966501234567");
        assert_eq!(failure.params["who"], "+966501234567");
        let logged = format!("{} {failure:?}", failure.message);
        assert!(!logged.contains("96650") && logged.contains("who"), "{logged}");
    }

    #[test]
    fn a_code_of_twilio_brings_its_cause_and_its_remedy() {
        let known = of_provider(LineKind::Twilio, 20_101).unwrap();
        assert_eq!((known.params["code"].as_str(), known.params["remedy"].as_str()), ("20101", "check-token"));
        assert!(known.message.starts_with("The access token is not valid. ") && known.message.contains("20101"));
        let unknown = of_twilio(99_999);
        assert_eq!((unknown.code, unknown.params.get("remedy")), (ErrorCode::Twilio, None));
        assert!(unknown.message.contains("99999"), "{}", unknown.message);
        assert_eq!(of_provider(LineKind::Direct, 31_404), None);
    }

    #[test]
    fn each_value_of_an_account_is_told_what_is_wrong_with_it() {
        let message = "Missing TWILIO_API_KEY: create a standard API key\nTWILIO_ACCOUNT_SID is wrong: it begins with AC: \
                       copy it";
        let refused = ClientError::Refused {
            status: 422,
            code: Some(ServerCode::Unprocessable),
            message: message.into(),
            retry_after: None,
            provider: None,
        };
        let failure = of_twilio_settings(&refused);
        let told: Vec<_> = failure.params.iter().map(|(name, wrong)| (name.as_str(), wrong.as_str())).collect();
        assert_eq!(told, [("TWILIO_ACCOUNT_SID", "wrong"), ("TWILIO_API_KEY", "missing")]);
        assert_eq!(failure.code, ErrorCode::BadTwilioAccount);
    }

    #[test]
    fn what_a_server_answers_is_never_our_own_failure() {
        use ErrorCode as To;
        use ServerCode as From;
        for (status, code, expected) in [
            (401, Some(From::WrongCredentials), To::WrongCredentials),
            (401, Some(From::Unauthenticated), To::SessionExpired),
            (403, Some(From::Forbidden), To::ServerRefused),
            (404, Some(From::NotFound), To::ServerRefused),
            (422, Some(From::Unprocessable), To::ServerRefused),
            (421, Some(From::MisdirectedRequest), To::NotAMobileCallServer),
            (403, None, To::NotAMobileCallServer),
            (404, None, To::NotAMobileCallServer),
            (408, None, To::ServerBusy),
            (429, None, To::TooManyTries),
            (500, Some(From::Internal), To::ServerBusy),
            (502, None, To::ServerBusy),
            (503, Some(From::Unavailable), To::ServerBusy),
        ] {
            assert_eq!(of_client(&refused(status, code)).code, expected, "{status} {code:?}");
        }
        let garbled = ClientError::Garbled { what: "POST /api/auth/refresh".into(), source: "<html>".into() };
        assert_eq!(of_client(&garbled).code, To::NotAMobileCallServer);
    }
}
