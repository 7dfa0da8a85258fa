//! What each frame of the server does.

use super::{MAX_RETRY_AFTER, Output, Signaling};
use crate::endings;
use mobilecall_line::LineEvent;
use mobilecall_pstream::{HEARTBEAT, Malformed, ServerFrame, server::Error};
use std::time::{Duration, Instant};

impl Signaling {
    /// A text message came.
    pub(crate) fn received(&mut self, text: &str, now: Instant) {
        self.heard_at = now;
        self.probe_at = None;
        if text == HEARTBEAT {
            self.outputs.push_back(Output::Echo);
            return;
        }
        match ServerFrame::parse(text) {
            Ok(frame) => self.frame(frame, now),
            Err(Malformed::UnknownType(kind)) => tracing::debug!(kind, "frame of unknown type ignored"),
            Err(error @ (Malformed::NotAFrame | Malformed::Payload { .. })) => {
                tracing::warn!(%error, line.kind = %self.settings.kind, "malformed frame ignored");
            }
        }
        self.settle(now);
    }

    fn frame(&mut self, frame: ServerFrame, now: Instant) {
        tracing::debug!(kind = frame.kind(), line.kind = %self.settings.kind, "frame received");
        match frame {
            ServerFrame::Connected(connected) => self.connected(connected, now),
            ServerFrame::Ready => self.ready(),
            ServerFrame::Offline => self.offline(now),
            ServerFrame::Invite(invite) => self.invited(*invite),
            ServerFrame::Ringing(ringing) => self.ringing(ringing),
            ServerFrame::Answer(answer) => self.answered(answer, now),
            ServerFrame::Hangup(hangup) => self.hung_up(hangup),
            ServerFrame::Cancel(cancel) => self.cancelled(&cancel),
            ServerFrame::Error(error) => self.refused(error, now),
            ServerFrame::Close => self.closed_by_server(now),
            ServerFrame::Ack(ack) => self.message_settled(&ack.voiceeventsid, None),
            ServerFrame::Message(message) => self.message_received(message),
        }
    }

    fn refused(&mut self, error: Error, now: Instant) {
        let Error { error, callsid, voiceeventsid } = error;
        let meaning = mobilecall_pstream::code::meaning(error.code).unwrap_or("not in the table");
        tracing::warn!(error.code, meaning, callsid = callsid.as_deref(), line.kind = %self.settings.kind, "the signaling server reports an error");
        self.retry_after = error.retry_after.map(|seconds| Duration::from_secs(seconds).min(MAX_RETRY_AFTER));
        if let Some(event) = voiceeventsid {
            return self.message_settled(&event, Some(error.code));
        }
        match (callsid, endings::credential(error.code)) {
            // A call goes on until its `hangup` comes.
            (Some(callsid), _) => self.call_error(&callsid, now),
            (None, Some(credential)) => self.credential_refused(credential, error.code),
            (None, None) => self.emit(LineEvent::Trouble { code: error.code }),
        }
    }
}
