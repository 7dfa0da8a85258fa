//! Ending the app on purpose: from the tray, from the window, or by a signal of the system.

use crate::{phone::Phone, window};
use mobilecall_ipc::{CallState, CallView};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tauri::{AppHandle, Manager};

static QUITTING: AtomicBool = AtomicBool::new(false);

/// Quits, unless a call would end by that: then the window asks first.
pub(crate) fn ask(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let engine = app.state::<Arc<Phone>>().running();
        let calls = match engine {
            Some(engine) => engine.snapshot().await.calls,
            None => Vec::new(),
        };
        if calls.iter().any(is_up) { window::show(&app, Some(window::Part::Quit)) } else { quit(&app) }
    });
}

/// Whether the agent is in the call. One that only rings is not theirs yet, and rings on elsewhere.
fn is_up(call: &CallView) -> bool {
    match call.state {
        CallState::Dialing
        | CallState::Alerting
        | CallState::Connecting
        | CallState::Active
        | CallState::Reconnecting
        | CallState::Ending => true,
        CallState::Offered | CallState::Ended => false,
    }
}

/// Ends the engine, then the app. Asking twice changes nothing.
pub(crate) fn quit(app: &AppHandle) {
    if QUITTING.swap(true, Ordering::SeqCst) {
        return;
    }
    window::hide(app);
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
