//! The app's icon in the tray, as a panel of the desktop sees it: an item on the session bus with a menu.

use super::desktop::Desktop;
use super::process::wait_for;
use std::time::Duration;

/// How long the item may take to appear.
const LIMIT: Duration = Duration::from_secs(20);
/// Below it each item has an object of its own.
const ITEMS: &str = "/org/ayatana/NotificationItem";

/// What stands for the label of a line that has none.
const SEPARATOR: &str = "Label Empty";

/// The item of one program.
pub(crate) struct Tray<'a> {
    desktop: &'a Desktop,
    /// Its program's name on the bus.
    owner: String,
    item: String,
}

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    label: String,
}

impl<'a> Tray<'a> {
    /// Waits for the item of the program with this process id.
    pub(crate) fn of(desktop: &'a Desktop, process: u32) -> Self {
        wait_for("the item in the tray", LIMIT, || {
            connections(desktop, process).into_iter().find_map(|owner| {
                let item = item_of(desktop, &owner)?;
                Some(Self { desktop, owner, item: format!("{ITEMS}/{item}") })
            })
        })
    }

    /// What its menu offers.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.entries().into_iter().map(|entry| entry.label).collect()
    }

    /// Chooses from its menu.
    pub(crate) fn choose(&self, label: &str) {
        let entry = wait_for(&format!("\"{label}\" in the tray"), LIMIT, || {
            self.entries().into_iter().find(|entry| entry.label == label)
        });
        let id = format!("int32:{}", entry.id);
        self.menu("com.canonical.dbusmenu.Event", &[&id, "string:clicked", "variant:string:", "uint32:0"]);
    }

    /// What stands beside the icon.
    pub(crate) fn text(&self) -> String {
        let arguments = ["string:org.kde.StatusNotifierItem", "string:XAyatanaLabel"];
        let answer = call(self.desktop, &self.owner, &self.item, "org.freedesktop.DBus.Properties.Get", &arguments);
        strings(&answer.expect("the item has a label")).pop().unwrap_or_default()
    }

    fn entries(&self) -> Vec<Entry> {
        let layout = self.menu("com.canonical.dbusmenu.GetLayout", &["int32:0", "int32:-1", "array:string:label"]);
        let (mut entries, mut id) = (Vec::new(), String::new());
        let mut lines = layout.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some(number) = line.strip_prefix("int32 ") {
                number.clone_into(&mut id);
            } else if line == "string \"label\"" {
                let label = lines.next().map(strings).and_then(|mut found| found.pop()).expect("a label is text");
                entries.push(Entry { id: id.clone(), label });
            }
        }
        entries.retain(|entry| entry.label != SEPARATOR);
        entries
    }

    fn menu(&self, method: &str, arguments: &[&str]) -> String {
        let menu = format!("{}/Menu", self.item);
        call(self.desktop, &self.owner, &menu, method, arguments).expect("the item has a menu")
    }
}

/// The connections of a program to the bus.
fn connections(desktop: &Desktop, process: u32) -> Vec<String> {
    let ask = |method: &str, arguments: &[&str]| {
        let method = format!("org.freedesktop.DBus.{method}");
        call(desktop, "org.freedesktop.DBus", "/org/freedesktop/DBus", &method, arguments)
    };
    let mut names = strings(&ask("ListNames", &[]).expect("the bus lists its names"));
    names.retain(|name| {
        // One that has just left is nobody's.
        let owner = name.starts_with(':').then(|| ask("GetConnectionUnixProcessID", &[&format!("string:{name}")]));
        owner.flatten().is_some_and(|owner| owner.trim().ends_with(&format!(" {process}")))
    });
    names
}

fn item_of(desktop: &Desktop, owner: &str) -> Option<String> {
    let description = call(desktop, owner, ITEMS, "org.freedesktop.DBus.Introspectable.Introspect", &[])?;
    let name = description.lines().find_map(|line| line.trim().strip_prefix("<node name=\""))?;
    Some(name.split('"').next()?.to_owned())
}

/// Calls a method; without an answer there is no such object.
fn call(desktop: &Desktop, owner: &str, object: &str, method: &str, arguments: &[&str]) -> Option<String> {
    let mut command = desktop.command("dbus-send");
    command.args(["--session", "--print-reply", "--reply-timeout=5000", &format!("--dest={owner}"), object, method]);
    let output = command.args(arguments).output().expect("dbus-send starts");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The strings in an answer of `dbus-send`.
fn strings(answer: &str) -> Vec<String> {
    let string = |line: &str| Some(line.split_once("string \"")?.1.trim_end().strip_suffix('"')?.to_owned());
    answer.lines().filter_map(string).collect()
}
