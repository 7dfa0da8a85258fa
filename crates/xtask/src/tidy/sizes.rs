//! Advice about long files. It never fails a check: some long files are better left whole.

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;

const MANY_LINES: usize = 500;
/// Made by a program, which likes long files.
const GENERATED: &str = "ui/web/src/api/schema.ts";
const ENDINGS: &[&str] = &[".rs", ".ts", ".svelte", ".py"];

/// One line for each long source file.
pub(crate) fn advice(project: &Project, files: &[String]) -> Result<Vec<String>> {
    let mut advice = Vec::new();
    let sources = files.iter().filter(|file| *file != GENERATED);
    for file in sources.filter(|file| ENDINGS.iter().any(|ending| file.ends_with(ending))) {
        let lines = fs::read_to_string(project.root.join(file)).with_context(|| file.clone())?.lines().count();
        if lines > MANY_LINES {
            advice.push(format!("{file} has {lines} lines; consider a split"));
        }
    }
    Ok(advice)
}
