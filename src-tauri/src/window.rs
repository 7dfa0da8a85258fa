//! The window: made when it is first needed, hidden when it is closed, and let go after a while in the tray, where it
//! would hold half of the app's memory. It draws itself anew from the engine's snapshot.

use crate::notify;
use mobilecall_ipc::{Language, Theme};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tauri::{
    AppHandle, Emitter, Manager, UserAttentionType, WebviewWindow, WebviewWindowBuilder, WindowEvent, window::Color,
};

/// The one window's name, also in the capabilities.
pub(crate) const LABEL: &str = "main";

/// Under this name the window hears that a part is wanted, which it then asks for.
const SHOW_EVENT: &str = "show";

/// A hidden window is kept this long, so that one who looks again at once finds what was typed.
const KEEP_HIDDEN: Duration = Duration::from_secs(60);

/// The ground of the window in both themes, as in `ui/kit/src/styles/tokens.css`, so that nothing flashes before the
/// page is drawn.
const LIGHT_GROUND: Color = Color(0xf3, 0xf5, 0xf9, 0xff);
const DARK_GROUND: Color = Color(0x0e, 0x11, 0x17, 0xff);

/// A part of the window that the shell can ask for.
#[derive(Clone, Copy, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Part {
    /// The calls that are up.
    Call,
    /// The history.
    History,
    /// The question whether to quit while a call is up.
    Quit,
}

/// How windows are to look, what they are to show, and which hiding is the latest.
#[derive(Debug)]
pub(crate) struct Looks {
    title: Mutex<String>,
    theme: Mutex<Theme>,
    language: Mutex<Language>,
    /// Somebody can see the window.
    seen: AtomicBool,
    wanted: Mutex<Option<Part>>,
    hidden: AtomicU64,
    on_hidden: fn(&AppHandle),
}

impl Looks {
    /// Looks until the settings are known, and what is to happen when the window is hidden.
    pub(crate) fn new(on_hidden: fn(&AppHandle)) -> Self {
        Self {
            on_hidden,
            title: Mutex::default(),
            theme: Mutex::new(Theme::System),
            language: Mutex::new(Language::System),
            seen: AtomicBool::new(false),
            wanted: Mutex::default(),
            hidden: AtomicU64::new(0),
        }
    }
}

impl Looks {
    /// The part that was asked for and that no page has shown yet. It waits here because a page that is just loading
    /// does not listen.
    pub(crate) fn take_wanted(&self) -> Option<Part> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Brings the window to the front, and shows a part of it.
pub(crate) fn show(app: &AppHandle, part: Option<Part>) {
    on_main_thread(app, move |app| {
        app.state::<Looks>().hidden.fetch_add(1, Ordering::SeqCst);
        let window = existing_or_new(app, Focus::Take)?;
        window.unminimize()?;
        bring_into_sight(app, &window)?;
        window.set_focus()?;
        if part.is_none() {
            return Ok(());
        }
        *app.state::<Looks>().wanted.lock().unwrap_or_else(PoisonError::into_inner) = part;
        window.emit_to(LABEL, SHOW_EVENT, ())
    });
}

/// Lets the agent see that a call rings, without taking the focus from what they do.
pub(crate) fn call_for_attention(app: &AppHandle) {
    on_main_thread(app, |app| {
        app.state::<Looks>().hidden.fetch_add(1, Ordering::SeqCst);
        let window = existing_or_new(app, Focus::Leave)?;
        if !window.is_visible()? {
            leave_focus(&window);
            bring_into_sight(app, &window)?;
        }
        window.request_user_attention(Some(UserAttentionType::Critical))
    });
}

/// Puts the window into the tray.
pub(crate) fn hide(app: &AppHandle) {
    on_main_thread(app, |app| {
        let Some(window) = app.get_webview_window(LABEL) else { return Ok(()) };
        window.hide()?;
        app.state::<Looks>().seen.store(false, Ordering::Relaxed);
        (app.state::<Looks>().on_hidden)(app);
        let hidden = app.state::<Looks>().hidden.fetch_add(1, Ordering::SeqCst) + 1;
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(KEEP_HIDDEN).await;
            let_go(&app, hidden);
        });
        Ok(())
    });
}

/// Whether somebody can see the window. Asked for every level of a call, so it costs no way to the main thread.
pub(crate) fn is_seen(app: &AppHandle) -> bool {
    app.state::<Looks>().seen.load(Ordering::Relaxed)
}

fn bring_into_sight(app: &AppHandle, window: &WebviewWindow) -> tauri::Result<()> {
    app.state::<Looks>().seen.store(true, Ordering::Relaxed);
    window.show()
}

/// The language of the settings, as far as they are known.
pub(crate) fn language(app: &AppHandle) -> Language {
    *app.state::<Looks>().language.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sets title and colors of this window, and the language too of those to come.
pub(crate) fn apply_appearance(app: &AppHandle, title: String, theme: Theme, language: Language) {
    let looks = app.state::<Looks>();
    *looks.language.lock().unwrap_or_else(PoisonError::into_inner) = language;
    *looks.title.lock().unwrap_or_else(PoisonError::into_inner) = title.clone();
    *looks.theme.lock().unwrap_or_else(PoisonError::into_inner) = theme;
    on_main_thread(app, move |app| {
        let Some(window) = app.get_webview_window(LABEL) else { return Ok(()) };
        window.set_title(&title)?;
        window.set_theme(native(theme))
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Focus {
    Take,
    Leave,
}

fn existing_or_new(app: &AppHandle, focus: Focus) -> tauri::Result<WebviewWindow> {
    if let Some(window) = app.get_webview_window(LABEL) {
        return Ok(window);
    }
    let config = app.config().app.windows.iter().find(|config| config.label == LABEL);
    let config = config.expect("tauri.conf.json describes the main window");
    let looks = app.state::<Looks>();
    let theme = *looks.theme.lock().unwrap_or_else(PoisonError::into_inner);
    let title = looks.title.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut builder = WebviewWindowBuilder::from_config(app, config)?
        .theme(native(theme))
        .visible(false)
        .initialization_script(languages_script(language(app)));
    if !title.is_empty() {
        builder = builder.title(title);
    }
    let window = builder.focused(focus == Focus::Take).background_color(ground(theme)).build()?;
    let handle = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            api.prevent_close();
            hide(&handle);
            notify::explain_closing(&handle);
        }
    });
    if focus == Focus::Leave {
        leave_focus(&window);
    }
    bring_into_sight(app, &window)?;
    Ok(window)
}

/// Tells the page the system's languages, because the web view knows only those that the C library was built with, and
/// window and tray must speak alike. The language of the settings comes first, so that the page speaks it before it has
/// read them.
fn languages_script(chosen: Language) -> String {
    let chosen = match chosen {
        Language::System => None,
        Language::Ar => Some("ar".to_owned()),
        Language::Fa => Some("fa".to_owned()),
        Language::En => Some("en".to_owned()),
    };
    let languages: Vec<String> = chosen.into_iter().chain(sys_locale::get_locales()).collect();
    format!("window.__MOBILE_CALL_LANGUAGES__ = {};", serde_json::json!(languages))
}

/// Ends the page of a window that has been hidden since; a process of its own goes with it.
fn let_go(app: &AppHandle, hidden: u64) {
    on_main_thread(app, move |app| {
        if app.state::<Looks>().hidden.load(Ordering::SeqCst) != hidden {
            return Ok(());
        }
        app.get_webview_window(LABEL).map_or(Ok(()), |window| window.destroy())
    });
}

#[cfg(target_os = "linux")]
fn leave_focus(window: &WebviewWindow) {
    use gtk::prelude::GtkWindowExt;
    match window.gtk_window() {
        Ok(window) => window.set_focus_on_map(false),
        Err(error) => tracing::debug!(%error, "the window may take the focus"),
    }
}

#[cfg(not(target_os = "linux"))]
fn leave_focus(_window: &WebviewWindow) {}

const fn native(theme: Theme) -> Option<tauri::Theme> {
    match theme {
        Theme::System => None,
        Theme::Light => Some(tauri::Theme::Light),
        Theme::Dark => Some(tauri::Theme::Dark),
    }
}

const fn ground(theme: Theme) -> Color {
    match theme {
        Theme::Dark => DARK_GROUND,
        Theme::System | Theme::Light => LIGHT_GROUND,
    }
}

/// Windows belong to the main thread; what goes wrong there has nobody to tell but the log.
fn on_main_thread(app: &AppHandle, work: impl FnOnce(&AppHandle) -> tauri::Result<()> + Send + 'static) {
    let handle = app.clone();
    let handed_over = app.run_on_main_thread(move || {
        if let Err(error) = work(&handle) {
            tracing::error!(%error, "the window could not be changed");
        }
    });
    if let Err(error) = handed_over {
        tracing::error!(%error, "the window's thread is gone");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_speaks_the_chosen_language_before_it_knows_the_settings() {
        assert!(languages_script(Language::Ar).contains("= [\"ar\""));
        assert!(languages_script(Language::Fa).contains("= [\"fa\""));
    }
}
