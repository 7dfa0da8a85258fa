//! npm packages, exactly as the lock file names them.

use crate::process;
use crate::project::Project;
use anyhow::{Result, bail};
use std::path::Path;
use std::time::SystemTime;

/// Runs `npm ci` in a folder unless its packages are newer than its lock file.
pub(crate) fn install(project: &Project, folder: &str) -> Result<()> {
    let here = project.root.join(folder);
    if !here.join("package-lock.json").is_file() || is_fresh(&here) {
        return Ok(());
    }
    if !process::exists(if cfg!(windows) { "npm.cmd" } else { "npm" }) {
        bail!("npm is missing; install Node.js 20 or newer, which brings it");
    }
    process::run(project.npm(folder).args(["ci", "--no-audit", "--no-fund"]))
}

/// npm writes this file last, so its age is the age of the installed packages.
fn is_fresh(folder: &Path) -> bool {
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    installed.is_some() && installed >= modified(&folder.join("package-lock.json"))
}

fn modified(file: &Path) -> Option<SystemTime> {
    // A file that cannot be read counts as missing, and then npm runs and says why.
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}
