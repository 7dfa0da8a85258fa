//! How calls, recordings and conferences stand, in Twilio's words.
//!
//! Of a call that is [`mobilecall_domain::CallStatus`], whose spelling is Twilio's.

use crate::words::words;
use mobilecall_domain::CallStatus;

words! {
    /// Where a leg comes from.
    CallDirection, "direction" {
        /// From outside, or from a softphone: somebody called Twilio.
        Inbound = "inbound",
        /// REST placed it.
        OutboundApi = "outbound-api",
        /// `<Dial>` placed it.
        OutboundDial = "outbound-dial",
    }

    /// How a dialed call ended, as the `action` of `<Dial>` tells it.
    DialCallStatus, "status of a dialed call" {
        /// Answered and over.
        Completed = "completed",
        /// Answered, and the other side of a conference or queue.
        Answered = "answered",
        /// Busy or declined.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// Could not be put through.
        Failed = "failed",
        /// The caller gave up before an answer.
        Canceled = "canceled",
    }

    /// How a recording stands.
    RecordingStatus, "status of a recording" {
        /// It is being made.
        InProgress = "in-progress",
        /// It is halted for a while.
        Paused = "paused",
        /// It was ended during the call.
        Stopped = "stopped",
        /// It is over, and cannot be fetched yet.
        Processing = "processing",
        /// It can be fetched.
        Completed = "completed",
        /// There was nothing to record.
        Absent = "absent",
        /// It could not be made.
        Failed = "failed",
        /// It was deleted.
        Deleted = "deleted",
    }

    /// How a conference stands.
    ConferenceStatus, "status of a conference" {
        /// Nobody talks yet.
        Init = "init",
        /// At least two are in it.
        InProgress = "in-progress",
        /// It is over.
        Completed = "completed",
    }

    /// How a participant of a conference stands.
    ParticipantStatus, "status of a participant" {
        /// Waits to be dialed.
        Queued = "queued",
        /// Is being dialed.
        Connecting = "connecting",
        /// Is being alerted.
        Ringing = "ringing",
        /// Is in.
        Connected = "connected",
        /// Has left.
        Complete = "complete",
        /// Could not be reached.
        Failed = "failed",
    }
}

impl DialCallStatus {
    /// The status of the call's record.
    ///
    /// | Twilio's `DialCallStatus` | record |
    /// | --- | --- |
    /// | `completed`, `answered` | completed |
    /// | `busy` | busy |
    /// | `no-answer` | no-answer |
    /// | `failed` | failed |
    /// | `canceled` | canceled |
    ///
    /// All of them are final. Of `busy` to `canceled` an incoming call may still be answered by the next group.
    pub const fn call_status(self) -> CallStatus {
        match self {
            Self::Completed | Self::Answered => CallStatus::Completed,
            Self::Busy => CallStatus::Busy,
            Self::NoAnswer => CallStatus::NoAnswer,
            Self::Failed => CallStatus::Failed,
            Self::Canceled => CallStatus::Canceled,
        }
    }
}
