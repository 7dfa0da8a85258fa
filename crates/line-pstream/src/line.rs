//! The handle of a line.

use crate::{
    config::PstreamLineConfig,
    driver::{self, Order},
};
use async_trait::async_trait;
use mobilecall_domain::LineKind;
use mobilecall_line::{Line, LineCommand, LineError, LineEvent};
use tokio::sync::{mpsc, oneshot};

/// Commands that wait for the line's task; it takes each at once, so few are ever there.
const COMMANDS: usize = 16;
/// Events that wait for the engine. More are kept inside the line's task, so a slow engine never stalls signaling.
const EVENTS: usize = 64;

/// A line that speaks Twilio's client signaling. Dropping it ends its calls and closes its connection.
#[derive(Debug)]
pub struct PstreamLine {
    kind: LineKind,
    orders: mpsc::Sender<Order>,
}

impl PstreamLine {
    /// Starts the line's task on the current tokio runtime. Nothing is connected before the first command; what
    /// happens comes out of the receiver, which is closed when the line is.
    pub fn connect(config: PstreamLineConfig) -> (Self, mpsc::Receiver<LineEvent>) {
        let kind = config.kind;
        let (orders, orders_taken) = mpsc::channel(COMMANDS);
        let (events, events_seen) = mpsc::channel(EVENTS);
        tokio::spawn(driver::run(config, orders_taken, events));
        (Self { kind, orders }, events_seen)
    }
}

#[async_trait]
impl Line for PstreamLine {
    fn kind(&self) -> LineKind {
        self.kind
    }

    async fn send(&self, command: LineCommand) -> Result<(), LineError> {
        let (reply, taken) = oneshot::channel();
        self.orders.send(Order { command, reply }).await.map_err(|_| LineError::Closed)?;
        taken.await.map_err(|_| LineError::Closed)?
    }
}
