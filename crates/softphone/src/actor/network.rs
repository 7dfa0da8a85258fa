//! What follows from a change of the network.

use super::Core;
use crate::network::{NetworkChange, NetworkWatch};
use mobilecall_domain::{
    CallId,
    machine::{CallInput as Input, CallState, MediaFailure, MediaInput},
};
use mobilecall_line::LineCommand;
use tokio::time::Instant;

impl Core {
    /// What the network is like at the start.
    pub(crate) fn network_now(&self) -> NetworkWatch {
        NetworkWatch::new(self.parts.network.addresses(), self.clock.now(), Instant::now())
    }

    /// Looks whether it changed.
    pub(crate) async fn look_at_network(&mut self, watch: &mut NetworkWatch) {
        let (addresses, wall) = (self.parts.network.addresses(), self.clock.now());
        let Some(NetworkChange { slept, moved }) = watch.look(addresses, wall, Instant::now()) else { return };
        tracing::info!(slept_s = slept.as_secs(), moved, "the network changed, or the machine slept");
        self.hurry.notify_waiters();
        for line in self.lines.ids() {
            let Some(part) = self.lines.get(line).filter(|part| part.is_open()) else { continue };
            if part.is_on_this_machine() && slept.is_zero() {
                continue;
            }
            if let Err(error) = part.send(LineCommand::Reconnect { slept }) {
                tracing::debug!(%error, line.id = %line, "the line cannot be told of the network");
            }
        }
        if moved {
            for call in self.calls.alive() {
                self.call_moved(call).await;
            }
        }
    }

    /// Media that runs in the network looks for its new way at once, instead of after seconds of silence.
    async fn call_moved(&mut self, call: CallId) {
        let Some(known) = self.calls.get(call) else { return };
        if self.lines.get(known.line_id).is_some_and(|line| line.is_on_this_machine()) {
            return;
        }
        let input = match known.machine.state() {
            CallState::Active(_) => MediaInput::Lost,
            // What was tried in the old network came to nothing.
            CallState::Reconnecting { .. } => MediaInput::Failed(MediaFailure::Network),
            CallState::Dialing
            | CallState::Alerting { .. }
            | CallState::Offered
            | CallState::Connecting
            | CallState::Ending { .. }
            | CallState::Ended(_) => return,
        };
        self.drive(call, Input::Media(input)).await;
    }
}
