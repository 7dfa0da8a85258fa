//! Tests turn on no feature that a build without them leaves out: Cargo would keep two builds of the dependency and of all
//! that stands on it, and make the second one whenever `cargo build` follows `cargo test`.

use crate::process;
use crate::project::Project;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};

/// The features of each package, which Cargo may build more than once for different purposes.
type Features = BTreeMap<String, BTreeSet<String>>;

/// Compares the two builds of the whole workspace.
pub(crate) fn check(project: &Project) -> Result<Vec<String>> {
    Ok(compare(&features(project, "normal,build")?, &features(project, "normal,build,dev")?))
}

fn features(project: &Project, edges: &str) -> Result<Features> {
    let mut cargo = project.cargo();
    cargo.args(["tree", "--workspace", "--locked", "--prefix", "none", "--format", "{p}\t{f}", "--edges", edges]);
    Ok(parse(&process::checked_output(&mut cargo)?))
}

fn parse(tree: &str) -> Features {
    let mut features = Features::new();
    for (package, list) in tree.lines().filter_map(|line| line.split_once('\t')) {
        // A package that was printed before carries a mark.
        let list = list.strip_suffix(" (*)").unwrap_or(list);
        features.entry(package.to_owned()).or_default().insert(list.to_owned());
    }
    features
}

fn compare(without_tests: &Features, with_tests: &Features) -> Vec<String> {
    let differing = with_tests.iter().filter_map(|(package, lists)| {
        let plain = without_tests.get(package).filter(|plain| *plain != lists)?;
        let turned_on: BTreeSet<&str> = words(lists).difference(&words(plain)).copied().collect();
        let turned_on = Vec::from_iter(turned_on).join(", ");
        Some(format!("{package}: tests alone turn on {turned_on}; turn it on in crates/testkit/Cargo.toml too"))
    });
    differing.collect()
}

fn words(lists: &BTreeSet<String>) -> BTreeSet<&str> {
    lists.iter().flat_map(|list| list.split(',')).collect()
}

#[cfg(test)]
mod tests {
    use super::{compare, parse};

    #[test]
    fn what_only_tests_turn_on_is_named() {
        let without = parse("tokio v1\tnet,time\nserde v1\tstd\nserde v1\tstd (*)\n");
        let with = parse("tokio v1\tnet,test-util,time\nserde v1\tstd\nproptest v1\tstd\n");
        assert_eq!(compare(&without, &without), Vec::<String>::new());
        let found = compare(&without, &with);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("tokio v1: tests alone turn on test-util;"), "{found:?}");
    }
}
