//! What goes into the cloud and what comes out.

use crate::account::Target;
use crate::phones::Voice;
use mobilecall_domain::{SdpAnswer, SdpOffer, Timestamp};
use mobilecall_pstream::{ClientFrame, Malformed, ServerFrame};
use mobilecall_twilio::{CallSid, RecordingSid};
use std::time::Duration;

/// A softphone's connection, numbered by the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SocketId(pub(crate) u64);

/// One media session: a softphone's, or that of a telephone in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LegKey(pub(crate) u64);

/// One question to a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FetchKey(pub(crate) u64);

/// One sound that is played to a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PlayKey(pub(crate) u64);

/// The time of an input: one clock that never steps, for timers, and the wall clock for what is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) monotonic: Duration,
    pub(crate) wall: Timestamp,
}

#[derive(Debug)]
pub(crate) enum Input {
    SocketOpened(SocketId),
    /// The last input of a socket.
    SocketGone(SocketId),
    Frame(SocketId, Result<ClientFrame, Malformed>),
    /// The reply to [`Effect::Fetch`].
    Fetched(FetchKey, Result<Document, FetchProblem>),
    Media(LegKey, MediaOutcome),
    /// A sound came to its end; `false` if it could not be played.
    Played(PlayKey, bool),
    /// A recording is complete.
    Recorded(RecordingSid, Duration),
    Phone(PhoneAct),
    /// The deadline was reached.
    TimePassed,
}

/// What a webhook answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// Why a webhook gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchProblem {
    /// Nobody listens, or the name is not known.
    Connection,
    /// It took longer than 15 s.
    Timeout,
    /// The URL is none.
    Url,
}

/// What the owner of a telephone does by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PhoneAct {
    /// Calls one of the account's numbers.
    Calls { from: String, to: String },
    /// Answers the call that rings.
    Answers(String),
    /// Ends the call, or refuses it.
    HangsUp(String),
    /// Presses keys.
    Presses(String, String),
}

/// What a media session reports.
#[derive(Debug)]
pub(crate) enum MediaOutcome {
    /// Reply to [`MediaCommand::Answer`].
    Answered(SdpAnswer),
    /// Reply to [`MediaCommand::Offer`].
    Offered(SdpOffer),
    /// Reply to [`MediaCommand::Reanswer`].
    Reanswered(SdpAnswer),
    /// A description of theirs cannot be used, with the wire code that says why.
    Refused(u32),
    /// A key was pressed, within the sound.
    Digit(char),
    /// Connectivity is lost for good.
    Lost,
}

#[derive(Debug)]
pub(crate) enum Effect {
    Send(SocketId, ServerFrame),
    /// Close the socket after what was sent. [`Input::SocketGone`] follows.
    Disconnect(SocketId),
    /// Ask what to do. [`Input::Fetched`] follows.
    Fetch(FetchKey, Webhook),
    /// Tell, without caring for the answer.
    Notify(Webhook),
    Media(MediaCommand),
}

/// A request to the customer's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) kind: WebhookKind,
    pub(crate) call: CallSid,
    pub(crate) target: Target,
    pub(crate) form: Vec<(String, String)>,
}

/// What a webhook is for; faults choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WebhookKind {
    /// Asks what to do with a call.
    Voice,
    /// Tells how a call goes.
    Status,
    /// Asks what to do after a verb, such as `<Dial>`.
    Action,
    /// Tells how a recording goes.
    Recording,
    /// Tells how a conference goes.
    Conference,
}

/// What the media shall do. The first command of a leg makes its session.
#[derive(Debug)]
pub(crate) enum MediaCommand {
    /// Answer a softphone's first offer.
    Answer(LegKey, SdpOffer),
    /// Offer to a softphone.
    Offer(LegKey),
    /// Take a softphone's answer.
    Accept(LegKey, SdpAnswer),
    /// Answer a softphone's further offer.
    Reanswer(LegKey, SdpOffer),
    /// A telephone in memory, which says this from [`Self::Speak`] on.
    Phone(LegKey, String, Option<Voice>),
    /// The telephone's owner begins to speak.
    Speak(LegKey),
    /// The leg hears these and no others.
    Hear(LegKey, Vec<LegKey>),
    /// Play to the leg, in place of what was played before. [`Input::Played`] follows if it is ever over.
    Play(LegKey, PlayKey, Sound),
    /// Stop what is played to the leg.
    Hush(LegKey),
    /// Press keys for the leg to hear.
    Digits(LegKey, String),
    /// Record these channels; or, if it is recorded already, these from now on.
    Record(RecordingSid, Vec<Vec<Track>>),
    /// Leave out what comes, or put silence in its place.
    Pause(RecordingSid, PauseBehavior),
    /// Go on.
    Resume(RecordingSid),
    /// [`Input::Recorded`] follows.
    StopRecording(RecordingSid),
    /// End the session.
    Close(LegKey),
}

/// One of the sounds in a channel of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Track {
    /// What the leg's party says.
    Said(LegKey),
    /// All that is sent to the leg.
    Heard(LegKey),
}

/// What a pause leaves in a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PauseBehavior {
    Skip,
    Silence,
}

/// What is played to a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sound {
    /// The far end rings; endless.
    Ringback,
    /// Somebody waits; endless.
    Music,
    /// The signal before a recording.
    Beep,
    /// In place of a voice, a sound as long as the text takes to say.
    Speech(Duration),
    /// A file.
    File(String),
}
