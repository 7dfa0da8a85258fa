//! A Python environment of its own for the speech quality measure.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::process::Command;

const REQUIREMENTS: &str = "tests/quality/requirements.txt";

/// Makes `target/python` unless it was made from the same requirements.
pub(crate) fn install(project: &Project) -> Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let requirements = fs::read_to_string(project.root.join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let environment = project.target.join("python");
    let marker = environment.join("made-from.txt");
    if fs::read_to_string(&marker).is_ok_and(|made_from| made_from == requirements) {
        return Ok(());
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.current_dir(&project.root);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
    process::run(&mut pip)?;
    fs::write(&marker, requirements).context("could not mark the Python environment as made")
}
