//! Generated files that are committed: written by `cargo xtask codegen`, compared by `cargo xtask codegen --check`.

use crate::project::Project;
use crate::{process, tidy};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Contents by path relative to the root.
type Files = BTreeMap<PathBuf, String>;

/// A folder whose files are all made by an example program that takes the folder as its argument.
struct GeneratedFolder {
    example: &'static str,
    folder: &'static str,
    extension: &'static str,
}

const FOLDERS: &[GeneratedFolder] =
    &[GeneratedFolder { example: "export_types", folder: "ui/window/src/ipc/generated", extension: "ts" }];

/// With this in the environment, tests that compare a committed copy write it anew instead.
const WRITE: &str = "MOBILE_CALL_WRITE_GENERATED";

/// Brings all generated files up to date.
pub(crate) fn write(project: &Project) -> Result<()> {
    process::run(comparing_tests(project).env(WRITE, "1"))?;
    for (path, content) in stale(project)? {
        let full = project.root.join(&path);
        match content {
            Some(content) => {
                fs::write(&full, content).with_context(|| format!("could not write {}", full.display()))?;
                eprintln!("wrote {}", path.display());
            }
            None => {
                fs::remove_file(&full).with_context(|| format!("could not remove {}", full.display()))?;
                eprintln!("removed {}", path.display());
            }
        }
    }
    Ok(())
}

/// Fails if a generated file is stale.
pub(crate) fn check(project: &Project) -> Result<()> {
    process::run(&mut comparing_tests(project))?;
    let stale = stale(project)?;
    if stale.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = stale.keys().map(|path| path.display().to_string()).collect();
    bail!("stale generated files; run `cargo xtask codegen` and commit: {}", names.join(", "))
}

/// The tests that compare what only their crate can make, such as the OpenAPI document. All crates are selected, as
/// everywhere, so that nothing is built anew for it.
fn comparing_tests(project: &Project) -> Command {
    let mut cargo = project.cargo();
    cargo.args(["test", "--quiet", "--workspace", "--test", "it", "--", "the_committed_copy_is_fresh"]);
    cargo
}

/// The files that differ from what they should be, with their right content; `None` for those to remove.
fn stale(project: &Project) -> Result<BTreeMap<PathBuf, Option<String>>> {
    let mut committed = Files::new();
    let mut fresh = Files::new();
    for generated in FOLDERS {
        let made = project.target.join("codegen").join(generated.example);
        if made.exists() {
            fs::remove_dir_all(&made)?;
        }
        fs::create_dir_all(&made)?;
        process::run(project.cargo().args(["run", "--quiet", "--example", generated.example, "--"]).arg(&made))?;
        read_folder(&made, generated, &mut fresh)?;
        read_folder(&project.root.join(generated.folder), generated, &mut committed)?;
    }
    for (path, content) in tidy::generated(project)? {
        committed.insert(path.clone(), fs::read_to_string(project.root.join(&path)).unwrap_or_default());
        fresh.insert(path, content);
    }
    Ok(difference(&committed, fresh))
}

fn read_folder(folder: &Path, generated: &GeneratedFolder, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a listed file has a name")?;
        if path.extension().is_some_and(|extension| extension == generated.extension) {
            files.insert(Path::new(generated.folder).join(name), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn difference(committed: &Files, fresh: Files) -> BTreeMap<PathBuf, Option<String>> {
    let mut differing: BTreeMap<PathBuf, Option<String>> =
        committed.keys().filter(|path| !fresh.contains_key(*path)).map(|path| (path.clone(), None)).collect();
    differing.extend(
        fresh
            .into_iter()
            .filter(|(path, content)| committed.get(path) != Some(content))
            .map(|(path, content)| (path, Some(content))),
    );
    differing
}

#[cfg(test)]
mod tests {
    use super::{Files, difference};
    use std::path::PathBuf;

    fn files(entries: &[(&str, &str)]) -> Files {
        entries.iter().map(|(path, content)| (PathBuf::from(path), (*content).to_owned())).collect()
    }

    #[test]
    fn changed_added_and_vanished_files_are_stale() {
        let committed = files(&[("same", "1"), ("changed", "1"), ("vanished", "1")]);
        let fresh = files(&[("same", "1"), ("changed", "2"), ("added", "1")]);
        let stale = difference(&committed, fresh);
        let expected = [("added", Some("1")), ("changed", Some("2")), ("vanished", None)];
        assert_eq!(stale, expected.map(|(path, content)| (path.into(), content.map(str::to_owned))).into());
    }
}
