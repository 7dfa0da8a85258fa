//! What goes into the switch and what comes out.

use crate::host::{CallReported, Destination, HostError, Reachability, Subscriber, TokenRejected};
use mobilecall_domain::{CallId, CallRecord, CompanyId, Private, SdpAnswer, SdpOffer, SessionId, Timestamp, UserId};
use mobilecall_pstream::{ClientFrame, Malformed, ServerFrame};
use mobilecall_transport::{Codec, NegotiatedAudio};
use std::time::Duration;

/// A device's connection, numbered by the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SocketId(pub(crate) u64);

/// A call, numbered by the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CallKey(pub(crate) u64);

/// One device's part in a call, and its media session. Numbered by the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LegKey(pub(crate) u64);

/// One question to the host about a token, so that a late answer is not taken for a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckId(pub(crate) u64);

/// The time of an input: one clock that never steps, for timers, and the wall clock for records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    /// Since the edge started.
    pub(crate) monotonic: Duration,
    pub(crate) wall: Timestamp,
}

#[derive(Debug)]
pub(crate) enum Input {
    SocketOpened(SocketId),
    /// Closed, broken, silent or too slow. The last input of a socket.
    SocketGone(SocketId),
    Frame(SocketId, Result<ClientFrame, Malformed>),
    Authenticated(SocketId, CheckId, Result<Subscriber, TokenRejected>),
    /// Somebody signed out, or was made to.
    SessionEnded(SessionId),
    Resolved(CallKey, Result<Destination, HostError>),
    /// Reply to [`Output::OpenRecords`]: the ids that hold, in the order of the records.
    RecordsOpened(CallKey, Result<Vec<CallId>, HostError>),
    Media(LegKey, MediaOutcome),
    /// The host has lost what it was told of people.
    TellEverybody,
    /// The deadline was reached.
    TimePassed,
    /// End every call and close every socket.
    Shutdown,
}

/// What a media session reports.
#[derive(Debug)]
pub(crate) enum MediaOutcome {
    /// Reply to [`MediaCommand::Answer`].
    Answered { answer: SdpAnswer, audio: NegotiatedAudio },
    /// Reply to [`MediaCommand::Offer`].
    Offered(SdpOffer),
    /// Reply to [`MediaCommand::Accept`].
    Accepted(NegotiatedAudio),
    /// Reply to [`MediaCommand::Reanswer`].
    Reanswered(Result<SdpAnswer, MediaProblem>),
    /// Reply to any but the last: the session is of no use.
    Refused(MediaProblem),
    /// Packets can flow, for the first time or again.
    Connected,
    /// Connectivity is lost, or the far end closed its session.
    Lost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaProblem {
    /// The client's description cannot be read or applied.
    Malformed,
    /// The client's description has no codec or encryption of ours.
    Incompatible,
    /// No socket, no memory, no time.
    Ours,
}

#[derive(Debug)]
pub(crate) enum Output {
    Send(SocketId, ServerFrame),
    /// Close the socket after what was sent. [`Input::SocketGone`] follows.
    Disconnect(SocketId),
    Authenticate(SocketId, CheckId, Private<String>),
    Resolve(CallKey, CompanyId, Private<String>),
    /// Write the records of a call together: the caller's, and the callee's if there is one.
    OpenRecords(CallKey, Vec<CallRecord>),
    /// Write what is new of a call's records together.
    Report(CallKey, Reports),
    Media(MediaCommand),
    /// What holds of a person now; said when it changes.
    Reachability(CompanyId, UserId, Reachability),
}

/// What one input changed in the records of one call.
#[derive(Debug)]
pub(crate) struct Reports {
    pub(crate) records: Vec<CallReported>,
    /// Nothing more is reported of this call.
    pub(crate) last: bool,
}

/// What the media anchor shall do. The first command of a leg makes its session.
#[derive(Debug)]
pub(crate) enum MediaCommand {
    /// Answer a client's first offer, with this codec and no other if one is given.
    Answer(LegKey, SdpOffer, Option<Codec>),
    /// Offer a client this codec and no other.
    Offer(LegKey, Codec),
    /// Take a client's answer.
    Accept(LegKey, SdpAnswer),
    /// Answer a client's further offer.
    Reanswer(LegKey, SdpOffer),
    /// Forward between the legs, both ways.
    Join(LegKey, LegKey),
    /// Send a leg what it sends.
    Echo(LegKey),
    /// End the session.
    Close(LegKey),
}
