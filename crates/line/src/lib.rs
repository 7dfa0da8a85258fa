//! The [`Line`] trait: what every kind of line can do and report.
//!
//! A line is an account through which calls go. It speaks one signaling protocol, carries session descriptions as
//! opaque values and knows nothing of audio, storage or windows. Commands go in through [`Line::send`]; everything
//! that happens comes out, in order, of the receiver that the line's constructor returned.

#[cfg(feature = "test-support")]
pub mod conformance;
#[cfg(feature = "test-support")]
pub mod fake;

use async_trait::async_trait;
use mobilecall_domain::{
    Address, CallId, EndReason, LegId, LineKind, ProviderCallId, Registration, SdpAnswer, SdpOffer,
};

/// A line in use. Dropping the last handle closes its connection.
#[async_trait]
pub trait Line: Send + Sync {
    /// Which kind.
    fn kind(&self) -> LineKind;
    /// Hands a command to the line. `Ok` means accepted, not done: the outcome is a [`LineEvent`]. Cancel-safe.
    async fn send(&self, command: LineCommand) -> Result<(), LineError>;
}

/// What a line can be told.
#[derive(Clone, Debug)]
pub enum LineCommand {
    /// Connect, and stay registered until told otherwise, through every loss of connection.
    Register,
    /// Leave.
    Unregister,
    /// The network changed or the machine woke: do not wait for the next attempt.
    Reconnect,
    /// Place a call.
    Invite {
        /// The leg, made by the caller of this method.
        leg: LegId,
        /// The call it belongs to, told to a server of ours so that its record has the same key.
        call: CallId,
        /// Whom to call.
        destination: Address,
        /// Our media.
        offer: SdpOffer,
    },
    /// Answer an incoming leg.
    Accept {
        /// The leg.
        leg: LegId,
        /// Our media.
        answer: SdpAnswer,
    },
    /// Refuse an incoming leg; the caller hears busy.
    Reject {
        /// The leg.
        leg: LegId,
    },
    /// End a leg, or give it up before an answer.
    HangUp {
        /// The leg.
        leg: LegId,
    },
    /// Renegotiate media: hold, resume or an ICE restart. The outcome is [`LineEvent::Renegotiated`] or
    /// [`LineEvent::NotRenegotiated`]. An offer that was not answered when signaling is lost is offered again by the line.
    /// One that is followed by another before its outcome is given up and has none.
    Reoffer {
        /// The leg.
        leg: LegId,
        /// Our new media.
        offer: SdpOffer,
    },
}

/// What a line reports.
#[derive(Clone, Debug)]
pub enum LineEvent {
    /// The line's standing changed.
    Registration(Registration),
    /// Somebody calls.
    Incoming(IncomingLeg),
    /// The far end is alerted. An answer here is the only answer to the offer; with it media connects while the far
    /// end still rings, so that nothing of the first word is lost. Packets before [`LineEvent::Answered`] are early
    /// media; until the first of them comes (our own edge sends none) the ringback tone is ours to play.
    Ringing {
        /// The leg.
        leg: LegId,
        /// The provider's id.
        provider_call_id: Option<ProviderCallId>,
        /// The answer to our offer.
        answer: Option<SdpAnswer>,
    },
    /// The far end answered, or the server confirmed our answer.
    Answered {
        /// The leg.
        leg: LegId,
        /// The provider's id.
        provider_call_id: Option<ProviderCallId>,
        /// The answer to our offer, unless it came with `Ringing`.
        answer: Option<SdpAnswer>,
    },
    /// The answer to the last [`LineCommand::Reoffer`].
    Renegotiated {
        /// The leg.
        leg: LegId,
        /// Their media.
        answer: SdpAnswer,
    },
    /// The last [`LineCommand::Reoffer`] was refused, or not answered in time: media stays as it was.
    NotRenegotiated {
        /// The leg.
        leg: LegId,
    },
    /// The far end renegotiates; reply with [`LineCommand::Accept`].
    Reoffered {
        /// The leg.
        leg: LegId,
        /// Their media.
        offer: SdpOffer,
    },
    /// Signaling of a live leg was lost; media may go on while the line tries to recover it.
    SignalingLost {
        /// The leg.
        leg: LegId,
    },
    /// Signaling of the leg is back.
    SignalingRestored {
        /// The leg.
        leg: LegId,
    },
    /// The leg is over. Nothing follows for it.
    Ended {
        /// The leg.
        leg: LegId,
        /// Why.
        reason: EndReason,
        /// The provider's own code for the log and for support, such as 31404.
        code: Option<u32>,
    },
}

/// A leg that somebody else began.
#[derive(Clone, Debug)]
pub struct IncomingLeg {
    /// Made by the line.
    pub leg: LegId,
    /// The key of the call's record, when a server of ours made it.
    pub call: Option<CallId>,
    /// The provider's id.
    pub provider_call_id: Option<ProviderCallId>,
    /// Who calls, as dialable text: E.164, `client:name`, an extension or a SIP URI.
    pub from: String,
    /// Display name, if the line gives one.
    pub from_name: Option<String>,
    /// Which of our addresses was called.
    pub to: String,
    /// Their media.
    pub offer: SdpOffer,
}

/// Why a line did not take a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The line's task has ended.
    #[error("the line is closed")]
    Closed,
    /// No such leg, or it is over.
    #[error("leg {0} is not on this line")]
    UnknownLeg(LegId),
    /// This kind of line cannot do that.
    #[error("a {kind} line cannot do this: {what}")]
    Unsupported {
        /// The kind.
        kind: LineKind,
        /// What was asked.
        what: &'static str,
    },
}
