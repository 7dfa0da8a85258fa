//! `cargo xtask bench`: the figures of BENCHMARKS.md, measured on the real programs.

mod app;
mod calls;
mod cost;
mod figures;
mod gauges;
mod history;
mod machine;
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

/// How the measured programs are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// As they are shipped.
    Release,
    /// As they are developed: built sooner, and slower.
    Development,
}

impl Build {
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Release => &["build", "--workspace", "--bins", "--examples", "--release"],
            Self::Development => &["build", "--workspace", "--bins", "--examples"],
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Development => "debug",
        }
    }
}

/// Where the measured programs are, and a fresh folder for what a measurement writes.
pub(crate) struct Bench<'a> {
    project: &'a Project,
    build: Build,
    folder: PathBuf,
}

impl Bench<'_> {
    fn program(&self, name: &str) -> PathBuf {
        self.project.target.join(self.build.folder()).join(name)
    }

    fn example(&self, name: &str) -> PathBuf {
        self.project.target.join(self.build.folder()).join("examples").join(name)
    }
}

/// Builds, measures and prints the table. A part that cannot be measured keeps no other from being measured.
pub(crate) fn run(project: &Project, build: Build) -> Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("`cargo xtask bench` reads /proc, so it needs Linux");
    }
    let mut stages = Stages::default();
    stages.stage("set-up", || setup::to_build_tests(project))?;
    stages.stage("user interface", || ui::build(project))?;
    stages.stage("build", || process::run(project.cargo().args(build.arguments())))?;
    let folder = project.target.join("bench");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the last bench's files could not be removed")?;
    }
    fs::create_dir_all(&folder)?;
    let bench = Bench { project, build, folder };
    let mut rows = Vec::new();
    let mut missing = Vec::new();
    for (name, measure) in PARTS {
        match stages.stage(name, || measure(&bench)) {
            Ok(measured) => rows.extend(measured),
            Err(error) => missing.push(format!("{error:#}")),
        }
    }
    stages.finish("cargo xtask bench");
    println!("{}\n", machine::sentence(build)?);
    println!("| What | Figure |\n| --- | --- |");
    for row in &rows {
        println!("| {} | {} |", row.what, row.figure);
    }
    if !missing.is_empty() {
        bail!("not everything was measured:\n  {}", missing.join("\n  "));
    }
    Ok(())
}

type Measure = fn(&Bench<'_>) -> Result<Vec<Row>>;

/// In the order of the table.
const PARTS: [(&str, Measure); 5] = [
    ("20 direct calls", calls::measure),
    ("cost of a call", cost::measure),
    ("cost of the voice path", voice::measure),
    ("memory of the app", app::measure),
    ("list of 100,000 calls", history::measure),
];
