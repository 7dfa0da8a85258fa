//! Legs: the engine's commands and the server's frames about them.

use super::{Link, PendingClose, REOFFER_TIMEOUT, Signaling};
use crate::{
    endings,
    legs::{Leg, Recovery, Reoffer, Stage},
};
use mobilecall_domain::{Address, CallId, EndReason, LegId, Private, ProviderCallId, SdpAnswer, SdpOffer};
use mobilecall_line::{CallParameters, IncomingLeg, LineError, LineEvent};
use mobilecall_pstream::{
    CallSid, ClientFrame, TemporarySid,
    client::{Answer, Hangup, Invite, Reconnect, Reinvite, Reject, TwilioParams},
    code, params, server,
};
use std::time::Instant;
use uuid::Uuid;

/// Parameters by which servers of ours say who calls, which are told as such.
const OURS: [&str; 3] = ["CallId", "FromName", "FromExtension"];
/// What STIR calls a number that its carrier vouches for in full.
const VOUCHED_FOR: &str = "TN-Validation-Passed-A";

/// A call to place.
pub(super) struct Placing<'a> {
    pub(super) leg: LegId,
    pub(super) call: CallId,
    pub(super) destination: &'a Address,
    pub(super) offer: SdpOffer,
    pub(super) parameters: &'a CallParameters,
}

impl Signaling {
    pub(super) fn invite(&mut self, placing: Placing<'_>, now: Instant) {
        let Placing { leg: id, call, destination, offer, parameters } = placing;
        if self.failure.is_some() || self.urls.is_empty() {
            return self.emit(LineEvent::Ended {
                leg: id,
                reason: EndReason::NotAllowed,
                code: Some(code::NOT_AUTHORIZED),
            });
        }
        let temporary = TemporarySid::from_uuid(Uuid::new_v4());
        let is_online = self.link == Link::Online;
        let stage = if is_online {
            Stage::Inviting
        } else {
            Stage::Waiting { give_up_at: now + self.settings.call_signaling_timeout }
        };
        let (to, call) = (destination.dialed(), call.to_string());
        let own = [("To", to.as_str()), ("CallId", call.as_str())];
        // Nothing may stand in for whom is called and which record it is.
        let others = parameters.0.iter().filter(|(name, _)| own.iter().all(|(taken, _)| taken != name));
        let query = params::encode(own.into_iter().chain(others.map(|(name, value)| (name.as_str(), value.as_str()))));
        let frame = ClientFrame::Invite(Invite {
            callsid: temporary.to_string(),
            sdp: offer.clone(),
            twilio: TwilioParams { params: Some(Private::new(query)) },
        });
        let mut leg = Leg::outgoing(id, stage, temporary, &offer);
        if is_online {
            self.send(frame);
        } else {
            leg.invite = Some(frame);
        }
        self.legs.add(leg);
    }

    pub(super) fn accept(&mut self, id: LegId, answer: SdpAnswer) -> Result<(), LineError> {
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        let (Stage::Offered, Some(sid)) = (&leg.stage, &leg.sid) else {
            return Err(LineError::NotNow { what: "accepting a call that does not ring" });
        };
        let frame = ClientFrame::Answer(Answer { callsid: sid.to_string(), sdp: answer.clone() });
        leg.stage = Stage::Accepted;
        leg.local = Some(Private::new(answer.expose().to_owned()));
        self.send(frame);
        self.urls.prefer(self.edge.as_deref());
        Ok(())
    }

    pub(super) fn reject(&mut self, id: LegId) -> Result<(), LineError> {
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        if leg.stage != Stage::Offered {
            return Err(LineError::NotNow { what: "rejecting a call that does not ring" });
        }
        self.end_by_id(id, None);
        Ok(())
    }

    /// The server is told nothing, so that it rings on elsewhere.
    pub(super) fn ignore(&mut self, id: LegId) -> Result<(), LineError> {
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        if leg.stage != Stage::Offered {
            return Err(LineError::NotNow { what: "ignoring a call that does not ring" });
        }
        self.legs.remove(id);
        self.emit(LineEvent::Ended { leg: id, reason: EndReason::LocalDecline, code: None });
        Ok(())
    }

    pub(super) fn hang_up(&mut self, id: LegId, now: Instant) -> Result<(), LineError> {
        self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        self.end_by_id(id, Some(now));
        Ok(())
    }

    pub(super) fn reoffer(&mut self, id: LegId, offer: SdpOffer, now: Instant) -> Result<(), LineError> {
        let is_online = self.link == Link::Online;
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        if !leg.is_agreed() {
            return Err(LineError::NotNow { what: "renegotiating a call that is not answered" });
        }
        leg.local = Some(Private::new(offer.expose().to_owned()));
        if leg.has_sent_reoffer() {
            // An answer does not say to which offer it belongs, so there is only one at a time.
            leg.next_offer = Some(offer);
            return Ok(());
        }
        leg.reoffer = Some(Reoffer::waiting(offer));
        if is_online {
            self.send_reoffer(id, now);
        }
        Ok(())
    }

    /// The offer that is out is answered, or without an answer given up: the next one may go. The outcome of an offer that
    /// was followed by another concerns nobody any more.
    fn reoffer_settled(&mut self, id: LegId, answer: Option<SdpAnswer>, now: Instant) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        leg.reoffer = leg.next_offer.take().map(Reoffer::waiting);
        match (&leg.reoffer, answer) {
            (Some(_), _) => self.send_reoffer(id, now),
            (None, Some(answer)) => self.emit(LineEvent::Renegotiated { leg: id, answer }),
            (None, None) => self.emit(LineEvent::NotRenegotiated { leg: id }),
        }
    }

    /// An `error` about a call: its media stays as it was.
    pub(super) fn call_error(&mut self, callsid: &str, now: Instant) {
        let id = self.legs.with_sid(callsid).filter(|leg| leg.has_sent_reoffer()).map(|leg| leg.id);
        if let Some(id) = id {
            self.reoffer_settled(id, None, now);
        }
    }

    /// Sends the offer that waits, if the leg's signaling works.
    fn send_reoffer(&mut self, id: LegId, now: Instant) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        let (Recovery::None, Some(reoffer), Some(sid)) = (&leg.recovery, &mut leg.reoffer, &leg.sid) else { return };
        if !reoffer.is_sent() {
            reoffer.give_up_at = Some(now + REOFFER_TIMEOUT);
            let frame = ClientFrame::Reinvite(Reinvite { callsid: sid.to_string(), sdp: reoffer.offer.clone() });
            self.send(frame);
        }
    }

    pub(super) fn invited(&mut self, invite: server::Invite) {
        if self.legs.named(invite.callsid.as_str()).is_some() {
            return;
        }
        let parameters = &invite.parameters;
        let text = |name| parameters.get(name).unwrap_or_default().to_owned();
        let call = parameters.custom("CallId").and_then(|text| text.parse::<CallId>().ok()).filter(CallId::is_v7);
        let mut custom = parameters.get("Params").map(params::decode).unwrap_or_default();
        custom.retain(|(name, _)| !OURS.contains(&name.as_str()));
        let id = LegId::generate();
        let incoming = IncomingLeg {
            leg: id,
            call,
            provider_call_id: provider_id(&invite.callsid),
            from: text("From"),
            from_name: parameters.custom("FromName").filter(|name| !name.is_empty()),
            from_extension: parameters.custom("FromExtension").filter(|extension| !extension.is_empty()),
            to: text("To"),
            verified: parameters.get("StirStatus").map(|status| status == VOUCHED_FOR),
            parameters: CallParameters(custom),
            offer: invite.sdp,
        };
        self.legs.add(Leg::incoming(id, invite.callsid, invite.reconnect));
        self.emit(LineEvent::Incoming(incoming));
    }

    pub(super) fn ringing(&mut self, ringing: server::Ringing) {
        let Some(leg) = self.legs.adopt(&ringing.callsid) else {
            return tracing::debug!("ringing for a call that is not here ignored");
        };
        if leg.stage != Stage::Inviting {
            return;
        }
        let answer = ringing.sdp.filter(|_| !leg.has_answer);
        leg.has_answer |= answer.is_some();
        let event = LineEvent::Ringing { leg: leg.id, provider_call_id: provider_id(&ringing.callsid), answer };
        self.emit(event);
    }

    pub(super) fn answered(&mut self, answer: server::Answer, now: Instant) {
        let Some(leg) = self.legs.adopt(&answer.callsid) else {
            return tracing::debug!("answer for a call that is not here ignored");
        };
        let id = leg.id;
        if answer.reconnect.is_some() {
            leg.reconnect = answer.reconnect;
        }
        match leg.stage {
            Stage::Waiting { .. } | Stage::Offered => {}
            Stage::Inviting | Stage::Accepted => {
                let was_ours = leg.stage == Stage::Inviting;
                leg.stage = Stage::Live;
                let sdp = answer.sdp.filter(|_| was_ours && !leg.has_answer);
                leg.has_answer = true;
                self.urls.prefer(self.edge.as_deref());
                if let Some(call) = answer.record.filter(|_| was_ours) {
                    self.emit(LineEvent::Merged { leg: id, call });
                }
                self.emit(LineEvent::Answered { leg: id, provider_call_id: provider_id(&answer.callsid), answer: sdp });
            }
            Stage::Live => {
                if let Some(sdp) = answer.sdp
                    && leg.has_sent_reoffer()
                {
                    self.reoffer_settled(id, Some(sdp), now);
                }
            }
        }
        self.recovered(id);
        self.send_reoffer(id, now);
    }

    /// An `answer` came, which settles a reconnect invite.
    fn recovered(&mut self, id: LegId) {
        let Some(leg) = self.legs.get_mut(id) else { return };
        if let Recovery::Asked { give_up_at } = leg.recovery {
            leg.recovery = Recovery::None;
            if give_up_at.is_some() {
                self.emit(LineEvent::SignalingRestored { leg: id });
            }
        }
    }

    pub(super) fn hung_up(&mut self, hangup: server::Hangup) {
        // Without a name it can only mean the only call there is. Twilio's SDK ends them all.
        let named = match &hangup.callsid {
            Some(callsid) => self.legs.named(callsid),
            None => self.legs.only(),
        };
        let Some(leg) = named.and_then(|id| self.legs.remove(id)) else {
            return tracing::debug!("a hang-up that names no call that is here is ignored");
        };
        let error_code = hangup.error.as_ref().map(|error| error.code);
        let reason = match error_code {
            Some(error_code) => endings::of_hangup(error_code),
            None if leg.stage == Stage::Offered => EndReason::RemoteCancel,
            None => EndReason::RemoteHangup,
        };
        self.emit(LineEvent::Ended { leg: leg.id, reason, code: error_code });
    }

    pub(super) fn cancelled(&mut self, cancel: &server::Cancel) {
        // Once the server confirmed our answer, only `hangup` ends the call.
        let is_pending = |leg: &&mut Leg| matches!(leg.stage, Stage::Offered | Stage::Accepted);
        if let Some(id) = self.legs.with_sid(cancel.callsid.as_str()).filter(is_pending).map(|leg| leg.id) {
            self.legs.remove(id);
            self.emit(LineEvent::Ended { leg: id, reason: endings::of_cancel(cancel.reason), code: None });
        }
    }

    /// The connection is gone: what can be recovered waits, the rest is over.
    pub(super) fn lose_legs(&mut self, now: Instant) {
        let give_up_at = now + self.settings.call_signaling_timeout;
        let can_wait = |leg: &Leg| {
            matches!(leg.stage, Stage::Waiting { .. })
                || leg.is_agreed() && leg.reconnect.is_some() && leg.local.is_some()
        };
        for leg in self.legs.drain_if(|leg| !can_wait(leg)) {
            self.emit(lost(leg.id));
        }
        let mut events = Vec::new();
        for leg in self.legs.iter_mut() {
            // Whether they arrived nobody can say any more.
            let named = leg.id;
            let refused = |id| LineEvent::MessageRefused { leg: named, id, code: code::TRANSPORT };
            events.extend(leg.messages.drain(..).map(|sent| refused(sent.id)));
        }
        for leg in self.legs.iter_mut().filter(|leg| leg.is_agreed()) {
            if let Some(reoffer) = &mut leg.reoffer {
                reoffer.give_up_at = None;
                if let Some(offer) = leg.next_offer.take() {
                    reoffer.offer = offer;
                }
            }
            leg.recovery = match leg.recovery {
                Recovery::None | Recovery::Asked { give_up_at: None } => {
                    events.push(LineEvent::SignalingLost { leg: leg.id });
                    Recovery::Lost { give_up_at }
                }
                // The time counts from the first loss.
                Recovery::Lost { give_up_at } | Recovery::Asked { give_up_at: Some(give_up_at) } => {
                    Recovery::Lost { give_up_at }
                }
            };
        }
        events.into_iter().for_each(|event| self.emit(event));
    }

    /// On a new connection takes up what was lost; on a new token asks the same of every live call, as the SDK does.
    pub(super) fn ask_to_reconnect(&mut self, is_new: bool) {
        let mut frames: Vec<_> = self.pending_closes.drain(..).map(|pending_close| pending_close.frame).collect();
        for leg in self.legs.iter_mut().filter(|leg| leg.is_agreed()) {
            let (Some(sid), Some(reconnect)) = (&leg.sid, &leg.reconnect) else { continue };
            leg.recovery = match leg.recovery {
                Recovery::Lost { give_up_at } => Recovery::Asked { give_up_at: Some(give_up_at) },
                Recovery::None if !is_new && leg.reoffer.is_none() => Recovery::Asked { give_up_at: None },
                // A renegotiation is under way on a connection that works, or the question is asked already.
                Recovery::None | Recovery::Asked { .. } => continue,
            };
            frames.push(ClientFrame::Reconnect(Reconnect {
                callsid: sid.to_string(),
                reconnect: reconnect.clone(),
                sdp: leg.local.clone(),
                twilio: TwilioParams::default(),
            }));
        }
        frames.into_iter().for_each(|frame| self.send(frame));
    }

    /// Sends the invites that waited for a connection.
    pub(super) fn send_waiting(&mut self) {
        let mut frames = Vec::new();
        for leg in self.legs.iter_mut() {
            if let Some(frame) = leg.invite.take() {
                leg.stage = Stage::Inviting;
                frames.push(frame);
            }
        }
        frames.into_iter().for_each(|frame| self.send(frame));
    }

    pub(super) fn tick_legs(&mut self, now: Instant) {
        self.pending_closes.retain(|pending_close| now < pending_close.expires_at);
        for leg in self.legs.drain_if(|leg| leg.give_up_at().is_some_and(|at| now >= at)) {
            // A server that answers other frames but not the reconnect may still hold the call.
            if self.link == Link::Online
                && let Some(callsid) = leg.wire_sid()
            {
                let message = Some("reconnect timed out".to_owned());
                self.send(ClientFrame::Hangup(Hangup { callsid: callsid.to_owned(), message }));
            }
            self.emit(lost(leg.id));
        }
        self.tick_messages(now);
        let is_overdue = |leg: &&Leg| leg.reoffer_due_at().is_some_and(|at| now >= at);
        let overdue: Vec<_> = self.legs.iter().filter(is_overdue).map(|leg| leg.id).collect();
        for id in overdue {
            tracing::warn!(leg.id = %id, "no answer to an offer within a call; its media stays as it was");
            self.reoffer_settled(id, None, now);
        }
    }

    /// No connection will come: what waits for one is over.
    pub(super) fn end_all_lost(&mut self) {
        for leg in self.legs.drain_if(|_| true) {
            self.emit(lost(leg.id));
        }
    }

    fn end_by_id(&mut self, id: LegId, now: Option<Instant>) {
        if let Some(leg) = self.legs.remove(id) {
            self.end_locally(leg, now);
        }
    }

    /// Tells the server and the engine that this end is done with a leg. With `now`, what cannot be sent waits for
    /// the next connection.
    pub(super) fn end_locally(&mut self, leg: Leg, now: Option<Instant>) {
        let reason = match leg.stage {
            Stage::Waiting { .. } | Stage::Inviting => EndReason::LocalCancel,
            Stage::Offered => EndReason::LocalDecline,
            Stage::Accepted | Stage::Live => EndReason::LocalHangup,
        };
        if let (Some(callsid), true) = (leg.wire_sid(), leg.invite.is_none()) {
            let callsid = callsid.to_owned();
            let frame = match leg.stage {
                Stage::Offered => ClientFrame::Reject(Reject { callsid }),
                Stage::Waiting { .. } | Stage::Inviting | Stage::Accepted | Stage::Live => {
                    ClientFrame::Hangup(Hangup { callsid, message: None })
                }
            };
            if self.link == Link::Online {
                self.send(frame);
            } else if let Some(now) = now {
                let expires_at = now + self.settings.call_signaling_timeout;
                self.pending_closes.push(PendingClose { frame, expires_at });
            }
        }
        self.emit(LineEvent::Ended { leg: leg.id, reason, code: None });
    }
}

fn lost(leg: LegId) -> LineEvent {
    LineEvent::Ended { leg, reason: EndReason::SignalingLost, code: Some(code::SIGNALING_LOST) }
}

fn provider_id(sid: &CallSid) -> Option<ProviderCallId> {
    Some(ProviderCallId(sid.to_string()))
}
