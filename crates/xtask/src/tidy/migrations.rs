//! Migrations are append-only: once committed, a file never changes, because databases in the field have run it.

use crate::process;
use crate::project::Project;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Git's hash of each migration, one a line: `HASH PATH`.
const LIST: &str = ".config/migrations.txt";

/// Compares the migrations with the list.
pub(crate) fn check(project: &Project, files: &[String]) -> Result<Vec<String>> {
    Ok(compare(&listed(project)?, &actual(project, files)?))
}

/// The list with new migrations added. Lines that are there stay, so that a changed migration goes on failing the check.
pub(crate) fn generated(project: &Project, files: &[String]) -> Result<(PathBuf, String)> {
    let mut lines = actual(project, files)?;
    lines.extend(listed(project)?);
    let text = lines.iter().map(|(path, hash)| format!("{hash} {path}\n")).collect();
    Ok((LIST.into(), text))
}

fn compare(listed: &BTreeMap<String, String>, actual: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, hash) in listed {
        match actual.get(path) {
            Some(now) if now == hash => {}
            Some(_) => problems.push(format!("{path} changed; undo that and add a new migration instead")),
            None => problems.push(format!("{path} is gone; databases that ran it could no longer be opened")),
        }
    }
    for path in actual.keys().filter(|path| !listed.contains_key(*path)) {
        problems.push(format!("{path} is not in {LIST}; run `cargo xtask codegen`"));
    }
    problems
}

fn listed(project: &Project) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(project.root.join(LIST)).context(LIST)?;
    Ok(text.lines().filter_map(|line| line.split_once(' ')).map(|(hash, path)| (path.into(), hash.into())).collect())
}

fn actual(project: &Project, files: &[String]) -> Result<BTreeMap<String, String>> {
    let paths: Vec<&String> = files.iter().filter(|file| file.contains("/migrations/")).collect();
    if paths.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut git = Command::new("git");
    let hashes = process::checked_output(git.current_dir(&project.root).arg("hash-object").arg("--").args(&paths))?;
    Ok(paths.into_iter().cloned().zip(hashes.lines().map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::compare;
    use std::collections::BTreeMap;

    fn list(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned())).collect()
    }

    #[test]
    fn only_unchanged_and_listed_migrations_pass() {
        let listed = list(&[("1.sql", "aa"), ("2.sql", "bb"), ("3.sql", "cc")]);
        let actual = list(&[("1.sql", "aa"), ("2.sql", "xx"), ("4.sql", "dd")]);
        let problems = compare(&listed, &actual);
        assert_eq!(problems.len(), 3);
        assert!(problems[0].starts_with("2.sql changed"));
        assert!(problems[1].starts_with("3.sql is gone"));
        assert!(problems[2].starts_with("4.sql is not in"));
    }
}
