//! Who comes and goes in a conference.

use super::{Extra, WebhookError, fields::Fields};
use crate::{
    sid::{AccountSid, CallSid, ConferenceSid},
    words::words,
};
use mobilecall_domain::Timestamp;

words! {
    /// What happened in a conference.
    ConferenceNews, "conference event" {
        /// The second participant is in.
        Start = "conference-start",
        /// It is over.
        End = "conference-end",
        /// Somebody came.
        Join = "participant-join",
        /// Somebody left.
        Leave = "participant-leave",
        /// Somebody was muted.
        Mute = "participant-mute",
        /// Somebody was unmuted.
        Unmute = "participant-unmute",
        /// Somebody was put on hold.
        Hold = "participant-hold",
        /// Somebody was taken back.
        Unhold = "participant-unhold",
        /// Somebody's settings changed.
        Modify = "participant-modify",
        /// Somebody began to speak.
        SpeechStart = "participant-speech-start",
        /// Somebody ceased to speak.
        SpeechStop = "participant-speech-stop",
        /// An announcement ended.
        AnnouncementEnd = "announcement-end",
        /// An announcement failed.
        AnnouncementFail = "announcement-fail",
    }
}

/// A conference's status callback; answered with an empty 2xx.
#[derive(Clone, Debug, PartialEq)]
pub struct ConferenceCallback {
    /// The conference.
    pub conference: ConferenceSid,
    /// Whose.
    pub account: AccountSid,
    /// Its name.
    pub name: Option<String>,
    /// What happened.
    pub news: ConferenceNews,
    /// The how manieth of this conference.
    pub sequence: Option<u32>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// The participant it concerns.
    pub call: Option<CallSid>,
    /// The participant's label.
    pub label: Option<String>,
    /// Whether the participant is muted.
    pub muted: Option<bool>,
    /// Whether the participant is on hold.
    pub on_hold: Option<bool>,
    /// Whether the participant coaches another.
    pub coaching: Option<bool>,
    /// Whether it is over when the participant leaves.
    pub ends_on_exit: Option<bool>,
    /// Whether it began with the participant.
    pub starts_on_enter: Option<bool>,
    /// Anything else.
    pub extra: Extra,
}

impl ConferenceCallback {
    /// Reads the pairs of a form.
    pub fn read(pairs: &[(String, String)]) -> Result<Self, WebhookError> {
        let mut fields = Fields::new(pairs);
        Ok(Self {
            conference: fields.required("ConferenceSid")?,
            account: fields.required("AccountSid")?,
            name: fields.optional("FriendlyName")?,
            news: fields.required("StatusCallbackEvent")?,
            sequence: fields.optional("SequenceNumber")?,
            at: fields.time("Timestamp")?,
            call: fields.optional("CallSid")?,
            label: fields.optional("ParticipantLabel")?,
            muted: fields.optional("Muted")?,
            on_hold: fields.optional("Hold")?,
            coaching: fields.optional("Coaching")?,
            ends_on_exit: fields.optional("EndConferenceOnExit")?,
            starts_on_enter: fields.optional("StartConferenceOnEnter")?,
            extra: fields.rest(),
        })
    }
}
