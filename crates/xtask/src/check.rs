//! `cargo xtask check`: everything that is judged without running the programs; the quick checks come first.

use crate::project::Project;
use crate::stages::Stages;
use crate::{codegen, process, setup, tidy, ui};
use anyhow::Result;
use std::process::Command;

/// Runs all checks and stops at the first that fails.
pub(crate) fn run(project: &Project) -> Result<()> {
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::for_checks(project))?;
    stages.stage("tidy", || tidy::run(project))?;
    stages.stage("formatting", || process::run(project.cargo().args(["fmt", "--all", "--check"])))?;
    stages.stage("user interface", || ui::build(project))?;
    stages.stage("types and lints of the user interface", || ui::check(project))?;
    stages.stage("licenses, bans, sources", || licenses(project))?;
    stages.stage("generated files", || codegen::check(project))?;
    stages.stage("clippy", || {
        let mut cargo = project.cargo();
        cargo.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"]);
        process::run(&mut cargo)
    })?;
    stages.stage("documentation", || {
        let mut cargo = project.cargo();
        cargo.args(["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
        // With examples, because they bring the features of the tests' dependencies: then what clippy has just made of
        // the dependencies is used again, which saves minutes.
        cargo.args(["--lib", "--bins", "--examples"]);
        process::run(cargo.env("RUSTDOCFLAGS", "--deny warnings"))
    })?;
    stages.finish("cargo xtask check");
    Ok(())
}

/// The parts of cargo-deny that need no database of advisories.
fn licenses(project: &Project) -> Result<()> {
    let mut deny = Command::new(setup::cargo_deny_program(project));
    deny.current_dir(&project.root).args(["--workspace", "--locked", "--config", ".config/deny.toml"]);
    process::run(deny.args(["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))
}
