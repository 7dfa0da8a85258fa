//! Installs what a fresh machine misses. When nothing is missing it only looks, which takes a fraction of a second.

mod cargo_deny;
mod debian;
mod node;
mod python;

use crate::project::Project;
use anyhow::Result;

pub(crate) use cargo_deny::program as cargo_deny_program;

/// The folders with npm packages, each with its own lock file.
const UI: &str = "ui";
const TWILIO_SDK_TESTS: &str = "tests/twilio_sdk/page";

/// What building and opening the app needs.
pub(crate) fn for_run(project: &Project) -> Result<()> {
    system_packages(debian::BUILD)?;
    node::install(project, UI)
}

/// What must be there before the tests can be built, and the system's part of what they need to run.
pub(crate) fn to_build_tests(project: &Project) -> Result<()> {
    system_packages(&[debian::BUILD, debian::TESTS].concat())?;
    node::install(project, UI)
}

/// The rest of what the tests need to run, which nothing waits for while they are built.
pub(crate) fn to_run_tests(project: &Project) -> Result<()> {
    node::install(project, TWILIO_SDK_TESTS)?;
    python::speech_quality(project)
}

/// What building needs, and besides what the checks need.
pub(crate) fn for_checks(project: &Project) -> Result<()> {
    system_packages(&[debian::BUILD, debian::CHECKS].concat())?;
    node::install(project, UI)?;
    cargo_deny::install(project)
}

/// Everything that any command needs.
pub(crate) fn for_everything(project: &Project) -> Result<()> {
    to_build_tests(project)?;
    to_run_tests(project)?;
    for_checks(project)
}

fn system_packages(debian_packages: &[&str]) -> Result<()> {
    if debian::is_here() {
        return debian::install(debian_packages);
    }
    if let Some(advice) = advice(std::env::consts::OS) {
        eprintln!("{advice}");
    }
    Ok(())
}

/// What to install by hand where there is no apt.
fn advice(system: &str) -> Option<&'static str> {
    match system {
        "macos" => Some(
            "macOS: install the command line tools (`xcode-select --install`) and CMake (`brew install cmake`), \
             if they are missing. The end-to-end tests of the app's window need Linux.",
        ),
        "windows" => Some(
            "Windows: install the Visual Studio build tools with C++, CMake and the WebView2 runtime, \
             if they are missing. The end-to-end tests of the app's window need Linux.",
        ),
        "linux" => Some(
            "This Linux has no apt. Install, if they are missing, the development packages of WebKitGTK 4.1, \
             Ayatana AppIndicator 3, librsvg, ALSA and D-Bus, and CMake, pkg-config and a C compiler; \
             `crates/xtask/src/setup/debian.rs` lists Debian's names, also of what the tests use.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn each_desktop_system_gets_its_advice() {
        for system in ["macos", "windows", "linux"] {
            assert!(
                advice(system).is_some_and(|text| text.contains("install") || text.contains("Install")),
                "{system}"
            );
        }
    }
}
