//! Driving the machines: inputs in, effects performed in order, results fed back.

use super::Core;
use crate::{
    calls::{Waiting, start_media},
    failure,
    journal::{CallEntry, Entry, Step, Written},
    lines::LinePart,
    parts::Reach,
    post::CallPost,
};
use mobilecall_domain::{
    CallId, CallReport, EndReason, Timestamp,
    machine::{CallEffect, CallInput as Input, CallState, LineAction, LineInput, VoiceAction},
};
use mobilecall_ipc::Failure;
use mobilecall_line::LineCommand;
use std::{collections::VecDeque, sync::Arc};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

impl Core {
    /// Gives an input to a call's machine and does what comes of it.
    pub(crate) async fn drive(&mut self, call: CallId, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let now = self.clock.now();
            let Some(known) = self.calls.get_mut(call) else { return };
            let effects = known.machine.apply(input, now);
            for effect in effects {
                match self.perform(call, effect, now).await {
                    Ok(result) => inputs.extend(result),
                    Err(failure) => self.shown.problem(failure),
                }
            }
        }
        self.after_change(call).await;
    }

    /// Performs one effect; gives the input that it results in at once, if any.
    pub(crate) async fn perform(
        &mut self,
        call: CallId,
        effect: CallEffect,
        now: Timestamp,
    ) -> Result<Option<Input>, Failure> {
        match effect {
            CallEffect::Report(report) => self.write_report(call, &report, now).await.map(|()| None),
            CallEffect::Line(action) => Ok(self.line_action(call, action)),
            CallEffect::Voice(action) => Ok(self.voice_action(call, action)),
            CallEffect::Ring(tone) => {
                self.tones.begin(call, tone);
                Ok(None)
            }
            CallEffect::StopRinging => {
                self.tones.end(call);
                Ok(None)
            }
        }
    }

    /// Writes what happened before anybody is told.
    pub(crate) async fn write_report(
        &mut self,
        call: CallId,
        report: &CallReport,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let Some(account) = self.sign_in.account().cloned() else { return Ok(()) };
        let Some(known) = self.calls.get_mut(call) else { return Ok(()) };
        if known.kept_elsewhere {
            return Ok(());
        }
        known.record.apply(report, now);
        let step = if known.machine.end_reason() == Some(EndReason::AnsweredElsewhere) {
            Step::LeaveToOthers
        } else if known.may_go_on() {
            Step::LeaveToServer
        } else if known.begun {
            Step::Report(report.clone())
        } else {
            Step::Begin
        };
        let (record, run) = (known.record.clone(), self.run.clone());
        self.write(Entry::Call(Box::new(CallEntry { account, record, run, step, at: now }))).await?;
        if let Some(known) = self.calls.get_mut(call) {
            known.begun = true;
        }
        Ok(())
    }

    /// Waits a moment for what is written. What follows from it comes later if it takes longer.
    pub(crate) async fn write(&mut self, entry: Entry) -> Result<(), Failure> {
        match self.journal.write(entry).await {
            Written::Now(true) => self.recorded().await,
            Written::Now(false) | Written::Later => {}
            Written::Never(error) => return Err(failure::of_cache(&error)),
        }
        Ok(())
    }

    /// Calls were written.
    pub(crate) async fn recorded(&mut self) {
        self.nudge_sync();
        self.recount_missed().await;
    }

    fn line_action(&mut self, call: CallId, action: LineAction) -> Option<Input> {
        let known = self.calls.get_mut(call)?;
        let leg = known.leg;
        let command = match action {
            LineAction::Invite => {
                known.waiting = Some(Waiting::Invite);
                return None;
            }
            LineAction::Accept => {
                known.waiting = Some(Waiting::Accept);
                return None;
            }
            LineAction::Reoffer(reoffer) => {
                self.reoffer(call, reoffer);
                return None;
            }
            LineAction::Reject => LineCommand::Reject { leg },
            LineAction::Ignore => LineCommand::Ignore { leg },
            LineAction::HangUp => LineCommand::HangUp { leg },
        };
        known.waiting = None;
        if !known.on_line {
            return over(&known.machine.state());
        }
        self.tell_line(call, command)
    }

    /// Tells the call's line; if it does not take the command the leg is over.
    pub(crate) fn tell_line(&mut self, call: CallId, command: LineCommand) -> Option<Input> {
        let line = self.calls.get(call)?.line_id;
        match self.lines.send(line, command) {
            Ok(()) => None,
            Err(error) => {
                tracing::debug!(call.id = %call, %error, "the line does not take a command");
                over(&self.calls.get(call)?.machine.state())
            }
        }
    }

    fn voice_action(&mut self, call: CallId, action: VoiceAction) -> Option<Input> {
        match action {
            VoiceAction::Start => self.start_call_media(call),
            VoiceAction::Stop => self.stop_call_media(call),
            VoiceAction::Mute(muted) => {
                if let Some(voice) = self.calls.get(call)?.media.voice() {
                    voice.set_muted(muted);
                }
            }
            VoiceAction::Hold(held) => self.hold_voice(call, held),
        }
        None
    }

    fn start_call_media(&mut self, call: CallId) {
        let Some(post) = self.call_post(call) else { return };
        let (parts, carrier) = (Arc::clone(&self.parts), self.parts.media.clone());
        let line = self.calls.get(call).and_then(|known| self.lines.get(known.line_id));
        let is_local = line.is_some_and(LinePart::is_on_this_machine);
        let reach = if is_local { Reach::ThisMachine } else { Reach::Network };
        let line = self.calls.get(call).and_then(|known| self.lines.get(known.line_id));
        let relays = line.map(|part| part.relays.clone()).unwrap_or_default();
        let Some(known) = self.calls.get_mut(call) else { return };
        let voice = known.media.voice.subscribe();
        let start = start_media(parts, (reach, relays), known.offer.take(), voice, post);
        known.media.session = Some(AbortOnDropHandle::new(carrier.spawn(start)));
        if self.sound_choice().is_devices() {
            self.open_call_devices(call);
        }
    }

    /// Reaches this owner from a task of the call's present leg.
    pub(crate) fn call_post(&self, call: CallId) -> Option<CallPost> {
        let leg = self.calls.get(call)?.leg;
        Some(self.post().of_leg(call, leg))
    }

    /// What every change of a call brings with it.
    pub(crate) async fn after_change(&mut self, call: CallId) {
        let now = self.clock.now();
        let Some(known) = self.calls.get_mut(call) else { return };
        let state = known.machine.state();
        let mut open = false;
        match state {
            CallState::Active(talk) => {
                if known.setup_ms.is_none() {
                    known.setup_ms = Some(known.since_command_ms());
                }
                if talk.held {
                    known.listening_since = None;
                } else {
                    known.listening_since.get_or_insert_with(Instant::now);
                    open = true;
                }
            }
            CallState::Ended(_) => {
                known.ended_at.get_or_insert(now);
            }
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Offered
            | CallState::Connecting
            | CallState::Reconnecting { .. }
            | CallState::Ending { .. } => known.listening_since = None,
        }
        known.explain();
        let view = known.view();
        self.shown.call(view);
        if open {
            self.open_call_devices(call);
        }
        self.refresh_tones();
    }

    /// Calls whose time is up.
    pub(crate) async fn calls_due(&mut self) {
        for call in self.calls.due(self.clock.now()) {
            let is_over = self.calls.get(call).is_some_and(|known| known.ended_at.is_some());
            if is_over {
                self.calls.remove(call);
                self.shown.call_removed(call);
            } else {
                self.drive(call, Input::Tick).await;
            }
        }
    }

    pub(crate) async fn hang_up_all(&mut self) {
        for call in self.calls.alive() {
            self.drive(call, Input::User(mobilecall_domain::machine::UserInput::HangUp)).await;
        }
    }

    /// Forgets all calls; their media is closed in the background.
    pub(crate) fn drop_calls(&mut self) {
        for call in self.calls.drain() {
            self.closing_tasks.spawn(call.media.stop());
            self.shown.call_removed(call.id);
        }
        self.tones.stop();
    }
}

/// Without a line there is nobody to confirm the end.
fn over(state: &CallState) -> Option<Input> {
    let reason = match state {
        CallState::Ending { reason, .. } => *reason,
        CallState::Ended(_) => return None,
        CallState::Dialing
        | CallState::Alerting { .. }
        | CallState::Offered
        | CallState::Connecting
        | CallState::Active(_)
        | CallState::Reconnecting { .. } => EndReason::SignalingLost,
    };
    Some(Input::Line(LineInput::Ended(reason)))
}
