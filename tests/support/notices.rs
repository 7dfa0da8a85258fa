//! Desktop notifications, as the daemon of the test's desktop shows them.

use super::desktop::Desktop;
use super::process::wait_for;
use std::time::Duration;

/// How long a notification may take to come or go.
const LIMIT: Duration = Duration::from_secs(10);

/// A notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) text: String,
}

/// All that were shown so far, the oldest first.
pub(crate) fn shown(desktop: &Desktop) -> Vec<Notice> {
    let log = std::fs::read_to_string(desktop.log("dunst")).expect("dunst writes its log");
    // Dunst prints each as a block, its values between single quotes.
    let values = |name: &'static str| {
        let value = move |line: &str| Some(line.trim().strip_prefix(name)?.trim_matches('\'').to_owned());
        log.lines().filter_map(value).collect::<Vec<_>>()
    };
    values("summary: ").into_iter().zip(values("body: ")).map(|(title, text)| Notice { title, text }).collect()
}

/// Waits until so many have been shown, and returns the last.
pub(crate) fn wait_for_number(desktop: &Desktop, number: usize) -> Notice {
    wait_for(&format!("notification {number}"), LIMIT, || shown(desktop).get(number - 1).cloned())
}

/// Waits until so many are on the screen.
pub(crate) fn wait_for_visible(desktop: &Desktop, number: usize) {
    let visible = || desktop.output("dunstctl", &["count", "displayed"]).trim().parse::<usize>();
    wait_for(&format!("{number} notifications on the screen"), LIMIT, || {
        (visible().expect("dunst counts") == number).then_some(())
    });
}

/// Takes all from the screen.
pub(crate) fn close_all(desktop: &Desktop) {
    desktop.output("dunstctl", &["close-all"]);
    wait_for_visible(desktop, 0);
}
