//! Advice about long files. It never fails a check: some long files are better left whole.

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;

const MANY_LINES: usize = 500;
const ENDINGS: &[&str] = &[".rs", ".ts", ".svelte", ".py"];

/// One line for each long source file.
pub(crate) fn advice(project: &Project, files: &[String]) -> Result<Vec<String>> {
    let mut advice = Vec::new();
    for file in files.iter().filter(|file| ENDINGS.iter().any(|ending| file.ends_with(ending))) {
        let lines = fs::read_to_string(project.root.join(file)).with_context(|| file.clone())?.lines().count();
        if lines > MANY_LINES {
            advice.push(format!("{file} has {lines} lines; consider a split"));
        }
    }
    Ok(advice)
}
