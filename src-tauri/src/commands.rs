//! What the window can ask, one line each into the engine.

use crate::{
    events,
    phone::Phone,
    window::{Looks, Part},
};
use mobilecall_ipc::{Command, Failure, Reply, Snapshot};
use std::sync::Arc;
use tauri::{AppHandle, State};

/// Everything there is to draw, and then the problems that came up before; the page listens already. Starts the engine if
/// a former start failed.
#[tauri::command]
pub(crate) async fn snapshot(app: AppHandle, phone: State<'_, Arc<Phone>>) -> Result<Snapshot, Failure> {
    let snapshot = phone.engine().await?.snapshot().await;
    events::tell_untold(&app);
    Ok(snapshot)
}

/// Hands a command to the engine.
#[tauri::command]
pub(crate) async fn send(phone: State<'_, Arc<Phone>>, command: Command) -> Result<Reply, Failure> {
    phone.engine().await?.send(command).await
}

/// The part of the window that is to be shown, once.
#[tauri::command]
pub(crate) fn wanted_part(looks: State<'_, Looks>) -> Option<Part> {
    looks.take_wanted()
}

/// Ends the app; the window has asked whether to.
#[tauri::command]
pub(crate) fn quit(app: AppHandle) {
    crate::quit::quit(&app);
}
