//! What goes into the machine and what comes out.

use crate::{CallReport, EndReason};

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallInput {
    /// The user did something.
    User(UserInput),
    /// The line reported something.
    Line(LineInput),
    /// The media session reported something.
    Media(MediaInput),
    /// Time passed.
    Tick,
}

/// What a user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserInput {
    /// Take an incoming call.
    Answer,
    /// Refuse an incoming call.
    Decline,
    /// Let an incoming call ring on elsewhere, without this agent and without a word to the caller.
    Ignore,
    /// End the call, give it up, or refuse it.
    HangUp,
    /// Switch the microphone off or on.
    Mute(bool),
    /// Hold the other party or go on.
    Hold(bool),
}

/// What a line can report of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineInput {
    /// The far end is alerted.
    Ringing {
        /// It sends sound of its own.
        early_media: bool,
    },
    /// The far end answered, or the server confirmed our answer.
    Answered,
    /// The leg is over: hung up, refused, cancelled, taken by another device, lost for good.
    Ended(EndReason),
    /// Signaling is lost and is being recovered.
    SignalingLost,
    /// Signaling is back.
    SignalingRestored,
}

/// What media can report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaInput {
    /// Sound can flow, for the first time or again.
    Connected,
    /// The connection does not respond; it may come back by itself or by a restart.
    Lost,
    /// It cannot go on as it is.
    Failed(MediaFailure),
    /// Everything is closed.
    Stopped,
}

/// Why media cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFailure {
    /// No microphone or speaker could be opened.
    Device,
    /// Their description cannot be applied: no common codec or encryption.
    Incompatible,
    /// No way through the network.
    Network,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq)]
pub enum CallEffect {
    /// Write this into the record, before anyone is told.
    Report(CallReport),
    /// Tell the line.
    Line(LineAction),
    /// Tell the media session.
    Voice(VoiceAction),
    /// Play a tone until [`CallEffect::StopRinging`].
    Ring(Tone),
    /// Stop the tone.
    StopRinging,
}

/// What to tell the line. The driver adds the leg and the session description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineAction {
    /// Place the call, once there is an offer.
    Invite,
    /// Accept it, once there is an answer to their offer.
    Accept,
    /// Refuse it.
    Reject,
    /// Leave it to others.
    Ignore,
    /// End it or give it up.
    HangUp,
    /// Offer media anew.
    Reoffer(Reoffer),
}

/// Why media is offered anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reoffer {
    /// Hold (`true`) or go on.
    Hold(bool),
    /// Find a new way through the network.
    IceRestart,
}

/// What to tell the media session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoiceAction {
    /// Open devices and connection.
    Start,
    /// Close them; the result is [`MediaInput::Stopped`].
    Stop,
    /// Send silence instead of the microphone, or go on.
    Mute(bool),
    /// Neither send nor play, or go on.
    Hold(bool),
}

/// A tone played here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// An incoming call rings.
    Ringtone,
    /// The far end is alerted and sends no sound of its own.
    Ringback,
}
