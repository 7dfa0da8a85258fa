//! The part of ARCHITECTURE.md that is drawn from the code.

use crate::project::Project;
use crate::tidy::arrows;
use anyhow::{Context, Result, bail};
use cargo_metadata::DependencyKind;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

const PAGE: &str = "ARCHITECTURE.md";
const BEGIN: &str = "<!-- Drawn from the code by `cargo xtask codegen`. -->";
const END: &str = "<!-- End of the drawn part. -->";

/// The page with its drawn part made anew.
pub(crate) fn generated(project: &Project) -> Result<(PathBuf, String)> {
    let page = fs::read_to_string(project.root.join(PAGE)).context(PAGE)?;
    Ok((PAGE.into(), replace(&page, &draw(project))?))
}

fn replace(page: &str, drawn: &str) -> Result<String> {
    let Some((before, rest)) = page.split_once(BEGIN) else { bail!("{PAGE} lacks the line {BEGIN}") };
    let Some((_, after)) = rest.split_once(END) else { bail!("{PAGE} lacks the line {END}") };
    Ok(format!("{before}{BEGIN}\n{drawn}{END}{after}"))
}

/// One line for each crate, in the order of the table of arrows, with what Cargo says it depends on.
fn draw(project: &Project) -> String {
    let packages = project.metadata.workspace_packages();
    let mut drawn = String::from("\n| Crate | What it is | Depends on |\n| --- | --- | --- |\n");
    for (name, _) in arrows::ARROWS {
        let Some(package) = packages.iter().find(|package| arrows::short(&package.name) == *name) else { continue };
        let mut needs: Vec<&str> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal && dependency.path.is_some())
            .map(|dependency| arrows::short(&dependency.name))
            .collect();
        needs.sort_unstable();
        let needs = if needs.is_empty() { "nothing of ours".to_owned() } else { needs.join(", ") };
        let description = package.description.as_deref().unwrap_or_default();
        writeln!(drawn, "| `{name}` | {description} | {needs} |").expect("a string can always be written to");
    }
    drawn.push('\n');
    drawn
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, replace};

    #[test]
    fn only_the_drawn_part_changes() {
        let page = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let replaced = replace(&page, "new\n").unwrap();
        assert_eq!(replaced, format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        assert_eq!(replace(&replaced, "new\n").unwrap(), replaced);
    }

    #[test]
    fn a_page_without_the_marks_is_refused() {
        assert!(replace("text", "new").is_err());
    }
}
