//! Python environments of our own, each with what one list of requirements names.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// `target/python`, with the speech quality measure.
pub(crate) fn speech_quality(project: &Project) -> Result<()> {
    if cfg!(unix) {
        environment(project, "python", "tests/quality/requirements.txt")?;
    }
    Ok(())
}

/// Makes an environment below `target` unless it was made from the same requirements; gives its folder.
pub(crate) fn environment(project: &Project, name: &str, requirements: &str) -> Result<PathBuf> {
    let wanted = fs::read_to_string(project.root.join(requirements)).with_context(|| requirements.to_owned())?;
    let environment = project.target.join(name);
    let marker = environment.join("made-from.txt");
    if fs::read_to_string(&marker).is_ok_and(|made_from| made_from == wanted) {
        return Ok(environment);
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.current_dir(&project.root);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
    process::run(&mut pip)?;
    fs::write(&marker, wanted).context("could not mark the Python environment as made")?;
    Ok(environment)
}
