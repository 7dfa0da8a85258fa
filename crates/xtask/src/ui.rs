//! Building the user interface, which the app's build embeds.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

/// What the built interface is made from, relative to the root.
const SOURCES: &[&str] = &["ui", "assets"];
/// What lies among the sources but is not one.
const NOT_SOURCES: &[&str] = &["node_modules", "dist"];

/// Runs `npm run build` if a source is newer than the last build.
pub(crate) fn build(project: &Project) -> Result<()> {
    if !project.root.join("ui/package.json").is_file() {
        return Ok(());
    }
    let built = project.root.join("ui/window/dist/index.html").metadata().and_then(|metadata| metadata.modified());
    if let Ok(built) = built {
        let mut newest = SystemTime::UNIX_EPOCH;
        for source in SOURCES {
            let folder = project.root.join(source);
            if folder.is_dir() {
                newest = newest.max(newest_in(&folder)?);
            }
        }
        if newest < built {
            return Ok(());
        }
    }
    process::run(project.npm("ui").args(["run", "build"]))
}

fn newest_in(folder: &Path) -> Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
                newest = newest.max(newest_in(&entry.path())?);
            }
        } else if kind.is_file() {
            newest = newest.max(entry.metadata()?.modified()?);
        }
    }
    Ok(newest)
}

/// Runs the interface's own tests.
pub(crate) fn test(project: &Project) -> Result<()> {
    npm_script(project, "test")
}

/// Runs the interface's type check and lints.
pub(crate) fn check(project: &Project) -> Result<()> {
    npm_script(project, "check")?;
    npm_script(project, "lint")
}

fn npm_script(project: &Project, script: &str) -> Result<()> {
    if !project.root.join("ui/package.json").is_file() {
        return Ok(());
    }
    process::run(project.npm("ui").args(["run", script]))
}
