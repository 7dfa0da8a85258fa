//! The lines, as the owner sees them.

use super::Core;
use crate::{
    failure,
    lines::{LineContext, LinePart, given_out, start},
    message::LineMessage,
    view,
};
use mobilecall_domain::{
    EndReason, LineId, LineKind, Registration,
    machine::{CallInput as Input, LineInput},
};
use mobilecall_ipc::{Failure, Registration as Standing, Settings};
use mobilecall_line::{LineCommand, LineEvent};
use std::{sync::Arc, time::Duration};

impl Core {
    /// Opens the lines that are not open; those that have given up, or wait for their next try, try at once.
    pub(crate) async fn register_lines(&mut self) {
        for line in self.lines.ids() {
            self.register_line(line).await;
        }
        self.show_lines();
    }

    async fn register_line(&mut self, line: LineId) {
        let Some(part) = self.lines.get(line) else { return };
        let command = match part.registration() {
            Standing::Failed { .. } if part.is_open() => LineCommand::Register,
            Standing::Registering { .. } if part.is_open() => LineCommand::Reconnect { slept: Duration::ZERO },
            Standing::Failed { .. } | Standing::Registering { .. } | Standing::Registered | Standing::Unregistered => {
                return self.open_line(line);
            }
        };
        if let Err(error) = part.send(command) {
            tracing::debug!(%error, line.id = %line, "the line is gone and is opened anew");
            self.close_line(line).await;
            self.open_line(line);
        }
    }

    /// Opens the lines that are not open.
    pub(crate) fn open_lines(&mut self) {
        for line in self.lines.ids() {
            self.open_line(line);
        }
        self.show_lines();
    }

    /// Opens a line unless it is open. One whose credentials the session gives out is awaited until there is one.
    fn open_line(&mut self, line: LineId) {
        let session = self.sign_in.online().map(|online| online.session.clone());
        let opening = self.lines.next_opening();
        let post = self.post().of_line(line, opening);
        let Some(part) = self.lines.get_mut(line) else { return };
        if part.is_open_or_opening() {
            return;
        }
        if part.needs_session() && session.is_none() {
            return part.stands(Standing::Registering { attempt: 0 }, None);
        }
        let Some(factory) = self.parts.lines.of(part.description.kind) else {
            return part.given_up(failure::line_unavailable(part.description.kind));
        };
        let session = session.filter(|_| part.needs_session());
        let context = LineContext { session, hurry: Arc::clone(&self.hurry), post };
        let description = part.description.clone();
        part.opening(opening, |leaving| start(factory, description, context, leaving));
    }

    /// The lines of the session are wanted, and open as soon as the server is reached.
    pub(crate) fn lines_awaited(&mut self, attempt: u32, why: Option<&Failure>) {
        if !self.connected {
            return;
        }
        for line in self.lines.ids() {
            if let Some(part) = self.lines.get_mut(line).filter(|part| part.needs_session() && !part.is_open()) {
                part.stands(Standing::Registering { attempt }, why.cloned());
            }
        }
        self.show_lines();
    }

    pub(crate) fn show_lines(&mut self) {
        self.shown.lines(self.lines.views());
    }

    /// Leaves all lines.
    pub(crate) async fn close_lines(&mut self) {
        for line in self.lines.ids() {
            self.close_line(line).await;
        }
        self.show_lines();
    }

    async fn close_line(&mut self, line: LineId) {
        if let Some(left) = self.lines.close(line) {
            self.closing_tasks.spawn(left.leave());
        }
        // What the left line still says, the end of its calls above all, is not heard any more.
        self.line_lost(line).await;
    }

    /// Whether the lines may be as these settings describe them: none that carries a call may go.
    pub(crate) fn check_lines(&self, wanted: &Settings) -> Result<(), Failure> {
        let stays = |line: LineId| {
            let part = self.lines.get(line);
            self.lines.described(wanted).iter().any(|known| part.is_some_and(|part| part.is_made_as(known)))
        };
        let carries = self.calls.iter().filter(|call| call.is_alive()).any(|call| !stays(call.line_id));
        if carries { Err(failure::not_now("end the calls of a line before changing it")) } else { Ok(()) }
    }

    /// Takes over what the settings say of lines.
    pub(crate) fn describe_lines(&mut self) {
        for left in self.lines.describe(&self.settings) {
            self.closing_tasks.spawn(left.leave());
        }
        if self.connected && self.sign_in.signed_in().is_some() {
            self.open_lines();
        }
        self.show_lines();
    }

    /// Takes over which lines the server gives out. One that it gives out no longer stays until its calls are over.
    pub(crate) fn take_lines_given_out(&mut self) {
        let mut kinds = self.sign_in.signed_in().map_or_else(Vec::new, |signed_in| signed_in.profile.available.clone());
        let in_use = given_out(LineKind::Twilio)
            .filter(|line| self.calls.iter().any(|call| call.is_alive() && call.line_id == line.id));
        kinds.extend(in_use.map(|line| line.kind).filter(|kind| !kinds.contains(kind)));
        if self.lines.make_available(kinds) {
            self.describe_lines();
        }
    }

    pub(crate) async fn line_message(&mut self, line: LineId, opening: u32, input: LineMessage) {
        let Some(part) = self.lines.get_mut(line).filter(|part| part.is_of(opening)) else {
            return tracing::trace!(line.id = %line, "a message of an earlier opening of a line is dropped");
        };
        match input {
            LineMessage::Opened(opened) => {
                part.opened(opened);
                if let Err(error) = part.send(LineCommand::Register) {
                    tracing::error!(%error, line.id = %line, "the line does not take its first command");
                }
            }
            LineMessage::Relays(relays) => {
                part.relays = relays;
                return;
            }
            LineMessage::NotYet { attempt, why } => part.stands(Standing::Registering { attempt }, why),
            LineMessage::Event(LineEvent::Registration(registration)) => registered(part, &registration),
            LineMessage::Event(LineEvent::Trouble { code }) => {
                let trouble = failure::of_provider(part.kind(), code);
                // Said once, however often it comes while the line tries.
                let news = trouble.clone().filter(|trouble| part.trouble() != Some(trouble));
                part.in_trouble(trouble);
                if let Some(news) = news {
                    self.shown.problem(news);
                }
            }
            LineMessage::Event(event) => return self.line_event(line, event).await,
            LineMessage::Closed => {
                tracing::error!(line.id = %line, "the task of a line ended by itself");
                part.lost(failure::line_ended());
                self.line_lost(line).await;
            }
            LineMessage::Failed(failure) => {
                part.given_up(failure.clone());
                self.shown.problem(failure);
            }
        }
        self.show_lines();
    }

    /// Nothing more comes of the calls of a line.
    async fn line_lost(&mut self, line: LineId) {
        let carried = self.calls.iter().filter(|call| call.line_id == line && call.ended_at.is_none());
        for call in carried.map(|call| call.id).collect::<Vec<_>>() {
            self.drive(call, Input::Line(LineInput::Ended(EndReason::SignalingLost))).await;
        }
    }
}

fn registered(part: &mut LinePart, registration: &Registration) {
    let standing = view::registration(registration);
    let trouble = part.trouble().cloned();
    let standing = match (standing, &trouble) {
        // What the provider says is more than that it refuses.
        (Standing::Failed { .. }, Some(trouble)) => Standing::Failed { code: trouble.code },
        (standing, _) => standing,
    };
    let why = match standing {
        Standing::Failed { code } => Some(trouble.unwrap_or_else(|| failure::registration_refused(code))),
        // What made the first attempt fail is still so.
        Standing::Registering { attempt: 1.. } => trouble.or_else(|| part.why().cloned()),
        Standing::Registering { attempt: 0 } | Standing::Unregistered => None,
        Standing::Registered => {
            part.in_trouble(None);
            None
        }
    };
    part.stands(standing, why);
}
