//! What lines and media report of calls.

use super::Core;
use crate::{
    calls::{
        Call, CallEvent, CallInput, Description, NextOffer, Second, StartedMedia, Waiting, media_failure, record_of,
    },
    failure, history,
    journal::{CallEntry, Entry, Step},
};
use mobilecall_domain::{
    CallId, CallReport, Direction, LegId, LineId, ProviderCallId, SdpAnswer, SdpOffer,
    machine::{CallInput as Input, CallMachine, CallState, LineInput, MediaFailure, MediaInput, Reoffer},
    names,
};
use mobilecall_ipc::{ErrorCode, Failure};
use mobilecall_line::{IncomingLeg, LineCommand, LineEvent};
use mobilecall_transport::{RelayStanding, TransportEvent};
use std::time::Duration;

/// Silence from the far end that is worth telling.
const SILENCE: Duration = Duration::from_secs(3);

impl Core {
    pub(crate) async fn line_event(&mut self, line: LineId, event: LineEvent) {
        match event {
            LineEvent::Registration(_) | LineEvent::Trouble { .. } => {}
            LineEvent::MessageTaken { .. } | LineEvent::MessageRefused { .. } | LineEvent::MessageReceived { .. } => {
                self.message_event(event);
            }
            LineEvent::Incoming(leg) => self.incoming(line, leg).await,
            LineEvent::Ringing { leg, provider_call_id, answer } => {
                // Whether the far end sends sound before it answers shows only when it does.
                self.progress(leg, provider_call_id, answer, LineInput::Ringing { early_media: false }).await;
            }
            LineEvent::Answered { leg, provider_call_id, answer } => {
                self.progress(leg, provider_call_id, answer, LineInput::Answered).await;
            }
            LineEvent::Merged { leg, call: kept } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.merged(call, kept).await;
                }
            }
            LineEvent::Renegotiated { leg, answer } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.accept_answer(call, answer);
                }
            }
            LineEvent::NotRenegotiated { leg } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.next_offer(call);
                }
            }
            LineEvent::TransferFailed { leg, code } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    tracing::info!(call.id = %call, code, "a call could not be handed over");
                    self.shown.problem(failure::transfer_failed());
                }
            }
            LineEvent::Reoffered { leg, offer } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.answer_reoffer(call, offer);
                }
            }
            LineEvent::SignalingLost { leg } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.drive(call, Input::Line(LineInput::SignalingLost)).await;
                }
            }
            LineEvent::SignalingRestored { leg } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    self.drive(call, Input::Line(LineInput::SignalingRestored)).await;
                }
            }
            LineEvent::Ended { leg, reason, code } => {
                if let Some(call) = self.calls.of_leg(leg) {
                    tracing::info!(call.id = %call, %reason, code, "the line ended a call");
                    if let Some(known) = self.calls.get_mut(call) {
                        known.why = code.and_then(|code| failure::of_provider(known.line, code));
                    }
                    self.drive(call, Input::Line(LineInput::Ended(reason))).await;
                }
            }
        }
    }

    async fn incoming(&mut self, line: LineId, incoming: IncomingLeg) {
        let (Some(signed_in), Some(part)) = (self.sign_in.signed_in(), self.lines.get(line)) else { return };
        let now = self.clock.now();
        let id = incoming.call.unwrap_or_else(CallId::generate);
        if self.calls.get(id).is_some_and(Call::is_alive) {
            return self.offered_again(id, incoming);
        }
        // Over here and still shown, but not over where it comes from: it rings once more.
        if let Some(over) = self.calls.remove(id) {
            self.closing_tasks.spawn(over.media.stop());
        }
        let team = &self.shown.snapshot().team;
        // Told with the call, since the first call may come before the list of colleagues.
        let address = incoming.from_extension.unwrap_or_else(|| history::shown_address(&incoming.from, team));
        // Who sends it may be any server.
        let said = incoming.from_name.map(|name| names::clean(&name)).filter(|name| !name.is_empty());
        let name = said.or_else(|| history::colleague_name(&incoming.from, team));
        let profile = &signed_in.profile;
        let mut record = record_of(id, Direction::Incoming, incoming.from, name, profile, part.kind(), now);
        record.to_number = incoming.to;
        record.twilio_call_sid = incoming.provider_call_id.map(|ProviderCallId(id)| id);
        let (machine, effects) = CallMachine::incoming(now);
        let mut call = Call::new(machine, incoming.leg, record, part);
        call.address = address;
        call.verified = incoming.verified;
        call.parameters = incoming.parameters;
        call.offer = Some(incoming.offer);
        call.on_line = true;
        self.calls.insert(call);
        self.pause_recording();
        self.told_missed = Some(id);
        for effect in effects {
            // An incoming call that cannot be written rings all the same: losing the record is the lesser harm.
            if let Err(failure) = self.perform(id, effect, now).await {
                self.shown.problem(failure);
            }
        }
        self.after_change(id).await;
    }

    /// A server that lost the leg of a call offers the call on another. It is never refused: that would refuse it for
    /// all devices of the agent.
    fn offered_again(&mut self, call: CallId, incoming: IncomingLeg) {
        let Some(known) = self.calls.get_mut(call) else { return };
        let rings = known.machine.state() == CallState::Offered;
        tracing::info!(call.id = %call, rings, "a call is offered again");
        if rings {
            known.leg = incoming.leg;
            known.offer = Some(incoming.offer);
        }
    }

    /// Both sides dialed, and the server made one call of it, whose record is the one of the call that rang here, or was
    /// about to.
    async fn merged(&mut self, call: CallId, kept: CallId) {
        if call == kept {
            return;
        }
        tracing::info!(call.id = %call, record.id = %kept, "a call and that of its far end are one");
        if let Some(known) = self.calls.get_mut(call) {
            known.kept_elsewhere = true;
        }
        if let Some(rang) = self.calls.remove(kept) {
            self.closing_tasks.spawn(rang.media.stop());
            self.tones.end(kept);
            self.shown.call_removed(kept);
        }
        let (Some(account), Some(known)) = (self.sign_in.account().cloned(), self.calls.get(call)) else { return };
        let (record, run, at) = (known.record.clone(), self.run.clone(), self.clock.now());
        let entry = CallEntry { account, record, run, step: Step::Forget, at };
        if let Err(failure) = self.write(Entry::Call(Box::new(entry))).await {
            self.shown.problem(failure);
        }
    }

    async fn progress(
        &mut self,
        leg: LegId,
        provider_call_id: Option<ProviderCallId>,
        answer: Option<SdpAnswer>,
        input: LineInput,
    ) {
        let Some(call) = self.calls.of_leg(leg) else { return };
        if let Some(ProviderCallId(id)) = provider_call_id {
            let report = CallReport { twilio_call_sid: Some(id), ..CallReport::default() };
            if let Err(failure) = self.write_report(call, &report, self.clock.now()).await {
                self.shown.problem(failure);
            }
        }
        if let Some(answer) = answer {
            self.accept_answer(call, answer);
        }
        self.drive(call, Input::Line(input)).await;
    }

    pub(crate) async fn call_input(&mut self, input: CallInput) {
        let CallInput { call, leg, event } = input;
        if self.calls.of_leg(leg) != Some(call) {
            tracing::debug!(call.id = %call, "what comes from an earlier leg of a call is dropped");
            // Beside the owner, because it may hold a device.
            self.closing_tasks.spawn_blocking(move || drop(event));
            return;
        }
        match event {
            CallEvent::Started(started) => self.media_started(call, started).await,
            CallEvent::Failed(failure) => self.drive(call, Input::Media(MediaInput::Failed(failure))).await,
            CallEvent::Transport(event) => self.transport_event(call, event).await,
            CallEvent::Offer(offer) => self.send_offer(call, offer).await,
            CallEvent::Answer(answer) => {
                if let Some(input) = self.tell_line(call, LineCommand::Accept { leg, answer }) {
                    self.drive(call, input).await;
                }
            }
            CallEvent::Settled => self.next_offer(call),
            CallEvent::FirstPacket => self.first_packet(call).await,
            CallEvent::FirstAudio(at) => {
                let Some(known) = self.calls.get_mut(call) else { return };
                let at = at.map_or_else(tokio::time::Instant::now, Into::into);
                let after = at.saturating_duration_since(known.commanded_at);
                known.first_audio_ms.get_or_insert(u32::try_from(after.as_millis()).unwrap_or(u32::MAX));
                self.shown.call(known.view());
            }
            CallEvent::Digit(digit) => self.shown.digit(call, digit.as_char()),
            CallEvent::Second(second) => self.second(call, second),
            CallEvent::Keys => {
                if let Err(failure) = self.press_keys(call) {
                    self.shown.problem(failure);
                }
            }
            CallEvent::Device(opened) => self.device_opened(call, opened),
            CallEvent::DeviceLost(lost, opening) => self.device_lost(call, &lost, opening),
            CallEvent::DeviceBack(role, opening) => self.device_back(call, role, opening),
            CallEvent::VoiceStopped(position, counted) => self.voice_stopped(call, position, counted),
            CallEvent::Stopped(last) => {
                if let Some(known) = self.calls.get_mut(call) {
                    known.quality = last.or(known.quality);
                }
                self.drive(call, Input::Media(MediaInput::Stopped)).await;
            }
        }
    }

    /// Our first description is made: the line can be told what waited for it.
    async fn media_started(&mut self, call: CallId, started: StartedMedia) {
        let Some(known) = self.calls.get_mut(call) else { return };
        known.media.transport = Some(started.transport);
        let (leg, waiting) = (known.leg, known.waiting.take());
        let command = match (waiting, started.description, known.destination.clone()) {
            (Some(Waiting::Invite), Description::Offer(offer), Some(destination)) => {
                let parameters = known.parameters.clone();
                LineCommand::Invite { leg, call, destination, offer, parameters }
            }
            (Some(Waiting::Accept), Description::Answer(answer), _) => LineCommand::Accept { leg, answer },
            (_, Description::Offer(_) | Description::Answer(_), _) => {
                tracing::debug!(call.id = %call, "media is open for a call that needs it no more");
                return;
            }
        };
        known.on_line = true;
        if let Some(input) = self.tell_line(call, command) {
            self.drive(call, input).await;
        }
    }

    async fn transport_event(&mut self, call: CallId, event: TransportEvent) {
        let input = match event {
            TransportEvent::Negotiated(negotiated) => return self.negotiated(call, negotiated),
            TransportEvent::Connected => MediaInput::Connected,
            TransportEvent::Disconnected => MediaInput::Lost,
            TransportEvent::Failed => MediaInput::Failed(MediaFailure::Network),
            TransportEvent::NoPath(relays) => return self.no_path(call, relays),
            TransportEvent::Closed => return,
        };
        self.drive(call, Input::Media(input)).await;
    }

    /// It is tried further, but who waits should know what is wrong.
    fn no_path(&mut self, call: CallId, relays: RelayStanding) {
        if self.calls.get(call).is_some_and(Call::is_alive) {
            tracing::warn!(call.id = %call, ?relays, "a call finds no way through the network");
            self.shown.problem(failure::media_blocked(relays));
        }
    }

    /// Sound before the answer is the far end's own: ours gives way to it.
    async fn first_packet(&mut self, call: CallId) {
        let alerting = self.calls.get(call).map(|known| known.machine.state());
        if alerting == Some(CallState::Alerting { early_media: false }) {
            self.drive(call, Input::Line(LineInput::Ringing { early_media: true })).await;
        }
    }

    fn second(&mut self, call: CallId, second: Second) {
        let Some(known) = self.calls.get_mut(call) else { return };
        known.quality = Some(second.quality);
        let receives = known.media.receives();
        let (since_made, talk) = (self.clock.now().since(known.machine.started_at()), known.machine.talk());
        known.sounding.second(since_made, &second, !talk.held, receives && !talk.held);
        let silent_for = match known.listening_since {
            Some(since) if receives => second.silent_for.min(since.elapsed()),
            Some(_) | None => Duration::ZERO,
        };
        let view = known.view();
        let tell = silent_for >= SILENCE && !known.silence_told;
        if silent_for < SILENCE || tell {
            known.silence_told = tell;
        }
        self.shown.call(view);
        if tell {
            self.shown.problem(silence(second.quality.packets_received > 0));
        }
    }

    /// Makes a further offer in a task; it comes back as [`CallEvent::Offer`].
    pub(crate) fn reoffer(&mut self, call: CallId, reoffer: Reoffer) {
        let Some(known) = self.calls.get_mut(call) else { return };
        if let Some(next) = known.renegotiation.wish(reoffer) {
            self.make_offer(call, next);
        }
    }

    fn next_offer(&mut self, call: CallId) {
        let Some(known) = self.calls.get_mut(call) else { return };
        if let Some(next) = known.renegotiation.settled() {
            self.make_offer(call, next);
        }
    }

    fn make_offer(&self, call: CallId, next: NextOffer) {
        let Some(transport) = self.calls.get(call).and_then(|known| known.media.transport.clone()) else { return };
        let Some(post) = self.call_post(call) else { return };
        tokio::spawn(async move {
            let offer = match next {
                NextOffer::Plain => transport.create_offer().await,
                NextOffer::Restart => transport.create_restart_offer().await,
            };
            let event = match offer {
                Ok(offer) => CallEvent::Offer(offer),
                Err(error) => {
                    tracing::warn!(call.id = %call, %error, "no further offer could be made");
                    CallEvent::Settled
                }
            };
            post.tell(event).await;
        });
    }

    async fn send_offer(&mut self, call: CallId, offer: SdpOffer) {
        let Some(leg) = self.calls.get(call).filter(|known| known.is_alive()).map(|known| known.leg) else { return };
        if let Some(input) = self.tell_line(call, LineCommand::Reoffer { leg, offer }) {
            self.drive(call, input).await;
        }
    }

    /// Applies the answer to our first or a further offer in a task.
    fn accept_answer(&self, call: CallId, answer: SdpAnswer) {
        let Some(known) = self.calls.get(call) else { return };
        let Some(transport) = known.media.transport.clone() else { return };
        let first = known.media.negotiated.is_none();
        let Some(post) = self.call_post(call) else { return };
        tokio::spawn(async move {
            let accepted = transport.accept_answer(&answer).await;
            if let Err(error) = &accepted {
                tracing::warn!(call.id = %call, %error, "the far end's answer cannot be used");
            }
            let event = match accepted {
                Ok(()) if first => return,
                Err(error) if first => CallEvent::Failed(media_failure(&error)),
                Ok(()) | Err(_) => CallEvent::Settled,
            };
            post.tell(event).await;
        });
    }

    fn answer_reoffer(&self, call: CallId, offer: SdpOffer) {
        let Some(transport) = self.calls.get(call).and_then(|known| known.media.transport.clone()) else { return };
        let Some(post) = self.call_post(call) else { return };
        tokio::spawn(async move {
            match transport.create_answer(&offer).await {
                Ok(answer) => post.tell(CallEvent::Answer(answer)).await,
                Err(error) => tracing::warn!(call.id = %call, %error, "the far end's further offer cannot be used"),
            }
        });
    }
}

fn silence(heard_before: bool) -> Failure {
    let (cause, message) = if heard_before {
        (
            "stopped",
            "nothing has come from the other side for 3 seconds: it may have put you on hold, or its network is down",
        )
    } else {
        (
            "never",
            "nothing comes from the other side: a firewall here or there may block the sound (UDP); ask the \
             administrator",
        )
    };
    Failure::new(ErrorCode::NoAudioReceived, message).with("cause", cause)
}
