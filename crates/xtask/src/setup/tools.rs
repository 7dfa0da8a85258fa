//! Programs from crates.io that the tests and checks run, in `target/tools`.

use crate::process;
use crate::project::Project;
use anyhow::Result;
use std::fs;

/// Name and exact version. A debug build takes half the time, and none of them works hard here.
const TOOLS: &[(&str, &str)] = &[("cargo-deny", "0.20.2"), ("tauri-driver", "2.1.0")];

/// Installs those that are missing.
pub(crate) fn install(project: &Project) -> Result<()> {
    let folder = project.tools();
    // Cargo's own list of what it installed there; no list means nothing was.
    let list = fs::read_to_string(folder.join(".crates.toml")).unwrap_or_default();
    for (name, version) in TOOLS {
        if list.contains(&format!("\"{name} {version} ")) {
            continue;
        }
        let mut cargo = project.cargo();
        cargo.args(["install", "--quiet", "--locked", "--debug", "--version", &format!("={version}")]);
        // Cargo then builds in a folder that it removes afterwards, and does not mix the tool's crates with ours.
        cargo.env_remove("CARGO_TARGET_DIR").arg("--root").arg(&folder).arg(name);
        process::run(&mut cargo)?;
    }
    Ok(())
}
