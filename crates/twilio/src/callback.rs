//! Words that say what Twilio calls us for and how, shared by TwiML and REST.

use crate::words::words;

words! {
    /// How Twilio calls a URL of ours.
    Method, "method" {
        /// Everything in the query.
        Get = "GET",
        /// A form in the body; the default nearly everywhere.
        Post = "POST",
    }

    /// What a leg's status callback is called for. The event `answered` comes with the status in-progress, and
    /// `completed` with whatever final status it is.
    LegEvent, "call event" {
        /// Dialing has begun.
        Initiated = "initiated",
        /// The far end is being alerted.
        Ringing = "ringing",
        /// It was answered.
        Answered = "answered",
        /// It is over, for whatever reason.
        Completed = "completed",
    }

    /// What a recording's status callback is called for.
    RecordingEvent, "recording event" {
        /// It has begun.
        InProgress = "in-progress",
        /// It can be fetched.
        Completed = "completed",
        /// There was nothing to record.
        Absent = "absent",
    }

    /// What a conference's status callback is called for.
    ConferenceEvent, "conference event" {
        /// The second participant is in.
        Start = "start",
        /// It is over.
        End = "end",
        /// Somebody came.
        Join = "join",
        /// Somebody left.
        Leave = "leave",
        /// Somebody was muted or unmuted.
        Mute = "mute",
        /// Somebody was put on hold or taken back.
        Hold = "hold",
        /// Somebody's settings changed.
        Modify = "modify",
        /// Somebody began or ceased to speak.
        Speaker = "speaker",
        /// An announcement ended.
        Announcement = "announcement",
    }

    /// Whose voice is recorded.
    RecordingTrack, "recording track" {
        /// What comes to Twilio.
        Inbound = "inbound",
        /// What Twilio sends.
        Outbound = "outbound",
        /// Both.
        Both = "both",
    }

    /// Whether silence at the ends of a recording is cut.
    Trim, "trim" {
        /// It is cut.
        Silence = "trim-silence",
        /// It stays.
        Off = "do-not-trim",
    }
}
