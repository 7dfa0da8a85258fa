//! `cargo xtask test`: every test of every kind.

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::Result;

/// Sets up, builds and runs all tests; with arguments only `cargo test` with them.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::for_tests(project))?;
    stages.stage("user interface", || ui::build(project))?;
    if arguments.is_empty() {
        stages.stage("tests of the user interface", || ui::test(project))?;
    }
    // Programs and tests in one go: then dependencies have the same features for both and are built once. The
    // end-to-end tests start the programs, which `cargo test` alone would not build.
    stages.stage("build", || process::run(project.cargo().args(["build", "--workspace", "--bins", "--tests"])))?;
    stages.stage("tests", || {
        let mut cargo = project.cargo();
        cargo.args(["test", "--workspace"]).args(arguments);
        process::run(&mut cargo)
    })?;
    stages.finish("cargo xtask test");
    Ok(())
}
