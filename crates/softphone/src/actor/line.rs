//! The line, as the owner sees it.

use super::Core;
use crate::{
    lines::{LinePart, run_line},
    message::LineMessage,
    view,
};
use mobilecall_domain::Registration;
use mobilecall_ipc::LineView;
use mobilecall_line::{LineCommand, LineEvent};
use std::sync::Arc;

impl Core {
    /// Opens the line of the session; one that is open and has given up, or waits for its next try, tries at once.
    pub(crate) async fn register_line(&mut self) {
        let command = match self.line.registration {
            Registration::Failed(_) => LineCommand::Register,
            Registration::Registering { .. } if self.line.is_open() => LineCommand::Reconnect,
            Registration::Registering { .. } | Registration::Registered | Registration::Unregistered => {
                return self.open_line();
            }
        };
        if let Err(error) = self.line.send(command).await {
            tracing::debug!(%error, "the line is gone and is opened anew");
            self.close_line();
            self.open_line();
        }
    }

    /// Opens the line of the session, if there is one and it is not open. Without a session yet it is awaited.
    pub(crate) fn open_line(&mut self) {
        let Some(online) = self.sign_in.online() else { return self.line_awaited(0) };
        if self.line.is_open_or_opening() {
            return;
        }
        let (session, hurry, post) = (online.session.clone(), Arc::clone(&self.hurry), self.post());
        self.line = LinePart::opening(|leaving| tokio::spawn(run_line(session, hurry, post, leaving)));
        self.show_line();
    }

    /// The line is wanted, and opens as soon as the server is reached.
    pub(crate) fn line_awaited(&mut self, attempt: u32) {
        if self.connected && !self.line.is_open() {
            self.registration_changed(Registration::Registering { attempt });
        }
    }

    pub(crate) fn show_line(&mut self) {
        self.shown.line(LineView {
            kind: view::line_kind(self.line.kind()),
            registration: view::registration(&self.line.registration),
        });
    }

    pub(crate) async fn line_input(&mut self, input: LineMessage) {
        match input {
            LineMessage::Opened(line) => {
                self.line.opened(line);
                if let Err(error) = self.line.send(LineCommand::Register).await {
                    tracing::error!(%error, "the line does not take its first command");
                }
            }
            LineMessage::NotYet { attempt } => self.line_awaited(attempt),
            LineMessage::Event(LineEvent::Registration(registration)) => self.registration_changed(registration),
            LineMessage::Event(event) => self.line_event(event).await,
            LineMessage::Failed(failure) => {
                self.line = LinePart::none();
                self.show_line();
                self.shown.problem(failure);
            }
        }
    }

    fn registration_changed(&mut self, registration: Registration) {
        self.line.registration = registration;
        self.show_line();
    }
}
