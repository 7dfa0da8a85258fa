//! The tray icon: the way back to a hidden window, the count of missed calls, and the way out.

use crate::{quit, window, words::Words};
use mobilecall_ipc::Language;
use tauri::{
    AppHandle,
    image::Image,
    menu::{Menu, MenuItem, PredefinedMenuItem},
    tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent},
};

const ID: &str = "main";
const SHOW: &str = "show";
const MISSED: &str = "missed";
const QUIT: &str = "quit";

const QUIET_ICON: Image<'_> = tauri::include_image!("icons/tray.png");
const MISSED_ICON: Image<'_> = tauri::include_image!("icons/tray-missed.png");

/// Puts the icon into the tray, in the system's language until the settings are known.
pub(crate) fn create(app: &AppHandle) -> tauri::Result<()> {
    let words = Words::of_setting(Language::System);
    TrayIconBuilder::with_id(ID)
        .icon(QUIET_ICON)
        .tooltip(words.text("tray-tooltip"))
        .menu(&menu(app, &words, 0)?)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            SHOW => window::show(app, None),
            MISSED => window::show(app, Some(window::Part::History)),
            QUIT => quit::ask(app),
            // Separators ask for nothing.
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            // Not sent on Linux, where the menu opens instead.
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                window::show(tray.app_handle(), None);
            }
        })
        .build(app)?;
    Ok(())
}

/// Whether something on the desktop shows icons such as ours. Waits for the session bus.
#[cfg(target_os = "linux")]
pub(crate) fn is_shown() -> bool {
    use gtk::{gio, glib::ToVariant};
    /// In milliseconds; the bus itself answers at once.
    const LIMIT: i32 = 1000;
    let asked = gio::bus_get_sync(gio::BusType::Session, gio::Cancellable::NONE).and_then(|bus| {
        let watcher = ("org.kde.StatusNotifierWatcher",).to_variant();
        let (name, path) = ("org.freedesktop.DBus", "/org/freedesktop/DBus");
        let flags = gio::DBusCallFlags::NONE;
        bus.call_sync(
            Some(name),
            path,
            name,
            "NameHasOwner",
            Some(&watcher),
            None,
            flags,
            LIMIT,
            gio::Cancellable::NONE,
        )
    });
    match asked {
        Ok(answer) => answer.child_value(0).get().unwrap_or(false),
        Err(error) => {
            tracing::debug!(%error, "the session bus does not say whether there is a tray");
            false
        }
    }
}

/// Other systems always have a place for the icon.
#[cfg(not(target_os = "linux"))]
pub(crate) const fn is_shown() -> bool {
    true
}

/// Shows the count of missed calls, in the words of the settings.
pub(crate) fn update(app: &AppHandle, words: &Words, missed: u32) {
    if let Err(error) = try_update(app, words, missed) {
        tracing::warn!(%error, "the tray icon could not be changed");
    }
}

fn try_update(app: &AppHandle, words: &Words, missed: u32) -> tauri::Result<()> {
    let Some(tray) = app.tray_by_id(ID) else { return Ok(()) };
    let tooltip = if missed == 0 { words.text("tray-tooltip") } else { words.count("tray-tooltip-missed", missed) };
    tray.set_tooltip(Some(&tooltip))?;
    tray.set_icon(Some(if missed == 0 { QUIET_ICON } else { MISSED_ICON }))?;
    // Linux panels and the macOS menu bar show it beside the icon; an empty one takes it away.
    tray.set_title(Some(if missed == 0 { String::new() } else { words.number(missed) }))?;
    tray.set_menu(Some(menu(app, words, missed)?))
}

fn menu(app: &AppHandle, words: &Words, missed: u32) -> tauri::Result<Menu<tauri::Wry>> {
    let menu = Menu::new(app)?;
    menu.append(&MenuItem::with_id(app, SHOW, words.text("tray-show"), true, None::<&str>)?)?;
    if missed > 0 {
        let text = words.count("tab-missed-count", missed);
        menu.append(&MenuItem::with_id(app, MISSED, text, true, None::<&str>)?)?;
    }
    menu.append(&PredefinedMenuItem::separator(app)?)?;
    menu.append(&MenuItem::with_id(app, QUIT, words.text("tray-quit"), true, None::<&str>)?)?;
    Ok(menu)
}
