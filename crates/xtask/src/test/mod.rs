//! `cargo xtask test`: every test of every kind. `cargo xtask soak`: the same again and again.

mod busy;
mod round;
mod soak;
mod suite;

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::{Result, anyhow};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

pub(crate) use busy::spin;
pub(crate) use soak::{Wanted as Soak, run as soak};

use round::Round;
use suite::{PAGES, Suite};

/// Sets up, builds and runs all tests; with arguments only `cargo test` with them.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::to_build_tests(project))?;
    stages.stage("pages", || ui::build(project))?;
    if arguments.is_empty() {
        everything(project, &mut stages)?;
    } else {
        build(project, &mut stages)?;
        stages.stage("tests", || {
            let mut cargo = project.cargo();
            cargo.args(["test", "--workspace"]).args(arguments);
            process::run(&mut cargo)
        })?;
    }
    stages.finish("cargo xtask test");
    Ok(())
}

fn everything(project: &Project, stages: &mut Stages) -> Result<()> {
    let logs = empty_folder(project.target.join("tests"))?;
    let ended = thread::scope(|scope| {
        // They need no program of ours, and a build leaves much of a machine idle, at its end above all.
        let pages = scope.spawn(|| Suite::of_the_pages(project).run(&logs));
        let suites = build(project, stages)?;
        let pages = pages.join().map_err(|_| anyhow!("what runs the tests of the {PAGES} panicked"))??;
        round::print(&pages);
        let mut ended = stages.stage("tests", || Round::of(&suites, &logs).run(&round::print))?;
        ended.push(pages);
        anyhow::Ok(ended)
    })?;
    round::table(&ended);
    round::verdict(&ended)
}

/// Builds all programs and tests, and meanwhile installs the rest of what the tests need to run.
fn build(project: &Project, stages: &mut Stages) -> Result<Vec<Suite>> {
    // Programs and tests in one go: then dependencies have the same features for both and are built once. The
    // end-to-end tests start the programs, which `cargo test` alone would not build.
    let build = || suite::build(project);
    stages.side_by_side(("build", build), ("set-up of the tests", || setup::to_run_tests(project)))
}

/// The folder, with nothing in it.
fn empty_folder(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// As people are told it: from where they are.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
