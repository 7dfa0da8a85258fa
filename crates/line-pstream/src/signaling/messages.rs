//! What is said beside a call: messages, and digits of calls that take none within the sound.

use super::{Link, REOFFER_TIMEOUT, Signaling};
use crate::legs::SentMessage;
use mobilecall_domain::{DtmfDigit, LegId, Private};
use mobilecall_line::{CallMessage, LineError, LineEvent, MessageId};
use mobilecall_pstream::{
    ClientFrame,
    client::{Dtmf, Message},
    code, voice_event_sid,
};
use std::time::Instant;

impl Signaling {
    pub(super) fn send_digits(&mut self, id: LegId, digits: &[DtmfDigit]) -> Result<(), LineError> {
        let is_online = self.link == Link::Online;
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        let (true, true, Some(sid)) = (is_online, leg.is_agreed(), &leg.sid) else {
            return Err(LineError::NotNow { what: "sending digits in a call that is not connected" });
        };
        let dtmf = Private::new(digits.iter().map(|digit| digit.as_char()).collect());
        let frame = ClientFrame::Dtmf(Dtmf { callsid: sid.to_string(), dtmf });
        self.send(frame);
        Ok(())
    }

    /// The server has to know the call by its own name. What cannot be sent now is refused rather than kept: it may make no
    /// sense any more when the connection is back.
    pub(super) fn send_message(
        &mut self,
        id: LegId,
        message_id: MessageId,
        message: CallMessage,
        now: Instant,
    ) -> Result<(), LineError> {
        let is_online = self.link == Link::Online;
        let leg = self.legs.get_mut(id).ok_or(LineError::UnknownLeg(id))?;
        let Some(sid) = &leg.sid else {
            return Err(LineError::NotNow { what: "sending a message in a call that the server has not named yet" });
        };
        let refused = |code| LineEvent::MessageRefused { leg: id, id: message_id, code };
        let Some(content) = Message::read_content(message.content.expose()) else {
            self.emit(refused(code::MALFORMED_REQUEST));
            return Ok(());
        };
        if !is_online {
            self.emit(refused(code::TRANSPORT));
            return Ok(());
        }
        let event = voice_event_sid(message_id.0);
        let frame = ClientFrame::Message(Message {
            callsid: sid.to_string(),
            content,
            contenttype: message.content_type,
            messagetype: message.kind,
            voiceeventsid: event.clone(),
        });
        leg.messages.push(SentMessage { id: message_id, event, give_up_at: now + REOFFER_TIMEOUT });
        self.send(frame);
        Ok(())
    }

    /// The server took a message of ours, or refused it with a code.
    pub(super) fn message_settled(&mut self, event: &str, refusal: Option<u32>) {
        let found = self.legs.iter_mut().find_map(|leg| {
            let position = leg.messages.iter().position(|sent| sent.event == event)?;
            Some((leg.id, leg.messages.remove(position).id))
        });
        match (found, refusal) {
            (Some((leg, id)), None) => self.emit(LineEvent::MessageTaken { leg, id }),
            (Some((leg, id)), Some(code)) => self.emit(LineEvent::MessageRefused { leg, id, code }),
            (None, _) => tracing::debug!("what is said of a message that is not on its way is ignored"),
        }
    }

    pub(super) fn message_received(&mut self, message: Message) {
        let Some(leg) = self.legs.with_sid(&message.callsid).map(|leg| leg.id) else {
            return tracing::debug!("a message for a call that is not here is ignored");
        };
        let message = CallMessage {
            content: Private::new(message.content.to_string()),
            content_type: message.contenttype,
            kind: message.messagetype,
        };
        self.emit(LineEvent::MessageReceived { leg, message });
    }

    /// Messages that nobody took in time.
    pub(super) fn tick_messages(&mut self, now: Instant) {
        let mut overdue = Vec::new();
        for leg in self.legs.iter_mut() {
            let id = leg.id;
            overdue.extend(leg.messages.extract_if(.., |sent| now >= sent.give_up_at).map(|sent| (id, sent.id)));
        }
        for (leg, id) in overdue {
            self.emit(LineEvent::MessageRefused { leg, id, code: code::CONNECTION_TIMEOUT });
        }
    }
}
