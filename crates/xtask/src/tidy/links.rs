//! Links in the documents lead somewhere.

use crate::project::Project;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Checks every relative link of every Markdown file, with its anchor if it has one.
pub(crate) fn check(project: &Project, files: &[String]) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.ends_with(".md")) {
        let text = fs::read_to_string(project.root.join(file)).with_context(|| file.clone())?;
        for link in targets(&text).into_iter().filter(|link| !is_external(link)) {
            if !leads_somewhere(&project.root, file, &text, link) {
                problems.push(format!("{file}: the link to `{link}` leads nowhere"));
            }
        }
    }
    Ok(problems)
}

fn is_external(link: &str) -> bool {
    ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme))
}

fn leads_somewhere(root: &Path, file: &str, text: &str, link: &str) -> bool {
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    if path.is_empty() {
        return anchor.is_some_and(|anchor| has_heading(text, anchor));
    }
    let target = root.join(file).with_file_name("").join(path);
    match anchor {
        None => target.exists(),
        // A file that cannot be read has no such heading.
        Some(anchor) => fs::read_to_string(&target).is_ok_and(|other| has_heading(&other, anchor)),
    }
}

/// The targets of `[text](target)`, outside of code blocks.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let Some((target, after)) = after.split_once(')') else { break };
            found.push(target.split(' ').next().unwrap_or(target));
            rest = after;
        }
    }
    found
}

/// Is there a heading whose anchor, as Git hosts make it, is this one?
fn has_heading(text: &str, anchor: &str) -> bool {
    text.lines().filter_map(|line| line.strip_prefix('#')).any(|line| slug(line.trim_start_matches('#')) == anchor)
}

fn slug(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{has_heading, targets};

    #[test]
    fn links_are_found_outside_of_code() {
        let text = "See [a](one.md) and [b](two.md#part \"title\").\n```\n[c](three.md)\n```\n";
        assert_eq!(targets(text), ["one.md", "two.md#part"]);
    }

    #[test]
    fn anchors_are_made_as_git_hosts_make_them() {
        assert!(has_heading("## What is *absent*, and why", "what-is-absent-and-why"));
        assert!(!has_heading("text about it", "text-about-it"));
    }
}
