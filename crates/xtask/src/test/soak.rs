//! `cargo xtask soak`: the tests again and again, to find those that do not pass each time.

use super::busy::BusyCore;
use super::round::{self, Round};
use super::suite::{Ended, Suite};
use super::{build, empty_folder, shown};
use crate::project::Project;
use crate::stages::Stages;
use crate::{setup, ui};
use anyhow::{Result, bail};
use clap::Args;
use std::fs;
use std::path::Path;
use std::time::Instant;

/// How often, how busily and what.
#[derive(Args)]
pub(crate) struct Wanted {
    /// How often each suite runs.
    #[arg(long, default_value_t = 10, value_name = "RUNS")]
    times: u32,
    /// In so many of these runs, the last ones, something else keeps a core busy.
    #[arg(long, default_value_t = 0, value_name = "RUNS")]
    busy: u32,
    /// Only these suites, by the names that `cargo xtask test` prints, such as `app` or `cli/it`.
    suites: Vec<String>,
}

/// Builds once, runs the suites so often, and says of each run what failed.
pub(crate) fn run(project: &Project, wanted: &Wanted) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::to_build_tests(project))?;
    stages.stage("pages", || ui::build(project))?;
    let mut suites = build(project, &mut stages)?;
    suites.push(Suite::of_the_pages(project));
    let suites = choose(suites, &wanted.suites)?;
    let folder = empty_folder(project.target.join("soak"))?;
    let mut red = Vec::new();
    for number in 1..=wanted.times {
        let busy = (number > wanted.times.saturating_sub(wanted.busy)).then(BusyCore::start).transpose()?;
        let beside = if busy.is_some() { " beside a busy core" } else { "" };
        let logs = empty_folder(folder.join(format!("run-{number}")))?;
        let started = Instant::now();
        let ended = Round::of(&suites, &logs).run(&|_: &Ended| {})?;
        drop(busy);
        let took = started.elapsed().as_secs_f64();
        let failed: Vec<_> = ended.iter().filter(|ended| !ended.passed).map(round::describe).collect();
        let outcome = if failed.is_empty() { "green" } else { "RED" };
        let said =
            format!("── run {number} of {}{beside}: {outcome}, {} suites in {took:.0} s", wanted.times, ended.len());
        println!("{}", [&[said], failed.as_slice()].concat().join("\n"));
        if !failed.is_empty() {
            keep_artifacts(project, &logs);
            red.push(number.to_string());
        }
    }
    if !red.is_empty() {
        bail!("red: {} of {} runs ({}); logs are in {}", red.len(), wanted.times, red.join(", "), shown(&folder));
    }
    println!("── all {} runs were green", wanted.times);
    Ok(())
}

/// Those with the given names, or all.
fn choose(suites: Vec<Suite>, names: &[String]) -> Result<Vec<Suite>> {
    if let Some(unknown) = names.iter().find(|name| suites.iter().all(|suite| suite.name != **name)) {
        let known: Vec<_> = suites.iter().map(|suite| suite.name.as_str()).collect();
        bail!("there is no suite {unknown}; there are: {}", known.join(", "));
    }
    Ok(suites.into_iter().filter(|suite| names.is_empty() || names.contains(&suite.name)).collect())
}

/// Recordings and screenshots of a run that failed; the next run would write over them.
fn keep_artifacts(project: &Project, logs: &Path) {
    let artifacts = project.root.join("artifacts");
    if let Err(error) = fs::rename(&artifacts, logs.join("artifacts")) {
        eprintln!("the recordings in {} could not be kept: {error}", shown(&artifacts));
    }
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::test::suite::Suite;

    #[test]
    fn suites_are_chosen_by_name() {
        let all = || ["app", "gauges", "edge"].map(Suite::named).to_vec();
        let chosen = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            choose(all(), &names).map(|suites| suites.into_iter().map(|suite| suite.name).collect::<Vec<_>>())
        };
        assert_eq!(chosen(&[]).unwrap(), ["app", "gauges", "edge"]);
        assert_eq!(chosen(&["edge", "app"]).unwrap(), ["app", "edge"]);
        let error = chosen(&["app", "apps"]).unwrap_err().to_string();
        assert!(error.contains("no suite apps") && error.contains("app, gauges, edge"), "{error}");
    }
}
