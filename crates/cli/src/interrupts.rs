//! Ctrl-C, and the system's wish that the program ends.

use mobilecall_ipc::{ErrorCode, Failure};
use std::io;

/// Notices both from its making on, so that none is missed between two looks.
pub(crate) struct Interrupts {
    #[cfg(unix)]
    keyboard: tokio::signal::unix::Signal,
    #[cfg(unix)]
    system: tokio::signal::unix::Signal,
    #[cfg(windows)]
    keyboard: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    pub(crate) fn new() -> Result<Self, Failure> {
        Self::notice().map_err(|error| Failure::new(ErrorCode::Internal, format!("Ctrl-C cannot be noticed: {error}")))
    }

    #[cfg(unix)]
    fn notice() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { keyboard: signal(SignalKind::interrupt())?, system: signal(SignalKind::terminate())? })
    }

    #[cfg(windows)]
    fn notice() -> io::Result<Self> {
        Ok(Self { keyboard: tokio::signal::windows::ctrl_c()? })
    }

    /// The next one. Cancel-safe.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.keyboard.recv() => {}
            _ = self.system.recv() => {}
        }
    }

    /// The next one. Cancel-safe.
    #[cfg(windows)]
    pub(crate) async fn next(&mut self) {
        self.keyboard.recv().await;
    }

    /// Does the work, or gives it up when told to end.
    pub(crate) async fn or<T>(&mut self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            outcome = work => outcome,
            () = self.next() => Err(Failure::new(ErrorCode::NotNow, "interrupted")),
        }
    }
}
