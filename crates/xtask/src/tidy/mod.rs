//! What no compiler checks: dependency arrows, features, forbidden words, migrations, links in the docs, file sizes.

mod arrows;
mod features;
mod links;
mod map;
mod migrations;
mod sizes;
mod words;

use crate::project::Project;
use anyhow::{Result, bail};
use std::path::PathBuf;

/// Runs all of it and fails with the list of everything found.
pub(crate) fn run(project: &Project) -> Result<()> {
    let files = project.files()?;
    let mut problems = arrows::check(project);
    problems.extend(features::check(project)?);
    problems.extend(words::check(project, &files)?);
    problems.extend(migrations::check(project, &files)?);
    problems.extend(links::check(project, &files)?);
    for advice in sizes::advice(project, &files)? {
        eprintln!("advice: {advice}");
    }
    if problems.is_empty() {
        return Ok(());
    }
    for problem in &problems {
        eprintln!("tidy: {problem}");
    }
    bail!("{} found by `cargo xtask tidy`, listed above", count(problems.len(), "problem"))
}

/// The files that tidy itself generates, with their right content.
pub(crate) fn generated(project: &Project) -> Result<Vec<(PathBuf, String)>> {
    let files = project.files()?;
    Ok(vec![migrations::generated(project, &files)?, map::generated(project)?])
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("one {what}") } else { format!("{number} {what}s") }
}
