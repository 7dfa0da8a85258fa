//! Ending the app on purpose: from the tray, or by a signal of the system.

use crate::phone::Phone;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tauri::{AppHandle, Manager};

static QUITTING: AtomicBool = AtomicBool::new(false);

/// Ends the engine, then the app. Asking twice changes nothing.
pub(crate) fn quit(app: &AppHandle) {
    if QUITTING.swap(true, Ordering::SeqCst) {
        return;
    }
    crate::window::hide(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        app.state::<Arc<Phone>>().shutdown().await;
        app.exit(0);
    });
}

/// Quits when the system asks: Ctrl+C in a terminal, a log-out, a service manager.
pub(crate) async fn on_signal(app: AppHandle) {
    match asked().await {
        Ok(()) => quit(&app),
        Err(error) => tracing::warn!(%error, "signals of the system cannot be received"),
    }
}

#[cfg(unix)]
async fn asked() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
