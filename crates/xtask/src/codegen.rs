//! Generated files that are committed: written by `cargo xtask codegen`, compared by `cargo xtask codegen --check`.

use crate::project::Project;
use crate::{process, setup, tidy, ui};
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

/// The API's types for the web pages, and the committed description that they are made from.
const WEB_TYPES: &str = "ui/web/src/api/schema.ts";
const DESCRIPTION: &str = "crates/backend/openapi.json";

/// `cargo xtask codegen`: prepares what the generators need, and runs them.
pub(crate) fn run(project: &Project, only_check: bool) -> Result<()> {
    setup::for_run(project)?;
    ui::build(project)?;
    if only_check { check(project) } else { write(project) }
}

/// Brings all generated files up to date.
fn write(project: &Project) -> Result<()> {
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
    let made_of_others = [(WEB_TYPES.into(), web_types(project)?)].into_iter().chain(tidy::generated(project)?);
    for (path, content) in made_of_others {
        committed.insert(path.clone(), fs::read_to_string(project.root.join(&path)).unwrap_or_default());
        fresh.insert(path, content);
    }
    Ok(difference(&committed, fresh))
}

/// TypeScript made from the description. The tests before have brought that up to date.
fn web_types(project: &Project) -> Result<String> {
    let made = project.target.join("codegen").join("web-types.ts");
    let mut npm = project.npm("ui");
    npm.args(["exec", "--", "openapi-typescript"]).arg(project.root.join(DESCRIPTION)).arg("--output").arg(&made);
    process::checked_output(&mut npm)?;
    fs::read_to_string(&made).with_context(|| format!("could not read {}", made.display()))
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
