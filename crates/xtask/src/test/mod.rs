//! `cargo xtask test`: every test of every kind.

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::Result;

/// Sets up, builds and runs all tests; with arguments only `cargo test` with them.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::to_build_tests(project))?;
    stages.stage("pages", || ui::build(project))?;
    // Programs and tests in one go: then dependencies have the same features for both and are built once. The
    // end-to-end tests start the programs, which `cargo test` alone would not build.
    let build = || process::run(project.cargo().args(["build", "--workspace", "--bins", "--tests"]));
    // Meanwhile what needs no program of ours: a build leaves much of a machine idle, at its end above all.
    let beside = || {
        setup::to_run_tests(project)?;
        if arguments.is_empty() { ui::test(project) } else { Ok(()) }
    };
    stages.side_by_side(("build", build), ("set-up of the tests, tests of the pages", beside))?;
    stages.stage("tests", || {
        let mut cargo = project.cargo();
        cargo.args(["test", "--workspace"]).args(arguments);
        process::run(&mut cargo)
    })?;
    stages.finish("cargo xtask test");
    Ok(())
}
