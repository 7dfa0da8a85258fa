//! Memory of the app with its window open, on a screen and a session bus of its own.

use super::cost::megabytes;
use super::gauges::memory_of_tree;
use super::{Bench, Row};
use crate::process;
use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Time until the window, the embedded backend and the line have settled.
const SETTLE: Duration = Duration::from_secs(20);

/// A process that ends when dropped.
struct Part(Child);

impl Drop for Part {
    fn drop(&mut self) {
        // It has nothing to keep; one that has ended already is as good.
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

/// Opens the app and weighs its processes. The machine needs no display for that.
pub(crate) fn measure(bench: &Bench<'_>) -> Result<Vec<Row>> {
    for (program, role) in [("Xvfb", "the screen"), ("dbus-daemon", "the session bus")] {
        if !process::exists(program) {
            bail!(
                "{program}, {role} that the app is measured on, is missing: install it, or `cargo xtask setup --tests`"
            );
        }
    }
    let home = bench.folder.join("app");
    let run = home.join("run");
    fs::create_dir_all(&run)?;
    let mut screen = Command::new("Xvfb");
    screen.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    let (_screen, display) = start_and_read_line(&mut screen)?;
    let mut bus = Command::new("dbus-daemon");
    bus.args(["--session", "--nofork", "--nopidfile", "--print-address=1"]).env("XDG_RUNTIME_DIR", &run);
    let (_bus, address) = start_and_read_line(&mut bus)?;

    let mut command = Command::new(bench.program("mobile-call"));
    for variable in ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
        command.env(variable, &home);
    }
    command.env("XDG_RUNTIME_DIR", &run).env("DISPLAY", format!(":{display}")).env("DBUS_SESSION_BUS_ADDRESS", address);
    command.env_remove("WAYLAND_DISPLAY").env("NO_AT_BRIDGE", "1").env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    let log = home.join("app.log");
    let app = Part(start(&mut command, &log)?);
    std::thread::sleep(SETTLE);
    let bytes = memory_of_tree(app.0.id()).with_context(|| format!("the app has ended; see {}", log.display()))?;
    Ok(vec![Row::new("memory of the app, window open, with its embedded backend", megabytes(bytes))])
}

fn start(command: &mut Command, log: &Path) -> Result<Child> {
    let log = File::create(log)?;
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("could not start {}", command.get_program().to_string_lossy()))
}

/// For programs that say on their first line how to reach them.
fn start_and_read_line(command: &mut Command) -> Result<(Part, String)> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut part = Part(command.spawn().with_context(|| format!("could not start {name}"))?);
    let output = part.0.stdout.take().context("its output is a pipe")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    if line.trim().is_empty() {
        bail!("{name} did not start");
    }
    Ok((part, line.trim().to_owned()))
}
