//! `cargo xtask bench`: the figures of BENCHMARKS.md, measured on release builds of the real programs.

mod app;
mod calls;
mod cost;
mod figures;
mod gauges;
mod history;
mod phone;
mod server;
mod voice;

use crate::project::Project;
use crate::stages::Stages;
use crate::{process, setup, ui};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;

/// One line of the table.
pub(crate) struct Row {
    what: String,
    figure: String,
}

impl Row {
    fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into() }
    }
}

/// Where the release programs are, and a fresh folder for what a measurement writes.
pub(crate) struct Bench<'a> {
    project: &'a Project,
    folder: PathBuf,
}

impl Bench<'_> {
    fn program(&self, name: &str) -> PathBuf {
        self.project.target.join("release").join(name)
    }
}

/// Builds, measures and prints the table.
pub(crate) fn run(project: &Project) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("`cargo xtask bench` reads /proc, so it needs Linux");
    }
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::for_tests(project))?;
    stages.stage("user interface", || ui::build(project))?;
    stages.stage("release build", || {
        process::run(project.cargo().args(["build", "--workspace", "--release", "--bins", "--examples"]))
    })?;
    let folder = project.target.join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the last bench's files could not be removed")?;
    }
    fs::create_dir_all(&folder)?;
    let bench = Bench { project, folder };
    let mut rows = stages.stage("20 direct calls", || calls::measure(&bench))?;
    rows.extend(stages.stage("cost of a call", || cost::measure(&bench))?);
    rows.extend(stages.stage("cost of the voice path", || voice::measure(&bench))?);
    rows.extend(stages.stage("memory of the app", || app::measure(&bench))?);
    rows.extend(stages.stage("list of 100,000 calls", || history::measure(&bench))?);
    stages.finish("cargo xtask bench");
    print(&rows);
    Ok(())
}

fn print(rows: &[Row]) {
    println!("| What | Figure |\n| --- | --- |");
    for row in rows {
        println!("| {} | {} |", row.what, row.figure);
    }
}
