//! The line, as the owner sees it.

use super::Core;
use crate::{
    lines::{LineInput, LinePart, run_line},
    view,
};
use mobilecall_domain::Registration;
use mobilecall_ipc::LineView;
use mobilecall_line::{LineCommand, LineEvent};

impl Core {
    /// Opens the line of the session, if there is one and it is not open.
    pub(crate) fn open_line(&mut self) {
        let Some(online) = self.standing.online() else { return };
        if self.line.is_open_or_opening() {
            return;
        }
        let (session, post) = (online.session.clone(), self.post());
        self.line = LinePart::opening(|leaving| tokio::spawn(run_line(session, post, leaving)));
        self.show_line();
    }

    pub(crate) fn show_line(&mut self) {
        self.shown.line(LineView {
            kind: view::line_kind(self.line.kind()),
            registration: view::registration(&self.line.registration),
        });
    }

    pub(crate) async fn line_input(&mut self, input: LineInput) {
        match input {
            LineInput::Opened(line) => {
                self.line.opened(line);
                if let Err(error) = self.line.send(LineCommand::Register).await {
                    tracing::error!(%error, "the line does not take its first command");
                }
            }
            LineInput::Event(LineEvent::Registration(registration)) => self.registration_changed(registration),
            LineInput::Event(event) => self.line_event(event).await,
            LineInput::Failed(failure) => {
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
