//! Messages beside calls.

use super::Core;
use crate::{failure, shown::tell};
use mobilecall_domain::{CallId, Private};
use mobilecall_ipc::{CallMessage as Shown, Event, Failure};
use mobilecall_line::{CallMessage, LineCommand, LineEvent, MessageId};

/// The one kind of message that Twilio's application takes.
const KIND: &str = "user-defined-message";
const JSON: &str = "application/json";

impl Core {
    /// Sends a message; gives its name.
    pub(crate) fn send_message(&mut self, call: CallId, content: String) -> Result<String, Failure> {
        let known = self.known(call)?;
        if !known.capabilities.messages {
            return Err(failure::line_cannot(known.line, "messages"));
        }
        let id = MessageId::generate();
        let message = CallMessage { content: Private::new(content), content_type: JSON.into(), kind: KIND.into() };
        self.ask_line(known.line_id, "messages", LineCommand::SendMessage { leg: known.leg, id, message })?;
        Ok(id.0.to_string())
    }

    pub(crate) fn message_event(&self, event: LineEvent) {
        let (leg, message) = match event {
            LineEvent::MessageTaken { leg, id } => (leg, Shown::Taken { message: id.0.to_string() }),
            LineEvent::MessageRefused { leg, id, code } => {
                (leg, Shown::Refused { message: id.0.to_string(), failure: failure::of_twilio(code) })
            }
            LineEvent::MessageReceived { leg, message } => {
                (leg, Shown::Received { content: message.content.into_inner() })
            }
            LineEvent::Registration(_)
            | LineEvent::Incoming(_)
            | LineEvent::Ringing { .. }
            | LineEvent::Answered { .. }
            | LineEvent::Merged { .. }
            | LineEvent::Renegotiated { .. }
            | LineEvent::NotRenegotiated { .. }
            | LineEvent::TransferFailed { .. }
            | LineEvent::Reoffered { .. }
            | LineEvent::SignalingLost { .. }
            | LineEvent::SignalingRestored { .. }
            | LineEvent::Trouble { .. }
            | LineEvent::Ended { .. } => return,
        };
        if let Some(call) = self.calls.of_leg(leg) {
            tell(self.shown.events(), Event::CallMessage { call, message });
        }
    }
}
