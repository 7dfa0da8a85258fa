//! The [`Line`] trait: what every kind of line can do and report.
//!
//! A line is an account through which calls go. It speaks one signaling protocol, carries session descriptions as
//! opaque values and knows nothing of audio, storage or windows. Commands go in through [`Line::send`]; everything
//! that happens comes out, in order, of the receiver that the line's constructor returned.

#[cfg(feature = "test-support")]
pub mod conformance;
#[cfg(feature = "test-support")]
pub mod fake;

use mobilecall_domain::{
    Address, CallId, DtmfDigit, EndReason, LegId, LineCapabilities, LineKind, Private, ProviderCallId, Registration,
    SdpAnswer, SdpOffer,
};
use std::{fmt, time::Duration};
use uuid::Uuid;

/// A line in use. Dropping the last handle closes its connection.
pub trait Line: Send + Sync {
    /// Which kind.
    fn kind(&self) -> LineKind;
    /// What it can do beyond calls.
    fn capabilities(&self) -> LineCapabilities;
    /// Whether its server is on this machine, so that it is reached without a network and media need no other way either.
    fn is_on_this_machine(&self) -> bool {
        false
    }
    /// Hands a command to the line and returns at once, whatever the network does. `Ok` means accepted, not done: the
    /// outcome is a [`LineEvent`].
    ///
    /// # Errors
    /// Why the line did not take it. It is then as if it had not been sent.
    fn send(&self, command: LineCommand) -> Result<(), LineError>;
}

/// What a line can be told.
#[derive(Clone, Debug)]
pub enum LineCommand {
    /// Connect, and stay registered until told otherwise, through every loss of connection.
    Register,
    /// Leave.
    Unregister,
    /// The network changed or the machine woke: do not wait for the next attempt.
    Reconnect {
        /// How long the machine slept, which clocks of this program do not show; nothing if it did not.
        slept: Duration,
    },
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
        /// What the provider's application is told beside, where the line can carry it.
        parameters: CallParameters,
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
    /// Let an incoming leg ring on elsewhere: the server is told nothing, and nothing follows here but
    /// [`LineEvent::Ended`] with [`EndReason::LocalDecline`].
    Ignore {
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
    /// Hand the other party of an answered leg to somebody, without speaking to them first. When that is done the leg
    /// ends with [`EndReason::LocalHangup`]; otherwise [`LineEvent::TransferFailed`] tells, and the leg goes on.
    Transfer {
        /// The leg.
        leg: LegId,
        /// To whom.
        target: Address,
    },
    /// Join the other parties of two answered legs of this line. When that is done both legs end with
    /// [`EndReason::LocalHangup`]; otherwise [`LineEvent::TransferFailed`] tells of the first, and both go on.
    Join {
        /// The leg that is handed over.
        leg: LegId,
        /// The leg with whom it is handed to.
        consulted: LegId,
    },
    /// Send digits by signaling, in an answered leg whose far end takes none within the sound.
    Digits {
        /// The leg.
        leg: LegId,
        /// The digits.
        digits: Vec<DtmfDigit>,
    },
    /// Send a message beside a call, to whom the call is with or to the provider's application. The outcome is
    /// [`LineEvent::MessageTaken`] or [`LineEvent::MessageRefused`], unless the leg ends before.
    SendMessage {
        /// The leg.
        leg: LegId,
        /// Made by the caller of this method.
        id: MessageId,
        /// What is said.
        message: CallMessage,
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
    /// The far end dialed us at the same time, and the two calls are one now; [`LineEvent::Answered`] follows.
    Merged {
        /// The leg.
        leg: LegId,
        /// Under this id the server keeps our record of the one call. What we have of ours is none.
        call: CallId,
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
    /// The last [`LineCommand::Transfer`] or [`LineCommand::Join`] came to nothing; the leg goes on.
    TransferFailed {
        /// The leg.
        leg: LegId,
        /// The provider's own code for the log and for support.
        code: Option<u32>,
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
    /// The server took a message of ours.
    MessageTaken {
        /// The leg.
        leg: LegId,
        /// The message.
        id: MessageId,
    },
    /// A message of ours was refused, or could not be sent.
    MessageRefused {
        /// The leg.
        leg: LegId,
        /// The message.
        id: MessageId,
        /// The provider's own code.
        code: u32,
    },
    /// A message beside the call came.
    MessageReceived {
        /// The leg.
        leg: LegId,
        /// What is said.
        message: CallMessage,
    },
    /// The server reports something that is wrong with the line, by the provider's own code. Of what follows from it
    /// other events tell: a refused token makes the registration fail, after this.
    Trouble {
        /// The code, such as 31206.
        code: u32,
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

/// A leg that somebody else began. Whose it is never reaches a log.
#[derive(Clone)]
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
    /// Short number of the colleague who calls, if the line tells it.
    pub from_extension: Option<String>,
    /// Which of our addresses was called.
    pub to: String,
    /// Whether a carrier vouches for the caller's number (STIR); `None` if nobody says.
    pub verified: Option<bool>,
    /// What the provider's application tells beside.
    pub parameters: CallParameters,
    /// Their media.
    pub offer: SdpOffer,
}

impl fmt::Debug for IncomingLeg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { leg, call, provider_call_id, from, from_name, from_extension, to, verified, parameters, offer } =
            self;
        f.debug_struct("IncomingLeg")
            .field("leg", leg)
            .field("call", call)
            .field("provider_call_id", provider_call_id)
            .field("from", &Private::new(from))
            .field("from_name", &from_name.as_ref().map(Private::new))
            .field("from_extension", &from_extension.as_ref().map(Private::new))
            .field("to", &Private::new(to))
            .field("verified", verified)
            .field("parameters", parameters)
            .field("offer", offer)
            .finish()
    }
}

/// What goes with a call beside its addresses: names and values, in their order. They are about customers, so a log shows
/// only how many there are.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallParameters(pub Vec<(String, String)>);

impl fmt::Debug for CallParameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} private parameters]", self.0.len())
    }
}

/// Names a message beside a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(pub Uuid);

impl MessageId {
    /// A new one.
    pub fn generate() -> Self {
        Self(Uuid::new_v4())
    }
}

/// A message beside a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallMessage {
    /// A JSON value as text; private.
    pub content: Private<String>,
    /// Media type of the content.
    pub content_type: String,
    /// Kind of message, as the provider names it.
    pub kind: String,
}

/// Why a line did not take a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// The line's task has ended.
    #[error("the line is closed")]
    Closed,
    /// The line's task has not taken what it was told before. Telling it more would only hide that.
    #[error("the line does not keep up with its commands")]
    Stuck,
    /// No such leg, or it is over.
    #[error("leg {0} is not on this line")]
    UnknownLeg(LegId),
    /// The leg is not in a state for it.
    #[error("this cannot be done now: {what}")]
    NotNow {
        /// What was asked.
        what: &'static str,
    },
    /// This kind of line cannot do that, ever; see [`LineCapabilities`].
    #[error("a {kind} line cannot do this: {what}")]
    Unsupported {
        /// The kind.
        kind: LineKind,
        /// What was asked.
        what: &'static str,
    },
}

impl LineCommand {
    /// What of a line's capabilities the command needs and the line lacks, in words.
    pub const fn lacks(&self, capabilities: LineCapabilities) -> Option<&'static str> {
        let (can, what) = match self {
            Self::Transfer { .. } => (capabilities.blind_transfer, "handing a call over"),
            Self::Join { .. } => (capabilities.attended_transfer, "joining two calls"),
            Self::Digits { .. } => (capabilities.signaled_digits, "sending digits by signaling"),
            Self::SendMessage { .. } => (capabilities.messages, "sending messages beside a call"),
            Self::Register
            | Self::Unregister
            | Self::Reconnect { .. }
            | Self::Invite { .. }
            | Self::Accept { .. }
            | Self::Reject { .. }
            | Self::Ignore { .. }
            | Self::HangUp { .. }
            | Self::Reoffer { .. } => (true, ""),
        };
        if can { None } else { Some(what) }
    }

    /// The legs that must be there for the command.
    pub fn legs(&self) -> impl Iterator<Item = LegId> {
        let legs = match self {
            Self::Register | Self::Unregister | Self::Reconnect { .. } | Self::Invite { .. } => [None, None],
            Self::Accept { leg, .. }
            | Self::Reject { leg }
            | Self::Ignore { leg }
            | Self::HangUp { leg }
            | Self::SendMessage { leg, .. }
            | Self::Reoffer { leg, .. }
            | Self::Transfer { leg, .. }
            | Self::Digits { leg, .. } => [Some(*leg), None],
            Self::Join { leg, consulted } => [Some(*leg), Some(*consulted)],
        };
        legs.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incoming_leg_and_commands_keep_numbers_from_the_log() {
        let leg = LegId::generate();
        let incoming = IncomingLeg {
            leg,
            call: None,
            provider_call_id: None,
            from: "+966501234567".into(),
            from_name: Some("Sara".into()),
            from_extension: Some("102102".into()),
            to: "+966112345678".into(),
            verified: Some(true),
            parameters: CallParameters(vec![("customer".into(), "Sara".into())]),
            offer: SdpOffer::new("v=0 secret"),
        };
        let message = CallMessage {
            content: Private::new(r#"{"note":"secret"}"#.to_owned()),
            content_type: "application/json".into(),
            kind: "user-defined-message".into(),
        };
        let destination = Address::Extension("102102".into());
        let digits = vec![DtmfDigit::from_char('7').expect("a digit"); 4];
        let printed = format!(
            "{:?} {:?} {:?} {:?} {:?}",
            LineEvent::Incoming(incoming),
            LineEvent::MessageReceived { leg, message },
            LineCommand::Transfer { leg, target: destination.clone() },
            LineCommand::Digits { leg, digits },
            LineCommand::Invite {
                leg,
                call: CallId::generate(),
                destination,
                offer: SdpOffer::new("v=0 secret"),
                parameters: CallParameters(vec![("ticket".into(), "7777".into())]),
            },
        );
        for private in ["96650", "Sara", "96611", "102102", "7777", "secret"] {
            assert!(!printed.contains(private), "{private} in {printed}");
        }
        assert!(printed.contains("[13 private characters]"), "{printed}");
    }
}
