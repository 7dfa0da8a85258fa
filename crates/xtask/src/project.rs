//! Where things are in the working copy.

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The working copy and what Cargo knows of it.
pub(crate) struct Project {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
    /// The workspace's packages.
    pub(crate) metadata: Metadata,
}

impl Project {
    /// Asks Cargo about the workspace this program was built from.
    pub(crate) fn load() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).context("xtask lives two folders below the root")?.to_path_buf();
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("could not read the workspace with `cargo metadata`")?;
        let target = metadata.target_directory.clone().into_std_path_buf();
        Ok(Self { root, target, metadata })
    }

    /// `cargo`, run at the root as if from a terminal.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        // Some build scripts watch these, and would run again.
        Self::hide_own_package(&mut command);
        command
    }

    /// Keeps from a program what Cargo told this one about itself.
    pub(crate) fn hide_own_package(command: &mut Command) {
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_about_a_package)) {
            command.env_remove(name);
        }
    }

    /// `npm`, run in the user interface's folder.
    pub(crate) fn npm(&self, folder: &str) -> Command {
        let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
        command.current_dir(self.root.join(folder));
        command
    }

    /// A program of this workspace, built for debugging.
    pub(crate) fn binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// The files Git knows or would take, relative to the root, with `/` between folders.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
        let listed = crate::process::checked_output(&mut git)?;
        let mut files: Vec<String> =
            listed.lines().filter(|file| self.root.join(file).is_file()).map(str::to_owned).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// Whether Cargo sets this variable for the programs it runs, and nobody else does.
fn is_about_a_package(name: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || name == "OUT_DIR"
}

#[cfg(test)]
mod tests {
    use super::is_about_a_package;

    #[test]
    fn settings_of_cargo_stay() {
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_VERSION", "CARGO_BIN_NAME", "CARGO_CRATE_NAME"] {
            assert!(is_about_a_package(name), "{name}");
        }
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "CARGO_BUILD_JOBS", "PATH"] {
            assert!(!is_about_a_package(name), "{name}");
        }
    }
}
