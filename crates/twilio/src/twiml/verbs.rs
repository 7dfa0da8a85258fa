//! Verbs and nouns that hold nothing but text.

use super::{TwimlError, element::element, value::Value, xml::Element};
use crate::{
    callback::{ConferenceEvent, LegEvent, Method, RecordingEvent, Trim},
    sid::CallSid,
    words::words,
};
use mobilecall_domain::{PhoneNumber, Private};

words! {
    /// When a dialed call is recorded. `dual` has the caller on the first channel and the called on the second.
    DialRecord, "kind of recording" {
        /// Never.
        Off = "do-not-record",
        /// From the answer, on one channel.
        FromAnswer = "record-from-answer",
        /// From the answer.
        FromAnswerDual = "record-from-answer-dual",
        /// With the ringing, on one channel.
        FromRinging = "record-from-ringing",
        /// With the ringing.
        FromRingingDual = "record-from-ringing-dual",
    }

    /// Whether a conference is recorded.
    ConferenceRecord, "kind of recording" {
        /// Never.
        Off = "do-not-record",
        /// From when the second participant comes.
        FromStart = "record-from-start",
    }

    /// When a conference beeps.
    Beep, "beep" {
        /// When somebody comes and when somebody leaves.
        On = "true",
        /// Never.
        Off = "false",
        /// When somebody comes.
        OnEnter = "onEnter",
        /// When somebody leaves.
        OnExit = "onExit",
    }

    /// What a caller hears who is not let in.
    RejectReason, "reason" {
        /// Not in service.
        Rejected = "rejected",
        /// Busy.
        Busy = "busy",
    }
}

element! {
    /// Speaks a text.
    Say = "Say" {
        /// A voice such as `Google.ar-XA-Wavenet-A`; for Arabic there is no good default.
        voice: String = "voice",
        /// A language such as `ar-XA`.
        language: String = "language",
        /// How often; 0 for ever.
        repeat: u32 = "loop",
    }
    text {
        /// What is said.
        text: Private<String>
    }
}

element! {
    /// Plays a sound.
    Play = "Play" {
        /// How often; 0 for ever.
        repeat: u32 = "loop",
    }
    text {
        /// Where Twilio fetches it.
        url: String
    }
}

element! {
    /// Records the caller, as for a voicemail, with a beep first.
    Record = "Record" {
        /// Asked for TwiML when the recording has ended.
        action: String = "action",
        /// How `action` is called.
        method: Method = "method",
        /// Seconds of silence that end it; 5 by default.
        timeout: u32 = "timeout",
        /// Keys that end it.
        finish_on_key: String = "finishOnKey",
        /// Longest length in seconds; an hour by default.
        max_length: u32 = "maxLength",
        /// Whether it beeps before.
        play_beep: bool = "playBeep",
        /// Whether silence at the ends is cut.
        trim: Trim = "trim",
        /// Told when the recording can be fetched.
        recording_status_callback: String = "recordingStatusCallback",
        /// How that is called.
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        /// For what that is called.
        recording_status_callback_event: Vec<RecordingEvent> = "recordingStatusCallbackEvent",
    }
}

element! {
    /// Does not answer. Costs nothing, if it is the first verb.
    Reject = "Reject" {
        /// What the caller hears.
        reason: RejectReason = "reason",
    }
}

element! {
    /// Goes on with other TwiML.
    Redirect = "Redirect" {
        /// How it is fetched.
        method: Method = "method",
    }
    text {
        /// Where it is.
        url: String
    }
}

element! {
    /// Waits, as the first verb without answering.
    Pause = "Pause" {
        /// Seconds; 1 by default.
        length: u32 = "length",
    }
}

element! {
    /// Puts the caller into a queue.
    Enqueue = "Enqueue" {
        /// Asked for TwiML when the caller leaves the queue.
        action: String = "action",
        /// How `action` is called.
        method: Method = "method",
        /// Asked for TwiML while the caller waits.
        wait_url: String = "waitUrl",
        /// How `waitUrl` is called.
        wait_url_method: Method = "waitUrlMethod",
        /// Longest length of the queue.
        max_queue_size: u32 = "maxQueueSize",
    }
    text {
        /// The queue's name; it is made if there is none.
        name: String
    }
}

element! {
    /// A number of the public network, within [`Dial`](super::Dial).
    Number = "Number" {
        /// Keys sent after the answer; `w` waits half a second.
        send_digits: String = "sendDigits",
        /// Asked for TwiML that only the called hears, before both are connected.
        url: String = "url",
        /// How `url` is called.
        method: Method = "method",
        /// Told how this leg goes.
        status_callback: String = "statusCallback",
        /// For what that is called; by default only when it is over.
        status_callback_event: Vec<LegEvent> = "statusCallbackEvent",
        /// How that is called.
        status_callback_method: Method = "statusCallbackMethod",
    }
    text {
        /// In E.164, or a short code.
        number: Private<String>
    }
}

impl Number {
    /// A number in E.164.
    pub fn of(number: &PhoneNumber) -> Self {
        Self { number: Private::new(number.as_e164().to_owned()), ..Self::default() }
    }
}

element! {
    /// The first caller of a queue, within [`Dial`](super::Dial).
    Queue = "Queue" {
        /// Asked for TwiML that the caller hears before both are connected.
        url: String = "url",
        /// How `url` is called.
        method: Method = "method",
    }
    text {
        /// The queue's name.
        name: String
    }
}

element! {
    /// A conference, within [`Dial`](super::Dial).
    Conference = "Conference" {
        /// Whether this participant hears without being heard.
        muted: bool = "muted",
        /// When it beeps.
        beep: Beep = "beep",
        /// Whether it begins with this participant; who comes before hears `waitUrl`.
        start_conference_on_enter: bool = "startConferenceOnEnter",
        /// Whether it is over for all when this participant leaves.
        end_conference_on_exit: bool = "endConferenceOnExit",
        /// A name for this participant, by which REST finds it.
        participant_label: String = "participantLabel",
        /// The leg that this participant speaks to without being heard by others.
        coach: CallSid = "coach",
        /// Asked for TwiML while it has not begun.
        wait_url: String = "waitUrl",
        /// How `waitUrl` is called.
        wait_method: Method = "waitMethod",
        /// At most so many; 250 by default.
        max_participants: u32 = "maxParticipants",
        /// The region that mixes.
        region: String = "region",
        /// Whether it is recorded.
        record: ConferenceRecord = "record",
        /// Whether silence at the recording's ends is cut.
        trim: Trim = "trim",
        /// Told how it goes.
        status_callback: String = "statusCallback",
        /// For what that is called.
        status_callback_event: Vec<ConferenceEvent> = "statusCallbackEvent",
        /// How that is called.
        status_callback_method: Method = "statusCallbackMethod",
        /// Told when the recording can be fetched.
        recording_status_callback: String = "recordingStatusCallback",
        /// How that is called.
        recording_status_callback_method: Method = "recordingStatusCallbackMethod",
        /// For what that is called.
        recording_status_callback_event: Vec<RecordingEvent> = "recordingStatusCallbackEvent",
    }
    text {
        /// Its name; who names the same is in the same.
        name: String
    }
}
