//! Ending the app on purpose: from the tray, from the window, or by a signal of the system.

use crate::{phone::Phone, window};
use mobilecall_ipc::{CallState, CallView};
use std::{
    env, io,
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tauri::{AppHandle, Manager};

static QUITTING: AtomicBool = AtomicBool::new(false);

/// Set for a process that was started by another of this program.
const ANEW: &str = "MOBILE_CALL_STARTED_ANEW";

/// The arguments of a start that came while this one was ending.
static WANTED_AGAIN: Mutex<Option<Vec<String>>> = Mutex::new(None);

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
        // From here on a start finds nobody and stays.
        tauri_plugin_single_instance::destroy(&app);
        let wanted = WANTED_AGAIN.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(arguments) = wanted
            && let Err(error) = start_anew(&arguments)
        {
            tracing::error!(%error, "the app was wanted again while it ended, and could not be started");
        }
        app.exit(0);
    });
}

/// Whether the app is ending. Then a further start is made up for as soon as it has ended.
pub(crate) fn starts_afterwards(arguments: &[String]) -> bool {
    let quitting = QUITTING.load(Ordering::SeqCst);
    if quitting {
        *WANTED_AGAIN.lock().unwrap_or_else(PoisonError::into_inner) = Some(arguments.to_vec());
    }
    quitting
}

/// Starts this program once more, in a process of its own.
pub(crate) fn start_anew(arguments: &[String]) -> io::Result<()> {
    Command::new(env::current_exe()?).args(arguments).env(ANEW, "1").spawn().map(drop)
}

/// Whether this process was started by another of this program, which a start of a start must not be.
pub(crate) fn is_anew() -> bool {
    env::var_os(ANEW).is_some()
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
