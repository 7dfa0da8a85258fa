//! `cargo xtask run`: from a fresh clone to the open app.

mod stand_in;

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::{Result, bail};
use std::process::Command;

/// Sets up, builds, opens the app and waits for its end.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    if !has_display() {
        bail!(
            "there is no display to open a window on; use the headless softphone instead: \
             `cargo run --bin mcall -- demo`, or `-- --help` for what else it can do"
        );
    }
    build(project)?;
    process::run(Command::new(project.binary("mobile-call")).args(arguments))
}

/// The same with Twilio's cloud and a server that is set up with it beside the app. Without a display there is no app, and
/// both run until they are interrupted.
pub(crate) fn run_with_twilio_stand_in(project: &Project, arguments: &[String]) -> Result<()> {
    build(project)?;
    let mut cloud = stand_in::start(project)?;
    if !has_display() {
        return cloud.wait();
    }
    process::run(cloud.tell(Command::new(project.binary("mobile-call")).args(arguments)))
}

fn build(project: &Project) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::for_run(project))?;
    stages.stage("user interface", || ui::build(project))?;
    // The whole workspace, as everywhere: a smaller choice has other features and builds dependencies anew.
    stages.stage("build", || process::run(project.cargo().args(["build", "--workspace", "--bins"])))?;
    stages.finish("ready");
    Ok(())
}

/// Only Unix desktops other than macOS tell by environment where the display is.
fn has_display() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
