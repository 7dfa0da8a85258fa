use crate::{AudioDevices, HistoryPage, HistoryQuery, SavedFile, Settings, TwilioAccountView, TwilioValues};
use mobilecall_domain::{CallId, DialNote, LineId, PresenceState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a window (or a script) can ask of the engine. Each gets one [`Reply`] or a [`crate::Failure`].
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Sign in at the configured server; afterwards the line registers.
    SignIn {
        /// User name.
        username: String,
        /// Password.
        password: String,
    },
    /// Sign out, forget the session.
    SignOut,
    /// Connect to the server and register the line, if not yet.
    Connect,
    /// Unregister and stay away until `Connect`.
    Disconnect,
    /// What would be called, while the agent types. Reply: `Preview`.
    Preview {
        /// The field's text.
        text: String,
        /// The line that the agent chose; without it the address says which.
        #[serde(default)]
        #[ts(as = "Option<String>", optional)]
        line: Option<LineId>,
    },
    /// Place a call. Reply: `Call`.
    PlaceCall {
        /// What the agent typed: number, extension, name or address.
        destination: String,
        /// The line that the agent chose; without it the address says which.
        #[serde(default)]
        #[ts(as = "Option<String>", optional)]
        line: Option<LineId>,
        /// What the provider's application is told beside, by name; only Twilio's line carries it.
        #[serde(default)]
        #[ts(as = "Option<BTreeMap<String, String>>", optional)]
        parameters: BTreeMap<String, String>,
    },
    /// Have the server call the agent's own phone, as the settings have it, and then connect it with a phone number. What comes
    /// of it is told by events.
    CallViaPhone {
        /// What the agent typed: a number.
        destination: String,
    },
    /// Follow the call by way of the agent's own phone no longer. It goes on.
    ForgetPhoneCall,
    /// Answer an incoming call; another active call is held.
    Answer {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// Refuse an incoming call.
    Decline {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// Stop ringing here without a word to the caller: it rings on elsewhere.
    Ignore {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// Send a message beside a call to the provider's application. Only where the call's capabilities say so. What comes of
    /// it is a [`crate::Event::CallMessage`]. Reply: `Message`.
    SendMessage {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// A JSON value as text.
        content: String,
    },
    /// End a call, or give it up.
    HangUp {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// Turn the microphone off or on for a call.
    SetMute {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// Off?
        muted: bool,
    },
    /// Hold or resume a call; resuming one holds the active one.
    SetHold {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// Hold?
        held: bool,
    },
    /// Hand a call to somebody without speaking to them first. Only where the call's capabilities say so.
    Transfer {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// What the agent typed: number, extension, name or address.
        destination: String,
    },
    /// Join the other parties of two calls and leave both. Only where the calls' capabilities say so.
    JoinCalls {
        /// The call that is handed over.
        #[ts(as = "String")]
        call: CallId,
        /// The call with whom it is handed to.
        #[ts(as = "String")]
        consulted: CallId,
    },
    /// Send keypad digits `0-9 * # A-D` in a call: within the sound if the far end takes them there, else by signaling.
    SendDigits {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// The digits.
        digits: String,
    },
    /// A page of the history. Reply: `History`.
    History {
        /// Which.
        query: HistoryQuery,
    },
    /// Sync with the server now.
    SyncNow,
    /// Replace the settings. Takes effect at once. Reply: `Done`, or a failure and nothing changed.
    ChangeSettings {
        /// All of them.
        settings: Settings,
    },
    /// The sound devices there are. Reply: `Devices`.
    AudioDevices,
    /// Start or stop the microphone for the level meter in the settings.
    SetLevelMeter {
        /// On?
        on: bool,
    },
    /// Play a test tone of one second on the chosen speaker.
    PlayTestTone,
    /// Play the recording of a call on the chosen speaker: from where it stands if it is open, else from its beginning. Not
    /// while a call is up, and a call that begins pauses it. What comes of it is told by events.
    PlayRecording {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
    },
    /// Stop where the open recording is.
    PauseRecording,
    /// Go to another place of the open recording.
    SeekRecording {
        /// In milliseconds from the beginning.
        position_ms: u32,
    },
    /// Play recordings faster or slower, with the same pitch.
    SetRecordingSpeed {
        /// In percent of their own speed, 50 to 200.
        percent: u16,
    },
    /// Stop and close the open recording.
    CloseRecording,
    /// Write the recording of a call into the folder for downloads. Reply: `Saved`.
    SaveRecording {
        /// The call.
        #[ts(as = "String")]
        call: CallId,
        /// How the file is to be named, without its ending. What no file may be named is replaced.
        name: String,
    },
    /// The account at Twilio that the company's calls go over. Only for its administrator. Reply: `TwilioAccount`.
    TwilioAccount,
    /// Set the company's own account at Twilio. Reply: `TwilioAccount`, or what is wrong with which value.
    SetTwilioAccount {
        /// All of it.
        values: TwilioValues,
    },
    /// Forget the company's own account at Twilio.
    RemoveTwilioAccount,
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Reply {
    /// Taken; what follows comes as events.
    Done,
    /// The call that was placed.
    Call {
        /// Its key.
        #[ts(as = "String")]
        call: CallId,
    },
    /// The message that was sent.
    Message {
        /// Names it.
        message: String,
    },
    /// What would be called.
    Preview {
        /// The result.
        preview: Preview,
    },
    /// A page of history.
    History {
        /// The page.
        page: HistoryPage,
    },
    /// Sound devices.
    Devices {
        /// The lists.
        devices: AudioDevices,
    },
    /// An account at Twilio.
    TwilioAccount {
        /// As it stands.
        account: TwilioAccountView,
    },
    /// A file was written.
    Saved {
        /// Where.
        file: SavedFile,
    },
}

/// What the text in the smart field means.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Preview {
    /// Nothing typed.
    Empty,
    /// Exactly one thing would be called.
    WillCall {
        /// As it would be dialed.
        address: String,
        /// What it is.
        kind: AddressKind,
        /// The colleague's or customer's name, or the service's.
        name: Option<String>,
        /// The line that the call would take; none while nobody is signed in.
        #[ts(as = "Option<String>")]
        line: Option<LineId>,
        /// All lines that could take it, in the order in which they are preferred.
        #[ts(as = "Vec<String>")]
        lines: Vec<LineId>,
        /// What is to be sent as keypad digits once they answer: an extension, or keys behind pauses.
        #[serde(default)]
        post_dial: Option<String>,
        /// What to know before the call.
        #[serde(default)]
        note: Option<DialNote>,
        /// Why it could not be called right now, as far as that is known; the text itself is right.
        obstacle: Option<crate::Failure>,
    },
    /// Colleagues whose name or extension fits; choose one.
    Choices {
        /// At most eight.
        colleagues: Vec<Colleague>,
    },
    /// Cannot be called.
    Refused {
        /// Why, with the values for the words.
        failure: crate::Failure,
    },
}

/// What an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum AddressKind {
    /// Phone number in E.164.
    Phone,
    /// Colleague's short number.
    Extension,
    /// `*43` and the like.
    Service,
    /// `client:name`.
    Client,
    /// SIP URI.
    Sip,
}

/// Somebody of the same company.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// User name.
    pub username: String,
    /// Display name.
    pub name: String,
    /// Short number.
    pub extension: Option<String>,
    /// Reachability.
    pub presence: PresenceState,
}
