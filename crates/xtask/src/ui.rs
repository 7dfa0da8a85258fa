//! Building the window and the web pages, which the builds of the app and of the server embed.

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

/// The programs, each with the page that its build writes last.
const BUILT: &[&str] = &["ui/window/dist/index.html", "ui/web/dist/index.html"];

/// Runs `npm run build` if a source is newer than the oldest of the last builds.
pub(crate) fn build(project: &Project) -> Result<()> {
    // A page that is missing or unreadable counts as never built.
    let built = |page: &&str| project.root.join(page).metadata().and_then(|metadata| metadata.modified()).ok();
    let oldest = BUILT.iter().map(built).min().flatten();
    if let Some(oldest) = oldest {
        let mut newest = SystemTime::UNIX_EPOCH;
        for source in SOURCES {
            let folder = project.root.join(source);
            if folder.is_dir() {
                newest = newest.max(newest_in(&folder)?);
            }
        }
        if newest < oldest {
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

/// Runs the interface's type check and lints.
pub(crate) fn check(project: &Project) -> Result<()> {
    npm_script(project, "check")?;
    npm_script(project, "lint")
}

fn npm_script(project: &Project, script: &str) -> Result<()> {
    process::run(project.npm("ui").args(["run", script]))
}
