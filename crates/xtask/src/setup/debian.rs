//! Debian's and Ubuntu's packages.

use crate::process;
use anyhow::{Context, Result};
use std::collections::HashSet;
use std::process::Command;

/// To build and open the app.
pub(crate) const BUILD: &[&str] = &[
    "gcc",
    "g++",
    "make",
    // libopus is built from source.
    "cmake",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "librsvg2-dev",
    "libasound2-dev",
    "libdbus-1-dev",
];

/// To run the tests.
pub(crate) const TESTS: &[&str] = &[
    // A screen, a window manager, a session bus, notifications and a keyring for the app under test.
    "xvfb",
    "xauth",
    "openbox",
    "wmctrl",
    "xclip",
    "dbus",
    "dunst",
    "libnotify-bin",
    "gnome-keyring",
    "webkit2gtk-driver",
    "imagemagick",
    "adwaita-icon-theme",
    "fonts-dejavu-core",
    // Virtual sound devices, of both sound servers.
    "pulseaudio",
    "pulseaudio-utils",
    "pipewire",
    "pipewire-pulse",
    "wireplumber",
    // Recorded human speech (CC BY-SA 3.0, used here only to measure, never shipped).
    "asterisk-core-sounds-en-wav",
    // Twilio's SDK runs in it.
    "chromium",
    // A relay (TURN).
    "coturn",
    // The speech quality measure is a Python package with a part in C.
    "python3",
    "python3-dev",
    "python3-venv",
];

/// To install what the checks run.
pub(crate) const CHECKS: &[&str] = &["python3", "python3-venv"];

/// Is this a system with apt?
pub(crate) fn is_here() -> bool {
    process::exists("apt-get") && process::exists("dpkg-query")
}

/// Installs those of the packages that are missing.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f", "${Package} ${db:Status-Status}\n"]).args(packages);
    let missing = missing(packages, &process::output_of(&mut query)?);
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("installing Debian packages: {}", missing.join(" "));
    process::run(apt_get()?.arg("update"))?;
    process::run(apt_get()?.args(["install", "--yes", "--no-install-recommends"]).args(&missing))
        .context("apt could not install what the build needs; its message is above")
}

/// The packages that `dpkg-query` does not list as installed.
fn missing<'a>(wanted: &[&'a str], listed: &str) -> Vec<&'a str> {
    let installed: HashSet<&str> = listed.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|package| !installed.contains(package)).collect()
}

/// `apt-get`, through sudo unless we are root, that asks nothing and waits while another one runs.
fn apt_get() -> Result<Command> {
    let mut words = vec!["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"];
    if !we_are_root()? {
        words.insert(0, "sudo");
    }
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    Ok(command)
}

#[cfg(unix)]
fn we_are_root() -> Result<bool> {
    use std::os::unix::fs::MetadataExt;
    // /proc/self belongs to whoever runs this process.
    Ok(std::fs::metadata("/proc/self").context("could not read /proc/self")?.uid() == 0)
}

#[cfg(not(unix))]
fn we_are_root() -> Result<bool> {
    anyhow::bail!("apt exists on Linux only")
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn only_installed_packages_count() {
        let listed = "cmake installed\nxvfb config-files\n";
        assert_eq!(missing(&["cmake", "xvfb", "dunst"], listed), ["xvfb", "dunst"]);
    }
}
