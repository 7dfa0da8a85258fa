//! How the contract is printed for a log: passwords, numbers, digits and names of customers stay out of it.

use crate::{
    CallMessage, CallView, Colleague, Command, Event, Failure, HistoryEntry, HistoryQuery, OwnPhone, PhoneCallView,
    Preview, SavedFile, SecretView, SessionView, TwilioAccountView, TwilioValues,
};
use mobilecall_domain::Private;
use std::fmt;

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn { username, password } => f
                .debug_struct("SignIn")
                .field("username", &Private::new(username))
                .field("password", &Private::new(password))
                .finish(),
            Self::SignOut => f.write_str("SignOut"),
            Self::Connect => f.write_str("Connect"),
            Self::Disconnect => f.write_str("Disconnect"),
            Self::Preview { text, line } => {
                f.debug_struct("Preview").field("text", &Private::new(text)).field("line", line).finish()
            }
            Self::PlaceCall { destination, line, parameters } => f
                .debug_struct("PlaceCall")
                .field("destination", &Private::new(destination))
                .field("line", line)
                .field("parameters", &parameters.len())
                .finish(),
            Self::CallViaPhone { destination } => {
                f.debug_struct("CallViaPhone").field("destination", &Private::new(destination)).finish()
            }
            Self::ForgetPhoneCall => f.write_str("ForgetPhoneCall"),
            Self::Answer { call } => f.debug_struct("Answer").field("call", call).finish(),
            Self::Decline { call } => f.debug_struct("Decline").field("call", call).finish(),
            Self::Ignore { call } => f.debug_struct("Ignore").field("call", call).finish(),
            Self::SendMessage { call, content } => {
                f.debug_struct("SendMessage").field("call", call).field("content", &Private::new(content)).finish()
            }
            Self::HangUp { call } => f.debug_struct("HangUp").field("call", call).finish(),
            Self::SetMute { call, muted } => {
                f.debug_struct("SetMute").field("call", call).field("muted", muted).finish()
            }
            Self::SetHold { call, held } => f.debug_struct("SetHold").field("call", call).field("held", held).finish(),
            Self::Transfer { call, destination } => {
                f.debug_struct("Transfer").field("call", call).field("destination", &Private::new(destination)).finish()
            }
            Self::JoinCalls { call, consulted } => {
                f.debug_struct("JoinCalls").field("call", call).field("consulted", consulted).finish()
            }
            Self::SendDigits { call, digits } => {
                f.debug_struct("SendDigits").field("call", call).field("digits", &Private::new(digits)).finish()
            }
            Self::History { query } => f.debug_struct("History").field("query", query).finish(),
            Self::SyncNow => f.write_str("SyncNow"),
            Self::ChangeSettings { settings } => f.debug_struct("ChangeSettings").field("settings", settings).finish(),
            Self::AudioDevices => f.write_str("AudioDevices"),
            Self::SetLevelMeter { on } => f.debug_struct("SetLevelMeter").field("on", on).finish(),
            Self::PlayTestTone => f.write_str("PlayTestTone"),
            Self::PlayRecording { call } => f.debug_struct("PlayRecording").field("call", call).finish(),
            Self::PauseRecording => f.write_str("PauseRecording"),
            Self::SeekRecording { position_ms } => {
                f.debug_struct("SeekRecording").field("position_ms", position_ms).finish()
            }
            Self::SetRecordingSpeed { percent } => {
                f.debug_struct("SetRecordingSpeed").field("percent", percent).finish()
            }
            Self::CloseRecording => f.write_str("CloseRecording"),
            Self::TwilioAccount => f.write_str("TwilioAccount"),
            Self::SetTwilioAccount { values: _ } => f.debug_struct("SetTwilioAccount").finish_non_exhaustive(),
            Self::RemoveTwilioAccount => f.write_str("RemoveTwilioAccount"),
            Self::SaveRecording { call, name } => {
                f.debug_struct("SaveRecording").field("call", call).field("name", &Private::new(name)).finish()
            }
        }
    }
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::WillCall { address, kind, name, line, lines, post_dial, note, obstacle } => f
                .debug_struct("WillCall")
                .field("address", &Private::new(address))
                .field("kind", kind)
                .field("name", &hidden(name))
                .field("line", line)
                .field("lines", lines)
                .field("post_dial", &hidden(post_dial))
                .field("note", note)
                .field("obstacle", &obstacle.as_ref().map(|failure| failure.code))
                .finish(),
            Self::Choices { colleagues } => f.debug_struct("Choices").field("colleagues", &colleagues.len()).finish(),
            Self::Refused { failure } => f.debug_struct("Refused").field("code", &failure.code).finish(),
        }
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, part): (&str, &dyn fmt::Debug) = match self {
            Self::SessionChanged { session } => ("SessionChanged", session),
            Self::ServerChanged { server } => ("ServerChanged", server),
            Self::LinesChanged { lines } => ("LinesChanged", lines),
            Self::CallChanged { call } => ("CallChanged", call),
            Self::CallRemoved { call } => ("CallRemoved", call),
            // Which digit it was is not for a log.
            Self::DigitReceived { call, digit: _ } => ("DigitReceived", call),
            Self::CallMessage { call, message } => {
                return f.debug_tuple("CallMessage").field(call).field(message).finish();
            }
            Self::TeamChanged { team } => ("TeamChanged", team),
            Self::HistoryChanged { missed } => ("HistoryChanged", missed),
            Self::SyncChanged { sync } => ("SyncChanged", sync),
            Self::SettingsChanged { settings } => ("SettingsChanged", settings),
            Self::SoundChanged { sound } => ("SoundChanged", sound),
            Self::SoundMended { role } => ("SoundMended", role),
            Self::RecordingChanged { recording } => ("RecordingChanged", recording),
            Self::RecordingPosition { call, position_ms } => {
                return f.debug_tuple("RecordingPosition").field(call).field(position_ms).finish();
            }
            Self::PhoneCallChanged { phone_call } => ("PhoneCallChanged", phone_call),
            Self::Problem { failure } => ("Problem", failure),
            Self::Levels { source, levels } => return f.debug_tuple("Levels").field(source).field(levels).finish(),
            Self::Lagged => return f.write_str("Lagged"),
        };
        f.debug_tuple(name).field(part).finish()
    }
}

impl fmt::Debug for CallView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallView")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("state", &self.state)
            .field("address", &Private::new(&self.address))
            .field("name", &hidden(&self.name))
            .field("line", &self.line)
            .field("line_id", &self.line_id)
            .field("capabilities", &self.capabilities)
            .field("started_at_ms", &self.started_at_ms)
            .field("answered_at_ms", &self.answered_at_ms)
            .field("muted", &self.muted)
            .field("held", &self.held)
            .field("digits", &Private::new(&self.digits))
            .field("post_dial", &hidden(&self.post_dial))
            .field("quality", &self.quality)
            .field("warnings", &self.warnings)
            .field("path", &self.path)
            .field("verified", &self.verified)
            .field("parameters", &self.parameters.len())
            .field("end", &self.end)
            .field("why", &self.why)
            .field("setup_ms", &self.setup_ms)
            .field("first_audio_ms", &self.first_audio_ms)
            .finish()
    }
}

impl fmt::Debug for CallMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Received { content } => f.debug_struct("Received").field("content", &Private::new(content)).finish(),
            Self::Taken { message } => f.debug_struct("Taken").field("message", message).finish(),
            Self::Refused { message, failure } => {
                f.debug_struct("Refused").field("message", message).field("failure", failure).finish()
            }
        }
    }
}

impl fmt::Debug for HistoryQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryQuery")
            .field("text", &Private::new(&self.text))
            .field("filter", &self.filter)
            .field("cursor", &self.cursor)
            .field("limit", &self.limit)
            .field("seen", &self.seen)
            .finish()
    }
}

impl fmt::Debug for HistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HistoryEntry")
            .field("id", &self.id)
            .field("direction", &self.direction)
            .field("disposition", &self.disposition)
            .field("address", &Private::new(&self.address))
            .field("name", &hidden(&self.name))
            .field("started_at_ms", &self.started_at_ms)
            .field("duration_seconds", &self.duration_seconds)
            .field("line", &self.line)
            .field("synced", &self.synced)
            .field("recorded", &self.recorded)
            .finish()
    }
}

impl fmt::Debug for PhoneCallView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneCallView")
            .field("call", &self.call)
            .field("address", &Private::new(&self.address))
            .field("name", &hidden(&self.name))
            .field("stage", &self.stage)
            .finish()
    }
}

impl fmt::Debug for OwnPhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnPhone").field(&Private::new(&self.0)).finish()
    }
}

impl fmt::Debug for TwilioAccountView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioAccountView").field("source", &self.source).finish_non_exhaustive()
    }
}

impl fmt::Debug for SecretView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretView").field("set", &self.set).finish_non_exhaustive()
    }
}

impl fmt::Debug for TwilioValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TwilioValues").finish_non_exhaustive()
    }
}

impl fmt::Debug for SavedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedFile").field("name", &Private::new(&self.name)).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignedOut { why } => f.debug_struct("SignedOut").field("why", why).finish(),
            Self::SigningIn => f.write_str("SigningIn"),
            Self::SignedIn {
                username,
                name,
                company,
                extension,
                region,
                company_lines,
                calls_via_phone,
                sets_up_twilio,
                kept,
            } => f
                .debug_struct("SignedIn")
                .field("username", &Private::new(username))
                .field("name", &Private::new(name))
                .field("company", company)
                .field("extension", &hidden(extension))
                .field("region", region)
                .field("company_lines", company_lines)
                .field("calls_via_phone", calls_via_phone)
                .field("sets_up_twilio", sets_up_twilio)
                .field("kept", kept)
                .finish(),
        }
    }
}

impl fmt::Debug for Colleague {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Colleague")
            .field("username", &Private::new(&self.username))
            .field("name", &Private::new(&self.name))
            .field("extension", &hidden(&self.extension))
            .field("presence", &self.presence)
            .finish()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of the values only the names: one may say who called.
        let params: Vec<_> = self.params.keys().collect();
        let Self { code, message, .. } = self;
        f.debug_struct("Failure").field("code", code).field("message", message).field("params", &params).finish()
    }
}

fn hidden(text: &Option<String>) -> Option<Private<&String>> {
    text.as_ref().map(Private::new)
}

#[cfg(test)]
mod tests {
    use crate::*;
    use mobilecall_domain::{CallId, LineId};

    /// None of these may be printed.
    const PRIVATE: [&str; 5] = ["hunter2", "+966501234567", "9876", "Customer", "sara.k"];

    fn check(printed: &str, private_parts: usize) {
        for private in PRIVATE {
            assert!(!printed.contains(private), "{private} in {printed}");
        }
        assert_eq!(printed.matches("private characters").count(), private_parts, "{printed}");
    }

    #[test]
    fn commands_keep_passwords_numbers_and_digits_from_the_log() {
        let call = CallId::generate();
        let number = || PRIVATE[1].to_owned();
        for (command, parts) in [
            (Command::SignIn { username: PRIVATE[4].into(), password: PRIVATE[0].into() }, 2),
            (Command::Preview { text: number(), line: None }, 1),
            (
                Command::PlaceCall {
                    destination: number(),
                    line: Some(LineId::generate()),
                    parameters: [("name".to_owned(), PRIVATE[3].to_owned())].into(),
                },
                1,
            ),
            (Command::SendMessage { call, content: PRIVATE[3].into() }, 1),
            (Command::Transfer { call, destination: number() }, 1),
            (Command::SendDigits { call, digits: PRIVATE[2].into() }, 1),
            (Command::SaveRecording { call, name: PRIVATE[3].into() }, 1),
            (Command::CallViaPhone { destination: number() }, 1),
            (
                Command::ChangeSettings {
                    settings: Settings { agent_phone: Some(OwnPhone(number())), ..Settings::default() },
                },
                1,
            ),
            (Command::History { query: HistoryQuery { text: PRIVATE[3].into(), ..HistoryQuery::default() } }, 1),
        ] {
            check(&format!("{command:?}"), parts);
        }
    }

    #[test]
    fn of_an_account_at_twilio_nothing_is_printed() {
        let [secret, number, ..] = PRIVATE.map(str::to_owned);
        let values = TwilioValues {
            account_sid: secret.clone(),
            auth_token: Some(secret.clone()),
            phone_number: number.clone(),
            api_key: secret.clone(),
            api_secret: Some(secret.clone()),
            twiml_app_sid: secret.clone(),
            public_base_url: String::new(),
            region: None,
            edge: None,
        };
        check(&format!("{values:?} {:?}", Command::SetTwilioAccount { values: values.clone() }), 0);
        let state = SecretView { set: true, ends_in: Some(secret.clone()) };
        let account = TwilioAccountView {
            source: TwilioSource::Company,
            account_sid: Some(secret.clone()),
            auth_token: state.clone(),
            phone_number: Some(number),
            api_key: Some(secret.clone()),
            api_secret: state,
            twiml_app_sid: Some(secret),
            public_base_url: None,
            region: None,
            edge: None,
        };
        check(&format!("{:?} {:?}", account.auth_token, Reply::TwilioAccount { account: account.clone() }), 0);
    }

    #[test]
    fn people_keep_names_and_numbers_from_the_log() {
        let extension = Some(PRIVATE[2].to_owned());
        let (username, name) = (PRIVATE[4].to_owned(), PRIVATE[3].to_owned());
        let colleague = Colleague { username, name, extension, presence: PresenceState::Busy };
        check(&format!("{:?}", Event::TeamChanged { team: vec![colleague.clone()] }), 3);
        let Colleague { username, name, extension, .. } = colleague;
        let (company, region) = ("Acme".to_owned(), "SA".to_owned());
        let company_lines = vec![LineKind::Sip];
        let (calls_via_phone, sets_up_twilio) = (false, true);
        let session = SessionView::SignedIn {
            username,
            name,
            company,
            extension,
            region,
            company_lines,
            calls_via_phone,
            sets_up_twilio,
            kept: true,
        };
        check(&format!("{:?}", Event::SessionChanged { session }), 3);
        let failure = Failure::new(ErrorCode::CalledWhileTalking, "a call came").with("who", PRIVATE[1]);
        check(&format!("{:?}", Event::Problem { failure }), 0);
    }

    #[test]
    fn calls_and_history_keep_numbers_names_and_digits_from_the_log() {
        let call = CallView {
            id: CallId::generate(),
            direction: Direction::Incoming,
            state: CallState::Active,
            address: PRIVATE[1].into(),
            name: Some(PRIVATE[3].into()),
            line: LineKind::Direct,
            line_id: LineId::generate(),
            capabilities: LineCapabilities::NONE,
            started_at_ms: 0,
            answered_at_ms: None,
            muted: false,
            held: false,
            digits: PRIVATE[2].into(),
            post_dial: Some(PRIVATE[2].into()),
            quality: None,
            warnings: Vec::new(),
            path: None,
            verified: None,
            parameters: [("name".to_owned(), PRIVATE[3].to_owned())].into(),
            end: None,
            why: None,
            setup_ms: None,
            first_audio_ms: None,
        };
        let id = call.id;
        check(&format!("{:?}", Event::CallChanged { call: Box::new(call) }), 4);
        let message = CallMessage::Received { content: PRIVATE[3].into() };
        check(&format!("{:?}", Event::CallMessage { call: id, message }), 1);
        let digit = format!("{:?}", Event::DigitReceived { call: id, digit: '#' });
        assert!(!digit.contains('#'), "{digit}");
        let entry = HistoryEntry {
            id,
            direction: Direction::Outgoing,
            disposition: Disposition::Answered,
            address: PRIVATE[1].into(),
            name: Some(PRIVATE[3].into()),
            started_at_ms: 0,
            duration_seconds: None,
            line: LineKind::Direct,
            synced: true,
            recorded: true,
        };
        check(&format!("{entry:?}"), 2);
        let stage = PhoneCallStage::RingsHere;
        let phone_call =
            PhoneCallView { call: Some(id), address: PRIVATE[1].into(), name: Some(PRIVATE[3].into()), stage };
        check(&format!("{:?}", Event::PhoneCallChanged { phone_call: Some(phone_call) }), 2);
        let file = SavedFile { path: PRIVATE[3].into(), folder: "Downloads".into(), name: PRIVATE[3].into() };
        check(&format!("{:?}", Reply::Saved { file }), 1);
        let preview = Preview::WillCall {
            address: PRIVATE[1].into(),
            kind: AddressKind::Phone,
            name: Some(PRIVATE[3].into()),
            line: None,
            lines: Vec::new(),
            post_dial: Some(PRIVATE[2].into()),
            note: None,
            obstacle: None,
        };
        check(&format!("{:?}", Reply::Preview { preview }), 3);
    }
}
