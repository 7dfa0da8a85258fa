//! Putting the app together: the one place that makes the engine's adapters and the desktop's parts.

use crate::{
    commands,
    embedded::Embedded,
    events,
    options::{self, Options, Parsed},
    paths,
    phone::{Phone, stop_level_meter},
    quit,
    secrets::Keyring,
    tray,
    untold::Untold,
    window,
};
use anyhow::Context;
use mobilecall_softphone::{EngineConfig, LOG_DIRECTIVES};
use std::{process::ExitCode, sync::Arc, time::Duration};
use tauri::{App, AppHandle, Manager, RunEvent};
use tracing_subscriber::EnvFilter;

/// The window waits this long for the settings, so that it opens in the right colors.
const SETTINGS_AWAITED: Duration = Duration::from_millis(400);

/// Runs the app until it is quit.
pub fn run() -> ExitCode {
    let options = match options::parse(std::env::args().skip(1)) {
        Parsed::Run(options) => options,
        Parsed::Print(text) => return say(&text, ExitCode::SUCCESS),
        Parsed::Refuse(text) => return complain(&text, ExitCode::from(2)),
    };
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_unset| "info".to_owned());
    // Last, so that no wish makes the media stack write its passwords.
    let filter = EnvFilter::new(format!("{wanted},{LOG_DIRECTIVES}"));
    // A line that cannot be written, as into a session's log on a full disk, would else be told on standard error too, which
    // panics.
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).log_internal_errors(false).init();
    #[cfg(target_os = "linux")]
    if let Err(error) = crate::drawing::go_without_gpu() {
        tracing::warn!(%error, "there is no GPU, and WebKit could not be told; drawing the window costs more");
    }
    if !has_display() {
        let text =
            "Mobile Call found no display to open its window on; use the headless softphone instead: `mcall --help`";
        return complain(text, ExitCode::FAILURE);
    }
    match try_run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("Mobile Call could not start: {error:#}"), ExitCode::FAILURE),
    }
}

fn try_run(options: Options) -> anyhow::Result<()> {
    let built = tauri::Builder::default()
        // First, so that a second start does nothing else.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| second_start(app, arguments)))
        .invoke_handler(tauri::generate_handler![
            commands::snapshot,
            commands::send,
            commands::wanted_part,
            commands::quit
        ])
        .setup(move |app| Ok(set_up(app, options)?))
        .build(tauri::generate_context!());
    let app = match built {
        // The running app ended in the moment in which this start was handed over to it.
        Err(tauri::Error::PluginInitialization(plugin, why)) if plugin == "single-instance" && !quit::is_anew() => {
            tracing::info!(%why, "the running app has just ended; starting anew");
            let arguments: Vec<_> = std::env::args().skip(1).collect();
            return quit::start_anew(&arguments).context("this program could not be started anew");
        }
        built => built.context("the desktop could not be reached")?,
    };
    app.run(|app, event| match event {
        // Without a window the app goes on in the tray; only `quit` gives a code.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app, None),
        _ => {
            // On other systems nothing here needs the handle.
            let _ = app;
        }
    });
    Ok(())
}

fn set_up(app: &App, options: Options) -> anyhow::Result<()> {
    let handle = app.handle().clone();
    let data_dir = paths::data_dir(&handle).context("the folder for the app's data is not known")?;
    let config = EngineConfig {
        embedded: Some(Arc::new(Embedded::new(paths::backend_database(&data_dir)))),
        secrets: Some(Arc::new(Keyring)),
        capture: paths::audio_in(),
        playout: paths::audio_out(),
        downloads: paths::downloads(&handle, &data_dir),
        ..EngineConfig::new(&data_dir)
    };
    let phone = Arc::new(Phone::new(handle.clone(), config, |app, engine, stream| {
        tokio::spawn(events::forward(app, engine, stream));
    }));
    app.manage(window::Looks::new(stop_level_meter));
    app.manage(Arc::clone(&phone));
    app.manage(Untold::new());
    tray::create(&handle).context("the tray icon could not be made")?;
    tauri::async_runtime::spawn(quit::on_signal(handle.clone()));
    tauri::async_runtime::spawn(open(handle, phone, options));
    Ok(())
}

/// Starts the engine and opens the window, which says so itself if the engine cannot start.
async fn open(app: AppHandle, phone: Arc<Phone>, options: Options) {
    let starting = tauri::async_runtime::spawn(async move { phone.engine().await.map(|_| ()) });
    if options.hidden {
        match starting.await {
            Ok(Ok(())) => return,
            Ok(Err(failure)) => tracing::error!(%failure, "the engine could not start; the window tells the agent"),
            Err(panicked) => tracing::error!(%panicked, "the engine could not start"),
        }
    } else if let Ok(Ok(Err(failure))) = tokio::time::timeout(SETTINGS_AWAITED, starting).await {
        tracing::error!(%failure, "the engine could not start; the window tells the agent");
    }
    window::show(&app, None);
}

/// Somebody started the app again: the running one comes to the front.
fn second_start(app: &AppHandle, arguments: Vec<String>) {
    let arguments: Vec<_> = arguments.into_iter().skip(1).collect();
    if quit::starts_afterwards(&arguments) {
        return;
    }
    match options::parse(arguments) {
        Parsed::Run(Options { hidden: true }) => {}
        Parsed::Run(Options { hidden: false }) | Parsed::Print(_) | Parsed::Refuse(_) => window::show(app, None),
    }
}

#[cfg(target_os = "linux")]
fn has_display() -> bool {
    gtk::init().is_ok()
}

#[cfg(not(target_os = "linux"))]
const fn has_display() -> bool {
    true
}

#[expect(clippy::print_stdout, reason = "the answer to --help and --version")]
fn say(text: &str, code: ExitCode) -> ExitCode {
    println!("{text}");
    code
}

#[expect(clippy::print_stderr, reason = "the log may not be set up")]
fn complain(text: &str, code: ExitCode) -> ExitCode {
    eprintln!("{text}");
    code
}
