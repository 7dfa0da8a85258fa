//! The events of a session, in order.

use crate::{RelayStanding, TransportEvent};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::mpsc;
use tracing::warn;

/// Writes to the event channel, from the session's task and from the stack's.
///
/// The stack may report `Connected` while the session is still applying the answer that made it possible. The session
/// holds events back meanwhile, so that `Negotiated` comes first.
pub(crate) struct EventSink {
    state: Mutex<State>,
}

struct State {
    /// `None` once closed, so that the channel ends.
    sender: Option<mpsc::Sender<TransportEvent>>,
    held: Option<Vec<TransportEvent>>,
    /// There was a connection, or it is known that there is none.
    is_decided: bool,
}

impl EventSink {
    pub(crate) fn new(sender: mpsc::Sender<TransportEvent>) -> Self {
        Self { state: Mutex::new(State { sender: Some(sender), held: None, is_decided: false }) }
    }

    /// Emits or, while held back, queues.
    pub(crate) fn emit(&self, event: TransportEvent) {
        let mut state = self.state();
        state.is_decided |= matches!(event, TransportEvent::Connected | TransportEvent::Failed);
        state.emit(event);
    }

    /// Says that no connection has come up in time, unless one has, or it was said that there will be none.
    pub(crate) fn no_path(&self, relays: RelayStanding) {
        // Under one lock, so that a connection that comes up in this moment is not followed by the news that there is none.
        let mut state = self.state();
        if !state.is_decided {
            state.emit(TransportEvent::NoPath(relays));
        }
    }

    /// Holds events of the stack back until [`Self::release`].
    pub(crate) fn hold(&self) {
        self.state().held.get_or_insert_default();
    }

    /// Emits `first`, then what was held back.
    pub(crate) fn release(&self, first: Option<TransportEvent>) {
        let mut state = self.state();
        let held = state.held.take().unwrap_or_default();
        for event in first.into_iter().chain(held) {
            state.send(event);
        }
    }

    /// Emits [`TransportEvent::Closed`], once, and ends the channel.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.held = None;
        state.send(TransportEvent::Closed);
        state.sender = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }
}

impl State {
    fn emit(&mut self, event: TransportEvent) {
        match &mut self.held {
            Some(held) => held.push(event),
            None => self.send(event),
        }
    }

    fn send(&mut self, event: TransportEvent) {
        let Some(sender) = &self.sender else { return };
        match sender.try_send(event) {
            Ok(()) => {}
            // The owner lost interest in events; the session goes on.
            Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(event)) => warn!(?event, "nobody reads the events of a media session"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransportEvent::{Closed, Connected, Disconnected, Failed};

    fn drain(receiver: &mut mpsc::Receiver<TransportEvent>) -> Vec<TransportEvent> {
        std::iter::from_fn(|| receiver.try_recv().ok()).collect()
    }

    #[test]
    fn held_events_come_after_the_one_they_waited_for() {
        let (sender, mut receiver) = mpsc::channel(8);
        let sink = EventSink::new(sender);
        sink.hold();
        sink.emit(Connected);
        assert_eq!(drain(&mut receiver), []);
        sink.release(Some(Disconnected));
        sink.emit(Failed);
        assert_eq!(drain(&mut receiver), [Disconnected, Connected, Failed]);
    }

    #[test]
    fn a_missing_path_is_told_only_where_nothing_was_decided() {
        for (before, told) in [(None, true), (Some(Connected), false), (Some(Failed), false)] {
            let (sender, mut receiver) = mpsc::channel(8);
            let sink = EventSink::new(sender);
            before.into_iter().for_each(|event| sink.emit(event));
            drain(&mut receiver);
            sink.no_path(RelayStanding::NotConfigured);
            let expected = [TransportEvent::NoPath(RelayStanding::NotConfigured)];
            assert_eq!(drain(&mut receiver), &expected[..usize::from(told)]);
        }
    }

    #[test]
    fn nothing_follows_closed() {
        let (sender, mut receiver) = mpsc::channel(8);
        let sink = EventSink::new(sender);
        sink.hold();
        sink.emit(Connected);
        sink.close();
        sink.release(None);
        sink.emit(Failed);
        sink.close();
        assert_eq!(drain(&mut receiver), [Closed]);
    }
}
