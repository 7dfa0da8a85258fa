//! The desktop shell: a window, a tray icon and notifications around the softphone engine.
//!
//! It holds no business rules. The window asks through `commands` and hears through `events`, both in values of
//! `mobilecall_ipc`; calls live in the engine, so that a window may be closed, reloaded or lost without touching them.
//! What the engine needs of a desktop program, a server inside the app and a place for secrets, is in `embedded` and
//! `secrets`.

mod app;
mod call_notices;
mod commands;
#[cfg(target_os = "linux")]
mod drawing;
mod embedded;
mod events;
mod notify;
mod options;
mod paths;
mod phone;
mod quit;
mod secrets;
mod tray;
mod untold;
mod window;
mod words;

pub use app::run;
