//! The legs of a line and how frames find them.

use mobilecall_domain::{LegId, Private, SdpOffer};
use mobilecall_line::MessageId;
use mobilecall_pstream::{CallSid, ClientFrame, TemporarySid};
use std::time::Instant;

/// Where a leg stands in signaling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Outgoing; the connection was down, so the invite waits until then.
    Waiting { give_up_at: Instant },
    /// Outgoing; the invite is out.
    Inviting,
    /// Incoming; ringing here.
    Offered,
    /// Incoming; our answer is out, the server has not confirmed it.
    Accepted,
    /// Both sides agreed.
    Live,
}

/// What a live leg waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Nothing: signaling works.
    None,
    /// The connection is down.
    Lost { give_up_at: Instant },
    /// The reconnect invite is out. Without a time it was sent on a working connection, because of a new token, and
    /// nothing was lost.
    Asked { give_up_at: Option<Instant> },
}

/// One call on this line.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub(crate) id: LegId,
    pub(crate) stage: Stage,
    pub(crate) recovery: Recovery,
    /// Made by us, for an outgoing leg.
    pub(crate) temporary: Option<TemporarySid>,
    /// The server's.
    pub(crate) sid: Option<CallSid>,
    /// The last reconnect token.
    pub(crate) reconnect: Option<Private<String>>,
    /// The local description in force.
    pub(crate) local: Option<Private<String>>,
    /// The answer to our offer was handed on.
    pub(crate) has_answer: bool,
    /// An offer that is not answered yet, and whether it is on its way.
    pub(crate) reoffer: Option<Reoffer>,
    /// What to offer once that is answered.
    pub(crate) next_offer: Option<SdpOffer>,
    /// The invite, while it waits for a connection.
    pub(crate) invite: Option<ClientFrame>,
    /// Messages that the server has neither taken nor refused.
    pub(crate) messages: Vec<SentMessage>,
}

/// A message beside the call that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SentMessage {
    pub(crate) id: MessageId,
    /// Its name on the wire.
    pub(crate) event: String,
    pub(crate) give_up_at: Instant,
}

/// A renegotiation in progress.
#[derive(Clone, Debug)]
pub(crate) struct Reoffer {
    pub(crate) offer: SdpOffer,
    /// When to give it up; `None` while it waits to be sent.
    pub(crate) give_up_at: Option<Instant>,
}

impl Reoffer {
    pub(crate) const fn waiting(offer: SdpOffer) -> Self {
        Self { offer, give_up_at: None }
    }
    pub(crate) const fn is_sent(&self) -> bool {
        self.give_up_at.is_some()
    }
}

impl Leg {
    pub(crate) fn outgoing(id: LegId, stage: Stage, temporary: TemporarySid, offer: &SdpOffer) -> Self {
        Self {
            id,
            stage,
            recovery: Recovery::None,
            temporary: Some(temporary),
            sid: None,
            reconnect: None,
            local: Some(Private::new(offer.expose().to_owned())),
            has_answer: false,
            reoffer: None,
            next_offer: None,
            invite: None,
            messages: Vec::new(),
        }
    }
    pub(crate) fn incoming(id: LegId, sid: CallSid, reconnect: Option<Private<String>>) -> Self {
        Self {
            id,
            stage: Stage::Offered,
            recovery: Recovery::None,
            temporary: None,
            sid: Some(sid),
            reconnect,
            local: None,
            has_answer: false,
            reoffer: None,
            next_offer: None,
            invite: None,
            messages: Vec::new(),
        }
    }
    /// What the server knows the leg by; `None` only in a combination that is never made.
    pub(crate) fn wire_sid(&self) -> Option<&str> {
        self.sid.as_ref().map(CallSid::as_str).or_else(|| self.temporary.as_ref().map(TemporarySid::as_str))
    }
    /// Whether the call was answered, from either side.
    pub(crate) fn is_agreed(&self) -> bool {
        match self.stage {
            Stage::Accepted | Stage::Live => true,
            Stage::Waiting { .. } | Stage::Inviting | Stage::Offered => false,
        }
    }
    /// Whether an offer within the call is out.
    pub(crate) fn has_sent_reoffer(&self) -> bool {
        self.reoffer.as_ref().is_some_and(Reoffer::is_sent)
    }
    /// When something of this leg is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let messages = self.messages.iter().map(|message| message.give_up_at);
        self.give_up_at().into_iter().chain(self.reoffer_due_at()).chain(messages).min()
    }
    /// When an offer within the call is given up.
    pub(crate) fn reoffer_due_at(&self) -> Option<Instant> {
        self.reoffer.as_ref().and_then(|reoffer| reoffer.give_up_at)
    }
    /// When to give the leg up.
    pub(crate) fn give_up_at(&self) -> Option<Instant> {
        match (&self.stage, &self.recovery) {
            (_, Recovery::Asked { give_up_at }) => *give_up_at,
            (_, Recovery::Lost { give_up_at }) | (Stage::Waiting { give_up_at }, Recovery::None) => Some(*give_up_at),
            (Stage::Inviting | Stage::Offered | Stage::Accepted | Stage::Live, Recovery::None) => None,
        }
    }
}

/// All legs of a line.
#[derive(Debug, Default)]
pub(crate) struct Legs(Vec<Leg>);

impl Legs {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    pub(crate) fn add(&mut self, leg: Leg) {
        self.0.push(leg);
    }
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Leg> {
        self.0.iter()
    }
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Leg> {
        self.0.iter_mut()
    }
    pub(crate) fn get_mut(&mut self, id: LegId) -> Option<&mut Leg> {
        self.0.iter_mut().find(|leg| leg.id == id)
    }
    pub(crate) fn remove(&mut self, id: LegId) -> Option<Leg> {
        let position = self.0.iter().position(|leg| leg.id == id)?;
        Some(self.0.remove(position))
    }
    /// Takes out every leg that fits.
    pub(crate) fn drain_if(&mut self, fits: impl Fn(&Leg) -> bool) -> Vec<Leg> {
        self.0.extract_if(.., |leg| fits(leg)).collect()
    }
    /// The leg that a frame names by its real or temporary identifier.
    pub(crate) fn named(&self, callsid: &str) -> Option<LegId> {
        self.0
            .iter()
            .find(|leg| {
                leg.sid.as_ref().is_some_and(|sid| sid.as_str() == callsid)
                    || leg.temporary.as_ref().is_some_and(|temporary| temporary.as_str() == callsid)
            })
            .map(|leg| leg.id)
    }
    /// The leg that has this identifier of the server, which no temporary one can be taken for.
    pub(crate) fn with_sid(&mut self, callsid: &str) -> Option<&mut Leg> {
        self.0.iter_mut().find(|leg| leg.sid.as_ref().is_some_and(|sid| sid.as_str() == callsid))
    }
    /// The only leg there is.
    pub(crate) fn only(&self) -> Option<LegId> {
        if let [leg] = self.0.as_slice() { Some(leg.id) } else { None }
    }
    /// The leg that a `ringing` or `answer` is about. An identifier that is new is given to the outgoing leg that
    /// has none yet, but only if there is exactly one, for the frame does not say which it means.
    pub(crate) fn adopt(&mut self, sid: &CallSid) -> Option<&mut Leg> {
        if let Some(id) = self.named(sid.as_str()) {
            return self.get_mut(id);
        }
        let mut unassigned = self.0.iter_mut().filter(|leg| leg.stage == Stage::Inviting && leg.sid.is_none());
        let leg = unassigned.next()?;
        if unassigned.next().is_some() {
            return None;
        }
        leg.sid = Some(sid.clone());
        Some(leg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn inviting(number: u128) -> Leg {
        let temporary = TemporarySid::from_uuid(Uuid::from_u128(number));
        Leg::outgoing(LegId::from_uuid(Uuid::from_u128(number)), Stage::Inviting, temporary, &SdpOffer::new(""))
    }

    fn sid(text: &str) -> CallSid {
        CallSid(text.into())
    }

    #[test]
    fn a_new_identifier_goes_to_the_only_leg_without_one() {
        let mut legs = Legs::default();
        assert!(legs.adopt(&sid("CA1")).is_none());
        legs.add(inviting(1));
        assert_eq!(legs.adopt(&sid("CA1")).unwrap().id, inviting(1).id);
        // The second call gets its own, and the first is found again.
        legs.add(inviting(2));
        assert_eq!(legs.adopt(&sid("CA2")).unwrap().id, inviting(2).id);
        assert_eq!(legs.adopt(&sid("CA1")).unwrap().id, inviting(1).id);
        assert!(legs.adopt(&sid("CA3")).is_none());
    }

    #[test]
    fn two_legs_without_an_identifier_are_not_guessed() {
        let mut legs = Legs::default();
        legs.add(inviting(1));
        legs.add(inviting(2));
        assert!(legs.adopt(&sid("CA1")).is_none());
        assert!(legs.iter().all(|leg| leg.sid.is_none()));
        assert_eq!(legs.named("TJS00000000-0000-0000-0000-000000000002"), Some(inviting(2).id));
    }

    #[test]
    fn an_incoming_leg_never_takes_a_foreign_identifier() {
        let mut legs = Legs::default();
        legs.add(Leg::incoming(LegId::from_uuid(Uuid::from_u128(9)), sid("CA9"), None));
        assert!(legs.adopt(&sid("CA1")).is_none());
        assert_eq!(legs.adopt(&sid("CA9")).unwrap().sid, Some(sid("CA9")));
    }
}
